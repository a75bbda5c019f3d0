import { parse } from 'yaml';

/** Who can reach whom in a Compose file, read without any of the code under test. */
interface Reach {
  /** `web -> db as postgres`: the containers share a network on which the second answers to that name. */
  pairs: Set<string>;
  /** Services whose published ports are served. Docker drops the ports of a service that is on internal networks only (moby/moby#36174). */
  published: Set<string>;
  /** Services with a route outside. */
  outside: Set<string>;
}

type Plain = Record<string, unknown>;

/**
 * What got lost between two texts: a pair of services that no longer reach each other by the same name, a published port that is no longer
 * served, a route outside of a service that is built here, publishes ports or sits behind a reverse proxy.
 *
 * Not lost is what may go: two services of which neither names the other, one a data store and the other a data store or a reverse proxy;
 * in `strict`, any two of which neither names the other.
 */
export function lostReach(before: string, after: string, { strict = false } = {}): string[] {
  const [old, now] = [reach(before), reach(after)];
  const missing = (what: string, from: Set<string>, to: Set<string>): string[] =>
    [...from].filter((each) => !to.has(each)).map((each) => `${what}: ${each}`);
  const services = map(data(before).services);
  const free = (line: string): boolean => {
    const [, a = '', b = ''] = /: (.*) -> (.*) as .*$/.exec(line)!;
    return mayPart(a, b, services, strict);
  };
  // In strict, a data store may stop publishing; to publish and not be served is another matter.
  const unpublished = (name: string): boolean =>
    strict && STORE.test(String(map(services[name]).image)) && map(map(data(after).services)[name]).ports === undefined;
  return [
    ...missing('no longer reachable', old.pairs, now.pairs).filter((line) => !free(line)),
    ...missing('published port is no longer served', old.published, now.published).filter(
      (line) => !unpublished(line.replace(/^.*: /, '')),
    ),
    ...missing('no way out', old.outside, now.outside).filter((line) => needsRoute(map(services[line.replace('no way out: ', '')]))),
  ];
}

const STORE =
  /(?:postg|mysql|mariadb|percona|mongo|redis|valkey|memcached|rabbitmq|kafka|zookeeper|etcd|solr|cassandra|couchdb|clickhouse|nats|dragonfly|keydb|docker-socket-proxy|socket-proxy|fabric|timescale|pgvector)/;
const PROXY = /(?:traefik|caddy|nginx|haproxy)/;

function mayPart(a: string, b: string, services: Plain, strict: boolean): boolean {
  const [one, two] = [inherited(a, services), inherited(b, services)];
  if (names(one, b, two) || names(two, a, one)) return false;
  const [first, second] = [String(one.image ?? ''), String(two.image ?? '')];
  const parts = (x: string, y: string): boolean => STORE.test(x) && (STORE.test(y) || PROXY.test(y));
  return strict || parts(first, second) || parts(second, first);
}

/** Whether a service's text names another one as a word of its own, or asks its proxy for it. */
function names(service: Plain, other: string, { container_name, hostname, labels, environment }: Plain): boolean {
  const text = JSON.stringify({ ...service, networks: undefined, volumes: undefined, image: undefined });
  const words = [other, container_name, hostname].filter((each): each is string => typeof each === 'string');
  const asked = /traefik\.(?!enable=false)|"caddy|VIRTUAL_HOST/.test(JSON.stringify([labels, environment]));
  return (
    words.some((word) => text.includes(`"${word}"`) || new RegExp(`[@=,]${word}[:/",]|//${word}[:/"]`).test(text)) ||
    (asked && PROXY.test(String(service.image)))
  );
}

function needsRoute(service: Plain): boolean {
  return service.build !== undefined || service.ports !== undefined || /\b(?:traefik|caddy|VIRTUAL_HOST)\b/.test(JSON.stringify(service));
}

function reach(text: string): Reach {
  const { services, networks } = data(text);
  // A provider is no container.
  const names = Object.keys(map(services)).filter((name) => map(map(services)[name]).provider === undefined);
  const all = new Map(names.map((name) => [name, attachments(name, map(services))]));
  const internal = (network: string): boolean => map(map(networks)[network]).internal === true;
  const out: Reach = { pairs: new Set(), published: new Set(), outside: new Set() };
  for (const [name, mine] of all) {
    const leadsOut = [...mine.keys()].some((network) => !internal(network));
    if (leadsOut) out.outside.add(name);
    if (leadsOut && list(inherited(name, map(services)).ports).length > 0) out.published.add(name);
    for (const [other, theirs] of all) {
      if (other === name) continue;
      for (const [network, aliases] of theirs)
        if (mine.has(network)) for (const alias of [other, ...aliases]) out.pairs.add(`${name} -> ${other} as ${alias}`);
    }
  }
  return out;
}

/** The networks a service is on, with its aliases on each; the implicit one is `default`. */
function attachments(name: string, services: Plain, trail: readonly string[] = []): Map<string, string[]> {
  const service = inherited(name, services);
  const mode = service.network_mode;
  if (typeof mode === 'string') {
    const joined = /^service:(.*)$/.exec(mode)?.[1];
    return joined !== undefined && !trail.includes(joined) ? attachments(joined, services, [...trail, name]) : new Map();
  }
  const { networks } = service;
  if (Array.isArray(networks) && networks.length > 0) return new Map(networks.map((network) => [String(network), []]));
  const entries = Array.isArray(networks) ? [] : Object.entries(map(networks));
  if (entries.length === 0) return new Map([['default', []]]);
  return new Map(entries.map(([network, value]) => [network, list(map(value).aliases).map(String)]));
}

/** A service with what it extends within the file, as far as networks and ports go: both are united. */
function inherited(name: string, services: Plain, trail: readonly string[] = []): Plain {
  const own = map(services[name]);
  const base = typeof own.extends === 'string' ? own.extends : map(own.extends).file === undefined ? map(own.extends).service : undefined;
  if (typeof base !== 'string' || trail.includes(base) || services[base] === undefined) return own;
  const parent = inherited(base, services, [...trail, name]);
  const networks = { ...byName(parent.networks), ...byName(own.networks) };
  return { ...parent, ...own, networks, ports: [...list(parent.ports), ...list(own.ports)] };
}

function byName(networks: unknown): Plain {
  return Array.isArray(networks) ? Object.fromEntries(networks.map((network) => [String(network), null])) : map(networks);
}

function data(text: string): Plain {
  return map(parse(text, { merge: true, logLevel: 'silent' }));
}

function map(value: unknown): Plain {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Plain) : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
