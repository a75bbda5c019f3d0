import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import type { Model } from '../../../src/engine/compose/model';
import { normalise } from '../../../src/engine/compose/normalise';
import { toTrial } from '../../../src/engine/trial/convert';
import { makeCopy } from '../../../src/engine/trial/copies';
import { copyTree } from '../../../src/engine/trial/host/copy-tree';
import { HOST_PLACES, isWithin, placeOf } from '../../../src/engine/trial/host/places';
import { mountPoints, survey } from '../../../src/engine/trial/host/survey';
import { findHere, type Machine, projectRoots, worldOf } from '../../../src/engine/trial/host/world';

/** What a trial takes of a host, with real files: links of every kind, special files, other names of the host's own directories. */
const base = realpathSync(mkdtempSync(path.join(tmpdir(), 'batten-host-')));
const at = (...names: string[]): string => path.join(base, ...names);
const put = (name: string, text = name): string => {
  mkdirSync(path.dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
  return at(name);
};
let server: Server;

beforeAll(async () => {
  // The project, and what lies beside it and is live.
  put('project/compose.yaml', 'services: {}\n');
  put('project/data/file');
  put('live/live.db', 'live');
  put('live/deep/inner.db', 'inner');
  symlinkSync('../live', at('project/data2'));
  symlinkSync('data2', at('project/chain'));
  symlinkSync('loop', at('project/loop'));
  symlinkSync('../live/live.db', at('project/link.db'));
  symlinkSync('../../live', at('project/data/out'));
  symlinkSync(at('live/live.db'), at('project/data/absolute'));
  symlinkSync('/run', at('project/run'));
  linkSync(at('live/live.db'), at('project/data/hard'));
  mkdirSync(at('project/sockets/sub'), { recursive: true });
  put('project/sockets/plain');
  execFileSync('mkfifo', [at('project/sockets/fifo')]);
  server = createServer();
  await new Promise<void>((resolve) => server.listen(at('project/sockets/sub/live.sock'), resolve));
});
afterAll(() => {
  server.close();
  rmSync(base, { recursive: true, force: true });
});

const machine = (more: Partial<Machine> = {}): Machine => ({
  ...{ local: true, machine: 'x64', directory: at('project'), own: [at('scratch')], engine: ['/var/run/docker.sock'] },
  ...{ surveys: new Map(), shared: at('scratch/shared'), ...more },
});
const world = (more: Partial<Machine> = {}) => worldOf(at('scratch/stack'), machine(more));

describe('what a path leads to', () => {
  test.each([
    ['project/data', 'directory', 'project/data'],
    ['project/data2', 'directory', 'live'],
    ['project/chain/deep', 'directory', 'live/deep'],
    ['project/data/out/live.db', 'file', 'live/live.db'],
    ['project/link.db', 'file', 'live/live.db'],
    ['project/loop', 'unreadable', 'project/loop'],
    ['project/nothing/here', 'missing', 'project/nothing/here'],
    ['project/sockets/fifo', 'fifo', 'project/sockets/fifo'],
    ['project/sockets/sub/live.sock', 'socket', 'project/sockets/sub/live.sock'],
  ])('%s is a %s at %s', (name, kind, real) => {
    expect(findHere(at(name))).toEqual({ kind, real: at(real) });
  });

  test('is told of the links of the kernel, too', () => {
    expect(findHere('/proc/self/root/etc/hosts')).toEqual({ kind: 'file', real: realpathSync('/etc/hosts') });
    expect(findHere('/dev/null').kind).toBe('device');
  });
});

describe('what of the host a path reaches', () => {
  const reaches = (wanted: string, more: Partial<Machine> = {}): string | undefined => {
    const { find, reaches: told } = world(more);
    return told(find(wanted).real);
  };

  test('is told for the host itself, its parts, and all that holds them', () => {
    for (const place of [
      '/',
      '/proc',
      '/proc/self',
      '/sys',
      '/sys/kernel',
      '/dev',
      '/dev/shm',
      '/run',
      '/var/run',
      '/var',
      '/etc/shadow',
      '/etc',
      '/tmp',
      '/root',
      '/home',
    ])
      expect([place, existsSync(place) ? reaches(place) : 'not here']).toEqual([place, expect.any(String)]);
  });

  test('is nothing for what everybody may read, and for data', () => {
    for (const place of ['/etc/hosts', '/etc/passwd', '/usr/share', '/dev/null', at('live'), at('project'), at('project/data')])
      expect([place, reaches(place)]).toEqual([place, undefined]);
  });

  test('is told by where a link leads, and of the Engine wherever it is', () => {
    expect(reaches(at('project/run'))).toContain('sockets');
    expect(reaches('/proc/self/root/etc/shadow')).toBeDefined();
    const engine = { engine: [at('live/deep')] };
    for (const place of ['live', 'live/deep', 'live/deep/inner.db', 'project/data2', '.'])
      expect([place, reaches(at(place), engine)]).toEqual([place, expect.any(String)]);
    expect(reaches(at('project/data'), engine)).toBeUndefined();
  });

  test('is told of keys of the person, in a project that is the home directory as well', () => {
    const home = jest.spyOn(require('node:os') as typeof import('node:os'), 'homedir').mockReturnValue(at('project'));
    try {
      put('project/.ssh/id_ed25519');
      put('project/.config/gh/hosts.yml');
      for (const name of ['.ssh', '.ssh/id_ed25519', '.config', '.config/gh', ''])
        expect([name, reaches(at('project', name))]).toEqual([name, expect.any(String)]);
      expect(reaches(at('project/data'))).toBeUndefined();
    } finally {
      home.mockRestore();
      rmSync(at('project/.ssh'), { recursive: true });
      rmSync(at('project/.config'), { recursive: true });
    }
  });

  test('of places is the first that it holds, else the most specific it is in', () => {
    const told = (place: string, isPrivate = false): string | undefined => placeOf(place, HOST_PLACES, () => isPrivate)?.path;
    expect([told('/var/lib/docker/volumes'), told('/var/lib'), told('/var/tmp/mine', true), told('/srv')]).toEqual([
      '/var/lib/docker',
      '/var/lib/docker',
      undefined,
      undefined,
    ]);
    expect([told('/etc/app'), told('/etc/app', true), told('/etcetera', true)]).toEqual([undefined, '/etc', undefined]);
    expect(isWithin('/a/bc', '/a/b')).toBe(false);
  });

  test('a repository that is a part of the host makes no project of it', () => {
    expect(projectRoots('/etc')).toEqual([]);
    expect(projectRoots(at('project'))).toContain(at('project'));
    expect(projectRoots('/')).toEqual([]);
  });
});

describe('looking through a directory', () => {
  test('finds what reaches further, and follows no link', () => {
    const found = survey(at('project/sockets'), []);
    expect(found.specials.map(({ path: each, kind }) => [path.relative(base, each), kind]).sort()).toEqual([
      ['project/sockets/fifo', 'fifo'],
      ['project/sockets/sub/live.sock', 'socket'],
    ]);
    expect(survey(at('project/data'), [])).toMatchObject({ complete: true, specials: [], mounts: [] });
    expect(survey(at('project/data'), []).bytes).toBe('project/data/file'.length + 'live'.length);
  });

  test('stops at other file systems, and says what is private', () => {
    expect(survey(at('live'), [at('live/deep')])).toMatchObject({ mounts: [at('live/deep')], entries: 3 });
    const key = put('private/key');
    expect(survey(at('private'), []).isPrivate).toBe(false);
    chmodSync(key, 0o600);
    expect(survey(at('private'), []).isPrivate).toBe(true);
  });

  test('mount points are read as the kernel writes them', () => {
    const file = put(
      'mountinfo',
      '36 35 98:0 / /mnt/with\\040blank rw,noatime master:1 - ext3 /dev/root rw\n37 35 0:5 / /proc rw - proc proc rw\n',
    );
    expect(mountPoints(file)).toEqual(['/mnt/with blank', '/proc']);
  });
});

describe('a copy', () => {
  test('keeps modes, times and links as links, and leaves special files behind', () => {
    chmodSync(at('project/data/file'), 0o640);
    copyTree(at('project/data'), at('copies/data'));
    expect(statSync(at('copies/data/file')).mode & 0o777).toBe(0o640);
    expect(statSync(at('copies/data/file')).mtimeMs).toBeCloseTo(statSync(at('project/data/file')).mtimeMs, -1);
    expect(readlinkSync(at('copies/data/out'))).toBe('../../live');
    expect(readlinkSync(at('copies/data/absolute'))).toBe(at('live/live.db'));
    copyTree(at('project/sockets'), at('copies/sockets'));
    expect(readdirSync(at('copies/sockets')).sort()).toEqual(['plain', 'sub']);
    expect(readdirSync(at('copies/sockets/sub'))).toEqual([]);
  });

  test('of a hard link is another file', () => {
    copyTree(at('project/data'), at('copies/hard'));
    writeFileSync(at('copies/hard/hard'), 'written');
    expect(readFileSync(at('live/live.db'), 'utf8')).toBe('live');
    expect(lstatSync(at('copies/hard/hard')).ino).not.toBe(lstatSync(at('live/live.db')).ino);
  });

  test('is refused where a link was put after it was looked at, in its place or above it', () => {
    put('swap/dir/deep/a');
    renameSync(at('swap/dir'), at('swap/was'));
    symlinkSync(at('live'), at('swap/dir'));
    for (const name of ['swap/dir', 'swap/dir/deep', 'swap/dir/live.db'])
      expect(() => copyTree(at(name), at('copies/swapped'))).toThrow(/changed while it was copied/);
    expect(existsSync(at('copies/swapped'))).toBe(false);
  });
});

describe('a trial of links', () => {
  const trial = (volumes: Record<string, string[]>) => {
    const services = Object.fromEntries(Object.entries(volumes).map(([name, each]) => [name, { volumes: each } as never]));
    const model = normalise({ services } as Model);
    const needs = new Map(Object.keys(volumes).map((name) => [name, { image: 'acme/app', volumes: [], healthcheck: false }]));
    const options = { volumes: 'fresh', binds: 'copy', allowPrivileged: false } as const;
    rmSync(at('scratch'), { recursive: true, force: true });
    const made = toTrial(model, needs, options, 'id1', world());
    for (const plan of made.binds) makeCopy(plan);
    const sources = Object.values(made.model.services).flatMap((service) =>
      (service.volumes as { source: string }[]).map((mount) => mount.source),
    );
    return { ...made, sources };
  };

  test('mounts copies, whatever leads there, and nothing outside of the scratch folder', () => {
    const named = ['data', 'data2', 'chain', 'data2/deep', 'data/out', 'link.db', '../live'].map((name) => `${at('project', name)}:/x`);
    for (const source of named) {
      const { sources } = trial({ a: [source] });
      expect(sources).toHaveLength(1);
      expect(isWithin(realpathSync(sources[0]!), at('scratch'))).toBe(true);
    }
  });

  test('gives no socket, no run directory, and nothing of a loop', () => {
    for (const name of ['run', 'loop', 'sockets/fifo', 'sockets/sub/live.sock'])
      for (const mode of ['', ':ro'])
        expect(trial({ a: [`${at('project', name)}:/x${mode}`] })).toMatchObject({ sources: [], withheld: [{ service: 'a' }] });
  });

  test('keeps a file that two mounts show one file', () => {
    const { sources } = trial({ a: [`${at('live')}:/x`], b: [`${at('live/live.db')}:/y`] });
    writeFileSync(path.join(sources[0]!, 'live.db'), 'by a');
    expect(readFileSync(sources[1]!, 'utf8')).toBe('by a');
    expect(readFileSync(at('live/live.db'), 'utf8')).toBe('live');
  });

  test('has a directory within another once, out of reach of who writes to the other', () => {
    const { sources, model } = trial({ a: [`${at('live')}:/x`], b: [`${at('live/deep')}:/y`] });
    expect(model.services.a!.volumes).toHaveLength(2);
    const [outer, inner, seen] = sources;
    expect(inner).toBe(seen);
    expect(isWithin(inner!, outer!)).toBe(false);
  });
});

test('the home directory is one of the places that a project is not', () => {
  expect(world().reaches(realpathSync(homedir()))).toBeDefined();
});
