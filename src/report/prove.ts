import { isWorking, type ProvenChange, type ProvenService, type ProveReport } from '../engine/prove/report';
import type { Colors } from './colors';
import { columnFor, hang, pad, spaces } from './layout';
import { maskLine } from './mask';
import { plural } from './summary';
import { type Shown, say } from './text/screen';

interface Screen {
  colors: Colors;
  width: number;
  /** Also what changed nothing, and the end of each log. */
  verbose?: boolean;
}

/** What a service came to, in one word. */
export const STATUS_WORDS: Record<ProvenService['status'], string> = {
  proven: 'works',
  ran: 'runs, not exercised',
  unchanged: 'works, nothing to change',
  'own-fault': 'does not work even before hardening',
  unsteady: 'does not do the same each time',
  failed: 'no settings found',
};

export const OUTCOME_WORDS: Record<ProvenChange['outcome'], string> = {
  proven: 'proven',
  relaxed: 'relaxed',
  ran: 'ran',
  'left-out': 'left out',
  untried: 'not tried',
};

/** What it all came to: `works hardened`, or how many do; what only ran is not claimed to work. */
export function verdictOf({ works, services }: ProveReport): string {
  const good = services.filter(isWorking).length;
  const ran = services.filter(({ status }) => status === 'ran').length;
  if (works && ran > 0) return `runs hardened; ${plural(ran, 'service')} of ${services.length} not exercised`;
  return works ? 'works hardened' : good === 0 ? 'does not work' : `works in part: ${good} of ${plural(services.length, 'service')}`;
}

/** What ran, as a sentence where it ran as it was proposed; where another value did, that value. */
export function settingOf({ outcome, plan, value, proposed }: ProvenChange): { text: string; code: boolean } {
  return value === undefined || outcome === 'left-out' || (outcome !== 'relaxed' && proposed === undefined)
    ? { text: plan, code: false }
    : { text: value || 'none', code: true };
}

/** A proof for a person: each service with what ran, what had to give and the line of its log that shows why. Ends in a newline. */
export function prettyProof(report: ProveReport, screen: Screen): Shown {
  const { colors, width } = screen;
  const { engine, compose, runs, seconds } = report;
  const head = say`${colors.bold(report.files.join(', '))}  ${(report.works ? colors.green : colors.red)(verdictOf(report))}`;
  const where = hang(
    '',
    `Docker ${engine.version} (${engine.os}), Compose ${compose}: ${plural(runs, 'run')} of the stack in ${seconds} s`,
    width,
    colors.dim,
  );
  const blocks = [
    [head, ...where],
    ...report.services.map((service) => serviceBlock(service, screen)),
    cisBlock(report, screen),
    report.notes.flatMap((note) => hang('  note: ', note, width, colors.dim)),
  ];
  return say`${say.join(
    blocks.filter((lines) => lines.length > 0).map((lines) => say.join(lines, '\n')),
    '\n\n',
  )}\n`;
}

function serviceBlock(service: ProvenService, { colors, width, verbose }: Screen): Shown[] {
  const { name, image, status, fault, changes, exercised, notExercised, log } = service;
  const word = STATUS_WORDS[status];
  const paint = status === 'ran' ? colors.yellow : isWorking(service) ? colors.green : colors.red;
  const shown = changes.filter(({ outcome }) => verbose || outcome !== 'untried');
  const hidden = changes.filter((change) => !shown.includes(change)).map(({ transform }) => transform);
  const column = columnFor(shown.map(({ transform }) => transform));
  return [
    say`${colors.bold(name)}  ${colors.dim(image)}  ${paint(word)}`,
    ...(fault ? hang('  ', maskLine(fault), width, colors.red) : []),
    ...shown.flatMap((change) => changeLines(change, column, { colors, width })),
    ...(hidden.length > 0 ? hang('  not tried, for a trial does not see it: ', hidden.join(', '), width, colors.dim) : []),
    ...(exercised.length > 0 ? hang('  exercised: ', exercised.join('; '), width, colors.dim) : []),
    ...(notExercised.length > 0 && status !== 'own-fault' && status !== 'unsteady'
      ? hang('  not exercised: ', notExercised.join('; '), width, colors.dim)
      : []),
    ...(verbose || paint === colors.red ? tail(log).map((line) => colors.dim(`  | ${line}`)) : []),
  ];
}

function changeLines(change: ProvenChange, column: number, { colors, width }: Screen): Shown[] {
  const { transform, outcome, proposed, unexercised, why } = change;
  const paint = { proven: colors.green, relaxed: colors.yellow, ran: colors.yellow, 'left-out': colors.yellow, untried: colors.dim }[
    outcome
  ];
  const head = say`  ${pad(transform, column)}  ${paint(pad(OUTCOME_WORDS[outcome], 8))}  `;
  return [
    ...hang(head, settingOf(change).text, width),
    ...(unexercised ? hang(spaces(column + 14), `not exercised: ${unexercised.join(', ')}`, width, colors.dim) : []),
    ...(proposed !== undefined ? hang(spaces(column + 14), `proposed was: ${proposed || 'none'}`, width, colors.dim) : []),
    ...(why ? hang(spaces(column + 14), `because ${maskLine(why.how)}, at the ${why.life}`, width) : []),
    ...(why?.line ? hang(spaces(column + 14), `> ${maskLine(why.line)}`, width, colors.dim) : []),
  ];
}

/** The last lines of a log, with credentials masked. */
export function tail(log: string, lines = 8): string[] {
  return log.trim().split('\n').slice(-lines).filter(Boolean).map(maskLine);
}

function cisBlock({ cis }: ProveReport, { colors, verbose }: Screen): Shown[] {
  const rows = cis.filter(({ before, after }) => verbose || before !== after);
  if (rows.length === 0) return [];
  const width = columnFor(rows.map(({ title }) => title));
  return [
    colors.bold('CIS Docker Benchmark, containers that pass'),
    ...rows.map(({ id, title, before, after, of }) => {
      const now = `${after}/${of}`;
      return say`  ${pad(id, 4)}  ${pad(title, width)}  ${pad(`${before}/${of}`, 5)} -> ${after > before ? colors.green(now) : after < before ? colors.red(now) : now}`;
    }),
  ];
}
