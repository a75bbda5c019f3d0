import { advise } from '../../src/images';
import { type ServiceOptions, service } from './service-factory';

function capabilities(options: ServiceOptions): string[] {
  return advise(service(options)).capabilities.value;
}

describe('ping', () => {
  test.each<[string, ServiceOptions]>([
    ['as health check', { keys: { healthcheck: { test: ['CMD', 'ping', '-c', '1', 'gw'] } } }],
    ['in a shell health check', { keys: { healthcheck: { test: 'curl -f x && ping -c1 gw' } } }],
    ['in a CMD-SHELL health check', { keys: { healthcheck: { test: ['CMD-SHELL', '/bin/ping -c1 gw || exit 1'] } } }],
    ['as command', { command: ['ping', 'gw'] }],
    ['in a shell command', { command: ['sh', '-c', 'while true; do ping -c1 gw; done'] }],
  ])('%s needs NET_RAW', (_where, options) => {
    expect(capabilities({ image: 'alpine:3', ...options })).toContain('NET_RAW');
    expect(capabilities({ image: 'alpine:3', user: '1000', ...options })).toContain('NET_RAW');
  });

  test.each<[string, ServiceOptions]>([
    ['mysqladmin ping', { keys: { healthcheck: { test: ['CMD', 'mysqladmin', 'ping', '-h', 'localhost'] } } }],
    ['mariadb-admin ping', { keys: { healthcheck: { test: 'mariadb-admin ping -h localhost' } } }],
    ['redis-cli ping', { keys: { healthcheck: { test: ['CMD-SHELL', 'redis-cli ping | grep PONG'] } } }],
    ['traefik --ping', { command: ['--ping', '--api'] }],
    ['a host called ping', { command: ['serve', 'ping'] }],
  ])('%s is something else', (_what, options) => {
    expect(capabilities({ image: 'mysql:8', ...options })).not.toContain('NET_RAW');
  });
});

describe('secrets and configs', () => {
  test('from a file: root must be able to read them, another user may not', () => {
    expect(capabilities({ image: 'nginx:1', secrets: [{}] })).toContain('DAC_READ_SEARCH');
    expect(capabilities({ image: 'nginx:1', configs: [{}] })).toContain('DAC_READ_SEARCH');
    expect(capabilities({ image: 'nginx:1', user: '101', secrets: [{}] })).toEqual([]);
    expect(advise(service({ image: 'redis:7', secrets: [{}] })).user?.confidence).toBe('guess');
  });

  test('an unknown image has a superset already', () => {
    expect(capabilities({ image: 'acme/api', secrets: [{}] })).not.toContain('DAC_READ_SEARCH');
  });

  test.each(['environment', 'content'] as const)('from %s: they cannot be combined with read-only', (source) => {
    const advice = advise(service({ image: 'redis:7', configs: [{ source }] }));
    expect(advice.readOnly).toMatchObject({ value: false, confidence: 'known' });
    expect(advise(service({ image: 'acme/api', secrets: [{ source }] })).readOnly.value).toBe(false);
    expect(advice.user?.confidence).toBe('known');
  });

  test('a file secret lies on top of a tmpfs that is known to work, and is not covered by a guess', () => {
    expect(advise(service({ image: 'nginx:1', secrets: [{}] })).readOnly.value).toMatchObject({
      tmpfs: [{ path: '/run' }, { path: '/var/cache/nginx' }],
    });
    expect(advise(service({ image: 'acme/api', secrets: [{}] })).readOnly.value).toEqual({ tmpfs: [{ path: '/tmp' }] });
  });

  test('an external secret below a tmpfs forbids it', () => {
    expect(advise(service({ image: 'nginx:1', secrets: [{ source: 'external' }] })).readOnly.value).toBe(false);
  });
});

describe('a tmpfs never covers what is mounted', () => {
  test.each<[string, ServiceOptions, string[]]>([
    ['the same place', { mounts: ['volume t:/tmp'] }, ['/run']],
    ['the same place, spelt by its link', { mounts: ['volume r:/var/run'] }, ['/tmp']],
    ['a place below', { mounts: ['volume x:/tmp/uploads'] }, ['/run']],
    ['a socket below', { mounts: ['bind /var/run/docker.sock:/var/run/docker.sock:ro'] }, ['/tmp']],
    ['a place above', { mounts: ['bind ./run:/run', 'bind /tmp:/tmp'] }, []],
    ['a tmpfs that is there', { tmpfs: ['/tmp', '/run'] }, []],
    ['an unrelated place with the same beginning', { mounts: ['volume x:/tmpfiles'] }, ['/tmp', '/run']],
  ])('%s', (_what, options, expected) => {
    const { value } = advise(service({ image: 'acme/api', ...options })).readOnly;
    expect(value === false ? value : value.tmpfs.map((tmpfs) => tmpfs.path)).toEqual(expected);
  });

  test('and a known one that cannot be made says so', () => {
    const { readOnly } = advise(service({ image: 'mariadb:11', mounts: ['volume s:/run/mysqld/extra'] }));
    expect(readOnly).toMatchObject({ value: false, confidence: 'known' });
    expect(readOnly.why).toContain('/run/mysqld/extra');
  });
});

test('files that are copied in by develop.watch forbid read-only', () => {
  const keys = { develop: { watch: [{ action: 'sync', path: './src', target: '/app' }] } };
  expect(advise(service({ image: 'redis:7', keys })).readOnly.value).toBe(false);
});

test('init that may be true counts as init', () => {
  expect(capabilities({ image: 'redis:8', init: 'maybe' })).toContain('KILL');
  expect(capabilities({ image: 'redis:8', init: false })).not.toContain('KILL');
});

test('a user that hangs on a variable is said to be perhaps root', () => {
  expect(advise(service({ image: 'redis:8', user: '${UID}' })).capabilities.why).toContain('root when that is unset');
});

test('on the host network a low port needs root', () => {
  const { user, noUser } = advise(service({ image: 'phpmyadmin', networkMode: 'host' }));
  expect(user).toBeUndefined();
  expect(noUser?.why).toContain('port 80');
});

test('volumes_from hides what holds the data', () => {
  const advice = advise(service({ image: 'postgres:16', keys: { volumes_from: ['data'] } }));
  expect(advice.user).toBeUndefined();
  expect(advice.capabilities.value).toContain('CHOWN');
});

test('every verdict that changes something says why, and known ones carry evidence', () => {
  for (const image of ['postgres:16', 'nginx:1', 'caddy:2', 'acme/api', 'lscr.io/linuxserver/sonarr']) {
    const { capabilities: caps, noNewPrivileges, readOnly, egress, privileged, user, noUser } = advise(service({ image }));
    for (const verdict of [caps, noNewPrivileges, readOnly, egress, privileged, user, noUser]) {
      if (!verdict) continue;
      expect(verdict.why).toMatch(/\w/);
      if (verdict.confidence === 'known') expect(verdict.evidence.length).toBeGreaterThan(0);
    }
  }
});

test('the same question gives the same answer', () => {
  const asked = service({ image: 'postgres:16', mounts: ['volume d:/var/lib/postgresql/data'] });
  const answers = ({ port, limits, healthcheck, init, hostAccess, tmpfs, secretFile, ...advice }: ReturnType<typeof advise>) => ({
    ...advice,
    port: port(5432, 'tcp'),
    limits: limits(),
    healthcheck: healthcheck(),
    init: init(),
    hostAccess: hostAccess('shm', ''),
    tmpfs: tmpfs('/tmp'),
    secretFile: secretFile('POSTGRES_PASSWORD'),
  });
  expect(answers(advise(asked))).toEqual(answers(advise(asked)));
});

describe('a user that was made root', () => {
  test('may have left files of root behind, where the image is not root by itself', () => {
    expect(advise(service({ image: 'grafana/grafana:11.0.0', user: '0' })).user).toMatchObject({ value: '472:0', confidence: 'guess' });
    expect(advise(service({ image: 'prom/prometheus:v3.1.0', user: '${UID}' })).user?.confidence).toBe('guess');
  });

  test('is a decision where the image starts as root anyway too', () => {
    expect(advise(service({ image: 'postgres:16', user: 'root' })).user).toMatchObject({ value: '999:999', confidence: 'guess' });
  });
});
