import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { build } from '../cases';
import { docker, mustDocker } from '../docker';
import { batten, type Ran, reportOf } from './stacks';

/** Programs that try to reach the host from inside of a trial: nothing of it may change, answer or be read. */
const enabled = process.env.BATTEN_ENGINE === '1' && (process.env.BATTEN_ENGINE_ONLY?.split(',').includes('attacks') ?? true);
const SECRET = `batten-secret-${process.pid}`;
const ABSTRACT = `batten-test-${process.pid}`;
const BYSTANDER = `batten-test-bystander-${process.pid}`;

(enabled ? describe : describe.skip)('a trial of a hostile project', () => {
  const here = realpathSync(mkdtempSync(path.join(tmpdir(), 'batten-attacks-')));
  const project = path.join(here, 'project');
  const servers: Server[] = [];
  let connections = 0;
  let env: Record<string, string>;
  let before: string[];

  beforeAll(async () => {
    await build('base');
    await mustDocker(['build', '--quiet', '--network', 'host', '--tag', 'batten-engine/attacks', path.join(__dirname, 'attacks')], 120);
    layOut(here);
    const listen = async (where: string | number): Promise<Server> => {
      const server = createServer((socket) => {
        connections += 1;
        socket.on('error', () => undefined);
        socket.end('HTTP/1.0 200 OK\r\n\r\n');
      });
      await new Promise<void>((resolve) =>
        typeof where === 'number' ? server.listen(where, '127.0.0.1', resolve) : server.listen(where, resolve),
      );
      servers.push(server);
      return server;
    };
    await listen(path.join(here, 'victim/run/app.sock'));
    await listen(`\0${ABSTRACT}`);
    const { port } = (await listen(0)).address() as { port: number };
    const serve = `mkdir -p /data; echo ${SECRET} > /data/secret.db; exec nc -lk -p 7777`;
    const run = ['run', '--detach', '--name', BYSTANDER, '--volume', '/data', '--entrypoint', 'sh', 'batten-engine/attacks'];
    await mustDocker([...run, '-c', serve]);
    const engine = await mustDocker(['info', '--format', '{{.DockerRootDir}}']);
    symlinkSync(
      path.dirname((process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock').replace('unix://', '')),
      path.join(project, 'linked-engine'),
    );
    env = { HERE: here, SECRET, ABSTRACT, ANSWERS: `127.0.0.1:${port}`, PORT: '7777', BYSTANDER, ENGINE: engine };
    before = stateOf(here);
  }, 600_000);
  afterAll(async () => {
    for (const server of servers) server.close();
    await docker(['rm', '--force', '--volumes', BYSTANDER]);
    rmSync(here, { recursive: true, force: true });
  });

  const prove = (more: readonly string[] = []): Promise<Ran> =>
    // Nothing is changed about the services: what is looked at is what they get.
    batten(['prove', '--only', 'registry-allowlist', '--no-trace', '--format', 'json', ...more], project, env);

  test('changes nothing on the host, gets no answer, and reads no secret', async () => {
    const ran = await prove();
    const { services, notes } = reportOf(ran);
    const logs = services.map(({ name, log }) => [name, log.split('\n').filter((line) => line.startsWith('GOT'))]);
    expect(logs).toEqual(services.map(({ name }) => [name, []]));
    // Each of them did what it could.
    expect(services.filter(({ log }) => !log.includes('done')).map(({ name, fault }) => [name, fault])).toEqual([]);
    expect(services.find(({ name }) => name === 'swaps')!.log).toContain('found what holds it swapped');
    expect(connections).toBe(0);
    expect(stateOf(here)).toEqual(before);
    const said = notes.join('\n');
    for (const what of [
      'in "root-read-only", / is not given',
      'in "socket", the socket',
      'in "unconfined", SYS_ADMIN',
      'seccomp=unconfined',
      'the secret by-link',
    ])
      expect(said).toContain(what);
  }, 600_000);

  test('would, where the trial may reach the host: the program is able to', async () => {
    const { services } = parse(readFileSync(path.join(__dirname, 'attacks/compose.yaml'), 'utf8'), { merge: true }) as {
      services: Record<string, object>;
    };
    const chosen = ['root-read-only', 'socket', 'parent-of-socket', 'unconfined', 'reads-everywhere', 'file-secrets', 'other-networks'];
    const control = path.join(project, 'control.yaml');
    const rest = parse(readFileSync(path.join(project, 'compose.yaml'), 'utf8')) as Record<string, unknown>;
    writeFileSync(control, stringify({ ...rest, services: Object.fromEntries(chosen.map((name) => [name, services[name]])) }));
    try {
      const ran = await prove(['--allow-privileged', '--binds', 'as-is', 'control.yaml']);
      const got = Object.fromEntries(reportOf(ran).services.map(({ name, log }) => [name, log.match(/^GOT .*$/gm) ?? []]));
      for (const name of chosen.slice(0, 6))
        expect([name, got[name]]).toEqual([name, expect.arrayContaining([expect.stringMatching(/^GOT/)])]);
      // What runs there is somebody else's, whatever is allowed.
      expect(got['other-networks']).toEqual([]);
      expect(connections).toBeGreaterThan(0);
    } finally {
      rmSync(control);
      connections = 0;
    }
  }, 600_000);

  test('is not begun where it would fetch or read something else', async () => {
    const { port } = servers[2]!.address() as { port: number };
    const texts = {
      'registry.yaml': `include: ["oci://127.0.0.1:${port}/x/y:1"]\nservices: {a: {image: batten-engine/attacks}}\n`,
      'git.yaml': `include: ["http://127.0.0.1:${port}/x.git"]\nservices: {a: {image: batten-engine/attacks}}\n`,
      'extends.yaml': `services: {a: {extends: {file: "https://127.0.0.1:${port}/x.git", service: b}}}\n`,
      'context.yaml': `services: {a: {build: "http://127.0.0.1:${port}/context.tar"}}\n`,
      'env-file.yaml': 'services: {a: {image: batten-engine/attacks, env_file: ../victim/secret}}\n',
    };
    for (const [name, text] of Object.entries(texts)) {
      writeFileSync(path.join(project, name), text);
      for (const command of ['prove', 'learn']) {
        const { code, err } = await batten([command, name], project, env);
        expect([name, command, code, err]).toEqual([name, command, 2, expect.stringMatching(/fetches nothing|does not read it/)]);
      }
      rmSync(path.join(project, name));
    }
    // A build of what is outside is refused when its place is known.
    writeFileSync(path.join(project, 'outside.yaml'), 'services: {a: {build: ../victim}}\n');
    const { code, err } = await batten(['prove', 'outside.yaml'], project, env);
    expect([code, err]).toEqual([2, expect.stringContaining('its build context is outside of the project')]);
    rmSync(path.join(project, 'outside.yaml'));
    expect(connections).toBe(0);
    expect(stateOf(here)).toEqual(before);
  }, 360_000);
});

/** The project, and beside it what it must not reach. */
function layOut(here: string): void {
  const at = (name: string): string => path.join(here, name);
  cpSync(path.join(__dirname, 'attacks'), at('project'), { recursive: true });
  for (const folder of ['victim/live/deep', 'victim/run', 'project/tree/inside', 'project/outer/holds/becomes-a-link'])
    mkdirSync(at(folder), { recursive: true });
  // Where the link of the swap would lead.
  mkdirSync(at('victim/becomes-a-link'));
  for (const file of [
    'victim/becomes-a-link/live.db',
    'victim/live/live.db',
    'victim/live/deep/deep.db',
    'project/tree/own.db',
    'project/outer/holds/becomes-a-link/own.db',
  ])
    writeFileSync(at(file), 'live\n');
  writeFileSync(at('victim/secret'), `${SECRET}\n`, { mode: 0o600 });
  execFileSync('mkfifo', [at('victim/run/pipe')]);
  const links = {
    'project/linked': '../victim/live',
    'project/chain': 'linked',
    'project/linked.db': '../victim/live/live.db',
    'project/linked-run': at('victim/run'),
    'project/linked-secret': '../victim/secret',
    'project/tree/to-directory': '../../victim/live',
    'project/tree/to-directory-absolute': at('victim/live'),
    'project/tree/to-file.db': at('victim/live/live.db'),
    'project/tree/to-root': '/',
    'project/tree/loop': 'loop',
    'project/tree/inside/link-to-file': '../to-file.db',
  };
  for (const [link, to] of Object.entries(links)) symlinkSync(to, at(link));
  linkSync(at('victim/live/live.db'), at('project/tree/hard.db'));
}

/** Everything below a folder: what it is, its mode and time, and what is in it. The proof that is kept is none of it. */
function stateOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name !== '.batten')
    .sort()
    .flatMap((name) => {
      const file = path.join(folder, name);
      const stats = lstatSync(file);
      const content = stats.isFile() ? hashOf(file) : stats.isSymbolicLink() ? readlinkSync(file) : '';
      const time = name === 'project' ? '' : stats.mtimeMs;
      return [[file, stats.mode.toString(8), stats.uid, time, content].join(' '), ...(stats.isDirectory() ? stateOf(file) : [])];
    });
}

const hashOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
