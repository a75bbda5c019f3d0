import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ComposeProject } from '../../src/compose/project';
import { Intent } from '../../src/harden/intent/intent';
import type { Need } from '../../src/harden/intent/types';
import { advise } from '../../src/images';
import { ProjectFiles } from '../../src/images/project-files';
import { YamlDocument } from '../../src/yaml/document';

const directory = mkdtempSync(path.join(tmpdir(), 'batten-intent-'));
afterAll(() => rmSync(directory, { recursive: true }));

function intent(text: string, files: Record<string, string> = {}): { intent: Intent; calls: string[]; need(a: string, b: string): Need } {
  const home = mkdtempSync(path.join(directory, 'p-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(home, name)), { recursive: true });
    writeFileSync(path.join(home, name), content);
  }
  const project = ComposeProject.read(YamlDocument.open(text));
  const found = new Intent({ project, advise, files: new ProjectFiles(home) });
  return {
    intent: found,
    calls: found.calls.map(({ from, to, where }) => `${from} -> ${to} (${where})`),
    need: (a, b) => found.between(project.service(a)!, project.service(b)!),
  };
}

describe('who calls whom', () => {
  test('by depends_on, links, variables, commands and health checks', () => {
    const { calls } = intent(`
services:
  web:
    image: acme/web:1
    depends_on: [cache]
    links: ["search:find"]
    environment: { DATABASE_URL: "postgres://app:secret@db:5432/app", QUEUE: "\${QUEUE_HOST:-queue}", OTHER: "\${GONE}" }
    command: serve --store http://store:9000/bucket
    healthcheck: { test: curl -f http://probe/ }
  cache: { image: redis:7 }
  search: { image: x }
  db: { image: postgres:16 }
  queue: { image: rabbitmq:3 }
  store: { image: y }
  probe: { image: z }
  alone: { image: z }`);
    expect(calls).toEqual([
      'web -> store (command)',
      'web -> db (environment DATABASE_URL)',
      'web -> queue (environment QUEUE)',
      'web -> probe (healthcheck)',
      'web -> search (links)',
      'web -> cache (depends_on)',
    ]);
  });

  test('by any of the names of a service', () => {
    const { calls } = intent(`
name: shop
services:
  a: { image: x, environment: [H=shop-db] }
  b: { image: x, environment: [H=dbhost] }
  c: { image: x, environment: ["H=pg:5432,other:1"] }
  d: { image: x, environment: [H=shop-db_1-1], links: ["db_1:mysql"] }
  e: { image: x, environment: [H=mysql] }
  db_1: { image: postgres, container_name: shop-db, hostname: dbhost, networks: { default: { aliases: [pg] } } }`);
    expect(calls.map((call) => call.split(' ')[0])).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('not inside of a path, a domain, an option or another word', () => {
    const { calls } = intent(`
services:
  web: { image: x, command: "--db /var/lib/db -v db.example.com my-db db-old x.db $$db dbx", environment: { A: db_1 } }
  db: { image: postgres }`);
    expect(calls).toEqual([]);
  });

  test('by configuration files and env files of the project, and no others', () => {
    const text = `
services:
  nginx: { image: nginx, volumes: ["./conf:/etc/nginx/conf.d:ro", "../outside.conf:/etc/nginx/x.conf"], env_file: [nginx.env] }
  app: { image: x, configs: [main] }
  web: { image: x }
  db: { image: postgres }
  cache: { image: redis }
configs:
  main: { file: ./app.toml }`;
    const files = { 'conf/a/web.conf': 'proxy_pass http://web:80;', 'nginx.env': 'DB=db', 'app.toml': 'cache = "cache"' };
    expect(intent(text, files).calls).toEqual(['nginx -> db (nginx.env)', 'nginx -> web (conf/a/web.conf)', 'app -> cache (app.toml)']);
  });

  test('by labels, which whoever reads the Docker socket acts on as well', () => {
    const { calls } = intent(`
services:
  home: { image: x, volumes: ["/var/run/docker.sock:/var/run/docker.sock"] }
  app: { image: y, labels: { widget.url: "http://api:80" } }
  api: { image: z }`);
    expect(calls).toEqual(['app -> api (label widget.url)', 'home -> api (label widget.url of app)']);
  });

  test.each([
    ['traefik:v3', '["traefik.http.routers.a.rule=Host(`a`)"]', '{}', true],
    ['traefik:v3', '["traefik.enable=false", "traefik.http.routers.a.rule=Host(`a`)"]', '{}', false],
    ['traefik:v3', '[caddy=a]', '{}', false],
    ['lucaslorentz/caddy-docker-proxy:2', '{caddy_1.reverse_proxy: "x"}', '{}', true],
    ['nginxproxy/nginx-proxy:1', '{}', '{VIRTUAL_HOST: a.example}', true],
  ])('%s serves who asks for it: labels %s, environment %s', (image, labels, environment, asked) => {
    const { calls } = intent(`
services:
  proxy: { image: "${image}" }
  app: { image: x, labels: ${labels}, environment: ${environment} }`);
    expect(calls.some((call) => call.startsWith('proxy -> app'))).toBe(asked);
  });
});

describe('what a pair needs', () => {
  const STACK = `
services:
  proxy:
    image: traefik:v3
    command: [--providers.docker]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro", "certs:/letsencrypt"]
  app: { image: acme/app:1, labels: [traefik.enable=true], environment: [DB_HOST=db] }
  other: { image: acme/other:1 }
  db: { image: "postgres:16" }
  db2: { image: "postgres:16" }
  cache: { image: "redis:7" }
volumes: { certs: {} }`;

  test('is needed with evidence, unknown when nothing is said', () => {
    const { need } = intent(STACK);
    expect(need('app', 'db')).toMatchObject({ verdict: 'needed', why: '"app" calls "db" (environment DB_HOST)' });
    expect(need('db', 'app').verdict).toBe('needed');
    expect(need('proxy', 'app').verdict).toBe('needed');
    expect(need('other', 'db').verdict).toBe('possible');
    expect(need('other', 'app').verdict).toBe('possible');
  });

  test('is none between two that only answer, unless they may be a cluster or name each other', () => {
    expect(intent(STACK).need('db', 'cache')).toMatchObject({ verdict: 'none', confidence: 'known' });
    expect(intent(STACK).need('db', 'db2').verdict).toBe('possible');
    expect(intent(STACK.replace('"redis:7"', '"redis:7", command: redis-server --replicaof db 1')).need('db', 'cache').verdict).toBe(
      'needed',
    );
    expect(intent(STACK.replace('"redis:7"', '"redis:7", environment: [S3_BUCKET=x]')).need('db', 'cache').verdict).toBe('possible');
  });

  test('is none between a proxy whose routes are all seen and a data store', () => {
    expect(intent(STACK).need('proxy', 'db')).toMatchObject({ verdict: 'none', confidence: 'known' });
    expect(intent(STACK).need('proxy', 'other').verdict).toBe('possible');
  });

  test.each([
    ['a volume with configuration', STACK.replace('certs:/letsencrypt', 'conf:/etc/traefik')],
    ['a file outside of the project', STACK.replace('certs:/letsencrypt', '/srv/traefik.yml:/etc/traefik/traefik.yml')],
    ['another provider', STACK.replace('--providers.docker', '--providers.consulcatalog')],
    ['an image of its own', STACK.replace('image: traefik:v3', 'build: .')],
  ])('is unknown when the proxy has %s', (_, text) => {
    expect(intent(text).need('proxy', 'db').verdict).toBe('possible');
  });

  const NGINX = `
services:
  front: { image: "nginx:1.27", volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"] }
  app: { image: acme/app:1 }
  db: { image: "postgres:16" }`;

  test.each([
    ['server { location / { proxy_pass http://app:80/$request_uri; } }', 'none'],
    ['stream { upstream d { server db:5432; } }', 'needed'],
    ['server { location / { proxy_pass http://$host; } }', 'possible'],
    ['server { location / { fastcgi_pass $upstream:9000; } }', 'possible'],
  ])('nginx with %s: %s', (config, verdict) => {
    expect(intent(NGINX, { 'nginx.conf': config }).need('front', 'db').verdict).toBe(verdict);
  });

  test('nginx with the configuration of its image, or one that is not there: possible', () => {
    expect(intent(NGINX).need('front', 'db').verdict).toBe('possible');
    expect(intent(NGINX.replace(/, volumes: .*\]/, '')).need('front', 'db').verdict).toBe('possible');
  });
});

test('links and large directories are not followed, and then something was not seen', () => {
  const home = mkdtempSync(path.join(directory, 'l-'));
  mkdirSync(path.join(home, 'conf'));
  writeFileSync(path.join(home, 'conf', 'a.conf'), 'x');
  expect(new ProjectFiles(home).list('conf', 5)).toEqual(['a.conf']);
  expect(new ProjectFiles(home).list('../..', 5)).toBeUndefined();
  symlinkSync('/etc/passwd', path.join(home, 'conf', 'z.conf'));
  expect(new ProjectFiles(home).list('conf', 5)).toBeUndefined();
  const many = path.join(home, 'many');
  mkdirSync(many);
  for (let index = 0; index < 7; index++) writeFileSync(path.join(many, `${index}`), '');
  expect(new ProjectFiles(home).list('many', 5)).toBeUndefined();
  mkdirSync(path.join(home, ...Array.from({ length: 7 }, (_, index) => `deep${index}`)), { recursive: true });
  expect(new ProjectFiles(home).list('deep0', 5)).toBeUndefined();
  expect(new ProjectFiles(home).list('deep0', 9)).toEqual([]);
});

test('who is not told of a proxy of the Docker socket does not need it', () => {
  const { need } = intent(`
services:
  sock: { image: "tecnativa/docker-socket-proxy:0.3" }
  told: { image: x, environment: ["DOCKER_HOST=tcp://sock:2375"] }
  untold: { image: x, volumes: ["/etc/localtime:/etc/localtime:ro"] }
  perhaps: { image: x, volumes: ["data:/config"] }
  own: { build: . }
volumes: { data: {} }`);
  expect(['told', 'untold', 'perhaps', 'own'].map((name) => need('sock', name).verdict)).toEqual([
    'needed',
    'none',
    'possible',
    'possible',
  ]);
});
