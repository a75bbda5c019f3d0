import type { Model } from '../../../src/engine/compose/model';
import { normalise } from '../../../src/engine/compose/normalise';
import { withProfiles } from '../../../src/engine/compose/resolve';
import { type ImageNeeds, toTrial } from '../../../src/engine/trial/convert';
import { needsOf } from '../../../src/engine/trial/depends';
import { entriesOf } from '../../../src/engine/trial/image-files';
import type { Kind, World } from '../../../src/engine/trial/mounts';
import type { TrialOptions } from '../../../src/engine/trial/options';

const OPTIONS: TrialOptions = { volumes: 'fresh', binds: 'copy', allowPrivileged: false };

function world(kinds: Record<string, Kind> = {}): World {
  return {
    local: true,
    kindOf: (path) => kinds[path] ?? 'directory',
    small: (path) => !path.includes('big'),
    copyPath: (source) => `/scratch${source}`,
    keepsOwners: true,
  };
}

/** Several services by their mounts, as root or as somebody who may not give files away. */
function mountsOf(services: Record<string, string[]>, keepsOwners = true) {
  const model = normalise({
    services: Object.fromEntries(Object.entries(services).map(([name, volumes]) => [name, { volumes }])) as never,
  });
  const needs = new Map(Object.keys(services).map((name) => [name, { image: 'acme/app', volumes: [], healthcheck: false }]));
  const made = toTrial(model, needs, OPTIONS, 'id1', { ...world(), keepsOwners });
  return { ...made, of: (name: string) => made.model.services[name]!.volumes };
}

function trial(
  service: Record<string, unknown>,
  options: Partial<TrialOptions> = {},
  kinds: Record<string, Kind> = {},
  need: Partial<ImageNeeds> = {},
) {
  const model = normalise({ name: 'mine', services: { app: service as never }, volumes: { data: { name: 'mine_data' } } });
  const needs = new Map([['app', { image: 'acme/app', volumes: [], healthcheck: false, ...need }]]);
  const made = toTrial(model, needs, { ...OPTIONS, ...options }, 'id1', world(kinds));
  return { ...made, app: made.model.services.app! };
}

test('published ports go to any free port of loopback', () => {
  const { app } = trial({ ports: ['0.0.0.0:8080:80', { target: 53, published: '53', protocol: 'udp' }] });
  expect(app.ports).toEqual(['127.0.0.1::80/tcp', '127.0.0.1::53/udp']);
});

test('names that could collide are gone, and who was known by one still is', () => {
  const { app, model } = trial({ container_name: 'thedb', networks: ['default'], labels: { 'traefik.enable': 'true' } });
  expect(app.container_name).toBeUndefined();
  expect(app.labels).toEqual({ 'batten.trial': 'id1' });
  expect(app.networks).toEqual({ default: { aliases: ['thedb'] } });
  expect(model.volumes!.data).toEqual({ labels: { 'batten.trial': 'id1' } });
  expect(model.name).toBeUndefined();
});

test('external networks are private ones, and fixed addresses go', () => {
  const model = normalise({
    services: { app: { networks: { front: { ipv4_address: '10.0.0.2' } } } as never },
    networks: { front: { external: true, name: 'shared' }, back: { internal: true } },
  });
  const needs = new Map([['app', { image: 'a', volumes: [], healthcheck: false }]]);
  const { model: made, notes } = toTrial(model, needs, OPTIONS, 'id1', world());
  expect(made.networks!.front).toEqual({ labels: { 'batten.trial': 'id1' } });
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
  const { app, notes } = trial(host, {}, { '/var/run/docker.sock': 'socket' });
  expect(app).not.toHaveProperty('privileged');
  expect(app).not.toHaveProperty('pid');
  expect(app).not.toHaveProperty('network_mode');
  expect(app).not.toHaveProperty('devices');
  expect(app.volumes).toEqual([]);
  expect(notes).toHaveLength(5);
  const allowed = trial(host, { allowPrivileged: true }, { '/var/run/docker.sock': 'socket' });
  expect(allowed.app).toMatchObject({ privileged: true, pid: 'host', network_mode: 'host' });
  expect(allowed.app.volumes).toHaveLength(1);
});

test('nor is what reaches it by other ways', () => {
  const host = {
    cap_add: ['NET_ADMIN', 'SYS_TIME', 'ALL'],
    volumes_from: ['container:other:rw', 'db'],
    post_start: [{ command: ['true'], privileged: true }],
    deploy: { replicas: 3, resources: { limits: { memory: '1g' }, reservations: { devices: [{ capabilities: ['gpu'] }] } } },
    volumes: ['/var/run:/var/run:ro', '/run/:/host/run', '/var/run/postgresql:/var/run/postgresql'],
  };
  const { app, notes } = trial(host);
  expect(app).toMatchObject({
    cap_add: ['NET_ADMIN'],
    volumes_from: ['db'],
    post_start: [{ command: ['true'], privileged: false }],
    deploy: { resources: { limits: { memory: '1g' } } },
  });
  expect(app.volumes).toHaveLength(1);
  expect(notes).toHaveLength(7);
  expect(trial(host, { allowPrivileged: true }).app).toMatchObject({
    cap_add: host.cap_add,
    post_start: host.post_start,
    volumes_from: ['db'],
  });
});

describe('a directory of the host', () => {
  const written = { volumes: ['/srv/data:/data'] };

  test('is copied', () => {
    const { app, binds } = trial(written);
    expect(binds).toEqual([{ from: '/srv/data', to: '/scratch/srv/data' }]);
    expect(app.volumes).toEqual([{ type: 'bind', source: '/scratch/srv/data', target: '/data' }]);
  });

  test('is only read when it is asked for, or too big, or part of the system', () => {
    expect(trial(written, { binds: 'ro' }).app.volumes).toEqual([{ type: 'bind', source: '/srv/data', target: '/data', read_only: true }]);
    expect(trial({ volumes: ['/srv/big:/data'] }).app.volumes).toMatchObject([{ source: '/srv/big', read_only: true }]);
    expect(trial({ volumes: ['/:/host', '/proc:/host/proc'] }).app.volumes).toMatchObject([
      { source: '/', read_only: true },
      { source: '/proc', read_only: true },
    ]);
  });

  test('is mounted as it is when that is asked for', () => {
    expect(trial(written, { binds: 'as-is' })).toMatchObject({ binds: [], app: { volumes: [{ source: '/srv/data' }] } });
  });

  test('that is missing is made beside the copies, not in the project', () => {
    const { app, binds } = trial(written, {}, { '/srv/data': 'missing' });
    expect(binds).toEqual([]);
    expect(app.volumes).toEqual(['/scratch/srv/data:/data']);
  });
});

describe('directories that several services share', () => {
  test('are copied once, also for who only reads what another writes', () => {
    const { of, binds } = mountsOf({ php: ['/srv/site:/site'], web: ['/srv/site/public:/html:ro', '/etc/conf:/conf:ro'] });
    expect(binds).toEqual([{ from: '/srv/site', to: '/scratch/srv/site' }]);
    expect(of('web')).toEqual([
      { type: 'bind', source: '/scratch/srv/site/public', target: '/html', read_only: true },
      { type: 'bind', source: '/etc/conf', target: '/conf', read_only: true },
    ]);
  });

  test('are one copy where one holds the other', () => {
    const { of, binds } = mountsOf({ db: ['/srv/data/db:/db'], all: ['/srv/data/:/data'] });
    expect(binds).toEqual([{ from: '/srv/data', to: '/scratch/srv/data' }]);
    expect(of('db')).toMatchObject([{ source: '/scratch/srv/data/db' }]);
  });

  test('are volumes that the Engine fills for who is not root, and could not keep their owners', () => {
    const { of, binds, model } = mountsOf({ php: ['/srv/site:/site'], web: ['/srv/site:/html:ro'] }, false);
    expect(binds).toEqual([{ from: '/srv/site', volume: 'copy-site' }]);
    expect([of('php'), of('web')]).toEqual([['copy-site:/site:nocopy'], ['copy-site:/html:nocopy,ro']]);
    expect(model.volumes!['copy-site']).toEqual({ labels: { 'batten.trial': 'id1' } });
  });
});

test('every volume carries the label: also those an image declares, and those without a name', () => {
  const { app, model } = trial({ volumes: ['/anonymous', 'data:/data'] }, {}, {}, { volumes: ['/data', '/var/lib/x'] });
  const mounts = app.volumes as { source: string; target: string }[];
  expect(mounts.map(({ target }) => target)).toEqual(['/anonymous', '/data', '/var/lib/x']);
  for (const { source } of mounts) expect(model.volumes![source]).toEqual({ labels: { 'batten.trial': 'id1' } });
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
