import type { Service } from '../compose/types';
import type { DockerSocket, SocketPointer, SocketProxy } from './facts';
import { catalogue } from './load';
import { evidenceOf } from './match';
import type { Evidence, SocketAdvice, Verdict } from './types';

/** The family of the proxy that is inserted. Why this one: it needs no capability, and its rules are read in its haproxy.cfg. */
const PROXY = 'docker-socket-proxy';

/** What a template says about the socket, with the way to a proxy that this service's own configuration allows. */
export function socketAdvice(verdict: Verdict<DockerSocket> | undefined, service: Service): Verdict<SocketAdvice> | undefined {
  if (!verdict) return undefined;
  const { point = [], ...value } = verdict.value;
  return { ...verdict, value: { ...value, point: point.find((each) => allows(each, service)) } };
}

/** How the proxy is run, and what it is known from. */
export function socketProxy(): SocketProxy & { evidence: Evidence[] } {
  const template = catalogue().template(PROXY);
  const proxy = template.socket_proxy!;
  return { ...proxy, evidence: evidenceOf({ template }, proxy.sources) };
}

function allows({ if: wanted, unless = [] }: SocketPointer, service: Service): boolean {
  return (wanted === undefined || isThere(wanted, service)) && !unless.some((each) => isThere(each, service));
}

/** Whether a service has what a condition of a pointer names. Arguments are compared without case, as Traefik reads them. */
function isThere(what: string, service: Service): boolean {
  if (what.startsWith('-')) return (service.command ?? []).some((word) => word.toLowerCase().startsWith(what.toLowerCase()));
  if (what.startsWith('/')) {
    return service.mounts.some(({ target }) => (what.endsWith('*') ? target.startsWith(what.slice(0, -1)) : target === what));
  }
  return [...service.environment.keys()].some((name) => name.startsWith(what));
}
