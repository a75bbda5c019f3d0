/** Compose's own view of a file, as `config --format json` prints it: everything merged, extended, interpolated and in the long syntax. */
interface Model {
  services?: Record<string, Service>;
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

/** The keys the transforms may write. */
const OURS = ['cap_add', 'cap_drop', 'networks', 'ports', 'privileged', 'read_only', 'security_opt', 'tmpfs', 'user'];

/** What is wrong with a hardened file in Compose's own view of it, beside the view of the file it came from. */
export function faults(before: string, after: string): string[] {
  const [old, now] = [JSON.parse(before) as Model, JSON.parse(after) as Model];
  const [oldServices, services] = [old.services ?? {}, now.services ?? {}];
  const out: string[] = [];
  if (Object.keys(oldServices).sort().join() !== Object.keys(services).sort().join()) out.push('other services than before');
  for (const [name, service] of Object.entries(services)) {
    const was = oldServices[name] ?? {};
    const complain = (what: string): void => void out.push(`${name}: ${what}`);
    for (const key of new Set([...Object.keys(was), ...Object.keys(service)]))
      if (!OURS.includes(key) && written(key, was) !== written(key, service)) complain(`${key} has changed`);
    if (mapping(was.ports) !== mapping(service.ports)) complain('publishes other ports than before');
    if (!lists(was, service, 'cap_add')) complain('a capability that was added is gone');
    hiddenMounts(was, service).forEach(complain);
    if (service.read_only && !was.read_only && copied(service, now)) complain('read_only with a secret or config that is copied in');
    for (const [network, settings] of Object.entries(service.networks ?? {}))
      if (was.networks?.[network] === undefined && (settings?.ipv4_address ?? settings?.ipv6_address))
        complain(`has a fixed address on "${network}", which is new to it`);
    if (new Set(service.security_opt).size !== (service.security_opt ?? []).length) complain('a double in security_opt');
  }
  return out;
}

/** A key's value, without the one label that tells Traefik which network to use. */
function written(key: string, service: Service): string | undefined {
  const value = service[key];
  if (key !== 'labels') return JSON.stringify(value);
  const { 'traefik.docker.network': _, ...rest } = (value ?? {}) as Record<string, unknown>;
  return JSON.stringify(rest);
}

/** Ports without their addresses, which alone may change. */
function mapping(ports: readonly Port[] = []): string {
  return ports
    .map(({ target, published, protocol }) => `${published}:${target}/${protocol}`)
    .sort()
    .join();
}

function lists(before: Service, after: Service, key: string): boolean {
  const now = (after[key] ?? []) as string[];
  return ((before[key] ?? []) as string[]).every((each) => now.includes(each));
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
