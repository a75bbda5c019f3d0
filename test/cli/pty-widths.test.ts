import { Terminal } from './pty';
import { project, read, removeProjects } from './run';

/*
 * Each part of the prompt on terminals of 40, 80 and 120 columns that get another width in the middle. CI runs each part at one of them, BATTEN_FULL=1
 * at all.
 */

const WIDTHS = [40, 80, 120];
const widthsOf = (part: number): number[] => (process.env.BATTEN_FULL === '1' ? WIDTHS : [WIDTHS[part % WIDTHS.length]!]);
const other = (cols: number): number => (cols === 40 ? 100 : 44);

jest.setTimeout(120_000);

const services = (count: number): string =>
  Array.from({ length: count }, (_, at) => `  s${at}:\n    image: acme/s${at}:1\n    ports: ["300${at}:3000"]\n`).join('');
/** Few changes are asked about one by one, many from a plan. */
const FEW = `services:\n${services(1)}`;
const MANY = `services:\n${services(6)}`;
const ONLY = ['--only', 'ports,no-new-privileges,cap-drop'];
const LEFT = '\x1b[D';

let terminal: Terminal | undefined;
let directory = '';

function start(cols: number, files: Record<string, string>, args: readonly string[], env: Record<string, string> = {}): Terminal {
  directory = project(files);
  return again(cols, args, env);
}

function again(cols: number, args: readonly string[], env: Record<string, string> = {}): Terminal {
  terminal = new Terminal(['fix', ...args], directory, env, { cols, rows: 40 });
  return terminal;
}

afterEach(() => {
  terminal?.close();
  removeProjects();
});

async function written(session: Terminal): Promise<string> {
  await session.until('Write?');
  await session.until('›');
  session.press('y');
  expect(await session.ended()).toBe(0);
  return read(directory);
}

test.each(widthsOf(0))('e shows what comes of a value while it is written, at %d columns', async (cols) => {
  const session = start(cols, { 'compose.yaml': FEW }, ['--only', 'ports']);
  await session.prompt();
  session.resize(other(cols), 30).press('e');
  await session.until('address to publish on');
  session.press('\x15');
  session.press(`10.8.0.7`);
  await session.until('10.8.0.7:3000:3000');
  session.press(LEFT);
  expect(read(directory)).toBe(FEW);
  session.press('\r');
  expect(await session.ended()).toBe(0);
  expect(read(directory)).toContain('10.8.0.7:3000:3000');
});

test.each(widthsOf(1))('what is below --confidence is counted, and g opens it, at %d columns', async (cols) => {
  const session = start(cols, { 'compose.yaml': FEW }, [...ONLY, '--confidence', 'generic']);
  await session.prompt();
  session.resize(other(cols), 30).press('y');
  await session.prompt();
  session.press('g');
  await session.until('3000');
  await session.prompt();
  session.press('q');
  expect(await session.ended()).toBe(0);
});

test.each(widthsOf(2))('the last screen: the diff, back, save; and --resume goes on, at %d columns', async (cols) => {
  const session = start(cols, { 'compose.yaml': MANY }, ONLY);
  await session.planned();
  session.press('y');
  await session.planned();
  session.press('q');
  await session.until('Write?');
  await session.until('›');
  session.resize(other(cols), 30).press('v');
  await session.until('more lines');
  await session.until('›');
  session.press('b');
  await session.until('Write?');
  await session.until('›');
  session.press('s');
  expect(await session.ended()).toBe(0);
  expect(read(directory)).toBe(MANY);
  const resumed = again(other(cols), [...ONLY, '--resume']);
  await resumed.until('answered');
  await resumed.planned();
  resumed.press('q');
  expect(await written(resumed)).toContain('no-new-privileges');
});

test.each(widthsOf(0))('the end is short, with what to try next, at %d columns', async (cols) => {
  const session = start(cols, { 'compose.yaml': MANY }, ONLY);
  await session.planned();
  session.press('y');
  await session.planned();
  session.resize(other(cols), 30).press('q');
  await written(session);
  const end = session.screen.slice(session.screen.lastIndexOf('Write?'));
  expect(end).toMatch(/batten[\s\S]*undo/);
  expect(end.split('\n').length).toBeLessThan(24);
});

test.each(widthsOf(1))('many files: one plan, and one answer for those that are alike, at %d columns', async (cols) => {
  const session = start(cols, { 'a/compose.yaml': MANY, 'b/compose.yaml': MANY }, [...ONLY, 'a', 'b']);
  await session.until('2 files');
  await session.planned();
  session.resize(other(cols), 30).press('o');
  await session.prompt();
  session.press('m');
  await session.prompt();
  session.press('q');
  await session.until('Write?');
  await session.until('›');
  session.press('y');
  expect(await session.ended()).toBe(0);
  const counts = ['a', 'b'].map((name) => read(directory, `${name}/compose.yaml`).match(/cap_drop|no-new-privileges/g)?.length ?? 0);
  expect(counts[0]).toBeGreaterThan(1);
  expect(counts[1]).toBe(counts[0]);
});

test.each(widthsOf(2))('NO_COLOR paints nothing, at %d columns', async (cols) => {
  const session = start(cols, { 'compose.yaml': MANY }, ONLY, { NO_COLOR: '1' });
  await session.planned();
  session.resize(other(cols), 30).press('c');
  await session.prompt();
  session.press('q');
  expect(await session.ended()).toBe(0);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  expect(session.raw).not.toMatch(/\x1b\[[\d;]*m/);
});

test.each(widthsOf(0))('TERM=dumb gets no sequence at all, and a value is written as on any terminal, at %d columns', async (cols) => {
  const session = start(cols, { 'compose.yaml': FEW }, ['--only', 'ports'], { TERM: 'dumb', LANG: 'C' });
  await session.until('Apply?');
  await session.until('>');
  session.press('2');
  await session.until('New:');
  session.press('\x1b');
  await session.until('Apply?');
  await session.until('>');
  session.resize(other(cols), 30).press('2');
  await session.until('New:');
  session.press('\x1b[A').press('192.168.1.20\r');
  await session.until('192.168.1.20:3000:3000');
  await session.until('Apply?');
  await session.until('>');
  session.press('y');
  expect(await session.ended()).toBe(0);
  expect(session.raw).not.toContain('\x1b');
  expect(session.raw.replaceAll('\r\n', '')).toMatch(/^[ -~]*$/);
  expect(read(directory)).toContain('192.168.1.20:3000:3000');
});
