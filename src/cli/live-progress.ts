import type { Listener, Phase } from '../engine/prove/events';
import type { Colors } from '../report/colors';
import { clip, columnFor, pad, trimEnd } from '../report/layout';
import { maskLine } from '../report/mask';
import { type Shown, say } from '../report/text/screen';
import type { Progress } from './progress';
import type { Screen } from './screen';

interface Row {
  phase: Phase;
  detail?: string;
}

/** What is on the screen of one project. */
export interface Board {
  name?: string;
  rows: Map<string, Row>;
  run: string;
  step: string;
}

/** Phases nothing more is expected of: they give way when there are more services than lines. */
const DONE: ReadonlySet<Phase> = new Set(['settled', 'failed']);

/** The lines that show all projects on a screen of that size; each fits into one line, and all of them on the screen. */
export function frame(boards: readonly Board[], seconds: number, size: { columns: number; lines: number }, colors: Colors): Shown[] {
  const room = Math.max(3, Math.floor((size.lines - 1) / Math.max(1, boards.length)));
  return boards.flatMap((board) => boardLines(board, seconds, { columns: size.columns - 1, lines: room }, colors));
}

function boardLines({ name, rows, run, step }: Board, seconds: number, size: { columns: number; lines: number }, colors: Colors): Shown[] {
  const all = [...rows];
  const names = Math.min(columnFor(all.map(([service]) => service)), Math.max(8, size.columns - 30));
  // A line for the run, and one for those that found no place.
  const fits = all.length <= size.lines - 1;
  const [open, done] = [all.filter(([, { phase }]) => !DONE.has(phase)), all.filter(([, { phase }]) => DONE.has(phase))];
  const chosen = new Set(fits ? all : [...open, ...done.reverse()].slice(0, size.lines - 2));
  const left = all.filter((row) => !chosen.has(row));
  const paint: Partial<Record<Phase, Colors['green']>> = {
    settled: colors.green,
    failed: colors.red,
    bisecting: colors.yellow,
    waiting: colors.dim,
  };
  const lines = all
    .filter((row) => chosen.has(row))
    .map(([service, { phase, detail = '' }]) => {
      const text = clip(maskLine(detail), size.columns - names - 16);
      return trimEnd(
        say`  ${colors.bold(pad(clip(service, names), names))}  ${(paint[phase] ?? colors.cyan)(pad(phase, 10))}  ${colors.dim(text)}`,
      );
    });
  if (left.length > 0) lines.push(colors.dim(clip(`  and ${left.length} more: ${counts(left)}`, size.columns)));
  const where = [name, run, step].filter(Boolean).join(', ') || 'reading the project';
  return [...lines, colors.dim(clip(`  ${clock(seconds)}  ${where}`, size.columns))];
}

function counts(rows: readonly (readonly [string, Row])[]): string {
  const phases = new Map<Phase, number>();
  for (const [, { phase }] of rows) phases.set(phase, (phases.get(phase) ?? 0) + 1);
  return [...phases].map(([phase, count]) => `${count} ${phase}`).join(', ');
}

const clock = (seconds: number): string => (seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`);

/** Draws over what it drew before, in one write and without clearing first, so that nothing flickers. */
export function liveProgress(screen: Screen): Progress {
  const boards: Board[] = [];
  const begin = Date.now();
  let drawn: Shown[] = [];
  const up = (): Shown => (drawn.length > 0 ? say`\x1b[${drawn.length}A\r` : say``);
  const draw = (above = say``): void => {
    const lines = frame(boards, Math.round((Date.now() - begin) / 1000), screen.size(), screen.colors);
    if (above.text === '' && say.join(lines, '\n').text === say.join(drawn, '\n').text) return;
    const ended = lines.map((line) => say`${line}\x1b[K\n`);
    screen.print(say`${up()}${above}${say.join(ended, '')}\x1b[J`);
    drawn = lines;
  };
  const timer = setInterval(() => draw(), 1000);
  const of = (name?: string): Listener => {
    const board: Board = { name, rows: new Map(), run: '', step: '' };
    boards.push(board);
    return (event) => {
      if (event.kind === 'services') for (const service of event.services) board.rows.set(service, { phase: 'waiting' });
      if (event.kind === 'phase') board.rows.set(event.service, { phase: event.phase, detail: event.detail });
      if (event.kind === 'run') [board.run, board.step] = [`run ${event.run}, ${event.what}`, ''];
      if (event.kind === 'step') board.step = event.what;
      draw(event.kind === 'note' ? say`${event.text}\x1b[K\n` : undefined);
    };
  };
  return {
    of,
    end() {
      clearInterval(timer);
      screen.print(say`${up()}\x1b[J`);
      drawn = [];
    },
  };
}
