import { spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { MAIN, removeProjects, scrubbedEnv } from '../cli/run';
import { CANARY, layout, type Planted, SERVICE } from './layout';

afterEach(removeProjects);

/** Runs the command and gives up on one that hangs: its code is then null. */
function run(cwd: string, args: readonly string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd,
    input: '',
    env: { ...scrubbedEnv(), ...env },
    encoding: 'utf8',
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
  return { code: status, text: stdout + stderr };
}

const BUILT = 'services:\n  web:\n    build: .\n';
const INCLUDES_ENV = `include: ["./\${NAME}.yaml"]\n${SERVICE}`;

/** Each place that a file of the repository is read from: its name, and a Compose file that makes it read. */
const READ: [name: string, compose: string, target: string][] = [
  ['.env', INCLUDES_ENV, 'env'],
  ['.batten.yaml', SERVICE, 'config.yaml'],
  ['package.json', SERVICE, 'config.yaml'],
  ['compose.override.yaml', SERVICE, 'compose.yaml'],
  ['more.yaml', `include: [more.yaml]\n${SERVICE}`, 'compose.yaml'],
  ['base.yaml', 'services:\n  web:\n    image: nginx:1.27\n    extends: {file: base.yaml, service: base}\n', 'common.yaml'],
  ['Dockerfile', BUILT, 'Dockerfile'],
  ['run.sh', 'services:\n  web:\n    image: nginx:1.27\n    entrypoint: /run.sh\n    volumes: ["./run.sh:/run.sh:ro"]\n', 'notes'],
  ['nginx.conf', 'services:\n  web:\n    image: nginx:1.27\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n', 'notes'],
  ['.batten/proof.json', SERVICE, 'known.json'],
  ['batten.lock.json', SERVICE, 'known.json'],
  ['.gitignore', SERVICE, 'notes'],
];

/** What a hostile repository can put in the place of a file; `/dev/zero` never ends and a FIFO never begins. */
const HOSTILE: [what: string, planted: (target: string) => Planted][] = [
  ['a link out of the repository', (target) => ({ link: `OUTSIDE/${target}` })],
  ["a link to the process's environment", () => ({ link: '/proc/self/environ' })],
  ['a link to /dev/zero', () => ({ link: '/dev/zero' })],
  ['a link into .git', () => ({ link: 'GIT' })],
  ['a FIFO', () => 'FIFO'],
];

describe.each(READ)('%s', (name, compose, target) => {
  test.each(HOSTILE)('that is %s is not read', (hostile, planted) => {
    const what = planted(target);
    const up = path.relative(path.dirname(name), '.') || '.';
    const files = {
      'compose.yaml': compose,
      [name]: typeof what === 'object' && what.link === 'GIT' ? { link: `${up}/.git/config` } : what,
    };
    const { repository } = layout(files);
    // The ways to a file are the same for all of them: one goes through every way, and with BATTEN_FULL=1 each.
    const ways = [
      ['check', '-v', '.'],
      ['fix', '--diff', 'compose.yaml', '--preset', 'strict'],
      ['check', '-v'],
      ['check', '-v', 'compose.yaml'],
    ];
    for (const args of hostile === HOSTILE[0]![0] || process.env.BATTEN_FULL === '1' ? ways : ways.slice(0, 2)) {
      const { code, text } = run(repository, args, { CANARY });
      expect([0, 1, 2]).toContain(code);
      expect(text).not.toContain(CANARY);
      expect(text).not.toContain('internal');
    }
  });
});

test.each([
  ['.env', 'env', 'leads out of the repository'],
  ['.batten.yaml', 'config.yaml', 'leads out of the repository'],
  ['compose.yaml', 'compose.yaml', 'leads out of the repository'],
  ['compose.override.yaml', 'compose.yaml', 'leads out of the repository'],
])('a linked %s is an error that says what to do', (name, target, message) => {
  const { repository } = layout({ 'compose.yaml': SERVICE, ...{ [name]: { link: `OUTSIDE/${target}` } } });
  const { code, text } = run(repository, ['check']);
  expect([code, text]).toEqual([
    2,
    expect.stringMatching(new RegExp(`^${name.replaceAll('.', '\\.')}: error: ${message}.*\\n +hint: `, 'm')),
  ]);
});

test('a linked .env that is needed only for its variables is said', () => {
  const { repository } = layout({ 'compose.yaml': INCLUDES_ENV, '.env': { link: 'OUTSIDE/env' } });
  const { text } = run(repository, ['check', 'compose.yaml']);
  expect(text.replace(/\s+/g, ' ')).toContain('.env was not read, so its variables are not known: it leads out of the repository');
});

test('a hostile .gitignore does not stop the search, and is said', () => {
  const { repository } = layout({ 'a/compose.yaml': SERVICE, 'b/compose.yaml': SERVICE, 'a/.gitignore': { link: '/dev/zero' } });
  const { code, text } = run(repository, ['check', '.']);
  expect(code).toBe(2);
  expect(text).toMatch(/^a\/\.gitignore: error: /m);
  expect(text).toContain('3 files');
});

test.each([
  ['include: [OUTSIDE/compose.yaml]\n', 'an absolute include'],
  ['include: [../OUTSIDE_NAME/compose.yaml]\n', 'an include upwards'],
  ['services:\n  web:\n    extends: {file: OUTSIDE/common.yaml, service: base}\n', 'an absolute extends'],
  ['services:\n  web:\n    build: {context: OUTSIDE}\n', 'a build context outside'],
  ['services:\n  web:\n    build: {context: ., dockerfile: OUTSIDE/Dockerfile}\n', 'a Dockerfile outside'],
  ['services:\n  web:\n    image: alpine\n    entrypoint: /x\n    volumes: ["OUTSIDE/notes:/x"]\n', 'a script outside'],
  ['services:\n  web:\n    image: alpine\n    env_file: OUTSIDE/env\n', 'an env_file outside'],
])('%j is not read', (compose) => {
  const { repository, outside } = layout({});
  const text = compose.replaceAll('OUTSIDE_NAME', path.basename(outside)).replaceAll('OUTSIDE', outside);
  appendFileSync(path.join(repository, 'compose.yaml'), text);
  for (const args of [
    ['check', '-v'],
    ['check', '-v', '--preset', 'strict', 'compose.yaml'],
  ]) {
    const result = run(repository, args);
    expect(result.code).not.toBeNull();
    expect(result.text).not.toContain(CANARY);
  }
});

describe('what stays', () => {
  test.each([
    ['.env', '../config/env'.slice(3), { 'config/env': 'NAME=more\n', 'more.yaml': 'services:\n  more:\n    image: redis:7\n' }],
    ['compose.override.yaml', 'shared/o.yaml', { 'shared/o.yaml': 'services:\n  more:\n    image: redis:7\n' }],
  ] as const)('a link %s inside of the repository is followed', (name, link, files) => {
    const { repository } = layout({
      'compose.yaml': INCLUDES_ENV.replace(name === '.env' ? '' : /^include.*\n/, ''),
      [name]: { link },
      ...files,
    });
    const { code, text } = run(repository, ['check']);
    expect([code, text]).toEqual([1, expect.stringContaining('more')]);
  });

  test('a link to another directory of the same repository is followed, of a directory that is none too', () => {
    for (const git of [true, false]) {
      const { repository } = layout({ 'a/compose.yaml': { link: '../shared/compose.yaml' }, 'shared/compose.yaml': SERVICE }, { git });
      expect(run(repository, ['check', '.'])).toMatchObject({ code: 1, text: expect.stringContaining('2 files') });
      expect(run(path.join(repository, 'a'), ['check']).code).toBe(git ? 1 : 2);
    }
  });

  test('what the person names is read wherever it is', () => {
    const { repository, outside } = layout({ 'compose.yaml': { link: 'OUTSIDE/compose.yaml' }, 'here.yaml': SERVICE });
    expect(run(repository, ['check', 'compose.yaml']).text).toContain('stranger');
    expect(run(repository, ['check', path.join(outside, 'compose.yaml')]).text).toContain('stranger');
    expect(run(repository, ['check', '-f', 'here.yaml', '-f', path.join(outside, 'compose.yaml')]).text).toContain('stranger');
    expect(run(repository, ['check'], { COMPOSE_FILE: path.join(outside, 'compose.yaml') }).text).toContain('stranger');
    expect(run(repository, ['check', '-c', path.join(outside, 'config.yaml'), 'here.yaml']).text).toContain(CANARY);
  });

  test('a directory that is reached by a link is the project', () => {
    const { repository } = layout({
      'real/compose.yaml': INCLUDES_ENV,
      'real/.env': 'NAME=more',
      'real/more.yaml': 'services:\n  more:\n    image: redis:7\n',
    });
    const { repository: other } = layout({ stack: { link: path.join(repository, 'real') } });
    expect(run(other, ['check', 'stack/compose.yaml']).text).toContain('more');
  });
});
