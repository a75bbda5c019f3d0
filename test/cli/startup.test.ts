import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
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

test('bytecode that is of no use is left aside', () => {
  const cwd = copy('cli', 'templates');
  const { stdout } = run(cwd, 'check');
  for (const name of ['program.js.cache', 'app.js.cache']) {
    const file = path.join(cwd, 'dist', 'cli', name);
    expect(existsSync(file)).toBe(true);
    writeFileSync(file, 'not bytecode');
    expect(run(cwd, 'check')).toMatchObject({ stdout, status: 1 });
  }
});

test('the bytecode of the build is used by the Node that built it', () => {
  const cwd = project({ 'compose.yaml': STACK });
  // Says of each script with bytecode whether it was refused.
  const spy = `const vm = require('vm'); const { Script } = vm;
    vm.Script = class extends Script { constructor(...args) { super(...args); console.error(require('path').basename(args[1].filename), this.cachedDataRejected); } }`;
  writeFileSync(path.join(cwd, 'spy.cjs'), spy);
  const { stderr } = spawnSync(process.execPath, ['-r', './spy.cjs', MAIN, 'check'], { cwd, env: scrubbedEnv(), encoding: 'utf8' });
  expect(stderr).toBe('program.js false\napp.js false\n');
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
