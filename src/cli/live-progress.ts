import type { Listener, Phase } from '../engine/prove/events';
import type { Colors } from '../report/colors';
import { pad, widthOf } from '../report/layout';
import { maskLine } from '../report/mask';
import type { Output } from './host';
import type { Progress } from './progress';

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
export function frame(boards: readonly Board[], seconds: number, size: { columns: number; lines: number }, colors: Colors): string[] {
  const room = Math.max(3, Math.floor((size.lines - 1) / Math.max(1, boards.length)));
  return boards.flatMap((board) => boardLines(board, seconds, { columns: size.columns - 1, lines: room }, colors));
}

function boardLines({ name, rows, run, step }: Board, seconds: number, size: { columns: number; lines: number }, colors: Colors): string[] {
  const all = [...rows];
  const names = Math.min(Math.max(0, ...all.map(([service]) => service.length)), Math.max(8, size.columns - 30));
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
      return `  ${colors.bold(pad(clip(service, names), names))}  ${(paint[phase] ?? colors.cyan)(pad(phase, 10))}  ${colors.dim(text)}`.trimEnd();
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

function clip(text: string, width: number): string {
  const flat = text.replace(/\s+/g, (space) => (/^ +$/.test(space) ? space : ' '));
  return widthOf(flat) <= width ? flat : `${flat.slice(0, Math.max(0, width - 1))}…`;
}

const clock = (seconds: number): string => (seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`);

/** Draws over what it drew before, in one write and without clearing first, so that nothing flickers. */
export function liveProgress(out: Output, colors: Colors): Progress {
  const boards: Board[] = [];
  const begin = Date.now();
  let drawn: string[] = [];
  const up = (): string => (drawn.length > 0 ? `\x1b[${drawn.length}A\r` : '');
  const draw = (above = ''): void => {
    const size = { columns: out.columns ?? 80, lines: out.rows ?? 24 };
    const lines = frame(boards, Math.round((Date.now() - begin) / 1000), size, colors);
    if (above === '' && lines.join('\n') === drawn.join('\n')) return;
    out.write(`${up()}${above}${lines.map((line) => `${line}\x1b[K\n`).join('')}\x1b[J`);
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
      draw(event.kind === 'note' ? `${event.text}\x1b[K\n` : '');
    };
  };
  return {
    of,
    end() {
      clearInterval(timer);
      out.write(`${up()}\x1b[J`);
      drawn = [];
    },
  };
}
