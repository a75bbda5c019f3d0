import { CAPABILITIES, DEFAULT_CAPABILITIES } from '../../../src/compose/capabilities';
import type { Model } from '../../../src/engine/compose/model';
import { normalise } from '../../../src/engine/compose/normalise';
import { withProfiles } from '../../../src/engine/compose/resolve';
import { type ImageNeeds, toTrial } from '../../../src/engine/trial/convert';
import { needsOf } from '../../../src/engine/trial/depends';
import { fateOf, reachOf } from '../../../src/engine/trial/host/capabilities';
import { entriesOf } from '../../../src/engine/trial/image-files';
import { labelsOf, type TrialOptions } from '../../../src/engine/trial/options';
import { seal } from '../../../src/engine/trial/seal';
import { fakeWorld, type Known } from '../fake-world';

const OPTIONS: TrialOptions = { volumes: 'fresh', binds: 'copy', allowPrivileged: false };
const LABELS = labelsOf('id1');

/** Several services by their mounts, as root or as somebody who may not give files away. */
function mountsOf(services: Record<string, string[]>, known: Record<string, Known> = {}, keepsOwners = true) {
  const model = normalise({
    services: Object.fromEntries(Object.entries(services).map(([name, volumes]) => [name, { volumes }])) as never,
  });
  const needs = new Map(Object.keys(services).map((name) => [name, { image: 'acme/app', volumes: [], healthcheck: false }]));
  const made = toTrial(model, needs, OPTIONS, 'id1', fakeWorld(known, { keepsOwners }));
  return { ...made, of: (name: string) => made.model.services[name]!.volumes };
}

function trial(
  service: Record<string, unknown>,
  options: Partial<TrialOptions> = {},
  known: Record<string, Known> = {},
  need: Partial<ImageNeeds> = {},
  more: Record<string, unknown> = {},
) {
  const model = normalise({
    name: 'mine',
    services: { app: service as never },
    volumes: { data: { name: 'mine_data' } },
    ...more,
  } as Model);
  const needs = new Map([['app', { image: 'acme/app', volumes: [], healthcheck: false, ...need }]]);
  const made = toTrial(model, needs, { ...OPTIONS, ...options }, 'id1', fakeWorld(known));
  return { ...made, app: made.model.services.app!, held: made.withheld.map(({ reach, what }) => `${reach}: ${what}`) };
}

test('published ports go to any free port of loopback', () => {
  const { app } = trial({ ports: ['0.0.0.0:8080:80', { target: 53, published: '53', protocol: 'udp' }] });
  expect(app.ports).toEqual(['127.0.0.1::80/tcp', '127.0.0.1::53/udp']);
});

test('names that could collide are gone, and who was known by one still is', () => {
  const { app, model } = trial({ container_name: 'thedb', networks: ['default'], labels: { 'traefik.enable': 'true' } });
  expect(app.container_name).toBeUndefined();
  expect(app.labels).toEqual(LABELS);
  expect(app.networks).toEqual({ default: { aliases: ['thedb'] } });
  expect(model.volumes!.data).toEqual({ labels: LABELS });
  expect(model.name).toBeUndefined();
});

test('external networks are private ones, and fixed addresses go', () => {
  const model = normalise({
    services: { app: { networks: { front: { ipv4_address: '10.0.0.2' } } } as never },
    networks: { front: { external: true, name: 'shared' }, back: { internal: true } },
  });
  const needs = new Map([['app', { image: 'a', volumes: [], healthcheck: false }]]);
  const { model: made, notes } = toTrial(model, needs, OPTIONS, 'id1', fakeWorld());
  expect(made.networks!.front).toEqual({ labels: LABELS });
  expect(made.networks!.back).toMatchObject({ internal: true });
  expect(made.services.app!.networks).toEqual({ front: null });
  expect(notes.join()).toMatch(/private one.*fixed address|fixed address.*private one/);
});

test('what reaches the host is not given, and that is said', () => {
  const host = {
    privileged: true,
    pid: 'host',
    network_mode: 'host',
    devices: ['/dev/kvm'],
    volumes: ['/var/run/docker.sock:/var/run/docker.sock'],
  };
  const known = { '/var/run/docker.sock': { kind: 'socket', real: '/run/docker.sock' } } as const;
  const { app, notes, held } = trial(host, {}, known);
  for (const key of ['privileged', 'pid', 'network_mode', 'devices']) expect(app).not.toHaveProperty(key);
  expect(app.volumes).toEqual([]);
  expect(notes).toHaveLength(5);
  expect(held.sort()).toEqual([
    'devices: devices',
    'host-network: network_mode: host',
    'namespaces: pid: host',
    'privileges: privileged',
    'sockets: the socket /var/run/docker.sock',
  ]);
  const allowed = trial(host, { allowPrivileged: true }, known);
  expect(allowed.app).toMatchObject({ privileged: true, pid: 'host', network_mode: 'host' });
  expect(allowed.app.volumes).toEqual([{ type: 'bind', source: '/run/docker.sock', target: '/var/run/docker.sock' }]);
  expect(allowed.held).toEqual([]);
});

test('nor is what reaches it by other ways', () => {
  const host = {
    cap_add: ['NET_ADMIN', 'CAP_SYS_TIME', 'all'],
    volumes_from: ['container:other:rw', 'db'],
    post_start: [{ command: ['true'], privileged: true }],
    deploy: { replicas: 3, resources: { limits: { memory: '1g' }, reservations: { devices: [{ capabilities: ['gpu'] }] } } },
    volumes: ['/srv/linked:/x', '/srv/app:/srv/app'],
    runtime: 'nvidia',
    ipc: 'container:other',
  };
  const known = { '/srv/linked': { real: '/run' }, '/run': { reaches: 'sockets' } };
  const { app, held } = trial(host, {}, known);
  expect(app).toMatchObject({
    cap_add: ['NET_ADMIN'],
    volumes_from: ['db'],
    post_start: [{ command: ['true'] }],
    deploy: { resources: { limits: { memory: '1g' } } },
  });
  expect(app.volumes).toHaveLength(1);
  expect(held.sort()).toEqual([
    'capabilities: CAP_SYS_TIME',
    'capabilities: all',
    'containers: ipc: container:other',
    'containers: the volumes of a container outside of the project',
    'devices: runtime: nvidia',
    'devices: the devices it reserves',
    'host-files: /srv/linked',
    'privileges: post_start with all privileges',
  ]);
  const allowed = trial(host, { allowPrivileged: true }, known);
  expect(allowed.app).toMatchObject({ cap_add: host.cap_add, post_start: host.post_start, volumes_from: ['db'], runtime: 'nvidia' });
  // What runs there is somebody else's, whatever is allowed.
  expect(allowed.app).not.toHaveProperty('ipc');
});

test('a key that nobody knows is not given: the next version of Compose may reach the host with it', () => {
  const { app, notes } = trial({ host_everything: true, 'x-mine': 1, annotations: { a: 'b' }, models: ['m'], labels: {} });
  expect(app).not.toHaveProperty('host_everything');
  expect(notes).toEqual(['in "app", host_everything is not given in a trial, because it is not known to batten']);
});

test('a network of somebody else is none that a trial joins, by whatever name', () => {
  for (const mode of ['container:other', 'bridge', 'my_other_project_default']) {
    const { app, notes } = trial({ network_mode: mode }, { allowPrivileged: true });
    expect(app).not.toHaveProperty('network_mode');
    expect(notes.join()).toContain(`network_mode: ${mode} became a network of the trial`);
  }
  expect(trial({ network_mode: 'none' }).app.network_mode).toBe('none');
  expect(trial({ network_mode: 'service:app' }).app.network_mode).toBe('service:app');
});

describe('security options', () => {
  const given = (security_opt: string[], options: Partial<TrialOptions> = {}) => trial({ security_opt }, options).app.security_opt;

  test('that confine are kept, and those that take confinement away are not', () => {
    expect(given(['no-new-privileges:true', 'apparmor=docker-default'])).toEqual(['no-new-privileges:true', 'apparmor=docker-default']);
    const loose = [
      ...['seccomp=unconfined', 'seccomp:unconfined', 'apparmor=unconfined', 'apparmor:unconfined', 'label=disable', 'label:type:spc_t'],
      ...[
        'systempaths=unconfined',
        'mask=/x',
        'unmask=ALL',
        'writable-cgroups=true',
        'credentialspec=file://x',
        'apparmor=other',
        'next=1',
      ],
    ];
    for (const option of loose) {
      const { app, held } = trial({ security_opt: [option] });
      expect([option, app.security_opt]).toEqual([option, undefined]);
      expect(held).toEqual([`confinement: ${option}`]);
    }
    expect(given(loose, { allowPrivileged: true })).toEqual(loose);
  });

  test('name a seccomp profile that allows no more than the Engine itself would', () => {
    const profile = (defaultAction: string, ...names: string[]): string =>
      JSON.stringify({ defaultAction, syscalls: [{ names, action: 'SCMP_ACT_ALLOW' }] });
    const of = (text: string) => {
      const model = { services: { app: { security_opt: ['seccomp=./p.json'] } } } as unknown as Model;
      const needs = new Map([['app', { image: 'acme/app', volumes: [], healthcheck: false }]]);
      const made = toTrial(normalise(model), needs, OPTIONS, 'id1', fakeWorld({}, { read: () => text }));
      const written = [...made.texts.values()].map(
        (each) => JSON.parse(each) as { defaultAction: string; syscalls: { names: string[] }[] },
      );
      return {
        option: made.model.services.app!.security_opt,
        names: written[0]?.syscalls.flatMap(({ names }) => names),
        notes: made.notes,
      };
    };
    expect(of(profile('SCMP_ACT_ERRNO', 'read', 'mount', 'bpf', 'open_by_handle_at'))).toEqual({
      option: ['seccomp=/scratch/seccomp-app.json'],
      names: ['read'],
      notes: ['in "app", the seccomp profile ./p.json is given without bpf, mount, open_by_handle_at'],
    });
    // What could make a namespace is limited, as Docker limits it.
    expect(of(profile('SCMP_ACT_ERRNO', 'clone')).names).toEqual(['clone', 'clone3']);
    for (const bad of [
      profile('SCMP_ACT_ALLOW', 'read'),
      profile('SCMP_ACT_NOTIFY', 'read'),
      '{',
      '[]',
      '{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[1]}',
    ])
      expect(of(bad)).toEqual({ option: undefined, names: undefined, notes: [expect.stringContaining('./p.json is not given')] });
  });
});

describe('capabilities', () => {
  test('are each given or held, with a reason', () => {
    const named = CAPABILITIES.filter((name) => !DEFAULT_CAPABILITIES.includes(name));
    const fates = Object.fromEntries(named.map((name) => [name, fateOf(name)]));
    for (const name of named) expect([name, reachOf(name) === undefined]).toEqual([name, fates[name] === 'given']);
    for (const name of ['SYS_ADMIN', 'SYS_MODULE', 'SYS_RAWIO', 'BPF', 'PERFMON', 'SYSLOG', 'ALL', 'NO_SUCH'])
      expect(fateOf(name)).toBe('held');
    expect(fateOf('cap_dac_read_search')).toBe('guarded');
  });

  test('to read everywhere come with a filter that keeps them from opening files by their numbers, or not at all', () => {
    const drop = { cap_drop: ['ALL'], cap_add: ['DAC_READ_SEARCH', 'SETUID'] };
    const sealed = (service: Record<string, unknown>, world = fakeWorld()) => {
      const made = trial(service);
      seal(made, OPTIONS, world);
      return made;
    };
    const { app, texts } = sealed(drop);
    expect(app).toMatchObject({ cap_add: drop.cap_add, security_opt: ['seccomp=/scratch/seccomp-app.json'] });
    const [text = ''] = texts.values();
    expect(text).toContain('"execve"');
    for (const never of ['open_by_handle_at', 'mount', 'bpf', 'unshare', 'chroot']) expect(text).not.toContain(`"${never}"`);
    // With Docker's own capabilities it reads everywhere anyway.
    expect(trial({ cap_add: ['DAC_READ_SEARCH'] }).held).toEqual(['capabilities: DAC_READ_SEARCH']);
    // A machine whose calls nobody knows, or without seccomp.
    const bare = trial({});
    bare.model.services.app = { ...bare.app, ...drop };
    seal(bare, OPTIONS, fakeWorld({}, { machine: '' }));
    expect(bare.model.services.app).toMatchObject({ cap_add: ['SETUID'] });
  });
});

describe('secrets and configs', () => {
  const of = (file: string, options: Partial<TrialOptions> = {}, known: Record<string, Known> = { [file]: { kind: 'file' } }) =>
    trial(
      { secrets: [{ source: 's' }], configs: ['c'] },
      options,
      known,
      {},
      { secrets: { s: { file, name: 'mine_s' } }, configs: { c: { content: 'x' } } },
    );

  test('of the project are copies', () => {
    const { app, model, binds } = of('/srv/app/s.txt');
    expect(app.secrets).toEqual([{ source: 's' }]);
    expect(model.secrets).toEqual({ s: { file: '/scratch/shared/srv/app/s.txt' } });
    expect(binds).toEqual([{ from: '/srv/app/s.txt', to: '/scratch/shared/srv/app/s.txt' }]);
    expect(model.configs).toEqual({ c: { content: 'x' } });
  });

  test('that are files of somebody else are held back, by where they lead', () => {
    const linked = { '/srv/app/s.txt': { kind: 'file', real: '/outside/shadow' } } as const;
    for (const { app, model, held } of [of('/outside/shadow'), of('/srv/app/s.txt', {}, linked)]) {
      expect(app.secrets).toBeUndefined();
      expect(model.secrets).toBeUndefined();
      expect(held).toEqual(['secrets: the secret s']);
    }
    expect(of('/outside/shadow', { allowPrivileged: true }).app.secrets).toEqual([{ source: 's' }]);
    expect(of('/srv/app/s', {}, { '/srv/app/s': { kind: 'fifo' } }).held).toEqual(['secrets: the secret s']);
  });
});

describe('a directory of the host', () => {
  const written = { volumes: ['/srv/data:/data'] };

  test('is copied, from where its links lead', () => {
    const { app, binds } = trial(written);
    expect(binds).toEqual([{ from: '/srv/data', to: '/scratch/own/srv/data' }]);
    expect(app.volumes).toEqual([{ type: 'bind', source: '/scratch/own/srv/data', target: '/data' }]);
    expect(trial(written, {}, { '/srv/data': { real: '/live/data' } }).binds).toEqual([
      { from: '/live/data', to: '/scratch/own/live/data' },
    ]);
  });

  test('that nobody writes to is copied once for all stacks', () => {
    const { app, binds } = trial({ volumes: ['/srv/conf:/conf:ro'] });
    expect(binds).toEqual([{ from: '/srv/conf', to: '/scratch/shared/srv/conf' }]);
    expect(app.volumes).toEqual([{ type: 'bind', source: '/scratch/shared/srv/conf', target: '/conf', read_only: true }]);
  });

  test('is only read when it is asked for, or too big', () => {
    expect(trial(written, { binds: 'ro' }).app.volumes).toEqual([{ type: 'bind', source: '/srv/data', target: '/data', read_only: true }]);
    const big = { '/srv/data': { survey: { bytes: 1e12 } } };
    const { app, held } = trial(written, {}, big);
    expect(app.volumes).toMatchObject([{ source: '/srv/data', read_only: true }]);
    expect(held).toEqual(['host-files: writing to /srv/data']);
    expect(trial({ volumes: ['/srv/data:/data:ro'] }, {}, big).held).toEqual([]);
  });

  test('is not given where it reaches the host, or cannot be looked through', () => {
    const sockets = { specials: [{ path: '/srv/data/x.sock', kind: 'socket' }] } as const;
    for (const known of [
      { reaches: 'the host' },
      { survey: { complete: false } },
      { survey: { bytes: 1e12, ...sockets } },
      { survey: { bytes: 1e12, mounts: ['/srv/data/disk'] } },
      { kind: 'unreadable' },
      { kind: 'fifo' },
      { kind: 'device' },
    ] as Known[]) {
      for (const volumes of [['/srv/data:/data'], ['/srv/data:/data:ro']]) {
        const { app, held } = trial({ volumes }, {}, { '/srv/data': known });
        expect([known, app.volumes]).toEqual([known, []]);
        expect(held).toHaveLength(1);
      }
    }
  });

  test('is copied without the sockets in it; who only reads them is not given them', () => {
    const known = { '/srv/data': { survey: { specials: [{ path: '/srv/data/x.sock', kind: 'socket' }] } } } as const;
    expect(trial(written, {}, known)).toMatchObject({
      held: [],
      notes: ['in "app", the socket /srv/data/x.sock is not in the copy of /srv/data'],
    });
    expect(trial({ volumes: ['/srv/data:/data:ro'] }, {}, known).held).toEqual(['sockets: the socket /srv/data/x.sock']);
    expect(trial(written, { binds: 'as-is' }, known).app.volumes).toMatchObject([{ source: '/scratch/own/srv/data' }]);
  });

  test('is mounted as it is when that is asked for', () => {
    expect(trial(written, { binds: 'as-is' })).toMatchObject({ binds: [], app: { volumes: [{ source: '/srv/data' }] } });
    expect(trial(written, { binds: 'as-is' }, { '/srv/data': { reaches: 'the host' } }).app.volumes).toEqual([]);
  });

  test('that is missing is made beside the copies, not in the project', () => {
    const { app, binds } = trial(written, {}, { '/srv/data': { kind: 'missing' } });
    expect(binds).toEqual([]);
    expect(app.volumes).toEqual(['/scratch/own/srv/data:/data']);
  });

  test('that is missing where the host has its own, or a socket that is, is held back: the service does without it', () => {
    const missing = { '/srv/data': { kind: 'missing', reaches: 'the host' } } as const;
    expect(trial(written, { allowPrivileged: true }, missing)).toMatchObject({ held: ['host-files: /srv/data'], app: { volumes: [] } });
    const socket = trial({ volumes: ['/srv/x.sock:/x.sock'] }, {}, { '/srv/x.sock': { kind: 'missing' } });
    expect(socket).toMatchObject({ held: ['sockets: the socket /srv/x.sock'], app: { volumes: [] } });
  });

  test('that a named volume is bound to is one', () => {
    const volumes = { data: { driver: 'local', driver_opts: { type: 'none', o: 'bind', device: '/srv/data' } } };
    const known = { '/srv/data': { reaches: 'the host' } };
    const { app, held } = trial({ volumes: ['data:/data'] }, {}, known, {}, { volumes });
    expect(app.volumes).toEqual([]);
    expect(held).toEqual(['host-files: /srv/data']);
    expect(trial({ volumes: ['data:/data'] }, {}, {}, {}, { volumes }).app.volumes).toMatchObject([{ source: '/scratch/own/srv/data' }]);
  });

  test('of another machine is not given, unless it is said how', () => {
    const of = (binds: TrialOptions['binds'], source = '/srv/data') => {
      const model = normalise({ services: { app: { volumes: [`${source}:/data`] } as never } });
      const needs = new Map([['app', { image: 'acme/app', volumes: [], healthcheck: false }]]);
      const world = fakeWorld({ '/run': { reaches: 'sockets' } }, { local: false });
      return toTrial(model, needs, { ...OPTIONS, binds }, 'id1', world).model.services.app!.volumes;
    };
    expect(of('copy')).toEqual([]);
    expect(of('ro')).toMatchObject([{ source: '/srv/data', read_only: true }]);
    expect(of('as-is')).toEqual([{ type: 'bind', source: '/srv/data', target: '/data' }]);
    expect(of('as-is', '/run')).toEqual([]);
  });
});

test('a volume of another kind is one of its own, and that is said without what its options hold', () => {
  const volumes = { data: { driver_opts: { type: 'cifs', o: 'password=hunter22', device: '//nas/x' } }, far: { driver: 'rclone' } };
  const { model, notes } = trial({ volumes: ['data:/data'] }, {}, {}, {}, { volumes });
  expect(model.volumes).toEqual({ data: { labels: LABELS }, far: { labels: LABELS } });
  expect(notes).toEqual(['volume data is one of its own in a trial, not cifs', 'volume far is one of its own in a trial, not rclone']);
});

test('mounts that are no directories and no volumes are not given', () => {
  const volumes = [
    { type: 'npipe', source: '//./pipe/docker_engine', target: '//./pipe/docker_engine' },
    { type: 'cluster', source: 'c', target: '/c' },
    { type: 'image', source: 'acme/files', target: '/i' },
  ];
  const { app, held } = trial({ volumes });
  expect(app.volumes).toEqual([volumes[2]]);
  expect(held.map((each) => each.split(':')[0])).toEqual(['sockets', 'host-files']);
});

describe('directories that several services share', () => {
  test('are copied once each, and one in another is mounted there, too: no copy is in what a container writes to', () => {
    const { of, binds } = mountsOf({ php: ['/srv/site:/site'], web: ['/srv/site/public:/html:ro', '/srv/conf:/conf:ro'] });
    expect(binds).toEqual([
      { from: '/srv/site', to: '/scratch/own/srv/site' },
      { from: '/srv/site/public', to: '/scratch/own/srv/site/public' },
      { from: '/srv/conf', to: '/scratch/shared/srv/conf' },
    ]);
    expect(of('php')).toEqual([
      { type: 'bind', source: '/scratch/own/srv/site', target: '/site' },
      { type: 'bind', source: '/scratch/own/srv/site/public', target: '/site/public' },
    ]);
    expect(of('web')).toEqual([
      { type: 'bind', source: '/scratch/own/srv/site/public', target: '/html', read_only: true },
      { type: 'bind', source: '/scratch/shared/srv/conf', target: '/conf', read_only: true },
    ]);
  });

  test('are told by where they lead', () => {
    const known = { '/srv/site/link': { real: '/live/dir' } };
    const { of, binds } = mountsOf({ a: ['/srv/site:/site'], b: ['/srv/site/link:/y'] }, known);
    expect(binds.map((plan) => 'from' in plan && plan.from)).toEqual(['/srv/site', '/live/dir']);
    expect(of('b')).toMatchObject([{ source: '/scratch/own/live/dir' }]);
    expect(of('a')).toHaveLength(1);
  });

  test('leave alone what a service mounts there itself', () => {
    const { of } = mountsOf({ a: ['/srv/data:/data', '/srv/other:/data/db'], b: ['/srv/data/db:/db'] });
    expect(of('a')).toEqual([
      { type: 'bind', source: '/scratch/own/srv/data', target: '/data' },
      { type: 'bind', source: '/scratch/own/srv/other', target: '/data/db' },
    ]);
  });

  test('keep a file that is mounted on its own the same file', () => {
    const { binds } = mountsOf({ a: ['/srv/conf:/conf'], b: ['/srv/conf/app.ini:/app.ini:ro'] }, { '/srv/conf/app.ini': { kind: 'file' } });
    expect(binds).toEqual([
      { from: '/srv/conf', to: '/scratch/own/srv/conf' },
      { link: { of: '/scratch/own/srv/conf/app.ini', to: '/scratch/own/srv/conf/app.ini' } },
    ]);
  });

  test('are volumes that the Engine fills for who is not root, and could not keep their owners', () => {
    const foreign = { '/srv/site': { survey: { foreign: true } } };
    const { of, binds, model } = mountsOf({ php: ['/srv/site:/site'], web: ['/srv/site:/html:ro'] }, foreign, false);
    expect(binds).toEqual([{ from: '/srv/site', volume: 'copy-site' }]);
    expect([of('php'), of('web')]).toEqual([['copy-site:/site:nocopy'], ['copy-site:/html:nocopy,ro']]);
    expect(model.volumes!['copy-site']).toEqual({ labels: LABELS });
    // What nobody writes to and belongs to batten's own user is as well copied by it.
    expect(mountsOf({ web: ['/srv/site:/html:ro'] }, {}, false).binds).toEqual([{ from: '/srv/site', to: '/scratch/shared/srv/site' }]);
    expect(mountsOf({ web: ['/srv/site:/html:ro'] }, foreign, false).of('web')).toMatchObject([{ source: '/srv/site', read_only: true }]);
    const closed = { '/srv/site': { survey: { closed: true } } };
    expect(mountsOf({ web: ['/srv/site:/html:ro'] }, closed, false).of('web')).toEqual(['copy-site:/html:nocopy,ro']);
  });
});

test('every volume carries the label: also those an image declares, and those without a name', () => {
  const { app, model } = trial({ volumes: ['/anonymous', 'data:/data'] }, {}, {}, { volumes: ['/data', '/var/lib/x'] });
  const mounts = app.volumes as { source: string; target: string }[];
  expect(mounts.map(({ target }) => target)).toEqual(['/anonymous', '/data', '/var/lib/x']);
  for (const { source } of mounts) expect(model.volumes![source]).toEqual({ labels: LABELS });
});

test('a health check is asked every second; one without a question only where the image has one', () => {
  expect(trial({ healthcheck: { test: ['CMD', 'x'], interval: '30s', start_period: '5m' } }).app.healthcheck).toEqual({
    test: ['CMD', 'x'],
    interval: '1s',
    retries: 600,
  });
  expect(trial({}).app.healthcheck).toBeUndefined();
  expect(trial({}, {}, {}, { healthcheck: true }).app.healthcheck).toEqual({ interval: '1s', retries: 600 });
});

test('what crashes is restarted a few times, and not for ever', () => {
  expect(trial({ restart: 'always' }).app.restart).toBe('on-failure:5');
  expect(trial({}).app.restart).toBe('no');
  expect(
    trial({ deploy: { restart_policy: { condition: 'any' }, replicas: 3, resources: { limits: { memory: '64M' } } } }).app,
  ).toMatchObject({
    restart: 'on-failure:5',
    deploy: { resources: { limits: { memory: '64M' } } },
  });
});

test('whom a service needs is told by its dependencies, its links, and the hosts it names', () => {
  const model: Model = {
    services: {
      web: { depends_on: { app: null } },
      app: { environment: { DATABASE_URL: 'postgres://u:p@db:5432/x', MODE: 'cached' } },
      db: {},
      cache: {},
    },
  };
  const needs = needsOf(model);
  expect([...needs.get('web')!].sort()).toEqual(['app', 'db']);
  expect([...needs.get('app')!]).toEqual(['db']);
  expect(needs.get('cache')!.size).toBe(0);
});

test('the owner and kind of what an archive begins with are read', () => {
  const header = Buffer.alloc(512);
  header.write('run/', 0);
  header.write('0000755', 100);
  header.write('0001747', 108);
  header.write('0001747', 116);
  header.write('00000000000', 124);
  header.write('5', 156);
  expect([...entriesOf(Buffer.concat([header, Buffer.alloc(1024)]))]).toEqual([
    { name: 'run/', uid: 999, gid: 999, mode: 0o755, type: '5' },
  ]);
});

test('services of profiles that nobody asked for are none, also with the Compose that lists them', () => {
  const model: Model = { services: { web: {}, tool: { profiles: ['tools'] }, both: { profiles: ['tools', 'debug'] } } };
  expect(Object.keys(withProfiles(model, ['']).services)).toEqual(['web']);
  expect(Object.keys(withProfiles(model, ['debug']).services)).toEqual(['web', 'both']);
});
