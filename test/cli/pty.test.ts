import { existsSync } from 'node:fs';
import path from 'node:path';
import { KEYS, Terminal } from './pty';
import { project, read, removeProjects } from './run';

const WEB = `services:
  web:
    image: nginx:1.27 # the front
    environment:
      API_TOKEN: hunter2
`;
const API = `services:
  api:
    image: acme/api:1
`;
const ALL = ['--only', 'cap-drop,no-new-privileges,read-only'];

jest.setTimeout(60_000);

let terminal: Terminal | undefined;
let directory = '';

function start(text: string, args: readonly string[] = ALL): Terminal {
  directory = project({ 'compose.yaml': text });
  terminal = new Terminal(['fix', ...args], directory);
  return terminal;
}

afterEach(() => {
  terminal?.close();
  removeProjects();
});

describe('fix on a terminal', () => {
  test('y and n: what was accepted is written, once, after the last answer', async () => {
    const session = start(WEB);
    await session.asked('cap-drop');
    session.press('y');
    await session.asked('no-new-privileges');
    expect(read(directory)).toBe(WEB);
    session.press('n');
    await session.asked('read-only');
    expect(read(directory)).toBe(WEB);
    session.press('y');
    expect(await session.ended()).toBe(0);
    const after = read(directory);
    expect(after).toContain('cap_drop:');
    expect(after).toContain('read_only: true');
    expect(after).not.toContain('no-new-privileges');
    expect(after).toContain('# the front');
  });

  test('the header, the diff and the evidence; credentials are masked on the screen and kept in the file', async () => {
    const session = start(WEB);
    await session.asked('cap-drop');
    expect(session.screen).toMatch(/\[1\/3\] compose\.yaml:2 {2}web {2}cap-drop {2}known/);
    expect(session.screen).toMatch(/\+\s+cap_drop:/);
    expect(session.screen).toContain('Could break');
    expect(session.screen).toContain('Evidence');
    expect(session.screen).toContain('API_TOKEN: ••••');
    expect(session.screen).not.toContain('hunter2');
    session.press('y');
    await session.asked();
    session.press('q');
    await session.ended();
    expect(read(directory)).toContain('API_TOKEN: hunter2');
  });

  test('Enter applies what rarely breaks and skips a guess', async () => {
    const session = start(API);
    await session.asked('cap-drop +generic');
    session.press(KEYS.ENTER);
    await session.asked('no-new-privileges +generic');
    session.press(KEYS.ENTER);
    await session.asked('read-only +guess');
    session.press(KEYS.ENTER);
    expect(await session.ended()).toBe(0);
    expect(read(directory)).toContain('cap_drop:');
    expect(read(directory)).not.toContain('read_only');
  });

  test('a applies all of a transform', async () => {
    const session = start(`${WEB}  other:\n    image: nginx:1.27\n`);
    await session.asked('cap-drop');
    session.press('a');
    await session.asked('no-new-privileges');
    session.press('q');
    expect(await session.ended()).toBe(0);
    expect(read(directory).match(/cap_drop:/g)).toHaveLength(2);
    expect(read(directory)).not.toContain('no-new-privileges');
  });

  test('s applies all of a service', async () => {
    const session = start(`${WEB}  other:\n    image: nginx:1.27\n`);
    await session.asked('web +cap-drop');
    session.press('s');
    for (const transform of ['cap-drop', 'no-new-privileges', 'read-only']) {
      await session.asked(`other +${transform}`);
      session.press('n');
    }
    expect(await session.ended()).toBe(0);
    const [web = '', other = ''] = read(directory).split('  other:');
    expect(web).toContain('read_only: true');
    expect(web).toContain('no-new-privileges');
    expect(other).not.toContain('cap_drop');
  });

  test('d skips the rest of the file, and nothing is written', async () => {
    const session = start(WEB);
    await session.asked();
    session.press('d');
    expect(await session.ended()).toBe(0);
    expect(read(directory)).toBe(WEB);
    expect(session.screen).toContain('Nothing was accepted');
  });

  test('e edits the value, and asks again when it cannot be used', async () => {
    const session = start(WEB);
    await session.asked('cap-drop');
    session.press('e');
    await session.until('CHOWN SETGID SETUID');
    session.press(` NONSENSE${KEYS.ENTER}`);
    await session.until('no Linux capability');
    await session.until('CHOWN SETGID SETUID NONSENSE');
    session.press(`${KEYS.CTRL_U}CHOWN${KEYS.ENTER}`);
    await session.asked('no-new-privileges');
    session.press('q');
    expect(await session.ended()).toBe(0);
    expect(read(directory)).toMatch(/cap_add:\n\s+- CHOWN\n(?!\s+- )/);
  });

  test('e takes an emptied line for an empty value, and Escape leads back', async () => {
    const session = start(WEB, ['--only', 'cap-drop']);
    await session.asked('cap-drop');
    session.press('e');
    await session.until('CHOWN SETGID SETUID');
    session.press(KEYS.ESCAPE);
    await session.prompt();
    session.press('e');
    await session.until('CHOWN SETGID SETUID');
    session.press(`${KEYS.CTRL_U}${KEYS.ENTER}`);
    expect(await session.ended()).toBe(0);
    expect(read(directory)).toContain('cap_drop:');
    expect(read(directory)).not.toContain('cap_add');
  });

  test('i writes the comment with its reason', async () => {
    const session = start(WEB, ['--only', 'read-only']);
    await session.asked('read-only');
    session.press('i');
    await session.until('Reason');
    session.press(`writes its logs${KEYS.ENTER}`);
    expect(await session.ended()).toBe(0);
    expect(read(directory)).toContain('# batten: ignore[read-only] writes its logs');
    expect(read(directory)).not.toContain('read_only:');
  });

  test('w explains and ? helps; both ask again', async () => {
    const session = start(WEB, ['--only', 'cap-drop']);
    await session.asked('cap-drop');
    session.press('w');
    await session.until('there is evidence about this image');
    await session.prompt();
    session.press('?');
    await session.until('undo the last answer');
    await session.prompt();
    session.press('y');
    expect(await session.ended()).toBe(0);
    expect(read(directory)).toContain('cap_drop:');
  });

  test('u takes the last answer back', async () => {
    const session = start(WEB);
    await session.asked('cap-drop');
    session.press('u');
    await session.until('Nothing to undo');
    await session.asked('cap-drop');
    session.press('y');
    await session.asked('no-new-privileges');
    session.press('u');
    await session.asked('cap-drop');
    session.press('n');
    await session.asked('no-new-privileges');
    session.press('y');
    await session.asked('read-only');
    session.press('q');
    expect(await session.ended()).toBe(0);
    expect(read(directory)).not.toContain('cap_drop');
    expect(read(directory)).toContain('no-new-privileges');
  });

  test('q keeps what was accepted', async () => {
    const session = start(WEB);
    await session.asked('cap-drop');
    session.press('y');
    await session.asked('no-new-privileges');
    session.press('q');
    expect(await session.ended()).toBe(0);
    expect(read(directory)).toContain('cap_drop:');
    expect(session.screen).toMatch(/1 change made.*Wrote compose\.yaml/s);
  });

  test.each(['CTRL_C', 'CTRL_D'] as const)('%s writes nothing, not even what was accepted, and gives 130', async (key) => {
    const session = start(WEB);
    await session.asked('cap-drop');
    session.press('y');
    await session.asked('no-new-privileges');
    session.press(KEYS[key]);
    expect(await session.ended()).toBe(130);
    expect(read(directory)).toBe(WEB);
    expect(session.screen).toContain('nothing was written');
    expect(existsSync(path.join(directory, 'compose.yaml.bak'))).toBe(false);
  });

  test('Ctrl-C while editing a value', async () => {
    const session = start(WEB);
    await session.asked('cap-drop');
    session.press('e');
    await session.until('CHOWN SETGID SETUID');
    session.press(KEYS.CTRL_C);
    expect(await session.ended()).toBe(130);
    expect(read(directory)).toBe(WEB);
  });

  test('two files: undo goes back over the border, and both are written at the end', async () => {
    directory = project({ 'a.yaml': WEB, 'b.yaml': WEB });
    const session = new Terminal(['fix', '--only', 'cap-drop', 'a.yaml', 'b.yaml'], directory);
    terminal = session;
    await session.asked('a.yaml:2');
    session.press('n');
    await session.asked('b.yaml:2');
    session.press('u');
    await session.asked('a.yaml:2');
    session.press('y');
    await session.asked('b.yaml:2');
    expect(read(directory, 'a.yaml')).toBe(WEB);
    session.press('y');
    expect(await session.ended()).toBe(0);
    expect(read(directory, 'a.yaml')).toContain('cap_drop');
    expect(read(directory, 'b.yaml')).toContain('cap_drop');
  });

  test('a letter without a meaning shows the help instead of doing something', async () => {
    const session = start(WEB, ['--only', 'cap-drop']);
    await session.asked('cap-drop');
    session.press('x');
    await session.until('undo the last answer');
    await session.prompt();
    session.press('n');
    await session.ended();
    expect(read(directory)).toBe(WEB);
  });

  test('what is typed ahead and what is pasted answers nothing', async () => {
    const session = start(WEB);
    await session.asked('cap-drop');
    session.press('\x1b[200~yyyyq\x1b[201~');
    await session.until('answer nothing');
    await session.prompt();
    session.press('nnnn');
    await session.until('answer nothing');
    await session.prompt();
    session.press('\x1b[A');
    await session.until('no meaning');
    await session.prompt();
    session.press('q');
    await session.ended();
    expect(read(directory)).toBe(WEB);
  });

  test('Ctrl-Z leaves the question as it is', async () => {
    const session = start(WEB, ['--only', 'cap-drop']);
    await session.asked('cap-drop');
    session.press('\x1a');
    await session.asked('cap-drop');
    session.press('y');
    expect(await session.ended()).toBe(0);
    expect(read(directory)).toContain('cap_drop');
  });

  test('e shows what comes of the value while it is written, and the report says the value', async () => {
    directory = project({ 'compose.yaml': 'services:\n  db:\n    image: postgres:16\n    ports:\n      - "5432:5432"\n' });
    const session = new Terminal(['fix', '--only', 'ports', '-v'], directory);
    terminal = session;
    await session.asked('ports');
    session.press('e');
    await session.until('address to publish on');
    session.press(`${KEYS.CTRL_U}192.168.1.10`);
    await session.until('+      - "192.168.1.10:5432:5432"');
    expect(read(directory)).not.toContain('192');
    session.press(KEYS.ENTER);
    expect(await session.ended()).toBe(0);
    expect(session.screen).toContain('on 192.168.1.10 only');
    expect(session.screen.slice(session.screen.lastIndexOf('compose.yaml'))).not.toContain('127.0.0.1 only');
    expect(read(directory)).toContain('192.168.1.10:5432:5432');
  });

  test('a terminal that knows no sequences gets none', async () => {
    directory = project({ 'compose.yaml': WEB });
    const session = new Terminal(['fix', '--only', 'cap-drop'], directory, { TERM: 'dumb' });
    terminal = session;
    await session.until('Apply?');
    await session.until('>');
    session.press('e');
    await session.until('New:');
    session.press('CHOWN\r');
    expect(await session.ended()).toBe(0);
    expect(session.raw).not.toContain('\x1b');
    expect(read(directory)).toMatch(/cap_add:\n\s+- CHOWN\n(?!\s+- )/);
  });

  test('--no-input never asks', async () => {
    const session = start(WEB, ['--no-input']);
    expect(await session.ended()).toBe(2);
    expect(session.screen).toContain('--yes, --diff or --dry-run');
  });
});
