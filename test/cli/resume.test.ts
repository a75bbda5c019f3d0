import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KeptAnswersStore } from '../../src/cli/kept-answers';
import { KEYS, Terminal } from './pty';
import { batten, project, read, removeProjects, STATE } from './run';
import { stackOf } from './stacks';

jest.setTimeout(60_000);

const WEB = 'services:\n  web:\n    image: nginx:1.27\n';
const ONLY = ['--only', 'cap-drop,no-new-privileges,read-only'];
const CHANGES: [string, string, RegExp][] = [
  ['somewhere else', `# a new line above\n${WEB}`, /no-new-privileges/],
  ['so that another change would be made', WEB.replace('nginx:1.27', 'postgres:16'), /cap-drop/],
];

let terminal: Terminal | undefined;

function fix(directory: string, ...args: string[]): Terminal {
  terminal?.close();
  terminal = new Terminal(['fix', ...args], directory);
  return terminal;
}

async function interrupted(directory: string): Promise<void> {
  const session = fix(directory, ...ONLY);
  await session.asked('cap-drop');
  session.press('y');
  await session.asked('no-new-privileges');
  session.press(KEYS.CTRL_C);
  expect(await session.ended()).toBe(130);
  expect(session.screen).toContain('batten fix --resume');
  expect(read(directory)).toBe(WEB);
}

afterEach(() => {
  terminal?.close();
  removeProjects();
});

describe('answers survive', () => {
  test('Ctrl-C: what was answered is not asked again, and is forgotten once it is written', async () => {
    const directory = project({ 'compose.yaml': WEB });
    await interrupted(directory);
    const session = fix(directory, '--resume', ...ONLY);
    await session.asked('no-new-privileges');
    session.press('n');
    await session.asked('read-only');
    session.press('n');
    expect(await session.ended()).toBe(0);
    expect(read(directory)).toContain('cap_drop');
    writeFileSync(path.join(directory, 'compose.yaml'), WEB);
    const again = fix(directory, '--resume', ...ONLY);
    await again.asked('cap-drop');
    expect(again.screen).toContain('No answers are kept');
  });

  test.each(CHANGES)('a file that is changed %s', async (_, text, first) => {
    const directory = project({ 'compose.yaml': WEB });
    await interrupted(directory);
    writeFileSync(path.join(directory, 'compose.yaml'), text);
    const session = fix(directory, '--resume', ...ONLY);
    await session.until(/\[\d+\/\d+\]/);
    await session.until(first);
    await session.prompt();
    session.press('q');
    await session.ended();
  });

  test('a file that is changed while it is asked about: nothing is written, and the answers are kept', async () => {
    const directory = project({ 'compose.yaml': WEB });
    const session = fix(directory, '--only', 'cap-drop');
    await session.asked('cap-drop');
    writeFileSync(path.join(directory, 'compose.yaml'), `# new\n${WEB}`);
    session.press('y');
    expect(await session.ended()).toBe(2);
    expect(read(directory)).toBe(`# new\n${WEB}`);
    const again = fix(directory, '--resume', '--only', 'cap-drop');
    expect(await again.ended()).toBe(0);
    expect(read(directory)).toContain('cap_drop');
  });

  test('a plan that is saved on the last screen', async () => {
    const directory = project({ 'compose.yaml': stackOf(29) });
    const session = fix(directory);
    await session.until('Plan?');
    await session.until('›');
    session.press('y');
    await session.until('accepted');
    await session.until('Plan?');
    await session.until('›');
    session.press('q');
    await session.until('Write?');
    await session.until('›');
    session.press('s');
    expect(await session.ended()).toBe(0);
    expect(read(directory)).toBe(stackOf(29));
    const again = fix(directory, '--resume');
    await again.until(/\d+ answered/);
    await again.until('Plan?');
    await again.until('›');
    again.press('q');
    await again.until('Write?');
    await again.until('›');
    again.press('y');
    expect(await again.ended()).toBe(0);
    const unasked = project({ 'compose.yaml': stackOf(29) });
    batten(['fix', '--yes'], { cwd: unasked });
    expect(read(directory)).toBe(read(unasked));
  });

  test('they are nobody else’s, and hold nothing of the file but names', async () => {
    const text = 'services:\n  web:\n    image: nginx:1.27\n    environment:\n      API_TOKEN: hunter2\n';
    const directory = project({ 'compose.yaml': text });
    const session = fix(directory, '--only', 'plaintext-secrets,cap-drop');
    await session.asked();
    session.press('y');
    await session.asked();
    session.press(KEYS.CTRL_C);
    await session.ended();
    const kept = path.join(STATE, 'batten', 'answers');
    const files = readdirSync(kept).map((name) => path.join(kept, name));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      expect(statSync(file).mode & 0o077).toBe(0);
      expect(readFileSync(file, 'utf8')).not.toContain('hunter2');
    }
  });

  test('--resume asks, so that it goes with nothing that does not', () => {
    const directory = project({ 'compose.yaml': WEB });
    expect(batten(['fix', '--resume', '--yes'], { cwd: directory })).toMatchObject({ code: 2 });
  });
});

describe('what is kept', () => {
  test.each([
    ['{'],
    ['null'],
    ['{"version":1}'],
    ['{"version":1,"main":"/p/compose.yaml","answers":[["k",{"kind":"edit"}]]}'],
    ['{"version":1,"main":"/p/compose.yaml","answers":[["k",{"kind":"shout"}]]}'],
    ['{"version":1,"main":"/another/compose.yaml","answers":[]}'],
    ['{"version":2,"main":"/p/compose.yaml","answers":[]}'],
  ])('%s is nothing', (text) => {
    const state = mkdtempSync(path.join(tmpdir(), 'batten-answers-'));
    const store = new KeptAnswersStore({ env: { XDG_STATE_HOME: state } });
    store.keep('/p/compose.yaml', new Map([['k', { kind: 'apply' }]]));
    expect(store.read('/p/compose.yaml')).toEqual(new Map([['k', { kind: 'apply' }]]));
    const kept = path.join(state, 'batten', 'answers');
    writeFileSync(path.join(kept, readdirSync(kept)[0]!), text);
    expect(store.read('/p/compose.yaml')).toBeUndefined();
  });
});
