import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { batten } from '../../src';
import { type Choice, effectsOf, HostFiles, readHost, redundantIn } from '../../src/host';
import { may, remapped, SAME } from '../../src/host/effects/identity';

const made: string[] = [];
afterAll(() => made.forEach((directory) => void rmSync(directory, { recursive: true })));

/** A host with a stack in /srv/app, as `[path]: mode` of files and directories that belong to whoever runs the test. */
function hostOf(compose: string, places: Record<string, number> = {}, files: Record<string, string> = {}) {
  const root = mkdtempSync(path.join(tmpdir(), 'batten-effects-'));
  made.push(root);
  for (const [name, text] of Object.entries({ 'etc/passwd': 'root:x:0:0::/:/bin/sh\nann:x:1000:1000::/:/bin/sh\n', ...files })) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
  for (const [name, mode] of Object.entries(places)) {
    const at = path.join(root, name);
    mkdirSync(name.endsWith('/') ? at : path.dirname(at), { recursive: true });
    if (!name.endsWith('/')) writeFileSync(at, '');
    chmodSync(at, mode);
  }
  const directory = path.join(root, 'srv/app');
  mkdirSync(directory, { recursive: true });
  const { before: project, advise } = batten.change({ path: 'compose.yaml', text: compose, directory }, { only: ['userns'] });
  const host = readHost(new HostFiles(root), undefined);
  return { host, stack: { project, directory: '/srv/app', advise } };
}

function effects(choice: Choice, compose: string, places?: Record<string, number>, files?: Record<string, string>): string[] {
  const { host, stack } = hostOf(compose, places, files);
  return effectsOf(stack, host, choice, { name: 'ann', uid: 1000, gid: 1000 }).map(
    ({ service, kind, path: at }) => `${service} ${kind} ${String(at[2])}`,
  );
}

const one = (rest: string): string => `services:\n  app:\n    image: acme/app:1\n${rest}`;

describe('userns-remap', () => {
  test.each<[string, string, Record<string, number>, string[]]>([
    ['nothing of the host', one('    volumes: [data:/data]\nvolumes: { data: }\n'), {}, []],
    ['privileged', one('    privileged: true\n'), {}, ['app refused privileged']],
    ['privileged, but left out of it', one('    privileged: true\n    userns_mode: host\n'), {}, []],
    ['the network of the host', one('    network_mode: host\n'), {}, ['app refused network_mode']],
    ['the processes of the host', one('    pid: host\n'), {}, ['app refused pid']],
    ['the memory of the host', one('    ipc: host\n'), {}, ['app refused ipc']],
    ['a kernel that kills others first', one('    oom_score_adj: -500\n'), {}, ['app refused oom_score_adj']],
    ['memory locked without end', one('    ulimits: { memlock: -1 }\n'), {}, ['app refused ulimits']],
    ['a user nobody can be', one('    user: "70000"\n'), {}, ['app refused user']],
    ['a directory of root', one('    volumes: [./data:/data]\n'), { 'srv/app/data/': 0o755 }, ['app fails volumes']],
    ['a directory for everybody', one('    volumes: [./data:/data]\n'), { 'srv/app/data/': 0o777 }, []],
    ['a directory that is not there yet', one('    volumes: [./data:/data]\n'), {}, []],
    ['a directory that is only read', one('    volumes: ["./data:/data:ro"]\n'), { 'srv/app/data/': 0o755 }, []],
    ['a directory that others may not read', one('    volumes: ["./data:/data:ro"]\n'), { 'srv/app/data/': 0o700 }, ['app fails volumes']],
    [
      'a file in it that others may not read',
      one('    volumes: ["./data:/data:ro"]\n'),
      { 'srv/app/data/': 0o755, 'srv/app/data/key': 0o600 },
      ['app fails volumes'],
    ],
    ['configuration that is mounted writable', one('    volumes: ["./conf:/etc/app"]\n'), { 'srv/app/conf/': 0o755 }, []],
    ['a file', one('    volumes: ["./app.conf:/app.conf"]\n'), { 'srv/app/app.conf': 0o644 }, []],
    ['a secret', one('    secrets: [key]\nsecrets: { key: { file: ./key } }\n'), { 'srv/app/key': 0o600 }, ['app fails secrets']],
    [
      'a volume that binds',
      one('    volumes: [data:/data]\nvolumes: { data: { driver_opts: { type: none, o: bind, device: /srv/data } } }\n'),
      { 'srv/data/': 0o755 },
      ['app fails volumes'],
    ],
    ['a device', one('    devices: [/dev/thing]\n'), { 'dev/thing': 0o660 }, ['app fails devices']],
    ['a device for everybody', one('    devices: [/dev/thing]\n'), { 'dev/thing': 0o666 }, []],
    ['who could not write before either', one('    user: "33"\n    volumes: [./data:/data]\n'), { 'srv/app/data/': 0o755 }, []],
  ])('%s', (_, compose, places, expected) => expect(effects('userns-remap', compose, places)).toEqual(expected));
});

describe('rootless', () => {
  test.each<[string, string, Record<string, number>, string[]]>([
    ['a low port', one('    ports: ["80:8080"]\n'), {}, ['app refused ports']],
    ['a high port', one('    ports: ["8080:80"]\n'), {}, []],
    ['privileged', one('    privileged: true\n'), {}, []],
    ['the network of the host', one('    network_mode: host\n'), {}, ['app changes network_mode']],
    [
      'a directory that others may not read',
      one('    volumes: ["./data:/data:ro"]\n'),
      { 'srv/app/data/': 0o700 },
      process.getuid?.() === 1000 ? [] : ['app fails volumes'],
    ],
  ])('%s', (_, compose, places, expected) => expect(effects('rootless', compose, places)).toEqual(expected));
});

test('icc is about the default bridge alone', () => {
  expect(
    effects('icc', 'services:\n  a: { image: x, network_mode: bridge }\n  b: { image: x, network_mode: bridge }\n  c: { image: x }\n'),
  ).toEqual(['a changes network_mode', 'b changes network_mode']);
  expect(effects('icc', 'services:\n  a: { image: x, network_mode: bridge }\n  c: { image: x }\n')).toEqual([]);
});

test('root of a container may what everybody may with files of nobody, and all with its own', () => {
  const map = remapped(new HostFiles('/nowhere'));
  const file = (uid: number, gid: number, mode: number) => ({ uid, gid, mode, kind: 'file' as const });
  expect(may('write', 0, file(0, 0, 0o644), SAME)).toBe(true);
  expect(may('write', 0, file(0, 0, 0o644), map)).toBe(false);
  expect(may('read', 0, file(0, 0, 0o644), map)).toBe(true);
  expect(may('write', 0, file(100_999, 100_999, 0o600), map)).toBe(true);
  expect(may('write', 0, file(100_999, 0, 0o600), map)).toBe(false);
  expect(may('write', 999, file(100_999, 0, 0o600), map)).toBe(true);
});

test('what the daemon says already need not be said', () => {
  const { host, stack } = hostOf(
    one(
      '    security_opt: ["no-new-privileges:true"]\n    logging: { driver: json-file, options: { max-size: 10m, max-file: "3" } }\n    ulimits: { nofile: { soft: 10, hard: 20 } }\n',
    ),
    {},
    {
      'etc/docker/daemon.json':
        '{"no-new-privileges": true, "log-opts": {"max-size": "10m", "max-file": "3"}, "default-ulimits": {"nofile": {"Name": "nofile", "Soft": 10, "Hard": 20}}}',
    },
  );
  expect(redundantIn(stack.project, host.settings).map(({ setting }) => setting)).toEqual([
    'no-new-privileges',
    'log-opts',
    'default-ulimits',
  ]);
});
