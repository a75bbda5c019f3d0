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
  expect(run(copy('cli/main.js'), flag).status).toBe(0);
});

test.each([['check'], ['fix', '--diff'], ['patch', '--exit-code']])('%s loads no inquirer', (...args) => {
  const { status, stderr } = run(copy('cli/main.js', 'cli/app.js', 'templates', 'vendor/diff.js'), ...args);
  expect(stderr).not.toContain('error: internal');
  expect(status).toBe(1);
});

test('check loads no package that few runs need', () => {
  const { status, stderr } = run(copy('cli/main.js', 'cli/app.js', 'templates'), 'check');
  expect(stderr).not.toContain('error: internal');
  expect(status).toBe(1);
});

test('bytecode that is of no use is left aside', () => {
  const cwd = copy('cli', 'templates');
  const file = path.join(cwd, 'dist', 'cli', 'app.js.cache');
  expect(existsSync(file)).toBe(true);
  const { stdout } = run(cwd, 'check');
  writeFileSync(file, 'not bytecode');
  expect(run(cwd, 'check')).toMatchObject({ stdout, status: 1 });
});
