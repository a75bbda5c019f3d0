import { Terminal } from './pty';
import { batten, project, read, removeProjects } from './run';
import { stackOf } from './stacks';

jest.setTimeout(120_000);

const STACK = stackOf(29);

let terminal: Terminal | undefined;
let directory = '';

function start(cols: number, args: readonly string[] = [], env: Record<string, string> = {}): Terminal {
  directory = project({ 'compose.yaml': STACK });
  terminal = new Terminal(['fix', ...args], directory, env, { cols, rows: 40 });
  return terminal;
}

afterEach(() => {
  terminal?.close();
  removeProjects();
});

describe.each([40, 80, 120])('a big stack on a terminal of %d columns', (cols) => {
  test('a plan comes first; what is sure is applied with one key, and written after the last screen', async () => {
    const session = start(cols);
    await session.until('29 services');
    await session.until('Plan?');
    await session.until('›');
    session.press('y');
    await session.until('accepted');
    await session.until('Plan?');
    await session.until('›');
    expect(read(directory)).toBe(STACK);
    session.press('q');
    await session.until('Write?');
    await session.until('›');
    expect(read(directory)).toBe(STACK);
    session.press('y');
    expect(await session.ended()).toBe(0);
    const asked = read(directory);
    const unasked = project({ 'compose.yaml': STACK });
    batten(['fix', '--yes'], { cwd: unasked });
    expect(asked).toBe(read(unasked));
  });

  test('by control, with another width in the middle', async () => {
    const session = start(cols);
    await session.until('Plan?');
    await session.until('›');
    session.resize(cols === 40 ? 100 : 44, 30).press('c');
    await session.asked();
    session.press('n');
    await session.asked();
    session.press('q');
    expect(await session.ended()).toBe(0);
    expect(read(directory)).toBe(STACK);
  });
});

test('signs beyond ASCII only where the locale has them', async () => {
  const session = start(80, [], { LANG: 'C', LC_ALL: '' });
  await session.until('Plan?');
  await session.until('>');
  session.press('q');
  expect(await session.ended()).toBe(0);
  expect(session.screen).toContain('+ sure');
  expect(session.screen.slice(0, session.screen.indexOf('Plan?'))).toMatch(/^[\r\n -~]*$/);
});
