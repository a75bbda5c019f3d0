import type { PrivilegeKind } from '../../src/harden/privileges';
import { Alias, Anchor, type Mapping, type Plan, type Random, type Value } from './projects';

/** What is said of a service, or of the top level, before and after. Undefined = the key is not there. */
type Patch = { readonly [key: string]: Value | undefined };

/** One way to give a service more than it had. */
export interface Family {
  name: string;
  kind: PrivilegeKind | readonly PrivilegeKind[];
  before: Patch;
  after: Patch;
  /** The same for sections of the top level. */
  top?: { before: { [section: string]: Patch }; after: { [section: string]: Patch } };
}

const CAPABILITIES = [
  'SYS_ADMIN',
  'NET_ADMIN',
  'SYS_PTRACE',
  'SYS_MODULE',
  'DAC_READ_SEARCH',
  'SYS_RAWIO',
  'BPF',
  'SYS_TIME',
  'SYSLOG',
  'PERFMON',
  'IPC_LOCK',
];
const UNCONFINED = [
  'seccomp=unconfined',
  'seccomp:unconfined',
  'apparmor=unconfined',
  'apparmor:unconfined',
  'label=disable',
  'systempaths=unconfined',
];

/** The ways, with what is free in them chosen. */
export function families(random: Random): Family[] {
  const capability = random.pick(CAPABILITIES);
  const spelt = random.pick([capability, `CAP_${capability}`, capability.toLowerCase()]);
  const place = random.pick(['/etc', '/', '/root', '/home', '/var/log', '/proc', '/srv/data', '../..', '../sibling', '~/.ssh']);
  const socket = random.pick<Value>([
    '/var/run/docker.sock:/var/run/docker.sock',
    '/run/docker.sock:/x.sock:ro',
    '/var/run:/host/run',
    { type: 'bind', source: '/var/run/docker.sock', target: '/var/run/docker.sock', read_only: true },
    '/run/containerd/containerd.sock:/c.sock',
  ]);
  const host = (key: string): Family => ({
    name: `${key} host`,
    kind: 'namespace',
    before: { [key]: undefined },
    after: { [key]: 'host' },
  });
  const given = (key: string, kind: Family['kind'], after: Value, before?: Value): Family => ({
    name: `${key} ${JSON.stringify(after)}`,
    kind,
    before: { [key]: before },
    after: { [key]: after },
  });
  return [
    given('privileged', 'privileged', true, random.pick([undefined, false])),
    given('cap_add', 'capability', [spelt]),
    given('cap_add', 'capability', ['CHOWN', spelt], ['CHOWN']),
    given('cap_add', 'capability', ['ALL'], ['CHOWN']),
    { name: 'cap_drop gone', kind: 'capability', before: { cap_drop: ['ALL'] }, after: { cap_drop: undefined } },
    { name: 'cap_drop less', kind: 'capability', before: { cap_drop: ['ALL'] }, after: { cap_drop: ['NET_RAW'] } },
    given('user', 'user', random.pick(['0', 'root', '0:0', 'root:root', '00']), random.pick(['1000', '65534:65534', 'nobody'])),
    { name: 'user gone', kind: 'user', before: { user: '1000' }, after: { user: undefined } },
    given('user', 'user', '1000:0', '1000:1000'),
    given('group_add', 'group', [random.pick(['docker', '0', '998', 'disk'])]),
    given('volumes', 'socket', [socket]),
    given('volumes', 'socket', ['./conf:/conf', socket], ['./conf:/conf']),
    given('volumes', 'mount', [`${place}:/mnt/host${random.pick(['', ':ro', ':rw'])}`]),
    given('volumes', 'mount', [`${place}:/conf`], ['./conf:/conf']),
    given('volumes', 'mount', ['./conf:/conf'], ['./conf:/conf:ro']),
    given(
      'volumes',
      'mount',
      [{ type: 'bind', source: './conf', target: '/conf' }],
      [{ type: 'bind', source: './conf', target: '/conf', read_only: true }],
    ),
    given(
      'volumes',
      'mount',
      [{ type: 'bind', source: './conf', target: '/conf', bind: { propagation: 'rshared' } }],
      [{ type: 'bind', source: './conf', target: '/conf' }],
    ),
    given('tmpfs', 'mount', ['/scratch:exec'], ['/scratch']),
    given('devices', 'device', [random.pick(['/dev/fuse', '/dev/kvm:/dev/kvm', '/dev/sda:/dev/xvda:r', '/dev/mem'])]),
    given('devices', 'device', ['/dev/fuse:/dev/fuse:rw'], ['/dev/fuse:/dev/fuse:r']),
    given('device_cgroup_rules', 'device', [random.pick(['c 1:3 mr', 'b 8:* rwm', 'a *:* rwm'])]),
    given('gpus', 'device', 'all'),
    given('ports', 'port', [random.pick<Value>(['5432:5432', '80', '0.0.0.0:22:22', { target: 9000, published: '9000' }, '53:53/udp'])]),
    given('ports', 'port', ['8080:80'], ['127.0.0.1:8080:80']),
    given('ports', 'port', ['127.0.0.1:8000-8003:8000-8003'], ['127.0.0.1:8000-8001:8000-8001']),
    given('ports', 'port', [{ target: 80, published: '8080' }], [{ target: 80, published: '8080', host_ip: '127.0.0.1' }]),
    host('pid'),
    host('uts'),
    host('cgroup'),
    given('ipc', 'namespace', random.pick(['host', 'shareable'])),
    given('userns_mode', 'namespace', 'host'),
    {
      name: 'network_mode host',
      kind: 'namespace',
      before: { network_mode: undefined, networks: undefined },
      after: { network_mode: 'host', networks: undefined },
    },
    {
      name: 'network_mode none gone',
      kind: ['namespace', 'network'],
      before: { network_mode: 'none', networks: undefined },
      after: { network_mode: undefined, networks: undefined },
    },
    given('security_opt', 'security-opt', [random.pick(UNCONFINED)]),
    given('security_opt', 'security-opt', ['no-new-privileges:false'], ['no-new-privileges:true']),
    { name: 'nnp gone', kind: 'security-opt', before: { security_opt: ['no-new-privileges:true'] }, after: { security_opt: undefined } },
    given('read_only', 'read-only', random.pick([false, undefined]) as Value, true),
    given('secrets', 'secret', [random.pick<Value>(['token', { source: 'token', target: '/t' }])]),
    given('configs', 'config', ['settings']),
    given('sysctls', 'sysctl', { 'net.ipv4.ip_forward': '1' }),
    given('sysctls', 'sysctl', ['net.core.somaxconn=1024', 'net.ipv4.conf.all.route_localnet=1'], ['net.core.somaxconn=1024']),
    given('runtime', 'runtime', 'nvidia'),
    given('networks', 'network', ['front', 'back'], ['front']),
    given('networks', 'network', ['front'], ['back']),
    {
      name: 'internal gone',
      kind: 'network',
      before: { networks: ['back'] },
      after: { networks: ['back'] },
      top: { before: { networks: { back: { internal: true } } }, after: { networks: { back: { internal: false } } } },
    },
    {
      name: 'external network',
      kind: 'network',
      before: { networks: ['back'] },
      after: { networks: ['back'] },
      top: { before: { networks: { back: {} } }, after: { networks: { back: { external: true, name: 'shared' } } } },
    },
    {
      name: 'macvlan',
      kind: 'network',
      before: { networks: ['back'] },
      after: { networks: ['back'] },
      top: { before: { networks: { back: {} } }, after: { networks: { back: { driver: 'macvlan', driver_opts: { parent: 'eth0' } } } } },
    },
    {
      name: 'bound volume',
      kind: ['mount', 'socket'],
      before: { volumes: ['data:/data'] },
      after: { volumes: ['data:/data'] },
      top: {
        before: { volumes: { data: {} } },
        after: {
          volumes: { data: { driver_opts: { type: 'none', o: 'bind', device: random.pick(['/etc', '/var/run/docker.sock', '/']) } } },
        },
      },
    },
    {
      name: 'external volume',
      kind: 'mount',
      before: { volumes: ['data:/data'] },
      after: { volumes: ['data:/data'] },
      top: { before: { volumes: { data: {} } }, after: { volumes: { data: { external: true, name: 'others_data' } } } },
    },
    {
      name: 'secret of the host',
      kind: 'secret',
      before: { secrets: ['token'] },
      after: { secrets: ['token'] },
      top: { before: { secrets: { token: { file: './token.txt' } } }, after: { secrets: { token: { file: '/etc/shadow' } } } },
    },
    given('image', 'image', random.pick(['evil/app:1', 'ghcr.io/acme/app:1', 'acme/app:2']), 'acme/app:1'),
    given('image', 'image', 'acme/app:1', `acme/app:1@sha256:${'a'.repeat(64)}`),
    given('build', 'build', random.pick<Value>(['https://github.com/evil/app.git', '../..', { context: '/srv/app' }]), './app'),
    given('build', 'build', { context: './app', privileged: true }, { context: './app' }),
    given('build', 'build', { context: './app', entitlements: ['security.insecure'] }, './app'),
    given('build', 'build', { context: './app', network: 'host' }, { context: './app' }),
    given('build', 'build', { context: './app', ssh: ['default'] }, { context: './app' }),
    given('mem_limit', 'limit', '4g', '512m'),
    { name: 'mem_limit gone', kind: 'limit', before: { mem_limit: '512m' }, after: { mem_limit: undefined } },
    { name: 'pids_limit gone', kind: 'limit', before: { pids_limit: 100 }, after: { pids_limit: undefined } },
    {
      name: 'deploy memory',
      kind: 'limit',
      // Compose takes no other value beside it.
      before: { mem_limit: undefined, deploy: { resources: { limits: { memory: '256m' } } } },
      after: { mem_limit: undefined, deploy: { resources: { limits: { memory: '2g' } } } },
    },
    given('ulimits', 'limit', { nofile: 65536 }, { nofile: 1024 }),
    given('oom_kill_disable', 'limit', true),
    given('post_start', 'hook', [{ command: ['sh', '-c', 'true'], privileged: true }], [{ command: ['sh', '-c', 'true'] }]),
    given('post_start', 'hook', [{ command: ['sh', '-c', 'true'], user: 'root' }], [{ command: ['sh', '-c', 'true'], user: '1000' }]),
    given('profiles', 'service', [], ['debug']),
    given('env_file', 'env-file', ['./extra.env']),
    given('dns', 'network', ['203.0.113.9']),
    given('extra_hosts', 'network', ['host.docker.internal:host-gateway']),
    given('cgroup_parent', 'other', '/host.slice'),
    given('annotations', 'other', { 'run.oci.keep_original_groups': '1' }),
  ];
}

/** Where a change is written. */
export const ROUTES = [
  'direct',
  'override',
  'extends',
  'include',
  'merge',
  'alias',
  'variable',
  'default',
  'extended in the file',
  'anchored service',
] as const;
export type Route = (typeof ROUTES)[number];

/** The service each way leads to. */
export const SERVICE: Readonly<Record<Route, string>> = {
  direct: 'web',
  override: 'api',
  extends: 'job',
  include: 'db',
  merge: 'cache',
  alias: 'queue',
  variable: 'mail',
  default: 'mail',
  'extended in the file': 'worker',
  'anchored service': 'twin',
};

/** What a service of its own has, for others to hang on. */
function context(random: Random): Mapping {
  const keys: [string, () => Value][] = [
    ['user', () => '1000'],
    ['cap_drop', () => ['ALL']],
    ['read_only', () => true],
    ['security_opt', () => ['no-new-privileges:true']],
    ['ports', () => [`127.0.0.1:${3000 + random.below(1000)}:3000`]],
    ['environment', () => ({ MODE: 'production', LEVEL: 'info' })],
    ['labels', () => ({ 'com.example.team': 'shop' })],
    ['mem_limit', () => '256m'],
    ['restart', () => 'unless-stopped'],
    ['tmpfs', () => ['/tmp']],
    ['healthcheck', () => ({ test: ['CMD', 'true'], interval: '30s' })],
    ['sysctls', () => ({ 'net.core.somaxconn': '1024' })],
    ['ulimits', () => ({ nproc: 512 })],
    ['volumes', () => ['data:/var/lib/app', './conf:/etc/app:ro']],
    ['networks', () => ['front']],
    ['secrets', () => ['token']],
    ['extra_hosts', () => ['db.internal:10.0.0.5']],
    ['devices', () => ['/dev/fuse:/dev/fuse']],
    ['cap_add', () => ['CHOWN', 'NET_BIND_SERVICE']],
  ];
  return Object.fromEntries(keys.filter(() => random.chance(0.35)).map(([key, make]) => [key, make()]));
}

/** A project in which a service comes by each of the routes. */
export function base(random: Random): Plan {
  const service = (more: Mapping = {}): Mapping => ({
    image: random.pick(['acme/app:1', 'nginx:1.27', 'postgres:16']),
    ...context(random),
    ...more,
  });
  return {
    files: {
      'compose.yaml': {
        include: [random.pick<Value>(['parts/db.yaml', { path: 'parts/db.yaml' }, { path: ['parts/db.yaml'] }])],
        'x-hard': new Anchor('hard', { restart: 'always', ...context(random) }),
        'x-value': new Anchor('value', null),
        services: {
          web: service(),
          api: { image: 'acme/api:1', environment: { A: 'b' } },
          job: { image: 'acme/job:1', extends: { file: 'common/base.yaml', service: 'job' } },
          cache: { '<<': new Alias('hard'), image: 'redis:7' },
          queue: { image: 'acme/queue:1' },
          mail: service(),
          worker: { extends: random.pick<Value>(['template', { service: 'template' }]), image: 'acme/worker:1' },
          template: service(),
          first: new Anchor('first', service()),
          twin: new Alias('first'),
        },
        networks: { front: {}, back: {} },
        volumes: { data: {} },
      },
      'compose.override.yaml': { services: { api: context(random), web: { labels: { over: 'ride' } } } },
      'common/base.yaml': { services: { job: context(random) } },
      'parts/db.yaml': {
        services: { db: service() },
        volumes: { data: {} },
        networks: { front: {}, back: {} },
        secrets: { token: { file: '../token.txt' } },
        configs: { settings: { file: '../settings.txt' } },
      },
    },
    env: { UNRELATED: '1' },
  };
}

/** Files that are named, with what is in them: they are the same on both sides. */
export const BESIDE: Readonly<Record<string, string>> = {
  'token.txt': 'x',
  'settings.txt': 'x',
  'extra.env': 'X=1\n',
  'parts/extra.env': 'X=1\n',
  'common/extra.env': 'X=1\n',
};

/** The project before and after; undefined when the change cannot be written that way. */
export function escalated(family: Family, route: Route, make: () => Plan, random: Random): { before: Plan; after: Plan } | undefined {
  const included = route === 'include';
  // Within an included project the top level is the included file's.
  const topFile = included ? 'parts/db.yaml' : 'compose.yaml';
  const leaf = family.top ? leafOf(family.top.before, family.top.after) : leafOf(family.before, family.after);
  if ((route === 'variable' || route === 'default') && !leaf) return undefined;
  const out = (['before', 'after'] as const).map((side) => {
    const plan = make();
    const target = targetOf(plan, route);
    for (const key of new Set([...Object.keys(family.before), ...Object.keys(family.after)])) clear(plan, route, key);
    const [patch, top] = withLeaf(family, route, side, leaf, plan);
    for (const [key, value] of Object.entries(patch)) {
      if (value === undefined) continue;
      if (route !== 'alias') target[key] = value;
      else {
        const main = plan.files['compose.yaml']!;
        main['x-value'] = new Anchor('value', value);
        target[key] = new Alias('value');
      }
    }
    for (const [section, entries] of Object.entries(top)) {
      // What is defined elsewhere, an included project alone does not know.
      if (!included) delete ((plan.files['parts/db.yaml']!.services as Mapping).db as Mapping)[section];
      for (const [name, value] of Object.entries(entries)) {
        for (const file of Object.keys(plan.files)) delete (plan.files[file]![section] as Mapping | undefined)?.[name];
        const file = plan.files[topFile]!;
        file[section] = { ...(file[section] as Mapping | undefined), [name]: value! };
      }
    }
    // What is compared has to be one thing: two aliases of one anchor would be one too many.
    return plan;
  });
  if (route === 'alias' && Object.keys(family.before).length > 1) return undefined;
  void random;
  return { before: out[0]!, after: out[1]! };
}

function targetOf(plan: Plan, route: Route): Mapping {
  const services = (file: string): Mapping => plan.files[file]!.services as Mapping;
  const main = services('compose.yaml');
  switch (route) {
    case 'override':
      return services('compose.override.yaml').api as Mapping;
    case 'extends':
      return services('common/base.yaml').job as Mapping;
    case 'include':
      return services('parts/db.yaml').db as Mapping;
    case 'merge':
      return (plan.files['compose.yaml']!['x-hard'] as Anchor).value as Mapping;
    case 'extended in the file':
      return main.template as Mapping;
    case 'anchored service':
      return (main.first as Anchor).value as Mapping;
    default:
      return main[SERVICE[route]] as Mapping;
  }
}

/** Nothing else says anything of the key for the service. */
function clear(plan: Plan, route: Route, key: string): void {
  const name = SERVICE[route];
  delete targetOf(plan, route)[key];
  for (const { services } of Object.values(plan.files)) {
    const service = (services as Mapping | undefined)?.[name];
    if (service && !(service instanceof Alias) && !(service instanceof Anchor) && key !== 'image') delete (service as Mapping)[key];
    if (service && key === 'image' && !(service instanceof Alias) && !(service instanceof Anchor)) delete (service as Mapping)[key];
  }
}

/** The path and both values of the one scalar in which two patches differ; undefined when they differ in more. */
function leafOf(before: unknown, after: unknown, path: string[] = []): { path: string[]; before: string; after: string } | undefined {
  const isMap = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === 'object';
  if (!isMap(before) || !isMap(after)) {
    return before === undefined || after === undefined || isMap(before) || isMap(after) || before === null
      ? undefined
      : { path, before: String(before), after: String(after) };
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  if (keys.some((key) => !(key in before) || !(key in after))) return undefined;
  const different = keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  return different.length === 1 ? leafOf(before[different[0]!], after[different[0]!], [...path, different[0]!]) : undefined;
}

function withLeaf(
  family: Family,
  route: Route,
  side: 'before' | 'after',
  leaf: ReturnType<typeof leafOf>,
  plan: Plan,
): [Patch, { [section: string]: Patch }] {
  const patch = structuredClone(family[side]) as Record<string, unknown>;
  const top = structuredClone(family.top?.[side] ?? {}) as Record<string, unknown>;
  if (leaf && (route === 'variable' || route === 'default')) {
    const value = route === 'variable' ? '${ESC}' : `\${ESC:-${leaf[side]}}`;
    if (route === 'variable') plan.env.ESC = leaf[side];
    let at = family.top ? top : patch;
    for (const step of leaf.path.slice(0, -1)) at = at[step] as Record<string, unknown>;
    at[leaf.path.at(-1)!] = value;
  }
  return [patch as Patch, top as { [section: string]: Patch }];
}
