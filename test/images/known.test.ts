import { advise, loadTemplates } from '../../src/images';
import { isAbout, partsOf } from '../../src/images/about';
import { cited, EVIDENCE_KINDS, type EvidenceKind, misfit } from '../../src/images/evidence-kind';
import { service } from './service-factory';

const VOLUME = ['volume data:/var/lib/postgresql/data'];

describe('known is said of the image at hand', () => {
  test.each<[string, string]>([
    ['the image that was read', 'postgres:16'],
    ['an image whose own Dockerfile was read and changes nothing', 'pgvector/pgvector:pg16'],
    ['another one', 'postgis/postgis:16-3.5'],
  ])('%s', (_what, image) => {
    const { capabilities, user, noNewPrivileges, secretFile } = advise(service({ image, mounts: VOLUME }));
    expect([capabilities, user, noNewPrivileges, secretFile('POSTGRES_PASSWORD')].map((each) => each?.confidence)).toEqual(
      Array(4).fill('known'),
    );
  });

  test.each([
    'tensorchord/pgvecto-rs:pg16-v0.3.0',
    'imresamu/postgis:16-3.4',
    'debezium/postgres:16',
    'confluentinc/cp-schema-registry:7.7.0',
    'selenium/node-chrome:4.25',
    'codeberg.org/forgejo/forgejo:9',
    'mcr.microsoft.com/azure-sql-edge:latest',
    'jaegertracing/jaeger:2.1.0',
    'portainer/portainer-ee:2.21.0',
    'bitnami/postgresql:17',
    'linuxserver/not-listed:latest',
    'nickfedor/watchtower:latest',
  ])('%s is only related to what was read', (image) => {
    const advice = advise(service({ image }));
    const verdicts = [
      advice.capabilities,
      advice.user ?? advice.noUser!,
      advice.noNewPrivileges,
      advice.readOnly,
      advice.privileged,
      advice.egress,
      ...advice.listens.map(({ port, protocol = 'tcp' }) => advice.port(port, protocol)),
    ];
    for (const { confidence } of verdicts) expect(confidence).not.toBe('known');
  });

  test('what it stands on is said', () => {
    expect(advise(service({ image: 'debezium/postgres:16', mounts: VOLUME })).capabilities.why).toMatch(
      /but that was seen of postgres, and not of this image$/,
    );
    const refs = advise(service({ image: 'pgvector/pgvector:pg16', mounts: VOLUME })).capabilities.evidence.map(({ ref }) => ref);
    expect(refs).toContain('pgvector/pgvector@e48241b Dockerfile');
  });
});

describe('known is said of the configuration at hand', () => {
  const nginx = (mount: string) => advise(service({ image: 'nginx:1.27', mounts: [mount] }));

  test('scripts that are mounted beside those of the image may write anywhere', () => {
    const { readOnly, capabilities, noNewPrivileges } = nginx('bind ./10-page.sh:/docker-entrypoint.d/10-page.sh:ro');
    expect([readOnly.confidence, capabilities.confidence, noNewPrivileges.confidence]).toEqual(['guess', 'generic', 'generic']);
    expect(readOnly.why).toContain('/docker-entrypoint.d');
    expect(readOnly.evidence.map(({ ref }) => ref).join()).toContain('nginx/docker-nginx');
  });

  test.each<[string, string, string]>([
    ['nginx:1.27', 'bind ./nginx.conf:/etc/nginx/nginx.conf:ro', 'generic'],
    ['nginx:1.27', 'bind ./html:/usr/share/nginx/html:ro', 'known'],
    ['postgres:16', 'bind ./init:/docker-entrypoint-initdb.d:ro', 'generic'],
    ['mariadb:11', 'bind ./init:/docker-entrypoint-initdb.d:ro', 'generic'],
    ['mysql:8.4', 'bind ./my.cnf:/etc/mysql/conf.d/my.cnf:ro', 'generic'],
    ['redis:7', 'bind ./redis.conf:/usr/local/etc/redis/redis.conf:ro', 'generic'],
    ['httpd:2.4', 'bind ./httpd.conf:/usr/local/apache2/conf/httpd.conf:ro', 'generic'],
  ])('%s with %s', (image, mount, confidence) => {
    const { capabilities, readOnly } = advise(service({ image, mounts: [mount] }));
    expect(capabilities.confidence).toBe(confidence);
    if (image !== 'mysql:8.4') expect(readOnly.confidence).toBe(confidence);
  });

  test('a refusal is not taken back', () => {
    expect(nginx('bind ./x:/docker-entrypoint.d').noUser?.confidence).toBe('known');
  });

  test.each([
    ['postgres:16', 'bind ./start.sh:/usr/local/bin/docker-entrypoint.sh:ro'],
    ['nginx:1.27', 'bind ./start.sh:/docker-entrypoint.sh:ro'],
    ['ghcr.io/immich-app/postgres:16', 'bind ./start.sh:/usr/local/bin/immich-docker-entrypoint.sh'],
  ])('%s does not start as it would with %s', (image, mount) => {
    const { capabilities, user, readOnly } = advise(service({ image, mounts: [mount] }));
    expect(capabilities.confidence).not.toBe('known');
    expect(user).toBeUndefined();
    expect(readOnly.confidence).toBe('guess');
  });

  test('a secret that is bind-mounted may be closed to the user of the service', () => {
    const options = { image: 'postgres:16', environment: { POSTGRES_PASSWORD_FILE: '/run/pw' } };
    const mounted = advise(service({ ...options, mounts: [...VOLUME, 'bind ./pw:/run/pw:ro'] }));
    expect(mounted.user?.confidence).toBe('guess');
    expect(advise(service({ ...options, mounts: [...VOLUME, 'bind ./secrets:/run:ro'] })).user?.confidence).toBe('guess');
    expect(advise(service({ ...options, mounts: VOLUME })).user?.confidence).toBe('known');
    const root = advise(service({ image: 'redis:8', environment: { REDIS_PASSWORD_FILE: '/pw' }, mounts: ['bind ./pw:/pw:ro'] }));
    expect(root.capabilities.value).toContain('DAC_READ_SEARCH');
  });
});

test('a reference names repositories', () => {
  expect(partsOf('a/b@1234567 Dockerfile, @7654321 x/entrypoint.sh; c/d run.sh and e/f y.sh')).toEqual([
    { repository: 'a/b', file: 'Dockerfile' },
    { repository: 'a/b', file: 'x/entrypoint.sh' },
    { repository: 'c/d', file: 'run.sh' },
    { repository: 'e/f', file: 'y.sh' },
  ]);
  expect(partsOf('https://github.com/a/b/issues/1')).toEqual([{ repository: 'a/b', file: '' }]);
  expect(partsOf('capabilities(7), CAP_KILL')).toEqual([]);
});

test.each<[string, string, boolean]>([
  ['docker.io/library/postgres', 'docker-library/postgres@1234567 Dockerfile', true],
  ['docker.io/library/postgres', 'docker-library/docs postgres/content.md', true],
  ['docker.io/library/postgres', 'docker-library/docs mysql/content.md', false],
  ['docker.io/library/postgres', 'docker-library/repo-info@1234567 repos/postgres/remote/16.md', true],
  ['ghcr.io/Acme/demo', 'acme/demo@1234567 Dockerfile', true],
  ['ghcr.io/acme/demo', 'acme/other@1234567 Dockerfile', false],
  ['docker.io/many/sonarr', 'many/docker-sonarr Dockerfile', true],
  ['docker.io/many/sonarr', 'many/docker-base Dockerfile', false],
])('%s is what %s speaks of: %s', (name, ref, about) => {
  expect(isAbout({ kind: 'source', ref, detail: '' }, { name }, { repositories: ['many/docker-*'] })).toBe(about);
});

test('what a source says that it is about counts, and a relative is no part of all', () => {
  const source = { kind: 'catalogue' as const, ref: 'who/ever compose.yml', detail: '' };
  const entry = { name: 'docker.io/acme/demo' };
  expect(isAbout(source, entry, {})).toBe(false);
  expect(isAbout({ ...source, about: ['each'] }, entry, {})).toBe(true);
  expect(isAbout({ ...source, about: ['docker.io/acme/demo'] }, entry, {})).toBe(true);
  expect(isAbout({ ...source, about: ['docker.io/acme/other'] }, entry, {})).toBe(false);
  expect(isAbout({ ...source, about: ['each'] }, { ...entry, relative: true }, {})).toBe(false);
  const code = { kind: 'source' as const, ref: 'made/by Dockerfile', detail: '' };
  expect(isAbout(code, entry, { repositories: ['Made/By'] })).toBe(true);
  expect(isAbout(code, { ...entry, relative: true }, { repositories: ['made/by'] })).toBe(false);
});

describe('evidence is of the kind that it says', () => {
  test.each<[EvidenceKind, string, boolean]>([
    ['issue', 'https://github.com/a/b/issues/1', true],
    ['issue', 'https://github.com/a/b/pull/1#issuecomment-2', true],
    ['issue', 'https://example.org/', false],
    ['documentation', 'https://docs.docker.com/engine/', true],
    ['documentation', 'https://github.com/a/b/issues/1', false],
    ['documentation', 'capabilities(7), CAP_KILL', true],
    ['documentation', 'a/b@1234567 README.md', true],
    ['documentation', 'somewhere', false],
    ['source', 'a/b@1234567 Dockerfile', true],
    ['source', 'a/b', false],
    ['source', 'https://github.com/a/b/issues/1', false],
    ['catalogue', 'a/b@1234567 compose.yml', true],
    ['catalogue', 'https://example.org/compose.yml', false],
    ['engine-run', 'templates/engine-runs.yaml redis', true],
    ['engine-run', "Debian's apache2 on Engine 20.10", true],
    ['engine-run', 'https://github.com/a/b/issues/1', false],
    ['engine-run', 'https://example.org/, measured on Engine 20.10', false],
    ['engine-run', 'somebody ran it', false],
  ])('%s: %s %s', (kind, ref, fits) => {
    expect(misfit(kind, ref) === undefined).toBe(fits);
  });

  test('what is cited finds its kind', () => {
    const refs = [
      'https://github.com/a/b/pull/1',
      'https://example.org/x',
      'tini(1)',
      'templates/engine-runs.yaml redis',
      'a/b Dockerfile',
    ];
    for (const ref of refs) {
      const { kind } = cited(ref, '');
      expect(EVIDENCE_KINDS).toContain(kind);
      expect(misfit(kind, ref)).toBeUndefined();
    }
    expect(refs.map((ref) => cited(ref, '').kind)).toEqual(['issue', 'documentation', 'documentation', 'engine-run', 'source']);
  });

  test('also where a family names a file of each image', () => {
    for (const { match, sources } of loadTemplates()) {
      for (const { kind, ref } of Object.values(sources)) {
        for (const { why } of match)
          if (why !== undefined) expect([ref, misfit(kind, ref.replace('{why}', why))]).toEqual([ref, undefined]);
      }
    }
  });
});

describe('images with s6-overlay', () => {
  test.each<[string, Parameters<typeof service>[0]]>([
    ['a variable of it', { image: 'acme/app:1', environment: { S6_VERBOSITY: '1' } }],
    ['a script for it', { image: 'acme/app:1', mounts: ['bind ./x:/etc/cont-init.d/10-x:ro'] }],
    ['a maker of such images', { image: 'ghcr.io/hotio/radarr:release' }],
    ['an image that was read', { image: 'ghcr.io/blakeblackshear/frigate:stable' }],
    ['LinuxServer', { image: 'lscr.io/linuxserver/sonarr:latest' }],
    ['Plex', { image: 'plexinc/pms-docker:latest' }],
    ['nginx proxy manager', { image: 'jc21/nginx-proxy-manager:2' }],
    ['paperless', { image: 'ghcr.io/paperless-ngx/paperless-ngx:2.20.3' }],
  ])('%s: as another user it keeps its setuid helper, and as root it stays root', (_what, options) => {
    const other = advise(service({ ...options, user: '1000:1000' }));
    expect(other.noNewPrivileges.value).toBe(false);
    expect(other.capabilities.value).toEqual(expect.arrayContaining(['CHOWN', 'SETGID', 'SETUID']));
    expect(other.capabilities.confidence).toBe('guess');
    const root = advise(service(options));
    expect(root.user).toBeUndefined();
    expect(root.capabilities.value).toEqual(expect.arrayContaining(['CHOWN', 'SETGID', 'SETUID']));
  });

  test('one that starts as www-data keeps it without a word of the file', () => {
    expect(advise(service({ image: 'serversideup/php:8.3-fpm-nginx' })).noNewPrivileges.value).toBe(false);
  });
});
