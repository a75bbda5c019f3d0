import type { Output } from '../../src/cli/host';
import { type Board, frame as frameText } from '../../src/cli/live-progress';
import { progressOn } from '../../src/cli/progress';
import { screenOn } from '../../src/cli/screen';
import { createColors } from '../../src/report/colors';
import { widthOf } from '../../src/report/layout';

const colors = createColors(false);

const frame = (...given: Parameters<typeof frameText>): string[] => frameText(...given).map(({ text }) => text);

const on = (output: Output) => screenOn(output, { env: {} }, { color: 'never' });

function board(count: number, settled: number): Board {
  const rows = Array.from({ length: count }, (_, index): [string, { phase: 'settled' | 'bisecting'; detail: string }] => [
    `service-${index}`,
    index < settled ? { phase: 'settled', detail: '' } : { phase: 'bisecting', detail: `port 80 answers "${'x'.repeat(200)}"` },
  ]);
  return { rows: new Map(rows), run: 'run 4, hardened', step: 'second start' };
}

test('a line a service, none of them wider than the terminal', () => {
  const lines = frame([board(3, 2)], 75, { columns: 60, lines: 24 }, colors);
  expect(lines).toHaveLength(4);
  expect(lines[0]).toBe('  service-0  settled');
  expect(lines[2]).toMatch(/^ {2}service-2 {2}bisecting {3}port 80 answers "x+…$/);
  expect(lines[3]).toBe('  1 min 15 s  run 4, hardened, second start');
  expect(lines.every((line) => widthOf(line) < 60)).toBe(true);
});

test('more services than lines: what is settled gives way, and is counted', () => {
  const lines = frame([board(30, 25)], 3, { columns: 80, lines: 12 }, colors);
  expect(lines.length).toBeLessThan(12);
  for (const open of [25, 26, 27, 28, 29]) expect(lines.join('\n')).toContain(`service-${open}  bisecting`);
  expect(lines.at(-2)).toMatch(/and \d+ more: \d+ settled$/);
});

test('a credential in a line of a log is not shown', () => {
  const rows: Board['rows'] = new Map([['db', { phase: 'failed', detail: 'cannot reach postgres://me:hunter22@db/x' }]]);
  expect(frame([{ rows, run: '', step: '' }], 0, { columns: 80, lines: 24 }, colors).join('\n')).not.toContain('hunter22');
});

test('on a terminal each drawing goes over the one before, and nothing stays', () => {
  let screen = '';
  const progress = progressOn(on({ isTTY: true, columns: 80, rows: 24, write: (text) => (screen += text) }), false);
  const listener = progress.of();
  listener({ kind: 'services', services: ['web', 'db'] });
  listener({ kind: 'phase', service: 'web', phase: 'baseline' });
  // Nothing new, nothing drawn.
  const before = screen;
  listener({ kind: 'phase', service: 'web', phase: 'baseline' });
  expect(screen).toBe(before);
  listener({ kind: 'note', text: 'stopping' });
  progress.end();
  expect(screen.split('\x1b[3A')).toHaveLength(4);
  expect(screen).toContain('\x1b[3A\rstopping\x1b[K\n');
  expect(screen.endsWith('\x1b[3A\r\x1b[J')).toBe(true);
});

test('elsewhere a line is written once, when there is news', () => {
  let log = '';
  const listener = progressOn(on({ write: (text) => (log += text) }), false).of('shop/compose.yaml');
  listener({ kind: 'services', services: ['web'] });
  listener({ kind: 'run', run: 1, what: 'as it is' });
  listener({ kind: 'phase', service: 'web', phase: 'baseline' });
  for (const run of [2, 3, 4]) {
    listener({ kind: 'run', run, what: 'hardened' });
    listener({ kind: 'phase', service: 'web', phase: 'bisecting', detail: `try ${run}` });
  }
  listener({ kind: 'phase', service: 'web', phase: 'settled', detail: 'without user' });
  listener({ kind: 'phase', service: 'web', phase: 'confirming' });
  listener({ kind: 'phase', service: 'web', phase: 'settled', detail: 'without user' });
  expect(log.split('\n')).toEqual([
    'shop/compose.yaml: the stack is run as it is',
    'shop/compose.yaml: the stack is run hardened',
    'shop/compose.yaml: web: bisecting: try 2',
    'shop/compose.yaml: web: settled: without user',
    '',
  ]);
});

test('with --quiet nothing is', () => {
  const write = jest.fn();
  const progress = progressOn(on({ isTTY: true, write }), true);
  progress.of()({ kind: 'note', text: 'x' });
  progress.end();
  expect(write).not.toHaveBeenCalled();
});
