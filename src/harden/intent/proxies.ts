import type { ComposeService } from '../../compose/service';
import type { Sayings } from './sayings';
import type { IntentContext } from './types';

/** A reverse proxy that finds its services by what they say about themselves, and how to see whether one does. */
export interface LabelProxy {
  service: ComposeService;
  kind: 'traefik' | 'caddy' | 'nginx-proxy';
}

const DOCKER_SOCKET = /(?:docker|podman)\.sock$/;

/** The proxies of a project that read labels or variables of other containers, off the Docker socket. */
export function labelProxies({ project, advise }: IntentContext): LabelProxy[] {
  return project.services.flatMap((service): LabelProxy[] => {
    if (!service.complete) return [];
    const { family } = advise(service);
    if (family === 'traefik') return [{ service, kind: 'traefik' }];
    if (family === 'nginx-proxy') return [{ service, kind: 'nginx-proxy' }];
    if (family === 'caddy-docker-proxy') return [{ service, kind: 'caddy' }];
    return [];
  });
}

/** Whether a service asks a proxy of this kind to send requests to it; with where it says so. */
export function asksFor(service: ComposeService, kind: LabelProxy['kind']): string | undefined {
  if (kind === 'nginx-proxy') return service.environment.has('VIRTUAL_HOST') ? 'environment VIRTUAL_HOST' : undefined;
  if (kind === 'caddy') {
    const label = [...service.labels.keys()].find((name) => /^caddy(?:_\d+)?(?:\.|$)/.test(name));
    return label && `label ${label}`;
  }
  if (/^(?:false|0|no)$/i.test(service.labels.get('traefik.enable')?.text ?? '')) return undefined;
  const label = [...service.labels.keys()].find((name) => name.startsWith('traefik.') && name !== 'traefik.docker.network');
  return label && `label ${label}`;
}

/** Whether some proxy, of this project or another, is asked to send requests to it. */
export function isProxied(service: ComposeService): boolean {
  return (['traefik', 'caddy', 'nginx-proxy'] as const).some((kind) => asksFor(service, kind) !== undefined);
}

/** Whether it can read the labels of the other containers. */
export function readsLabels(service: ComposeService): boolean {
  const words = [...service.environment.values()].map((value) => value?.text ?? '');
  return (
    service.mounts.some(({ source, target }) => DOCKER_SOCKET.test(source ?? '') || DOCKER_SOCKET.test(target)) ||
    [...words, ...(service.command ?? [])].some((word) => /\btcp:\/\/[\w.-]+:237[56]\b/.test(word))
  );
}

/** Where Traefik may be told of services that is not in its files, labels or arguments. */
const TRAEFIK_ELSEWHERE = /providers[._](?:(?:http|consul|consulcatalog|etcd|redis|zookeeper|rest|ecs|nomad)\b|kubernetes)/i;

/** Routes whose target is worked out from the request: the names are then not in the configuration. */
const DYNAMIC = /\w_pass\s+[^;\s/$]*(?:\/\/[^;\s/$]*)?\$|%\[|\bset-dst\b/;

/**
 * Whether all that tells a reverse proxy where to send requests has been seen. Then who is neither named nor asks for it gets none.
 * A Caddy, nginx or HAProxy without a configuration file of the project has one that was not seen.
 */
export function routesSeen(service: ComposeService, sayings: Sayings, { advise }: IntentContext): boolean {
  if (!service.complete || service.build || sayings.unseen.length > 0) return false;
  const { family } = advise(service);
  if (family === 'traefik') return !sayings.all.some(({ where, text }) => TRAEFIK_ELSEWHERE.test(`${where} ${text}`));
  if (family === 'nginx-proxy') return true;
  if (family === 'caddy-docker-proxy') return true;
  if (family !== 'caddy' && family !== 'nginx' && family !== 'haproxy') return false;
  return sayings.files.length > 0 && !sayings.files.some(({ text }) => DYNAMIC.test(text) || text.split('\n').some(proxiesToVariable));
}

/** A line of a Caddyfile that sends requests to a placeholder: `reverse_proxy {args[0]}`. */
function proxiesToVariable(line: string): boolean {
  const at = line.search(/\breverse_proxy\b/);
  return at >= 0 && /\{\w/.test(line.slice(at));
}
