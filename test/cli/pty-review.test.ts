import { KEYS, Terminal } from './pty';
import { batten, project, read, removeProjects } from './run';
import { stackOf } from './stacks';

jest.setTimeout(120_000);

const STACK = stackOf(29);

let terminal: Terminal | undefined;
let directory = '';

function start(cols: number, args: readonly string[] = [], env: Record<string, string> = {}, text = STACK): Terminal {
  directory = project({ 'compose.yaml': text });
  terminal = new Terminal(['fix', ...args], directory, env, { cols, rows: 40 });
  return terminal;
}

/** No line is wider than the terminal was. What is typed stands behind a line that asks. */
function widest(screen: string, cols: number): void {
  const lines = screen.split(/\r*\n/).map((line) => line.replace(/^.*\r/, ''));
  expect(lines.filter((line) => line.length > cols + 4)).toEqual([]);
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

const AGENT = '    image: acme/agent:2\n    volumes: ["/var/run/docker.sock:/var/run/docker.sock"]\n';
const DECISIONS = `services:\n  agent:\n${AGENT}  helper:\n${AGENT}${['web', 'api'].map((name) => `  ${name}:\n    image: acme/${name}:1\n    ports: ["3000:3000"]\n`).join('')}`;

describe.each([40, 80, 120])('decisions on a terminal of %d columns', (cols) => {
  const other = cols === 40 ? 100 : 44;

  test('an answer for the socket of one is that of the other, with another width in the middle', async () => {
    const session = start(cols, ['--only', 'docker-socket,cap-drop,no-new-privileges,read-only'], {}, DECISIONS);
    await session.planned();
    session.press('d');
    await session.until('Answer?');
    await session.until('›');
    session.resize(other, 30).press('1');
    await session.until('socket-proxy');
    await session.prompt();
    expect(read(directory)).toBe(DECISIONS);
    session.resize(cols, 30).press('m');
    await session.planned();
    session.press('q');
    await session.until('Write?');
    await session.until('›');
    session.press('y');
    expect(await session.ended()).toBe(0);
    const written = read(directory);
    expect(written).not.toMatch(/agent:2\n {4}volumes/);
    widest(session.screen, Math.max(cols, other));
  });

  test('fronts stay as they are, and the others are for this machine', async () => {
    const session = start(cols, ['--only', 'ports,cap-drop,no-new-privileges,read-only'], {}, DECISIONS);
    await session.planned();
    session.press('d');
    await session.prompt();
    session.resize(other, 30).press('f');
    await session.until('Numbers');
    session.press(`1${KEYS.ENTER}`);
    await session.until('127.0.0.1');
    await session.prompt();
    session.press('y');
    await session.planned();
    session.press('q');
    await session.until('Write?');
    await session.until('›');
    session.press('y');
    expect(await session.ended()).toBe(0);
    expect(read(directory)).toBe(DECISIONS.replace(/(api:\n[^\n]*\n[^"]*")/, '$1127.0.0.1:'));
  });
});

test('in a small stack an answer is asked for in its turn, and shown before it counts', async () => {
  const text = `services:\n  agent:\n${AGENT}`;
  const session = start(80, ['--only', 'docker-socket'], {}, text);
  await session.until('Answer?');
  await session.until('›');
  session.press('9');
  await session.until('read containers');
  await session.until('Answer?');
  await session.until('›');
  session.press('2');
  await session.prompt();
  expect(read(directory)).toBe(text);
  session.press('y');
  expect(await session.ended()).toBe(0);
  expect(read(directory)).toContain('DOCKER_HOST');
  expect(session.screen).toContain('Wrote');
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
