import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import path from 'node:path';
import { batten as library } from '../../src';
import { directory, file, image, program, saved, script } from '../images/xray/tars';
import { MAIN, project, type Ran, removeProjects, scrubbedEnv } from './run';

const COMPOSE = 'services:\n  api:\n    image: acme/api:1\n  db:\n    image: acme/db:2\n';
const API = { RepoTags: ['acme/api:1'], Config: { User: '1001', ExposedPorts: { '8080/tcp': {} }, Entrypoint: ['/api'] } };

const INFO = { ServerVersion: '28.0', OSType: 'linux', Architecture: 'x86_64', SecurityOptions: ['name=seccomp,profile=builtin'] };

const servers: Server[] = [];

afterAll(() => {
  for (const server of servers) server.close();
  removeProjects();
});

/** What an Engine answers to `GET /images/NAME/json`, at a socket of its own; the paths it was asked for are kept. */
async function engine(images: Record<string, unknown>, answer?: RequestListener): Promise<{ DOCKER_HOST: string; asked: string[] }> {
  const socket = path.join(project({}), 'docker.sock');
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (answer) return answer(request, response);
    const name = /^\/images\/(.+)\/json$/.exec(request.url ?? '')?.[1];
    if (request.url === '/_ping') response.end('OK');
    else if (request.url === '/info') response.end(JSON.stringify(INFO));
    else if (name !== undefined && name in images) response.end(JSON.stringify(images[name]));
    else response.writeHead(404).end('{"message":"No such image"}');
  });
  servers.push(server);
  await new Promise<void>((ready) => server.listen(socket, ready));
  return { DOCKER_HOST: `unix://${socket}`, asked };
}

/** The command must not be waited for synchronously: the Engine lives in this process. */
function batten(args: readonly string[], cwd: string, env: Record<string, string>): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...args], { cwd, env: { ...scrubbedEnv(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

describe('--inspect', () => {
  test('takes what the Engine says as evidence, and only reads', async () => {
    const { DOCKER_HOST, asked } = await engine({ 'acme/api:1': API });
    const cwd = project({ 'compose.yaml': COMPOSE });
    const { code, out } = await batten(['check', '--format', 'json', '--only', 'cap-drop', '--inspect'], cwd, { DOCKER_HOST });
    expect(code).toBe(1);
    expect(out).toContain('"kind": "image-config"');
    expect(out).toContain('"ref": "docker image inspect acme/api:1"');
    expect(asked).toEqual(['GET /_ping', 'GET /images/acme/api:1/json', 'GET /images/acme/db:2/json']);
  });

  test('looks into an image that no template knows, and says where each value comes from', async () => {
    const entry = '#!/bin/sh\nchown -R app /data\nexec gosu app "$@"\n';
    const made = image(
      [
        [
          ...['sh', 'chown', 'gosu', 'server'].map((name) => program(`bin/${name}`)),
          file('etc/passwd', 'root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n'),
          directory('data'),
          script('entry.sh', entry),
        ],
      ],
      { Entrypoint: ['/entry.sh'], Cmd: ['server'] },
    );
    const inspected = { Id: 'sha256:x', RepoTags: ['acme/api:1'], Config: { Entrypoint: ['/entry.sh'], Cmd: ['server'] } };
    const { DOCKER_HOST, asked } = await engine({}, (request, response) => {
      if (request.url === '/_ping') response.end('OK');
      else if (request.url === '/images/acme/api:1/json') response.end(JSON.stringify(inspected));
      else if (request.url === '/images/acme/api:1/get') response.end(saved(made));
      else response.writeHead(404).end('{"message":"No such image"}');
    });
    const compose = 'services:\n  api:\n    image: acme/api:1\n    volumes: [data:/data]\nvolumes:\n  data:\n';
    const cwd = project({ 'compose.yaml': compose });
    const args = ['check', '--format', 'json', '--only', 'cap-drop'];
    const { out } = await batten([...args, '--inspect'], cwd, { DOCKER_HOST, DOCKER_DEFAULT_PLATFORM: 'linux/amd64' });
    const [finding] = JSON.parse(out).files[0].findings;
    expect(finding).toMatchObject({ confidence: 'known', plan: 'drop all capabilities of "api", adding back CHOWN, SETGID, SETUID' });
    expect(finding.evidence).toContainEqual({
      kind: 'image',
      ref: expect.stringMatching(/^acme\/api:1 \/entry\.sh:2 in sha256:[0-9a-f]{64}$/),
      detail: 'chown -R app /data',
    });
    expect(asked.filter((each) => each.endsWith('/get'))).toHaveLength(1);
    // An archive says the same.
    writeFileSync(path.join(cwd, 'api.tar'), saved(made));
    const archived = await batten([...args, '--image-config', 'api.tar'], cwd, { DOCKER_DEFAULT_PLATFORM: 'linux/amd64' });
    expect(JSON.parse(archived.out).files[0].findings[0].plan).toBe(finding.plan);
  }, 30_000);

  test('asks what the Engine is when there is a proof, and says in text and JSON that it is stale', async () => {
    const { DOCKER_HOST, asked } = await engine({ 'acme/api:1': { ...API, Id: 'sha256:aaaabbbbccccdddd' } });
    const service = {
      image: 'acme/api:1',
      imageId: 'sha256:1111222233334444',
      before: '',
      after: '',
      changes: {},
      exercised: [],
      notExercised: [],
    };
    const proof = {
      version: 2,
      date: '2026-11-25T10:00:00Z',
      engine: { version: '28.0', os: 'Debian', kernel: '6', security: ['seccomp'] },
      compose: '2',
      services: { api: { ...service, before: library.fingerprints({ path: 'compose.yaml', text: COMPOSE }).get('api') } },
    };
    const cwd = project({ 'compose.yaml': COMPOSE, '.batten/proof.json': JSON.stringify(proof) });
    const { out } = await batten(['check', '--inspect', '--only', 'user'], cwd, { DOCKER_HOST });
    const reason = 'acme/api:1 is another image now (aaaabbbbcccc, and it ran with 111122223333)';
    expect(out.replace(/\s+/g, ' ')).toContain(`in "api", the proof of 2026-11-25 is stale, because ${reason}: run batten prove again`);
    const { out: json } = await batten(['check', '--inspect', '--format', 'json'], cwd, { DOCKER_HOST });
    expect(JSON.parse(json).files[0].staleProofs).toEqual([{ service: 'api', reason }]);
    expect(asked).toContain('GET /info');
    expect(JSON.parse((await batten(['check', '--format', 'json'], cwd, {})).out).files[0].staleProofs).toBeUndefined();
  }, 30_000);

  test('says which images the Engine does not have', async () => {
    const { DOCKER_HOST } = await engine({ 'acme/api:1': API });
    const { out } = await batten(['check', '--inspect'], project({ 'compose.yaml': COMPOSE }), { DOCKER_HOST });
    expect(out).toContain('the Engine does not have acme/db:2');
    expect(out).not.toContain('acme/api:1, acme/db:2');
  });

  test.each([
    ['fix', ['fix', '--diff', '--only', 'cap-drop', '--inspect', '--service', 'api']],
    ['patch', ['patch', '--only', 'cap-drop', '--inspect', '--service', 'api']],
  ])('works with %s, and asks about the chosen services only', async (_, args) => {
    const { DOCKER_HOST, asked } = await engine({ 'acme/api:1': API });
    const { out } = await batten(args, project({ 'compose.yaml': COMPOSE }), { DOCKER_HOST });
    expect(out).toContain('+      - NET_BIND_SERVICE');
    expect(out).not.toContain('SETUID');
    expect(asked).not.toContain('GET /images/acme/db:2/json');
  });

  test('works with explain', async () => {
    const { DOCKER_HOST } = await engine({ 'acme/api:1': API });
    const { out } = await batten(['explain', 'compose.yaml#api', '--inspect'], project({ 'compose.yaml': COMPOSE }), { DOCKER_HOST });
    expect(out).toContain('starts as 1001, not as root  [docker image inspect acme/api:1]');
  });

  test('knows a built image by the name Compose gives it', async () => {
    const cwd = project({ 'compose.yaml': 'services:\n  api:\n    build: ./api\n' });
    const name = `${path.basename(cwd).toLowerCase()}-api`;
    const { DOCKER_HOST } = await engine({ [name]: { ...API, RepoTags: [`${name}:latest`] } });
    const { out } = await batten(['explain', 'compose.yaml#api', '--inspect'], cwd, { DOCKER_HOST });
    expect(out).toContain('starts as 1001, not as root');
  });

  test('does not put what is no name of an image into a path', async () => {
    const { DOCKER_HOST, asked } = await engine({});
    const compose = 'services:\n  a:\n    image: ../../containers/json?all=1\n  b:\n    image: "${IMAGE}"\n  c:\n    image: a/../b\n';
    const { code } = await batten(['check', '--inspect'], project({ 'compose.yaml': compose }), { DOCKER_HOST });
    expect(code).toBe(1);
    expect(asked).toEqual(['GET /_ping']);
  });

  test('speaks to nobody when it is not given', async () => {
    const { DOCKER_HOST, asked } = await engine({ 'acme/api:1': API });
    await batten(['check'], project({ 'compose.yaml': COMPOSE }), { DOCKER_HOST });
    expect(asked).toEqual([]);
  });
});

describe('--inspect without an Engine', () => {
  const cwd = () => project({ 'compose.yaml': COMPOSE });

  test('says so, and writes nothing', async () => {
    const { code, out, err } = await batten(['fix', '--yes', '--inspect'], cwd(), { DOCKER_HOST: 'unix:///nowhere/docker.sock' });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('no Engine listens at /nowhere/docker.sock');
    expect(err).toContain('--image-config');
  });

  test('of this machine: another one is not asked', async () => {
    const { code, err } = await batten(['check', '--inspect'], cwd(), { DOCKER_HOST: 'tcp://192.0.2.1:2375' });
    expect(code).toBe(2);
    expect(err).toContain('DOCKER_HOST is tcp://192.0.2.1:2375');
  });

  test.each<[string, RequestListener, string]>([
    ['something that is not JSON', (_, response) => response.end('<html>'), 'answers something that is not JSON'],
    ['an error', (_, response) => response.writeHead(500).end(), 'answers 500 when asked for acme/api:1'],
    ['without an end', (_, response) => response.end(Buffer.alloc(5 * 1024 * 1024, 32)), 'answers more than an image has to say'],
  ])('but with one that answers %s', async (_, answer, message) => {
    const { DOCKER_HOST } = await engine({}, (request, response) =>
      request.url === '/_ping' ? response.end() : answer(request, response),
    );
    const { code, err } = await batten(['check', '--inspect'], cwd(), { DOCKER_HOST });
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
