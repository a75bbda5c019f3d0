import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { directory, file, image, layoutFiles, program, saved, script, sha256, type TestImage } from '../images/xray/tars';
import { objections } from '../schema';
import { MAIN, project, type Ran, removeProjects, scrubbedEnv } from './run';

const servers: Server[] = [];

afterAll(() => {
  for (const server of servers) server.close();
  removeProjects();
});

const platform = { DOCKER_DEFAULT_PLATFORM: 'linux/amd64' };

function made(entry: string): TestImage {
  return image(
    [
      [
        ...['sh', 'chown', 'gosu', 'server'].map((name) => program(`bin/${name}`)),
        file('etc/passwd', 'root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n'),
        directory('data'),
        script('entry.sh', `#!/bin/sh\n${entry}\nexec gosu app "$@"\n`),
      ],
    ],
    { Entrypoint: ['/entry.sh'], Cmd: ['server'] },
  );
}

async function listening(answer: RequestListener, at?: string): Promise<number> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((ready) => (at === undefined ? server.listen(0, '127.0.0.1', ready) : server.listen(at, ready)));
  return at === undefined ? (server.address() as AddressInfo).port : 0;
}

/** A registry that has one image, which can be exchanged. */
async function registry(): Promise<{ name: string; put(image: TestImage): string }> {
  let files = new Map<string, Buffer>();
  let manifest = '';
  const port = await listening((request, response) => {
    const [, kind, reference] = /^\/v2\/team\/api\/(manifests|blobs)\/(.+)$/.exec(request.url ?? '') ?? [];
    const bytes = files.get(`blobs/${(reference === '1' ? manifest : (reference ?? '')).replace(':', '/')}`);
    if (!kind || !bytes) return response.writeHead(404).end();
    response.writeHead(200, kind === 'manifests' ? { 'docker-content-digest': sha256(bytes) } : {}).end(bytes);
  });
  return {
    name: `127.0.0.1:${port}/team/api:1`,
    put(next) {
      files = layoutFiles(next);
      manifest = JSON.parse(files.get('index.json')!.toString()).manifests[0].digest;
      return manifest;
    },
  };
}

/** An Engine that pulled it. */
async function engine(name: string, digest: string, has: TestImage): Promise<string> {
  const socket = path.join(project({}), 'docker.sock');
  await listening((request, response) => {
    if (request.url === '/_ping') response.end('OK');
    else if (request.url === `/images/${name}/json`)
      response.end(
        JSON.stringify({ Id: sha256(has.config), RepoTags: [name], RepoDigests: [`${name.replace(/:1$/, '')}@${digest}`], Config: {} }),
      );
    else if (request.url === `/images/${name}/get`) response.end(saved(has, [name]));
    else response.writeHead(404).end();
  }, socket);
  return `unix://${socket}`;
}

/** Not waited for synchronously: what it asks lives in this process. */
function batten(args: readonly string[], cwd: string, env: Record<string, string> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd,
      env: { ...scrubbedEnv(), ...platform, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

const LOCK = 'batten.lock.json';
const compose = (name: string): string => `services:\n  api:\n    image: ${name}\n    volumes: [data:/data]\nvolumes:\n  data:\n`;

test('a lock is the same, byte for byte, from a registry, an Engine and an archive, and tells when a tag has moved', async () => {
  const first = made('chown -R app /data');
  const remote = await registry();
  const digest = remote.put(first);
  const cwd = project({ 'compose.yaml': compose(remote.name) });
  const text = (): string => readFileSync(path.join(cwd, LOCK), 'utf8');

  expect((await batten(['check', '--locked'], cwd)).out).toContain('is not locked');
  const locked = await batten(['lock', '--resolve'], cwd);
  expect([locked.code, locked.err]).toEqual([0, 'Locked 1 image in batten.lock.json.\n']);
  const own = text();
  expect(objections('lock', JSON.parse(own))).toEqual([]);
  expect(Object.keys(JSON.parse(own).images)).toEqual([remote.name]);
  expect(JSON.parse(own).images[remote.name].digest).toBe(digest);

  writeFileSync(path.join(cwd, LOCK), '{"version":1,"images":{}}');
  const DOCKER_HOST = await engine(remote.name, digest, first);
  expect((await batten(['lock', '--inspect'], cwd, { DOCKER_HOST })).code).toBe(0);
  expect(text()).toBe(own);

  // An archive does not know the digest: it stays, as it is the same image.
  writeFileSync(path.join(cwd, 'api.tar'), saved(first, [remote.name]));
  expect((await batten(['lock', '--image-config', 'api.tar'], cwd)).code).toBe(0);
  expect(text()).toBe(own);
  expect((await batten(['check', '--locked', '--image-config', 'api.tar'], cwd)).code).toBe(0);

  // From the lock alone, nobody is asked, and it says the same.
  const findings = async (...args: string[]) => {
    const { out } = await batten(['check', '--format', 'json', ...args], cwd, { DOCKER_HOST });
    return JSON.parse(out).files[0].findings;
  };
  const offline = await findings();
  expect(offline).toEqual(await findings('--inspect'));
  expect(offline.find(({ transform }: { transform: string }) => transform === 'cap-drop')).toMatchObject({
    confidence: 'known',
    plan: 'drop all capabilities of "api", adding back CHOWN, SETGID, SETUID',
  });
  expect((await findings('--only', 'image-pin'))[0].plan).toBe('add its digest, which batten.lock.json knows');

  expect(await batten(['check', '--locked', '--resolve'], cwd)).toMatchObject({ code: 0, out: '' });
  const moved = remote.put(made('chown -R app /data; touch /run/x'));
  const { code, out } = await batten(['check', '--locked', '--resolve'], cwd);
  expect([code, out]).toEqual([
    1,
    `compose.yaml: ${remote.name} is another image now: its tag stands for ${moved}, and ${digest} was locked\n`,
  ]);
}, 120_000);

test('what is no lock is an error of the file beside it, and names what to do', async () => {
  const cwd = project({ 'compose.yaml': compose('acme/api:1'), [LOCK]: '{"version":9,"images":{}}' });
  const { code, out, err } = await batten(['check'], cwd);
  expect(code).toBe(2);
  expect(out + err).toContain('is a lock of version 9');
  expect((await batten(['lock', '--resolve'], cwd)).code).toBe(2);
  expect(readFileSync(path.join(cwd, LOCK), 'utf8')).toBe('{"version":9,"images":{}}');
}, 60_000);

test('lock asks where images are, and says what it could not see', async () => {
  const cwd = project({ 'compose.yaml': compose('acme/api:1') });
  const { code, err } = await batten(['lock'], cwd);
  expect([code, err]).toEqual([2, expect.stringContaining('--inspect, --resolve or --image-config')]);
  writeFileSync(path.join(cwd, 'other.tar'), saved(made('true'), ['acme/other:1']));
  const other = await batten(['lock', '--image-config', 'other.tar'], cwd);
  expect([other.code, other.err]).toEqual([2, expect.stringContaining('acme/api:1: it is not there')]);
  expect(existsSync(path.join(cwd, LOCK))).toBe(false);
}, 60_000);
