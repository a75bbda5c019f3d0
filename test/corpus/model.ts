import type { FileResult } from '../../src/harden/types';
import { covers, differences } from '../transforms/undeclared';

/** Compose's own view of a file, as `config --format json` prints it: everything merged, extended, interpolated and in the long syntax. */
interface Model {
  services?: Record<string, Service>;
  networks?: Record<string, unknown>;
  secrets?: Record<string, Source>;
  configs?: Record<string, Source>;
}

interface Source {
  file?: string;
  external?: boolean;
  environment?: string;
  content?: string;
}

interface Service extends Record<string, unknown> {
  ports?: Port[];
  volumes?: { target: string }[];
  secrets?: { source: string; target?: string }[];
  configs?: { source: string; target?: string }[];
  tmpfs?: string[];
  read_only?: boolean;
  user?: string;
  network_mode?: string;
  security_opt?: string[];
  networks?: Record<string, { ipv4_address?: string; ipv6_address?: string } | null>;
}

interface Port {
  target: number;
  published?: string;
  protocol?: string;
  host_ip?: string;
}

/** What is wrong with a hardened file in Compose's own view of it, beside the view of the file it came from and what was said to change. */
export function faults(before: string, after: string, results: readonly FileResult[]): string[] {
  const [old, now] = [JSON.parse(before) as Model, JSON.parse(after) as Model];
  const [oldServices, services] = [old.services ?? {}, now.services ?? {}];
  const out = undeclared(old, now, results).map((change) => `${change.join('.')} has changed, which no finding declares`);
  for (const [name, service] of Object.entries(services)) {
    const was = oldServices[name] ?? {};
    const complain = (what: string): void => void out.push(`${name}: ${what}`);
    const [published, stillPublished] = [mapping(was.ports), mapping(service.ports)];
    if (stillPublished.some((port) => !published.includes(port))) complain('publishes other ports than before');
    const lost = published.filter((port) => !stillPublished.includes(port));
    if (lost.length > 0 && !removesPorts(name, results)) complain(`no longer publishes ${lost.join(', ')}`);
    hiddenMounts(was, service).forEach(complain);
    if (service.read_only && !was.read_only && copied(service, now)) complain('read_only with a secret or config that is copied in');
    for (const [network, settings] of Object.entries(service.networks ?? {}))
      if (was.networks?.[network] === undefined && (settings?.ipv4_address ?? settings?.ipv6_address))
        complain(`has a fixed address on "${network}", which is new to it`);
    if (new Set(service.security_opt).size !== (service.security_opt ?? []).length) complain('a double in security_opt');
  }
  return out;
}

/**
 * What differs between two views although no op names it. A network that nobody is on any more is left out of the view; a key of a service
 * whose text is shared, or which others extend, changes for all of them.
 */
function undeclared(old: Model, now: Model, results: readonly FileResult[]): string[][] {
  const fixed = results.flatMap(({ findings }) => findings).filter(({ status }) => status === 'fixed');
  const declared = fixed.flatMap(({ reportedOps }) => reportedOps.map(({ path }) => inItsFile(path)));
  const shares = results.some(({ before }) => /&\w|\bextends\b/.test(before));
  const keys = new Set(declared.map(([top, , key]) => (top === 'services' ? key : undefined)));
  const shared = fixed.some(({ reportedOps }) => reportedOps.some(({ path }) => path[0] !== 'services' && path[0] !== 'networks'));
  return differences(old, now, []).filter((change) => {
    const [top, name, key] = change;
    if (top === 'networks') return now.networks?.[name!] !== undefined && !declared.some((path) => covers(path, change));
    if (shares && top === 'services' && (keys.has(key) || shared)) return false;
    return !declared.some((path) => covers(path, change));
  });
}

/** A place in its file. That of a list item is that of its list: Compose may put the items into another order. */
function inItsFile(place: readonly (string | number)[]): string[] {
  const path = typeof place[0] === 'number' ? place.slice(1) : place;
  const index = path.findIndex((part) => typeof part === 'number');
  return path.slice(0, index === -1 ? path.length : index).map(String);
}

/** Ports without their addresses, which alone may change. */
function mapping(ports: readonly Port[] = []): string[] {
  return ports.map(({ target, published, protocol }) => `${published}:${target}/${protocol}`);
}

function removesPorts(service: string, results: readonly FileResult[]): boolean {
  const ops = results.flatMap(({ findings }) => findings.flatMap(({ status, reportedOps }) => (status === 'fixed' ? reportedOps : [])));
  return ops.some(({ op, path }) => op === 'remove' && path.includes(service) && path.includes('ports'));
}

/** New tmpfs mounts that would hide a volume, a secret or a config; `/var/run` is `/run` in nearly every image. */
function hiddenMounts(before: Service, { tmpfs = [], volumes = [], secrets = [], configs = [] }: Service): string[] {
  const old = (before.tmpfs ?? []).map(target);
  const taken = [
    ...volumes.map((mount) => clean(mount.target)),
    ...secrets.map((secret) => clean(secret.target?.startsWith('/') ? secret.target : `/run/secrets/${secret.target ?? secret.source}`)),
    ...configs.map((config) => clean(config.target ?? `/${config.source}`)),
  ];
  return tmpfs
    .map(target)
    .filter((path) => !old.includes(path) && taken.includes(path))
    .map((path) => `a tmpfs hides what is mounted on ${path}`);
}

function target(tmpfs: string): string {
  return clean(tmpfs.split(':')[0]!);
}

function clean(path: string): string {
  return path.replace(/\/+$/, '').replace(/^\/var\/run(?=\/|$)/, '/run');
}

/** Secrets and configs that are no files are copied into the container before it starts, which read_only forbids (docker/compose#12303). */
function copied({ secrets = [], configs = [] }: Service, { secrets: allSecrets = {}, configs: allConfigs = {} }: Model): boolean {
  const isCopied = (source?: Source): boolean => source?.environment !== undefined || source?.content !== undefined;
  return secrets.some(({ source }) => isCopied(allSecrets[source])) || configs.some(({ source }) => isCopied(allConfigs[source]));
}
