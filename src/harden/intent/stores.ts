import type { ComposeService } from '../../compose/service';
import type { Advice } from '../../images/types';
import { atMost } from '../confidence';
import type { Confidence } from '../types';
import type { Intent } from './intent';
import { isProxied } from './proxies';
import type { IntentContext } from './types';

/** A service that needs nothing from outside and that nothing outside needs: a data store, a cache, a queue, a proxy of the Docker socket. */
export interface Store {
  service: ComposeService;
  /** The networks it is on; the implicit one is `default`. */
  networks: string[];
  confidence: Confidence;
}

/** The services that could live on internal networks only: no published port, no call out, not behind a reverse proxy. */
export function storesOf({ project, advise }: IntentContext, intent: Intent): Store[] {
  // A service whose network another one joins carries that one's ports and calls.
  const joined = new Set(project.services.map((service) => service.networkMode?.text).filter((mode) => mode?.startsWith('service:')));
  return project.services.flatMap((service): Store[] => {
    if (!service.complete || service.networkMode || service.ports.length > 0 || joined.has(`service:${service.name}`)) return [];
    const advice = advise(service);
    const { role, egress } = advice;
    if (egress.value !== 'none' || isProxied(service)) return [];
    if (!['datastore', 'cache', 'queue'].includes(role) && !isSocketProxy(advice)) return [];
    if (service.has('extra_hosts') || service.has('dns')) return [];
    const confidence = intent.callsOut(service) ? atMost(egress.confidence, 'guess') : egress.confidence;
    return [{ service, networks: networksOf(service), confidence }];
  });
}

/** A proxy of the Docker socket: it is called, and talks to nothing but the socket. */
export function isSocketProxy({ dockerSocket }: Pick<Advice, 'dockerSocket'>): boolean {
  return dockerSocket?.value.need === 'proxy';
}

/** The names of the networks a service is on; none with a `network_mode`. */
export function networksOf(service: ComposeService): string[] {
  if (service.networkMode || service.has('provider')) return [];
  return service.networks?.map(({ name }) => name) ?? ['default'];
}
