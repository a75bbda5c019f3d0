import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MAIN, project, removeProjects, STACK, scrubbedEnv } from './run';

afterEach(removeProjects);

const DIST = path.join(MAIN, '..', '..');

/** A copy of parts of the build where no dependency can be found. */
function copy(...parts: string[]): string {
  const cwd = project({ 'compose.yaml': STACK });
  mkdirSync(path.join(cwd, 'dist', 'cli'), { recursive: true });
  for (const part of parts) cpSync(path.join(DIST, part), path.join(cwd, 'dist', part), { recursive: true });
  return cwd;
}

function run(cwd: string, ...args: string[]) {
  return spawnSync(process.execPath, ['dist/cli/main.js', ...args], { cwd, env: scrubbedEnv(), encoding: 'utf8' });
}

test.each(['--version', '--help'])('%s loads nothing but the parsing of arguments', (flag) => {
  expect(run(copy('cli/main.js', 'cli/program.js'), flag).status).toBe(0);
});

test.each([['check'], ['fix', '--diff'], ['patch', '--exit-code']])('%s loads no inquirer', (...args) => {
  const { status, stderr } = run(copy('cli/main.js', 'cli/program.js', 'cli/app.js', 'templates', 'vendor/diff.js'), ...args);
  expect(stderr).not.toContain('error: internal');
  expect(status).toBe(1);
});

test('check loads no package that few runs need', () => {
  const { status, stderr } = run(copy('cli/main.js', 'cli/program.js', 'cli/app.js', 'templates'), 'check');
  expect(stderr).not.toContain('error: internal');
  expect(status).toBe(1);
});

test('the code that runs is the text in dist, and nothing beside it', () => {
  const cwd = copy('cli', 'templates');
  for (const [name, said] of [
    ['program', 'edited program'],
    ['app', 'edited app'],
  ] as const) {
    const file = path.join(cwd, 'dist', 'cli', `${name}.js`);
    const text = readFileSync(file, 'utf8');
    const edit = `console.error(${JSON.stringify(said)});`;
    writeFileSync(file, `${edit}${text}`);
    expect(run(cwd, 'check').stderr).toContain(said);
    writeFileSync(file, text);
  }
  expect(readdirSync(path.join(cwd, 'dist', 'cli')).filter((name) => !name.endsWith('.js'))).toEqual([]);
});

describe('what Node can keep of compiled code', () => {
  /** Runs with a Node that can, and gives the directory it was told. */
  function kept(cwd: string, env: Record<string, string>) {
    writeFileSync(
      path.join(cwd, 'spy.cjs'),
      "require('node:module').enableCompileCache = (directory) => console.error('kept in ' + directory);",
    );
    const { stderr, status } = spawnSync(process.execPath, ['-r', './spy.cjs', MAIN, '--version'], {
      cwd,
      env: { ...scrubbedEnv(), ...env },
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    return stderr;
  }

  test('lies in the cache of the person', () => {
    const cwd = project({});
    expect(kept(cwd, { XDG_CACHE_HOME: cwd })).toBe(`kept in ${path.join(cwd, 'batten', 'compiled')}\n`);
  });

  test.each([
    ['where others may write', (cache: string) => chmodSync(cache, 0o777)],
    [
      'that is a link',
      (cache: string) => {
        renameSync(cache, `${cache}-real`);
        symlinkSync(`${cache}-real`, cache);
      },
    ],
    ['of another user', (cache: string) => (process.getuid?.() === 0 ? chownSync(cache, 12345, 12345) : chmodSync(cache, 0o777))],
  ])('is not taken from a directory %s', (_, spoil) => {
    const cwd = project({});
    const cache = path.join(cwd, 'batten', 'compiled');
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    spoil(cache);
    expect(kept(cwd, { XDG_CACHE_HOME: cwd })).toBe('');
  });

  test('is left to a person who said otherwise, and a place that cannot be made is none', () => {
    const cwd = project({ file: '' });
    expect(kept(cwd, { XDG_CACHE_HOME: cwd, NODE_DISABLE_COMPILE_CACHE: '1' })).toBe('');
    expect(kept(cwd, { XDG_CACHE_HOME: path.join(cwd, 'file') })).toBe('');
  });
});

test.each(['check', 'fix --yes', 'fix --diff', 'patch'])('%s opens no stream that it does not use', (words) => {
  const cwd = project({ 'compose.yaml': STACK });
  const spy = `for (const name of ['stdin', 'stdout', 'stderr']) Object.defineProperty(process, name, { get: () => { throw new Error(name + ' was opened'); } });`;
  writeFileSync(path.join(cwd, 'spy.cjs'), spy);
  const { stderr } = spawnSync(process.execPath, ['-r', './spy.cjs', MAIN, ...words.split(' ')], {
    cwd,
    env: scrubbedEnv(),
    encoding: 'utf8',
  });
  expect(stderr).not.toContain('was opened');
});
