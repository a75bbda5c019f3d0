import type { FileResult } from '../harden/types';
import type { Colors } from '../report/colors';
import { clip, columnFor, hang, pad, widthOf } from '../report/layout';
import type { Signs } from '../report/signs';
import { plural } from '../report/summary';
import { type Shown, say } from '../report/text/screen';
import { howSure } from './how-sure';
import { type Item, isLeftToPerson } from './review-groups';
import { touchedFiles } from './touched-files';

export interface PlanLook {
  colors: Colors;
  width: number;
  lines: number;
  signs: Signs;
}

/** What a plan shows of its projects. */
export interface PlanView {
  /** As the person gave them. */
  paths: readonly string[];
  items: readonly Item[];
  /** For each project, what becomes of its files when what is open turns out as expected. */
  expected: readonly (readonly FileResult[])[];
}

type State = 'sure' | 'guess' | 'question' | 'decision' | 'accepted' | 'left';

/** Of several things in one cell, the first is shown. */
const PRESSING: readonly State[] = ['sure', 'guess', 'question', 'decision', 'accepted', 'left'];

interface Row {
  name: string;
  cells: Map<string, State>;
}

/** A plan on the screen: what it comes to, services by controls with how each stands, and which files are touched. */
export function planText(view: PlanView, look: PlanLook): Shown {
  const { colors, width, signs } = look;
  const manual = view.expected.map((results) => results.flatMap(({ findings }) => findings.filter(isLeftToPerson)));
  const transforms = [
    ...new Set([...view.items.map(({ finding }) => finding.transform), ...manual.flat().map(({ transform }) => transform)]),
  ];
  const rows = view.paths.length === 1 ? serviceRows(view.items, manual[0]!) : fileRows(view, manual);
  const open = view.items.filter(({ ruling, finding }) => !ruling && !finding.decide);
  const lines = [
    '',
    ...hang(say`${colors.bold('Plan')}  `, headline(view, rows.length, manual.flat().length), width),
    '',
    ...grid(rows, transforms, look),
    '',
    ...legend(transforms, view, manual.flat(), look),
    '',
    ...hang('  ', marks(rows, signs), width, colors.dim),
    ...(open.length > 0 ? hang(say`  ${colors.dim('Open')}  `, howSure(open, colors), width) : []),
    ...touchedFiles(view.expected.flat()).flatMap(([what, names]) => hang(say`  ${colors.dim(what)}  `, names.join(', '), width)),
    '',
  ];
  return say`${say.join(lines, '\n')}\n`;
}

function headline({ paths, items, expected }: PlanView, rows: number, manual: number): string {
  const answered = items.filter(({ ruling }) => ruling).length;
  const asks = items.filter(({ ruling, finding }) => !ruling && finding.decide).length;
  const services = new Set(items.map(({ file, finding }) => JSON.stringify([file, finding.service]))).size;
  const what = paths.length === 1 ? paths[0]! : plural(rows || expected.length, 'file');
  const parts = [
    what,
    plural(services, 'service'),
    plural(items.length - asks, 'change'),
    ...(answered > 0 ? [`${answered} answered`] : []),
    ...(asks > 0 ? [plural(asks, 'decision')] : []),
    ...(manual > 0 ? [`${manual} left to you`] : []),
  ];
  return parts.join(', ');
}

function stateOf({ ruling, sure, finding }: Item): State {
  if (!ruling) return finding.decide ? 'question' : sure ? 'sure' : 'guess';
  return ruling.kind === 'apply' || ruling.kind === 'edit' ? 'accepted' : 'left';
}

type Manual = readonly { service: string; transform: string }[];

function serviceRows(items: readonly Item[], manual: Manual): Row[] {
  const rows = new Map<string, Row>();
  for (const item of items) mark(rows, item.finding.service, item.finding.transform, stateOf(item));
  for (const { service, transform } of manual) mark(rows, service, transform, 'decision');
  return [...rows.values()];
}

function fileRows({ paths, items }: PlanView, manual: readonly Manual[]): Row[] {
  const rows = new Map<string, Row>();
  for (const item of items) mark(rows, paths[item.file]!, item.finding.transform, stateOf(item));
  for (const [file, each] of manual.entries()) for (const { transform } of each) mark(rows, paths[file]!, transform, 'decision');
  return [...rows.values()];
}

function mark(rows: Map<string, Row>, name: string, transform: string, state: State): void {
  const row = rows.get(name) ?? { name, cells: new Map() };
  const now = row.cells.get(transform);
  if (now === undefined || PRESSING.indexOf(state) < PRESSING.indexOf(now)) row.cells.set(transform, state);
  rows.set(name, row);
}

/** A letter for each control; more than there are letters would be no table any more. */
const letter = (index: number): string => String.fromCharCode(index < 26 ? 97 + index : 65 + index - 26);

function grid(rows: readonly Row[], transforms: readonly string[], { colors, width, lines, signs }: PlanLook): Shown[] {
  const merged = sameRows(rows, transforms);
  const room = Math.max(6, lines - transforms.length - 12);
  const shown = merged.length > room ? merged.slice(0, room - 1) : merged;
  const rest = merged.slice(shown.length).reduce((sum, { names }) => sum + names.length, 0);
  const gap = transforms.length * 2 + 30 <= width ? ' ' : '';
  const cells = transforms.length * (1 + gap.length);
  const names = Math.max(8, Math.min(width - cells - 4, WIDEST_NAMES, columnFor(shown.map((row) => row.names.join(', ')))));
  const head = say`  ${pad('', names)}  ${colors.dim(transforms.map((_, index) => letter(index)).join(gap))}`;
  return [
    head,
    ...shown.map((row) => {
      const marked = transforms.map((transform) => paint(row.cells.get(transform), signs, colors));
      const between = gap === '' ? say.join(marked, '') : say.join(marked, ' ');
      return say`  ${pad(rowName(row.names, names, signs), names)}  ${between}`;
    }),
    ...(rest > 0 ? [colors.dim(`  and ${rest} more`)] : []),
  ];
}

/** The widest a list of names gets. */
const WIDEST_NAMES = 44;

interface MergedRow {
  names: string[];
  cells: Map<string, State>;
}

/** Rows that say the same become one. */
function sameRows(rows: readonly Row[], transforms: readonly string[]): MergedRow[] {
  const merged = new Map<string, MergedRow>();
  for (const { name, cells } of rows) {
    const key = transforms.map((transform) => cells.get(transform) ?? '').join(' ');
    const row = merged.get(key) ?? { names: [], cells };
    row.names.push(name);
    merged.set(key, row);
  }
  return [...merged.values()];
}

/** As many names as fit, and how many more there are. */
function rowName(names: readonly string[], width: number, { more }: Signs): Shown {
  const whole = names.join(', ');
  if (widthOf(whole) <= width) return say.of(whole);
  if (names.length === 1) return clip(whole, width, more);
  for (let count = names.length - 1; count > 0; count--) {
    const text = `${names.slice(0, count).join(', ')} +${names.length - count}`;
    if (widthOf(text) <= width) return say.of(text);
  }
  const tail = ` +${names.length - 1}`;
  return say`${clip(names[0]!, width - tail.length, more)}${tail}`;
}

function paint(state: State | undefined, signs: Signs, colors: Colors): Shown {
  switch (state) {
    case undefined:
      return colors.dim(signs.nothing);
    case 'sure':
      return colors.green(signs.sure);
    case 'guess':
      return colors.yellow(signs.guess);
    case 'question':
      return colors.cyan(signs.question);
    case 'decision':
      return colors.magenta(signs.decision);
    case 'accepted':
      return colors.bold(colors.green(signs.accepted));
    case 'left':
      return colors.dim(signs.left);
  }
}

const MEANING: Readonly<Record<State, string>> = {
  sure: 'sure',
  guess: 'guess',
  question: 'asks you',
  decision: 'left to you',
  accepted: 'accepted',
  left: 'left as it is',
};

function marks(rows: readonly Row[], signs: Signs): string {
  const used = new Set(rows.flatMap(({ cells }) => [...cells.values()]));
  return PRESSING.filter((state) => used.has(state))
    .map((state) => `${signs[state]} ${MEANING[state]}`)
    .join('   ');
}

function legend(transforms: readonly string[], { items }: PlanView, manual: Manual, { colors, width }: PlanLook): Shown[] {
  const names = columnFor(transforms);
  return transforms.flatMap((transform, index) => {
    const here = items.filter(({ finding }) => finding.transform === transform);
    const count = (state: State): number => here.filter((item) => stateOf(item) === state).length;
    const counts: [number, string, string][] = [
      [count('sure'), 'sure', 'sure'],
      [count('guess'), 'guess', 'guesses'],
      [count('question'), 'asks you', 'ask you'],
      [manual.filter((each) => each.transform === transform).length, 'left to you', 'left to you'],
      [count('accepted'), 'accepted', 'accepted'],
      [count('left'), 'left', 'left'],
    ];
    const text = counts.flatMap(([number, one, many]) => (number > 0 ? [`${number} ${number === 1 ? one : many}`] : [])).join(', ');
    return hang(say`  ${colors.dim(letter(index))}  ${colors.bold(pad(transform, names))}  `, text, width);
  });
}
