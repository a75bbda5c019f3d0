import type { ComposeService } from '../../src/compose/service';
import { atMost } from '../../src/harden/confidence';
import type { TransformContext } from '../../src/harden/transform';
import type { Confidence } from '../../src/harden/types';

/** A data store that needs nothing from outside and that nothing outside needs. */
export interface Candidate {
  service: ComposeService;
  /** The networks it is on; the implicit one is `default`. */
  networks: string[];
  confidence: Confidence;
}

/** The services that could live on an internal network: data stores, caches and queues, no published port, no call out. */
export function candidates({ project, advise }: TransformContext): Candidate[] {
  // A service whose network another one joins carries that one's ports and calls.
  const joined = new Set(project.services.map((service) => service.networkMode?.text).filter((mode) => mode?.startsWith('service:')));
  return project.services.flatMap((service): Candidate[] => {
    if (!service.complete || service.networkMode || service.ports.length > 0 || joined.has(`service:${service.name}`)) return [];
    const advice = advise(service);
    if (!['datastore', 'cache', 'queue'].includes(advice.role) || advice.egress.value !== 'none') return [];
    if (service.has('extra_hosts') || service.has('dns')) return [];
    const confidence = callsOut(service) ? atMost(advice.egress.confidence, 'guess') : advice.egress.confidence;
    return [{ service, networks: networksOf(service), confidence }];
  });
}

/** The names of the networks a service is on; none with a `network_mode`. */
export function networksOf(service: ComposeService): string[] {
  if (service.networkMode) return [];
  return service.networks?.map(({ name }) => name) ?? ['default'];
}

/** A sign that this data store talks to the outside after all: a URL, an object store, a replica elsewhere. */
function callsOut(service: ComposeService): boolean {
  const words = [...(service.command ?? []), ...(service.entrypoint ?? [])];
  for (const value of service.environment.values()) if (value) words.push(value.text);
  const names = [...service.environment.keys()];
  return words.some((word) => /https?:\/\//.test(word)) || names.some((name) => /^(?:AWS_|S3_|WALG?_|REPLICATION_SOURCE)/.test(name));
}
