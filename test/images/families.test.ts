import { type Advice, advise } from '../../src/images';
import { type ServiceOptions, service } from './service-factory';

const VOLUME = ['volume data:/var/lib/postgresql/data'];
const BIND = ['bind ./data:/var/lib/postgresql/data'];

/** An answer on one line: `value confidence`. */
function user(advice: Advice): string {
  return advice.user ? `${advice.user.value} ${advice.user.confidence}` : 'none';
}

function capabilities(advice: Advice): string {
  return [...advice.capabilities.value, advice.capabilities.confidence].join(' ');
}

function readOnly(advice: Advice): string {
  const { value, confidence } = advice.readOnly;
  if (value === false) return `no ${confidence}`;
  const mounts = value.tmpfs.map(
    (tmpfs) => tmpfs.path + (tmpfs.uid === undefined ? '' : `=${[tmpfs.uid, tmpfs.gid].filter((id) => id !== undefined).join(':')}`),
  );
  return [...mounts, confidence].join(' ');
}

describe('the user', () => {
  const table: [string, ServiceOptions, string][] = [
    ['postgres on Debian, named volume', { image: 'postgres:16', mounts: VOLUME }, '999:999 known'],
    ['postgres on Alpine, named volume', { image: 'postgres:16-alpine', mounts: VOLUME }, '70:70 known'],
    ['postgres 18, named volume', { image: 'postgres:18', mounts: ['volume data:/var/lib/postgresql'] }, '999:999 known'],
    ['postgres, no mount', { image: 'postgres:16' }, '999:999 known'],
    ['postgres, anonymous volume', { image: 'postgres:16', mounts: ['anonymous /var/lib/postgresql/data'] }, '999:999 known'],
    ['postgres, bind mount', { image: 'postgres:16', mounts: BIND }, '999:999 guess'],
    [
      'postgres, volume and read-only start scripts',
      { image: 'postgres:16', mounts: [...VOLUME, 'bind ./init:/docker-entrypoint-initdb.d:ro'] },
      '999:999 generic',
    ],
    ['postgres, data in a tmpfs', { image: 'postgres:16', tmpfs: ['/var/lib/postgresql/data'] }, 'none'],
    ['postgres, unknown tag', { image: 'postgres:${TAG}', mounts: VOLUME }, 'none'],
    ['postgres, secret from a file', { image: 'postgres:16', mounts: VOLUME, secrets: [{}] }, '999:999 guess'],
    [
      'postgres, PGDATA in the volume',
      { image: 'postgres:16', mounts: VOLUME, environment: { PGDATA: '/var/lib/postgresql/data/pg' } },
      '999:999 generic',
    ],
    ['postgres, PGDATA elsewhere', { image: 'postgres:16', mounts: ['volume d:/pg'], environment: { PGDATA: '/pg' } }, 'none'],
    ['postgres, options only', { image: 'postgres:16', mounts: VOLUME, command: ['-c', 'shared_buffers=256MB'] }, '999:999 known'],
    ['postgres, its own server', { image: 'postgres:16', mounts: VOLUME, command: ['postgres', '-c', 'x=y'] }, '999:999 known'],
    ['postgres, a shell', { image: 'postgres:16', mounts: VOLUME, command: ['sh', '-c', 'sleep 1 && postgres'] }, 'none'],
    [
      'postgres, its own entrypoint written out',
      { image: 'postgres:16', mounts: VOLUME, entrypoint: ['docker-entrypoint.sh'] },
      '999:999 known',
    ],
    ['postgres, another entrypoint', { image: 'postgres:16', mounts: VOLUME, entrypoint: ['/wait.sh'] }, 'none'],
    ['a built image that is called postgres', { image: 'postgres:16', build: true }, '1000:1000 guess'],
    ['redis on Alpine', { image: 'redis:7-alpine', mounts: ['volume r:/data'] }, '999:1000 known'],
    ['redis, bind mount', { image: 'redis:7', mounts: ['bind ./r:/data'] }, '999:999 guess'],
    ['redis, started by a shell', { image: 'redis:7', command: ['sh', '-c', 'redis-server'] }, '999:999 guess'],
    ['valkey', { image: 'valkey/valkey:8' }, '999:999 known'],
    ['mysql, unknown tag but one user in all', { image: 'mysql:${TAG}', mounts: ['volume m:/var/lib/mysql'] }, '999:999 known'],
    ['mariadb, bind mount', { image: 'mariadb:11', mounts: ['bind ./m:/var/lib/mysql'] }, '999:999 guess'],
    ['mongo', { image: 'mongo:7', mounts: ['volume m:/data/db'] }, '999:999 known'],
    ['rabbitmq on Alpine', { image: 'rabbitmq:4-management-alpine', mounts: ['volume m:/var/lib/rabbitmq'] }, '100:101 known'],
    ['memcached', { image: 'memcached:1' }, '11211:11211 known'],
    ['nginx', { image: 'nginx:1' }, 'none'],
    ['nginx unprivileged', { image: 'nginxinc/nginx-unprivileged:1' }, '101:101 known'],
    ['grafana', { image: 'grafana/grafana:11.0.0', mounts: ['bind ./g:/var/lib/grafana'] }, '472:0 known'],
    ['old grafana', { image: 'grafana/grafana:6.7.0' }, 'none'],
    ['prometheus', { image: 'prom/prometheus:v3.1.0' }, '65534:65534 known'],
    ['wordpress, named volume', { image: 'wordpress:6', mounts: ['volume w:/var/www/html'] }, '33:33 known'],
    [
      'wordpress, content from the host',
      { image: 'wordpress:6', mounts: ['volume w:/var/www/html', 'bind ./c:/var/www/html/wp-content'] },
      '33:33 guess',
    ],
    [
      'nextcloud with redis',
      { image: 'nextcloud:30', mounts: ['volume n:/var/www/html'], environment: { REDIS_HOST: 'redis' } },
      '33:33 guess',
    ],
    ['traefik with the socket', { image: 'traefik:v3', mounts: ['bind /var/run/docker.sock:/var/run/docker.sock:ro'] }, 'none'],
    ['traefik without', { image: 'traefik:v3' }, '65532:65532 guess'],
    ['traefik on the host network', { image: 'traefik:v3', networkMode: 'host' }, 'none'],
    ['caddy with volumes', { image: 'caddy:2', mounts: ['volume c:/data'] }, '1000:1000 guess'],
    ['node', { image: 'node:22', command: ['node', 'server.js'] }, '1000:1000 guess'],
    [
      'node that installs system packages',
      { image: 'node:22', command: ['sh', '-c', 'apt-get update && apt-get install -y git && npm start'] },
      'none',
    ],
    ['linuxserver', { image: 'lscr.io/linuxserver/sonarr' }, 'none'],
    ['haproxy', { image: 'haproxy:3.0' }, '99:99 known'],
    ['haproxy before 2.4', { image: 'haproxy:2.0' }, 'none'],
  ];
  test.each(table)('%s', (_name, options, expected) => {
    const advice = advise(service(options));
    expect(user(advice)).toBe(expected);
    expect(Boolean(advice.user)).toBe(!advice.noUser);
  });
});

describe('the capabilities', () => {
  const GENERIC = 'CHOWN DAC_OVERRIDE FOWNER KILL NET_BIND_SERVICE SETGID SETUID generic';
  const SEARCHING = 'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER KILL NET_BIND_SERVICE SETGID SETUID generic';
  const table: [string, ServiceOptions, string][] = [
    ['postgres as root, volume', { image: 'postgres:16', mounts: VOLUME }, 'CHOWN DAC_READ_SEARCH SETGID SETUID known'],
    ['postgres as root, bind mount', { image: 'postgres:16', mounts: BIND }, 'CHOWN DAC_READ_SEARCH SETGID SETUID known'],
    ['postgres as root, unknown tag', { image: 'postgres:${TAG}' }, 'CHOWN DAC_READ_SEARCH SETGID SETUID known'],
    ['postgres as itself', { image: 'postgres:16', user: '999:999' }, 'known'],
    ['postgres as root by user', { image: 'postgres:16', user: '0' }, 'CHOWN DAC_READ_SEARCH SETGID SETUID known'],
    ['postgres as an unset variable', { image: 'postgres:16', user: '${UID}:${GID}' }, 'CHOWN DAC_READ_SEARCH SETGID SETUID known'],
    ['postgres with init', { image: 'postgres:16', init: true }, 'CHOWN DAC_READ_SEARCH KILL SETGID SETUID known'],
    ['postgres as itself with init', { image: 'postgres:16', init: true, user: '999:999' }, 'known'],
    [
      'postgres, a shell',
      { image: 'postgres:16', command: ['sh', '-c', 'postgres'] },
      'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER KILL NET_BIND_SERVICE SETGID SETUID generic',
    ],
    [
      'redis, started by a shell',
      { image: 'redis:7', command: ['sh', '-c', 'exec redis-server --requirepass "$$P"'] },
      'DAC_OVERRIDE known',
    ],
    ['redis, a shell that waits first', { image: 'redis:7', command: ['sh', '-c', 'sleep 1; redis-server'] }, 'DAC_OVERRIDE known'],
    [
      'redis, a shell that calls the entrypoint',
      { image: 'redis:7', command: ['sh', '-c', 'docker-entrypoint.sh --appendonly yes'] },
      'CHOWN DAC_READ_SEARCH SETGID SETUID known',
    ],
    ['redis, a shell, but as itself', { image: 'redis:7', user: '999', command: ['sh', '-c', 'redis-server'] }, 'known'],
    ['redis, a shell that does more', { image: 'redis:7', command: ['sh', '-c', 'chmod 777 /data && redis-server'] }, SEARCHING],
    ['redis, a shell that writes a file', { image: 'redis:7', command: ['sh', '-c', 'redis-server > /data/log'] }, SEARCHING],
    [
      'an image that steps down from nothing, a shell',
      { image: 'hyperledger/fabric-ca:1.5', command: ['sh', '-c', 'fabric-ca-server start'] },
      'known',
    ],
    [
      'an image that is another user, whatever it runs',
      { image: 'confluentinc/cp-kafka:8.0.0', command: ['bash', '-c', 'kafka-topics'] },
      'known',
    ],
    ['an image that is a user without a known number', { image: 'geonetwork:4.4' }, 'known'],
    ['redis 7', { image: 'redis:7' }, 'CHOWN DAC_READ_SEARCH SETGID SETUID known'],
    ['redis 8', { image: 'redis:8.2-alpine' }, 'CHOWN SETGID SETPCAP SETUID known'],
    ['redis, unknown version', { image: 'redis:alpine' }, 'CHOWN DAC_READ_SEARCH SETGID SETPCAP SETUID generic'],
    ['redis 8 with a secret from a file', { image: 'redis:8', secrets: [{}] }, 'CHOWN DAC_READ_SEARCH SETGID SETPCAP SETUID known'],
    [
      'redis 8 with a secret from the environment',
      { image: 'redis:8', secrets: [{ source: 'environment' }] },
      'CHOWN SETGID SETPCAP SETUID known',
    ],
    ['nginx', { image: 'nginx:1', mounts: ['bind ./html:/usr/share/nginx/html'] }, 'CHOWN SETGID SETUID known'],
    [
      'nginx with keys of the host',
      { image: 'nginx:1', mounts: ['bind ./certs:/etc/nginx/certs:ro'] },
      'CHOWN DAC_READ_SEARCH SETGID SETUID known',
    ],
    ['nginx on the host network', { image: 'nginx:1', networkMode: 'host' }, 'CHOWN NET_BIND_SERVICE SETGID SETUID known'],
    ['nginx as another user', { image: 'nginx:1', user: '101:101' }, 'known'],
    ['httpd', { image: 'httpd:2.4' }, 'SETGID SETUID known'],
    ['caddy as root', { image: 'caddy:2' }, 'NET_BIND_SERVICE known'],
    ['caddy as another user', { image: 'caddy:2', user: '1000:1000' }, 'NET_BIND_SERVICE known'],
    ['traefik', { image: 'traefik:v3', mounts: ['bind /var/run/docker.sock:/var/run/docker.sock:ro'] }, 'known'],
    ['traefik with certificates on the host', { image: 'traefik:v3', mounts: ['bind ./le:/letsencrypt'] }, 'DAC_OVERRIDE known'],
    [
      'vaultwarden, data on the host',
      { image: 'vaultwarden/server:1.33', mounts: ['bind ./vw:/data'] },
      'DAC_OVERRIDE NET_BIND_SERVICE known',
    ],
    [
      'wordpress, named volume',
      { image: 'wordpress:6', mounts: ['volume w:/var/www/html'] },
      'CHOWN DAC_OVERRIDE FOWNER KILL SETGID SETUID known',
    ],
    [
      'wordpress, bind mount',
      { image: 'wordpress:6', mounts: ['bind ./w:/var/www/html'] },
      'CHOWN DAC_OVERRIDE FOWNER KILL SETGID SETUID known',
    ],
    ['php-fpm', { image: 'php:8.3-fpm' }, 'KILL SETGID SETUID known'],
    ['php on the command line', { image: 'php:8.3' }, GENERIC],
    ['mosquitto', { image: 'eclipse-mosquitto:2' }, 'CHOWN SETGID SETUID known'],
    ['node as root', { image: 'node:22' }, GENERIC],
    ['node as node', { image: 'node:22', user: 'node', command: ['npm', 'start'] }, 'known'],
    ['grafana', { image: 'grafana/grafana:11.0.0' }, 'known'],
    ['grafana as root', { image: 'grafana/grafana:11.0.0', user: 'root' }, 'DAC_OVERRIDE generic'],
    ['linuxserver', { image: 'lscr.io/linuxserver/sonarr' }, GENERIC],
    [
      'linuxserver wireguard',
      { image: 'lscr.io/linuxserver/wireguard' },
      'CHOWN DAC_OVERRIDE FOWNER KILL NET_ADMIN NET_BIND_SERVICE SETGID SETUID generic',
    ],
    ['pgAdmin, whose interpreter has a file capability', { image: 'dpage/pgadmin4' }, 'NET_BIND_SERVICE known'],
    ['AdGuard Home', { image: 'adguard/adguardhome' }, 'CHOWN DAC_OVERRIDE FOWNER NET_BIND_SERVICE known'],
    [
      'AdGuard Home on the host network',
      { image: 'adguard/adguardhome', networkMode: 'host' },
      'CHOWN DAC_OVERRIDE FOWNER NET_BIND_SERVICE NET_RAW known',
    ],
    ['CouchDB', { image: 'couchdb:3', mounts: ['volume c:/opt/couchdb/data'] }, 'CHOWN DAC_OVERRIDE FOWNER SETGID SETUID known'],
    ['Vault', { image: 'hashicorp/vault:1.17' }, 'CHOWN IPC_LOCK SETFCAP SETGID SETUID known'],
    ['n8n', { image: 'n8nio/n8n' }, 'known'],
    ['haproxy made root', { image: 'haproxy:3.0', user: 'root' }, 'KILL SETGID SETUID SYS_CHROOT known'],
    ['nextcloud cron', { image: 'nextcloud:30', entrypoint: ['/cron.sh'] }, GENERIC],
  ];
  test.each(table)('%s', (_name, options, expected) => {
    expect(capabilities(advise(service(options)))).toBe(expected);
  });
});

describe('read-only', () => {
  const table: [string, ServiceOptions, string][] = [
    ['postgres as root', { image: 'postgres:16', mounts: VOLUME }, '/tmp /var/run/postgresql=999:999 known'],
    ['postgres on Alpine', { image: 'postgres:16-alpine', mounts: VOLUME }, '/tmp /var/run/postgresql=70:70 known'],
    ['postgres, unknown tag', { image: 'postgres:${TAG}', mounts: VOLUME }, '/tmp /var/run/postgresql known'],
    ['postgres as another user', { image: 'postgres:16', user: '2000:2000' }, '/tmp /var/run/postgresql=2000:2000 known'],
    ['postgres by name', { image: 'postgres:16', user: 'postgres' }, '/tmp /var/run/postgresql=999:999 known'],
    ['postgres by a name nobody knows', { image: 'postgres:16', user: 'dba' }, '/tmp /var/run/postgresql guess'],
    ['postgres with its socket in a volume', { image: 'postgres:16', mounts: [...VOLUME, 'volume s:/run/postgresql'] }, '/tmp known'],
    ['postgres with a tmpfs already', { image: 'postgres:16', mounts: VOLUME, tmpfs: ['/tmp'] }, '/var/run/postgresql=999:999 known'],
    ['redis', { image: 'redis:7', mounts: ['volume r:/data'] }, 'known'],
    ['nginx as root', { image: 'nginx:1' }, '/run /var/cache/nginx known'],
    ['nginx as another user', { image: 'nginx:1', user: '101:101' }, '/run=101:101 /var/cache/nginx=101:101 known'],
    [
      'nginx with templates',
      { image: 'nginx:1', mounts: ['bind ./t:/etc/nginx/templates:ro'] },
      '/etc/nginx/conf.d /run /var/cache/nginx generic',
    ],
    ['nginx with a cache below', { image: 'nginx:1', mounts: ['volume c:/var/cache/nginx/pages'] }, 'no known'],
    ['caddy', { image: 'caddy:2', mounts: ['volume d:/data', 'volume c:/config'] }, '/tmp known'],
    ['grafana with a volume', { image: 'grafana/grafana:11.0.0', mounts: ['volume g:/var/lib/grafana'] }, '/tmp known'],
    ['grafana without', { image: 'grafana/grafana:11.0.0' }, 'no known'],
    ['loki with its data below /tmp', { image: 'grafana/loki:3', mounts: ['volume l:/tmp/loki'] }, 'known'],
    ['nextcloud', { image: 'nextcloud:30', mounts: ['volume n:/var/www/html'] }, '/run /tmp generic'],
    ['nextcloud with redis', { image: 'nextcloud:30', environment: { REDIS_HOST: 'r' } }, 'no known'],
    ['linuxserver, nothing mounted', { image: 'lscr.io/linuxserver/sonarr' }, 'no generic'],
    ['linuxserver, a volume', { image: 'lscr.io/linuxserver/sonarr', mounts: ['volume c:/config'] }, '/run /tmp generic'],
    ['linuxserver, a bind mount', { image: 'linuxserver/sonarr', mounts: ['bind ./c:/config'] }, '/run /tmp guess'],
    [
      'linuxserver with PUID',
      { image: 'lscr.io/linuxserver/sonarr', mounts: ['volume c:/config'], environment: { PUID: '1000' } },
      'no known',
    ],
    ['linuxserver whose page does not say so', { image: 'linuxserver/heimdall', mounts: ['volume c:/config'] }, 'no generic'],
    ['node', { image: 'node:22', command: ['node', 'a.js'] }, '/tmp guess'],
    ['node that installs', { image: 'node:22', command: ['sh', '-c', 'npm install && npm start'] }, 'no generic'],
    ['nginx proxy manager', { image: 'jc21/nginx-proxy-manager' }, 'no known'],
    ['mariadb', { image: 'mariadb:11' }, '/run/mysqld=999:999 /tmp known'],
    ['traefik', { image: 'traefik:v3' }, '/plugins-storage /tmp known'],
  ];
  test.each(table)('%s', (_name, options, expected) => {
    expect(readOnly(advise(service(options)))).toBe(expected);
  });
});

describe('ports, privileges and egress', () => {
  test.each([
    ['postgres:16', 5432, 'datastore known'],
    ['nginx:1', 80, 'public known'],
    ['jc21/nginx-proxy-manager', 81, 'admin known'],
    ['phpmyadmin', 80, 'admin known'],
    ['acme/db', 5432, 'datastore generic'],
    ['acme/api', 25, 'public generic'],
    ['acme/api', 3000, 'app guess'],
    ['minio/minio', 9999, 'app guess'],
  ])('%s port %d is %s', (image, port, expected) => {
    const verdict = advise(service({ image })).port(port, 'tcp');
    expect(`${verdict.value} ${verdict.confidence}`).toBe(expected);
  });

  test('a port of the other protocol is another port', () => {
    expect(advise(service({ image: 'postgres:16' })).port(5432, 'udp').value).toBe('app');
    expect(advise(service({ image: 'acme/dns' })).port(53, 'udp').value).toBe('public');
  });

  test('a datastore needs no way out, unless something in it calls out', () => {
    expect(advise(service({ image: 'postgres:16' })).egress).toMatchObject({ value: 'none', confidence: 'known' });
    expect(advise(service({ image: 'postgres:16', environment: { WALG_S3_PREFIX: 's3://x' } })).egress.value).toBe('unknown');
    expect(advise(service({ image: 'postgres:16', command: ['sh', '-c', 'apt-get install -y x'] })).egress.value).toBe('unknown');
  });

  test('linuxserver images as another user cannot have no-new-privileges', () => {
    expect(advise(service({ image: 'lscr.io/linuxserver/sonarr' })).noNewPrivileges.value).toBe(true);
    expect(advise(service({ image: 'lscr.io/linuxserver/sonarr', user: '1000:1000' })).noNewPrivileges.value).toBe(false);
  });

  test('the label and the start are those of the configuration', () => {
    expect(advise(service({ image: 'postgres:16-alpine' }))).toMatchObject({
      label: 'PostgreSQL (postgres:16-alpine)',
      family: 'postgres',
      variant: 'alpine',
      imageUser: 'root',
      startsAsRoot: true,
    });
    expect(advise(service({ image: 'postgres:16', user: '999' })).startsAsRoot).toBe(false);
    expect(advise(service({ image: 'postgres:16', user: '${UID}' })).startsAsRoot).toBeUndefined();
    expect(advise(service({ image: 'grafana/grafana:11.0.0' }))).toMatchObject({ imageUser: '472:0', startsAsRoot: false });
  });
});

describe('what broke or was too much with the entrypoints as they are published', () => {
  const PAPERLESS = 'ghcr.io/paperless-ngx/paperless-ngx';
  const table: [string, ServiceOptions, { user?: string; capabilities?: string; readOnly?: string; noNewPrivileges?: string }][] = [
    [
      'paperless with s6-overlay, started as root',
      { image: `${PAPERLESS}:2.15.3`, mounts: ['volume d:/usr/src/paperless/data'] },
      { user: 'none', capabilities: 'CHOWN DAC_OVERRIDE FOWNER KILL SETGID SETUID known', noNewPrivileges: 'true generic' },
    ],
    [
      'paperless with s6-overlay, started as somebody else',
      { image: `${PAPERLESS}:2.20.3`, user: '1000:1000' },
      { capabilities: 'CHOWN DAC_OVERRIDE SETGID SETUID guess', noNewPrivileges: 'false known' },
    ],
    [
      'paperless of an unknown version, started as somebody else',
      { image: PAPERLESS, user: '1000:1000' },
      { capabilities: 'CHOWN DAC_OVERRIDE SETGID SETUID guess', noNewPrivileges: 'false known' },
    ],
    [
      'paperless before s6-overlay',
      { image: `${PAPERLESS}:2.14.7`, mounts: ['volume d:/usr/src/paperless/data'] },
      { user: '1000:1000 generic', noNewPrivileges: 'true generic' },
    ],
    [
      'PostgreSQL of Immich',
      { image: 'ghcr.io/immich-app/postgres:14-vectorchord0.4.3-pgvectors0.2.0', mounts: VOLUME },
      { readOnly: '/etc/postgresql /tmp /var/run/postgresql=999:999 guess', user: '999:999 generic' },
    ],
    [
      'Radicale on a directory of the host',
      { image: 'tomsquest/docker-radicale:3.5.4.0', mounts: ['bind ./data:/data'], init: true },
      { capabilities: 'CHOWN KILL SETGID SETUID known', readOnly: 'known', noNewPrivileges: 'true known' },
    ],
    [
      'Radicale in a volume, which is closed to root from the start',
      { image: 'tomsquest/docker-radicale:3.5.4.0', mounts: ['volume d:/data'], init: true },
      { capabilities: 'CHOWN DAC_READ_SEARCH KILL SETGID SETUID known', readOnly: 'known' },
    ],
    [
      'Radicale that leaves its volume alone',
      { image: 'tomsquest/docker-radicale', mounts: ['volume d:/data'], environment: { TAKE_FILE_OWNERSHIP: 'false' } },
      { capabilities: 'CHOWN KILL SETGID SETUID known' },
    ],
    [
      'Radicale that is configured by variables',
      { image: 'tomsquest/docker-radicale', environment: { RADICALE_CONFIG_SERVER_HOSTS: '0.0.0.0:5232' } },
      { readOnly: 'no known' },
    ],
    [
      'SearXNG with its configuration on the host',
      { image: 'searxng/searxng:latest', mounts: ['bind ./searxng:/etc/searxng'] },
      { capabilities: 'CHOWN SETGID SETUID generic' },
    ],
    [
      'SearXNG in a volume, where it writes its configuration itself',
      { image: 'searxng/searxng:latest', mounts: ['volume s:/etc/searxng'] },
      { capabilities: 'CHOWN DAC_OVERRIDE SETGID SETUID generic' },
    ],
    ['redis 8 without a volume', { image: 'redis:8.6' }, { readOnly: 'no known' }],
    ['redis 8 with one', { image: 'redis:8.6', mounts: ['volume r:/data'] }, { readOnly: 'known' }],
    ['redis 7, which declares one', { image: 'redis:7' }, { readOnly: 'known' }],
    ['redis of an unknown version without a volume', { image: 'redis' }, { readOnly: 'no generic' }],
    ['Adminer', { image: 'adminer:5' }, { readOnly: '/tmp generic' }],
    ['Adminer with a design', { image: 'adminer:5', environment: { ADMINER_DESIGN: 'pepa-linha' } }, { readOnly: 'no known' }],
    ['InfluxDB 1', { image: 'influxdb:1.8' }, { capabilities: 'known', readOnly: '/tmp generic' }],
    [
      'InfluxDB 1 that steps down',
      { image: 'influxdb:1.8', environment: { INFLUXDB_RUNAS_USER_ID: '1000' } },
      { capabilities: 'CHOWN DAC_READ_SEARCH SETGID SETUID generic' },
    ],
    [
      'PHP on Apache with its application on the host',
      { image: 'php:8.3-apache', mounts: ['bind ./src:/var/www/html'] },
      { user: '33:33 generic', capabilities: 'SETGID SETUID known', readOnly: '/run /tmp generic' },
    ],
    [
      'php-fpm with its application on the host',
      { image: 'php:8.3-fpm', mounts: ['bind ./src:/var/www/html'] },
      { user: '33:33 generic', capabilities: 'KILL SETGID SETUID known', readOnly: '/tmp generic' },
    ],
    ['Drupal', { image: 'drupal:11' }, { user: '33:33 generic', capabilities: 'SETGID SETUID known' }],
    [
      'Tomcat',
      { image: 'tomcat:10' },
      { user: '1000:1000 generic', readOnly: '/tmp /usr/local/tomcat/logs /usr/local/tomcat/temp /usr/local/tomcat/work generic' },
    ],
    [
      'Tomcat with an application',
      { image: 'tomcat:10', mounts: ['bind ./app.war:/usr/local/tomcat/webapps/app.war:ro'] },
      { user: '1000:1000 guess', readOnly: '/tmp /usr/local/tomcat/logs /usr/local/tomcat/temp /usr/local/tomcat/work guess' },
    ],
    ['Caddy without its data mounted', { image: 'caddy:2' }, { user: '1000:1000 generic' }],
    [
      'FreshRSS',
      { image: 'freshrss/freshrss', mounts: ['volume f:/var/www/FreshRSS/data'] },
      { capabilities: 'CHOWN KILL SETGID SETUID generic' },
    ],
    ['Node-RED', { image: 'nodered/node-red:4' }, { capabilities: 'known' }],
    ['Verdaccio', { image: 'verdaccio/verdaccio:6' }, { capabilities: 'known' }],
  ];
  test.each(table)('%s', (_name, options, expected) => {
    const advice = advise(service(options));
    const { value, confidence } = advice.noNewPrivileges;
    const found = {
      user: user(advice),
      capabilities: capabilities(advice),
      readOnly: readOnly(advice),
      noNewPrivileges: `${value} ${confidence}`,
    };
    expect(found).toMatchObject(expected);
  });
});
