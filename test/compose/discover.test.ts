import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type DiscoveredFile, discover, shownPath } from '../../src/compose/discover';
import { InputError } from '../../src/errors';
import { asNobody, plant, remove, temporaryDirectory, thrownBy } from './temporary';

let cwd: string;
beforeEach(() => {
  cwd = temporaryDirectory();
});
afterEach(() => remove(cwd));

const files = (names: string[]) => plant(cwd, Object.fromEntries(names.map((name) => [name, 'services: {}\n'])));
const find = (paths: string[] = [], env: Record<string, string> = {}) =>
  discover({ cwd, env, paths }).map(({ bounds, ...file }): Omit<DiscoveredFile, 'bounds'> => file);
const shown = (found: Pick<DiscoveredFile, 'path'>[]) => found.map((file) => file.path);
const one = (path: string, overrides: string[] = []) => [
  { path, absolute: join(cwd, path), kind: 'file', overrides: overrides.map((name) => join(cwd, name)) },
];

describe('without a path', () => {
  test('the first default name wins, and brings its override', () => {
    files(['docker-compose.yaml']);
    expect(find()).toEqual(one('docker-compose.yaml'));
    files(['docker-compose.yml', 'docker-compose.override.yaml']);
    expect(find()).toEqual(one('docker-compose.yml', ['docker-compose.override.yaml']));
    files(['compose.yml', 'docker-compose.override.yml']);
    expect(find()).toEqual(one('compose.yml', ['docker-compose.override.yml']));
    files(['compose.yaml', 'compose.override.yml']);
    expect(find()).toEqual(one('compose.yaml', ['compose.override.yml']));
  });

  test('a directory of that name is not taken', () => {
    mkdirSync(join(cwd, 'compose.yaml'));
    files(['compose.yml']);
    expect(shown(find())).toEqual(['compose.yml']);
  });

  test('nothing found: says what it looked for', () => {
    files(['other.yml']);
    const error = thrownBy(() => find());
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({ code: 'no-compose-file', exitCode: 2, hint: expect.stringMatching(/./) });
    for (const name of ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml']) {
      expect((error as Error).message).toContain(name);
    }
  });

  test('COMPOSE_FILE names one project, without the default override', () => {
    files(['compose.yaml', 'compose.override.yaml', 'a.yml', 'sub/b.yml']);
    expect(find([], { COMPOSE_FILE: ['a.yml', join(cwd, 'sub/b.yml')].join(delimiter) })).toEqual(one('a.yml', ['sub/b.yml']));
    expect(find([], { COMPOSE_FILE: 'a.yml;sub/b.yml', COMPOSE_PATH_SEPARATOR: ';' })).toEqual(one('a.yml', ['sub/b.yml']));
    expect(shown(find([], { COMPOSE_FILE: '' }))).toEqual(['compose.yaml']);
  });

  test('.env may set it, the environment wins', () => {
    files(['compose.yaml', 'a.yml', 'b.yml']);
    plant(cwd, { '.env': 'COMPOSE_PATH_SEPARATOR=,\nCOMPOSE_FILE="a.yml,b.yml"\n' });
    expect(find()).toEqual(one('a.yml', ['b.yml']));
    expect(find([], { COMPOSE_FILE: 'b.yml' })).toEqual(one('b.yml'));
  });

  test('a missing file of COMPOSE_FILE is an error that says who named it', () => {
    files(['compose.yaml']);
    expect(thrownBy(() => find([], { COMPOSE_FILE: 'none.yml' }))).toMatchObject({
      code: 'not-found',
      file: 'none.yml',
      message: expect.stringContaining('environment variable COMPOSE_FILE'),
    });
    plant(cwd, { '.env': 'COMPOSE_FILE=none.yml' });
    expect(thrownBy(() => find())).toMatchObject({ code: 'not-found', message: expect.stringContaining('.env') });
  });
});

describe('with paths', () => {
  test('a file is itself, whatever its name, and brings no override', () => {
    files(['compose.yaml', 'compose.override.yaml', 'stack.txt']);
    expect(find(['stack.txt'])).toEqual(one('stack.txt'));
    expect(find(['./compose.yaml'])).toEqual(one('compose.yaml'));
  });

  test('- is standard input', () => {
    expect(find(['-'])).toEqual([{ path: '-', absolute: '-', kind: 'stdin', overrides: [] }]);
  });

  test('a missing path is an error', () => {
    expect(thrownBy(() => find(['none.yml']))).toMatchObject({ code: 'not-found', file: 'none.yml' });
  });

  test('the order given is kept, and a file comes once', () => {
    files(['b.yml', 'a.yml', 'sub/compose.yaml']);
    expect(shown(find(['b.yml', 'a.yml', './b.yml', 'sub', 'sub/compose.yaml']))).toEqual(['b.yml', 'a.yml', 'sub/compose.yaml']);
  });

  test('a file outside the current directory is shown absolute', () => {
    files(['compose.yaml', 'sub/x', '..sub/y']);
    expect(shownPath(join(cwd, 'sub'), join(cwd, 'compose.yaml'))).toBe(join(cwd, 'compose.yaml'));
    expect(shownPath(cwd, join(cwd, '..sub/y'))).toBe('..sub/y');
    expect(shown(discover({ cwd: join(cwd, 'sub'), env: {}, paths: ['../compose.yaml'] }))).toEqual([join(cwd, 'compose.yaml')]);
  });
});

describe('a directory', () => {
  test('is searched for Compose names, sorted', () => {
    const wanted = ['a/compose.yml', 'a/docker-compose.yaml', 'b/c/compose.prod.yaml', 'compose.yaml', 'docker-compose.dev.yml'];
    const unwanted = ['my-compose.yaml', 'compose.json', 'composer.yaml', 'docker-compose', 'a/values.yaml', '.git/compose.yaml'];
    files([...wanted, ...unwanted, 'a/node_modules/x/compose.yaml']);
    expect(shown(find(['.']))).toEqual(wanted);
  });

  test('a main file brings its override, which is listed too', () => {
    files(['s/compose.yaml', 's/compose.override.yaml', 's/compose.prod.yaml']);
    expect(find(['s']).map((file) => [file.path, file.overrides])).toEqual([
      ['s/compose.override.yaml', []],
      ['s/compose.prod.yaml', []],
      ['s/compose.yaml', [join(cwd, 's/compose.override.yaml')]],
    ]);
  });

  test('respects .gitignore, nested ones too', () => {
    files(['compose.yaml', 'build/compose.yaml', 'a/compose.yaml', 'a/keep/compose.yaml', 'a/drop/compose.yaml', 'b/compose.local.yaml']);
    plant(cwd, { '.gitignore': 'build/\n*.local.yaml\n/a/compose.yaml\n', 'a/.gitignore': '!compose.yaml\n/drop\n', 'c/.gitignore': '*' });
    files(['c/compose.yaml']);
    expect(shown(find(['.']))).toEqual(['a/compose.yaml', 'a/keep/compose.yaml', 'compose.yaml']);
  });

  test('a .gitignore above counts inside a repository only', () => {
    files(['sub/x/compose.yaml', 'sub/y/compose.yaml']);
    plant(cwd, { '.gitignore': 'sub/x\n' });
    expect(shown(find(['sub']))).toEqual(['sub/x/compose.yaml', 'sub/y/compose.yaml']);
    mkdirSync(join(cwd, '.git'));
    expect(shown(find(['sub']))).toEqual(['sub/y/compose.yaml']);
  });

  test('links to directories are not followed, links to files are', () => {
    files(['real/compose.yaml', 'stack.yml']);
    symlinkSync('..', join(cwd, 'real/loop'));
    symlinkSync('real', join(cwd, 'again'));
    symlinkSync('stack.yml', join(cwd, 'compose.yml'));
    symlinkSync('nowhere', join(cwd, 'compose.gone.yml'));
    symlinkSync('compose.self.yml', join(cwd, 'compose.self.yml'));
    expect(shown(find(['.']))).toEqual(['compose.yml', 'real/compose.yaml']);
    expect(shown(find(['again']))).toEqual(['again/compose.yaml']);
  });

  test('without Compose files it is an error', () => {
    files(['sub/values.yaml']);
    expect(thrownBy(() => find(['sub']))).toMatchObject({
      code: 'no-compose-file',
      file: 'sub',
      hint: expect.stringContaining('compose.yaml'),
    });
  });

  test('an unreadable directory below is passed over, an unreadable one itself is an error', () => {
    files(['compose.yaml', 'data/compose.yaml']);
    chmodSync(join(cwd, 'data'), 0o700);
    if (process.geteuid?.() !== 0) chmodSync(join(cwd, 'data'), 0);
    expect(asNobody(() => shown(find(['.'])))).toEqual(['compose.yaml']);
    expect(asNobody(() => thrownBy(() => find(['data'])))).toMatchObject({ code: 'unreadable', file: 'data' });
    chmodSync(join(cwd, 'data'), 0o700);
  });
});
