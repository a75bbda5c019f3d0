import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { EngineClient } from '../../../src/engine/client/client';
import { endpointOf } from '../../../src/engine/client/endpoint';
import { demultiplex } from '../../../src/engine/client/streams';
import { batten, project, removeProjects } from '../../cli/run';

let directory: string;
beforeEach(() => {
  directory = project({ 'compose.yaml': 'services:\n  web:\n    image: nginx\n' });
});
afterAll(removeProjects);

const nowhere = { DOCKER_HOST: 'unix:///nonexistent/docker.sock', PATH: '/nonexistent' };

describe('without an Engine', () => {
  test('prove says so, with a hint, and exits with 2', () => {
    const { code, err: stderr, out: stdout } = batten(['prove'], { cwd: directory, env: nowhere });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('cannot reach the Docker Engine at unix:///nonexistent/docker.sock (ENOENT)');
    expect(stderr).toContain('start Docker, or set DOCKER_HOST');
  });

  test('nothing else needs one', () => {
    for (const [words, expected] of [
      [['check'], 1],
      [['fix', '--yes'], 0],
      [['patch'], 0],
      [['list'], 0],
      [['explain', 'nginx'], 0],
    ] as const) {
      expect({ words, code: batten([...words], { cwd: directory, env: nowhere }).code }).toEqual({ words, code: expected });
    }
  });

  test.each([
    [['prove', '--probe', 'web'], '--probe web is not service=command'],
    [['prove', '--probe', 'web:reed=x'], 'a step is one of ready, check, write, read, again'],
    [['prove', '--timeout', 'soon'], '--timeout must be a positive integer, not soon'],
    [['prove', '-'], 'standard input has no directory'],
    [['prove', '--service', 'wbe'], 'wbe'],
    [['prove', '--probe', 'wbe=true'], 'no service "wbe" in compose.yaml'],
  ])('%j is refused before anything is asked of it', (words, message) => {
    const { code, err: stderr } = batten(words, { cwd: directory, env: nowhere, input: 'services: {}\n' });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

test('no permission on the socket is said to be that', async () => {
  const socket = path.join(directory, 'docker.sock');
  const server = createServer().listen(socket);
  await new Promise((resolve) => server.on('listening', resolve));
  const client = new EngineClient({ shown: `unix://${socket}`, socketPath: socket });
  // Root may use any socket: what the kernel would answer somebody else is put in its place.
  const refused = Object.assign(new Error('connect EACCES'), { code: 'EACCES' });
  jest.spyOn(client as unknown as { request(): unknown }, 'request').mockImplementation(() => {
    const request = new (require('node:events').EventEmitter)();
    request.end = () => setImmediate(() => request.emit('error', refused));
    return request;
  });
  await expect(client.get('/info')).rejects.toMatchObject({ exitCode: 2, hint: expect.stringContaining('group docker') });
  server.close();
});

test('the Engine is the one the docker command would use', () => {
  expect(endpointOf({ DOCKER_HOST: 'tcp://192.0.2.1:2375' })).toMatchObject({ host: '192.0.2.1', port: 2375 });
  expect(endpointOf({ DOCKER_HOST: 'tcp://192.0.2.1', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: directory })).toMatchObject({
    port: 2376,
    tls: {},
  });
  expect(() => endpointOf({ DOCKER_HOST: 'ssh://me@host' })).toThrow(/ssh:\/\/me@host/);
  expect(endpointOf({ DOCKER_CONFIG: directory })).toMatchObject({ socketPath: '/var/run/docker.sock' });
  writeFileSync(path.join(directory, 'config.json'), '{"currentContext":"other"}');
  expect(() => endpointOf({ DOCKER_CONFIG: directory })).toThrow('the docker context "other" names no Engine');
});

test('both streams of a log are read in the order they came', () => {
  const frame = (stream: number, text: string): Buffer =>
    Buffer.concat([Buffer.from([stream, 0, 0, 0, 0, 0, 0, text.length]), Buffer.from(text)]);
  expect(demultiplex(Buffer.concat([frame(1, 'one\n'), frame(2, 'two\n')]))).toBe('one\ntwo\n');
});

test('the engine room is not part of what other commands load', () => {
  const build = readFileSync(path.join(__dirname, '../../../scripts/build.mjs'), 'utf8');
  expect(build).toContain("'../engine': './engine.js'");
});
