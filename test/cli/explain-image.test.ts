import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  blocksOf,
  directory,
  file,
  gzip,
  image,
  layoutArchive,
  layoutFiles,
  program,
  saved,
  script,
  type TestImage,
  tar,
} from '../images/xray/tars';
import { objections } from '../schema';
import { batten, MAIN, project, type Ran, removeProjects, scrubbedEnv } from './run';

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
  removeProjects();
});

const ENTRY =
  '#!/bin/sh\nif [ "$(id -u)" = 0 ]; then chown -R app "$DATA"; exec gosu app "$0" "$@"; fi\nhelper --password=hunter2\nexec "$@"\n';
const made: TestImage = image(
  [
    [
      ...['sh', 'id', 'chown', 'gosu', 'server', 'helper'].map((name) => program(`bin/${name}`)),
      file('etc/passwd', 'root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n'),
    ],
    [
      directory('data', { uid: 1000, gid: 1000 }),
      program('bin/su', { mode: 0o4755 }),
      script('entry.sh', ENTRY),
      file('evil\u001b[31m/x', ''),
    ],
  ],
  { Entrypoint: ['/entry.sh'], Cmd: ['server'], Env: ['PATH=/bin', 'DATA=/data', 'API_TOKEN=hunter2'], Volumes: { '/data': {} }, User: '' },
);
const platform = { DOCKER_DEFAULT_PLATFORM: 'linux/amd64' };

/** Runs the command while this process answers it. */
function besides(args: readonly string[], cwd: string, env: Record<string, string>, node: readonly string[] = []): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...node, MAIN, ...args], {
      cwd,
      env: { ...scrubbedEnv(), ...platform, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (text) => {
      out += text;
    });
    child.stderr.on('data', (text) => {
      err += text;
    });
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

/** An Engine that has one image; what it was asked for is kept. */
async function engine(name: string): Promise<{ env: Record<string, string>; asked: string[] }> {
  const socket = path.join(project({}), 'docker.sock');
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.url === `/images/${name}/json`) response.end(JSON.stringify({ Id: 'sha256:x', Size: 1000 }));
    else if (request.url === `/images/${name}/get`) response.end(saved(made));
    else response.writeHead(404).end('{"message":"No such image"}');
  });
  servers.push(server);
  await new Promise<void>((ready) => server.listen(socket, ready));
  return { env: { DOCKER_HOST: `unix://${socket}` }, asked };
}

/** A registry that has one image, gives a token to who asks, and keeps its blobs elsewhere. */
async function registry(files: ReadonlyMap<string, Buffer>): Promise<{ host: string; asked: string[] }> {
  const asked: string[] = [];
  const manifest = JSON.parse(files.get('index.json')!.toString()).manifests[0].digest as string;
  const elsewhere = createServer((request, response) => {
    asked.push(`${request.headers.authorization ? 'with' : 'without'} ${request.url}`);
    response.end(files.get(`blobs/${request.url!.slice(1).replace(':', '/')}`));
  });
  await new Promise<void>((ready) => elsewhere.listen(0, '127.0.0.1', ready));
  const server = createServer((request, response) => {
    const url = new URL(request.url!, `http://${request.headers.host}`);
    asked.push(url.pathname);
    if (url.pathname === '/token') return response.end('{"token":"t"}');
    if (request.headers.authorization !== 'Bearer t') {
      response.setHeader('www-authenticate', `Bearer realm="http://${request.headers.host}/token",service="r"`);
      return response.writeHead(401).end();
    }
    const [, kind, name] = /^\/v2\/team\/api\/(manifests|blobs)\/(.+)$/.exec(url.pathname) ?? [];
    const digest = name === '1' ? manifest : name;
    const bytes = files.get(`blobs/${digest?.replace(':', '/')}`);
    if (!bytes || kind === undefined) return response.writeHead(404).end();
    if (kind === 'manifests') return response.end(bytes);
    return response.writeHead(307, { location: `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/${digest}` }).end();
  });
  servers.push(server, elsewhere);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const JSON_OPTIONS = ['--format', 'json'];
const explain = (name: string, options: string[], cwd: string) => batten(['explain', name, ...options], { cwd, env: platform });

describe('an image that is looked into', () => {
  test('is the same, byte for byte, wherever it is read', async () => {
    const cwd = project({});
    const name = 'team/api:1';
    const files: [string, Buffer][] = [
      ['saved.tar', saved(made, [name])],
      ['saved.tar.gz', gzipSync(saved(made, [name]))],
      ['layout.tar', layoutArchive(made, { names: [name] })],
      ['gzip.tar', layoutArchive(made, { compress: gzip, names: [name] })],
    ];
    for (const [file, bytes] of files) writeFileSync(path.join(cwd, file), bytes);
    for (const [file, bytes] of layoutFiles(made, { compress: gzip, names: [name] })) {
      mkdirSync(path.dirname(path.join(cwd, 'layout', file)), { recursive: true });
      writeFileSync(path.join(cwd, 'layout', file), bytes);
    }
    const own = explain(name, ['--image-config', 'saved.tar', ...JSON_OPTIONS], cwd);
    expect(own.code).toBe(0);
    const facts = (ran: Ran) => ran.out.replace(/"image": "[^"]*"/, '');
    for (const file of ['saved.tar.gz', 'layout.tar', 'gzip.tar', 'layout'])
      expect(explain(name, ['--image-config', file, ...JSON_OPTIONS], cwd).out).toBe(own.out);
    const local = await engine(name);
    expect((await besides(['explain', name, '--inspect', ...JSON_OPTIONS], cwd, local.env)).out).toBe(own.out);
    expect(local.asked).toEqual([`GET /images/${name}/json`, `GET /images/${name}/get`]);
    const remote = await registry(layoutFiles(made, { compress: gzip }));
    const fetched = await besides(['explain', `${remote.host}/team/api:1`, '--resolve', ...JSON_OPTIONS], cwd, {});
    expect(facts(fetched)).toBe(facts(own));
    // What the registry gave to be let in is not sent elsewhere.
    expect(remote.asked.filter((each) => each.startsWith('with '))).toEqual([]);
    expect(remote.asked.filter((each) => each.startsWith('without '))).toHaveLength(3);
  });

  test('is what the schema says, and holds no credential', () => {
    const cwd = project({});
    writeFileSync(path.join(cwd, 'a.tar'), saved(made));
    const { out } = explain('acme/api:1', ['--image-config', 'a.tar', ...JSON_OPTIONS], cwd);
    const data = JSON.parse(out);
    expect(objections('image', data)).toEqual([]);
    expect(
      objections('image', { ...data, facts: { ...data.facts, start: { ...data.facts.start, steps: [{ do: 'nothing' }] } } }),
    ).not.toEqual([]);
    expect(out).not.toContain('hunter2');
    expect(data.facts).toMatchObject({
      user: { uid: 0 },
      start: { uid: 0 },
      startAsUser: { uid: 1000 },
      setuid: [{ uid: 0, at: { path: '/bin/su' }, named: [] }],
    });
  });

  test('is shown as a person wants to read it', () => {
    const cwd = project({});
    writeFileSync(path.join(cwd, 'a.tar'), saved(made));
    const { out } = explain('acme/api:1', ['--image-config', 'a.tar'], cwd);
    expect(out).toContain('Starts as root, as no USER is set; then becomes app (1000) by gosu.');
    expect(out).toContain('What stays is server, as app.');
    expect(out).toMatch(/root +gives \/data \(by DATA\) and all below to app \(1000\) +\/entry\.sh:2 \[2\]/);
    expect(out).toMatch(/\? helper --password=\S+: a program that may need anything +\/entry\.sh:3 \[2\]/);
    expect(out).toMatch(/\/data +app:1000 0755, empty +given away, volume/);
    expect(out).toContain('setuid or setgid, and nothing of the start names them: /bin/su');
    expect(out).not.toContain('hunter2');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not come through
    expect(out).not.toMatch(/\u001b/);
  });

  test('of which only the configuration is there says so', () => {
    const cwd = project({
      'inspect.json': JSON.stringify([
        { Id: `sha256:${'a'.repeat(64)}`, RepoTags: ['acme/api:1'], Config: { User: '1001', Cmd: ['/api'] } },
      ]),
    });
    const { out } = explain('acme/api:1', ['--image-config', 'inspect.json'], cwd);
    expect(out).toContain('Starts as 1001 (1001:0).');
    expect(out).toContain('Its files were not read: only its configuration was given.');
    const json = JSON.parse(explain('acme/api:1', ['--image-config', 'inspect.json', ...JSON_OPTIONS], cwd).out);
    expect(objections('image', json)).toEqual([]);
  });

  test('is not fetched when it is too large', async () => {
    const remote = await registry(layoutFiles(made));
    const { out, code } = await besides(['explain', `${remote.host}/team/api:1`, '--resolve', '--max-download', '1k'], project({}), {});
    expect(code).toBe(0);
    expect(out).toContain('no more than 1 KB are fetched');
    expect(remote.asked.filter((each) => each.startsWith('without '))).toHaveLength(1);
  });

  test.each<[string, string[], string]>([
    ['nowhere', ['--image-config', 'nothing.tar'], 'nothing.tar: error: cannot be read (ENOENT)'],
    ['in a text', ['--image-config', 'text'], 'text: error: has a tar archive that'],
    ['under another name', ['--image-config', 'a.tar'], 'a.tar: error: holds no image called acme/other:1'],
    ['in two places', ['--inspect', '--resolve'], 'an image is looked at in one place'],
    ['of no size', ['--resolve', '--max-download', 'much'], '--max-download much is no size'],
    ['in a registry that is not there', ['--resolve'], 'does not answer'],
  ])('says why it cannot be: %s', (_what, options, message) => {
    const cwd = project({ text: 'FROM scratch\n'.repeat(100) });
    writeFileSync(path.join(cwd, 'a.tar'), saved(made));
    const { code, err } = explain(options.join() === '--resolve' ? '127.0.0.1:1/acme/other:1' : 'acme/other:1', options, cwd);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });

  test.each(['cap-drop', 'postgres:16'])('JSON is of images that are looked into: not of %s', (name) => {
    const { code, err } = batten(['explain', name, '--format', 'json'], { cwd: project({}) });
    expect(err).toContain('--format json is about an image that is looked into');
    expect(code).toBe(2);
  });

  test('a registry cannot send for its parts to this machine', async () => {
    const server = createServer((_, response) => response.writeHead(307, { location: 'http://169.254.169.254/latest' }).end());
    servers.push(server);
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const { err } = await besides(['explain', `127.0.0.1:${(server.address() as AddressInfo).port}/a/b:1`, '--resolve'], project({}), {});
    expect(err).toContain('sends for its parts to http://169.254.169.254/latest');
  });
});

/** The peak is asked of the kernel: what a process was forked from counts in `maxRSS`. */
(process.platform === 'linux' ? describe : describe.skip)('what is made to do harm is noticed in two seconds and 300 MB', () => {
  const MB = 1024 ** 2;
  const zeros = gzipSync(Buffer.alloc(64 * MB));
  const start = gzipSync(blocksOf({ path: 'zeros', size: 10 * 1024 ** 3 })[0]!);
  const layered = (layer: Buffer): Buffer => {
    const config = JSON.stringify({
      os: 'linux',
      config: {},
      rootfs: { diff_ids: [`sha256:${createHash('sha256').update(layer).digest('hex')}`] },
    });
    return tar([
      { path: 'l.tar', body: layer },
      { path: 'c.json', body: config },
      { path: 'manifest.json', body: '[{"Config":"c.json","RepoTags":["a:1"],"Layers":["l.tar"]}]' },
    ]);
  };
  const million = (): Buffer => {
    const parts: Buffer[] = [];
    const template = blocksOf(file('d/0000000'))[0]!;
    const sum = Number.parseInt(template.toString('latin1', 148, 154), 8);
    for (let from = 0; from < 1_000_000; from += 2000) {
      const chunk = Buffer.alloc(2000 * 512);
      for (let index = 0; index < 2000; index++) {
        const digits = String(from + index).padStart(7, '0');
        const block = chunk.subarray(index * 512, index * 512 + 512);
        template.copy(block);
        block.write(digits, 2, 'latin1');
        block.write((sum + [...digits].reduce((total, digit) => total + Number(digit), 0)).toString(8).padStart(6, '0'), 148, 'latin1');
      }
      parts.push(gzipSync(chunk, { level: 1 }));
    }
    return layered(Buffer.concat(parts));
  };

  test.each<[string, () => Buffer, string]>([
    [
      '10 GB of zeros in 10 MB',
      () => layered(Buffer.concat([start, ...Array.from({ length: 160 }, () => zeros)])),
      'grows more than 200 times',
    ],
    ['1 million files', million, 'has more than 500000 files'],
    [
      '20 GB of PAX headers',
      () => {
        const header = blocksOf({ path: 'x', type: 'x', body: `1048476 comment=${'\0'.repeat(1048459)}\n` });
        const member = gzipSync(Buffer.concat(Array.from({ length: 30 }, () => header).flat()), { level: 1 });
        return layered(Buffer.concat(Array.from({ length: 680 }, () => member)));
      },
      'grows more than 200 times',
    ],
    [
      'a script that forks without end',
      () =>
        saved(
          image(
            [
              [
                program('bin/sh'),
                script(
                  'e',
                  `#!/bin/sh\n${Array.from({ length: 200 }, (_, index) => `f${index}() { f${(index * 7 + 1) % 200}; f${(index * 11 + 3) % 200}; }`).join('\n')}\nf0\n`,
                ),
              ],
            ],
            { Cmd: ['/e'] },
          ),
          ['a:1'],
        ),
      '',
    ],
  ])(
    '%s',
    async (_what, bytes, message) => {
      const cwd = project({
        'measure.cjs':
          "process.on('exit', () => { const fs = require('fs'); const { user, system } = process.cpuUsage(); const [, peak] = /VmHWM:\\s*(\\d+)/.exec(fs.readFileSync('/proc/self/status', 'utf8')); fs.writeFileSync('measured.json', JSON.stringify({ cpu: (user + system) / 1000, rss: peak * 1024 })); });",
      });
      writeFileSync(path.join(cwd, 'a.tar'), bytes());
      const { err, code } = await besides(['explain', 'a:1', '--image-config', 'a.tar'], cwd, {}, [
        '--require',
        path.join(cwd, 'measure.cjs'),
      ]);
      expect(err).toContain(message);
      expect(code).toBe(message === '' ? 0 : 2);
      const { cpu, rss } = JSON.parse(require('node:fs').readFileSync(path.join(cwd, 'measured.json'), 'utf8')) as {
        cpu: number;
        rss: number;
      };
      if (process.env.BATTEN_VERBOSE) process.stdout.write(`${_what}: ${Math.round(cpu)} ms of CPU, ${Math.round(rss / MB)} MB\n`);
      // Work, not time: others may be at work on the machine, and inflating goes on beside it.
      expect(cpu).toBeLessThan(4000);
      expect(rss).toBeLessThan(300 * MB);
    },
    120_000,
  );
});
