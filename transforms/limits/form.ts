import { isMap } from '../../src/compose/data';
import type { ComposeProject } from '../../src/compose/project';
import type { ComposeService } from '../../src/compose/service';
import type { Evaluated } from '../../src/compose/types';
import { setEntry, setKey } from '../../src/harden/ops';
import type { Attempt } from '../../src/harden/types';
import type { Data, Op, Path } from '../../src/yaml/types';

/*
 * A limit can be written in two ways, and Compose takes only one of them in a service: with a `deploy.resources.limits` block, even an
 * empty one, `mem_limit`, `cpus` and `pids_limit` are refused unless the block says the same (unclecode/crawl4ai#2188). Reservations
 * beside them are fine.
 */

export const RESOURCES = ['memory', 'cpus', 'pids'] as const;
export type Resource = (typeof RESOURCES)[number];

const SHORT: Record<Resource, string> = { memory: 'mem_limit', cpus: 'cpus', pids: 'pids_limit' };

/** A limit that is set: the key of the service it is in, and where to write it. */
export interface Limit extends Evaluated {
  key: string;
  path: Path;
}

/** The limit of a service, in whichever way it is written. */
export function limitOf(service: ComposeService, resource: Resource): Limit | undefined {
  const short = service.data(SHORT[resource]);
  if (set(short)) return { ...service.evaluate(String(short)), key: SHORT[resource], path: service.at(SHORT[resource]) };
  const written = resourcesOf(service, 'limits').find((block) => set(block[resource]));
  return (
    written && {
      ...service.evaluate(String(written[resource])),
      key: 'deploy',
      path: [...service.at('deploy'), 'resources', 'limits', resource],
    }
  );
}

/** What is reserved for a service of a resource. */
export function reservationOf(service: ComposeService, resource: 'memory'): Evaluated | undefined {
  const short = service.data('mem_reservation');
  const written = set(short) ? short : resourcesOf(service, 'reservations').find((block) => set(block[resource]))?.[resource];
  return set(written) ? service.evaluate(String(written)) : undefined;
}

/** How the services of a project limit what: read once, as it takes all of them. */
export class Forms {
  /** Resources that at least one service limits, or is set to. */
  readonly used: ReadonlySet<Resource>;
  /** Whether a service without a limit gets it under `deploy`, as most of the others, or as a Swarm stack wants it. */
  private readonly block: boolean;
  readonly swarm: boolean;

  constructor({ services, swarm }: ComposeProject, isSet: (resource: Resource, service: ComposeService) => boolean) {
    this.swarm = swarm;
    this.used = new Set(RESOURCES.filter((resource) => services.some((service) => limitOf(service, resource) || isSet(resource, service))));
    this.block = swarm || services.filter(hasBlock).length > services.filter(hasShort).length;
  }

  /** The ops that write a limit of this service, or why there is no place for it. */
  write(service: ComposeService, resource: Resource, value: Data): Attempt {
    const there = limitOf(service, resource);
    const short = (): Op[] => setKey(service, SHORT[resource], value);
    const block = (): Op[] => setEntry(service, ['deploy', 'resources', 'limits', resource], value, [...RESOURCES].reverse());
    if (there) return { ops: there.key === 'deploy' ? block() : short() };
    if (hasBlock(service)) return { ops: block() };
    if (hasShort(service)) {
      if (!this.swarm) return { ops: short() };
      const message = 'this is a Swarm stack, which refuses mem_limit, cpus and pids_limit: move them to deploy.resources.limits first';
      return { refusal: { code: 'conflict', message } };
    }
    return { ops: this.block || resourcesOf(service, 'reservations').length > 0 ? block() : short() };
  }
}

function hasBlock(service: ComposeService): boolean {
  return resourcesOf(service, 'limits').length > 0;
}

function hasShort(service: ComposeService): boolean {
  return RESOURCES.some((resource) => set(service.data(SHORT[resource])));
}

/** A block of `deploy.resources`, nearest first: Compose merges it with that of an extended service. */
function resourcesOf(service: ComposeService, name: 'limits' | 'reservations'): { [key: string]: Data }[] {
  const out: { [key: string]: Data }[] = [];
  for (let each: ComposeService | undefined = service; each; each = each.extended) {
    const deploy = each.data('deploy');
    const resources = isMap(deploy) ? deploy.resources : undefined;
    const block = isMap(resources) ? resources[name] : undefined;
    if (isMap(block)) out.push(block);
  }
  return out;
}

function set(data: Data | undefined): data is string | number {
  return (typeof data === 'string' && data !== '') || typeof data === 'number';
}
