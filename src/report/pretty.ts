import { atLeast } from '../harden/confidence';
import type { Confidence, FileResult, Finding, Severity } from '../harden/types';
import type { Colors } from './colors';
import { columnFor, cut, hang, pad, padStart, sentence, spaces } from './layout';
import { maskLines } from './mask';
import { plural, summarize, withStatus } from './summary';
import { type Shown, say } from './text/screen';

export interface PrettyOptions {
  colors: Colors;
  /** Columns of the screen. */
  width: number;
  /** Also evidence, controls and suppressed findings. */
  verbose?: boolean;
  /** True when a person was asked: what is held back is then what they left. */
  asked?: boolean;
  /** A sentence for the very end, such as the next command. */
  next?: string;
}

/** A column for the line number, the severity, the transform; then the text. */
interface Columns {
  line: number;
  severity: number;
  transform: number;
}

/**
 * The report for a person: what is or would be fixed by file and service, then what is held back and the flag that would include it, then
 * what needs a decision, and the numbers. Ends in a newline.
 */
export function prettyReport(results: readonly FileResult[], options: PrettyOptions): Shown {
  const blocks = [
    ...results.map((result) => fileBlock(result, options)),
    heldBlock(results, options),
    manualBlock(results, options),
    footer(results, options),
  ];
  return say`${say.join(
    blocks.filter((lines) => lines.length > 0).map((lines) => say.join(lines, '\n')),
    '\n\n',
  )}\n`;
}

/** A severity in its colour. */
export function paintSeverity(severity: Severity, colors: Colors): Shown {
  if (severity === 'critical') return colors.bold(colors.red(severity));
  return { high: colors.red, medium: colors.yellow, low: colors.blue }[severity](severity);
}

/** A confidence in its colour: green to apply without a thought, yellow to look at. */
export function paintConfidence(confidence: Confidence, colors: Colors): Shown {
  return { proven: colors.green, known: colors.green, generic: colors.cyan, guess: colors.yellow }[confidence](confidence);
}

function fileBlock(result: FileResult, options: PrettyOptions): Shown[] {
  const { colors, width } = options;
  const shown = result.findings.filter(
    ({ status }) => status === 'fixed' || status === 'would-fix' || (options.verbose && status === 'suppressed'),
  );
  // What was not seen is said with its place, and once.
  const said = new Set(result.unseen?.map(({ message }) => message));
  const notes = result.notes
    .filter((note) => !said.has(note))
    .flatMap((note) => hang('  ', `note: ${maskLines([note])[0]}`, width, colors.dim));
  if (shown.length === 0 && notes.length === 0) return [];
  const columns = columnsFor(shown);
  const services = [...new Set(shown.map(({ service }) => service))].flatMap((service) => [
    say``,
    say`  ${colors.bold(service)}`,
    ...shown.filter((finding) => finding.service === service).flatMap((finding) => findingLines(finding, columns, options)),
  ]);
  return [colors.underline(result.path), ...services, ...(notes.length > 0 ? [say``, ...notes] : [])];
}

function columnsFor(findings: readonly Finding[]): Columns {
  return {
    line: columnFor(findings.map(({ range }) => range.start.line)),
    severity: columnFor(findings.map(({ severity }) => severity)),
    transform: columnFor(findings.map(({ transform }) => transform)),
  };
}

function findingLines(finding: Finding, columns: Columns, { colors, width, verbose }: PrettyOptions): Shown[] {
  const { range, severity, transform, status, message, plan, breaks, confidence } = finding;
  const line = colors.dim(padStart(range.start.line, columns.line));
  const head = say`    ${line}  ${pad(paintSeverity(severity, colors), columns.severity)}  ${pad(transform, columns.transform)}  `;
  const below = spaces(4 + columns.line + 2 + columns.severity + 2 + columns.transform + 2);
  if (status === 'suppressed') return hang(head, `${message} (${ignoredBy(finding)})`, width, colors.dim);
  const mark = status === 'fixed' ? colors.green('✓ ') : colors.green('→ ');
  const sure = breaks ? `${confidence} · may break: ${breaks}` : confidence;
  const paintSure = (text: Shown, index: number) => {
    const [first, rest] = cut(text, index === 0 ? confidence.length : 0);
    return say`${index === 0 ? paintConfidence(confidence, colors) : first}${colors.dim(rest)}`;
  };
  return [
    ...hang(head, message, width),
    ...hang(say`${below}${mark}`, plan, width),
    ...hang(below, sure, width, paintSure),
    ...(verbose ? evidenceLines(finding, below, width, colors) : []),
  ];
}

/** What silences a finding, in words. */
export function ignoredBy({ suppression }: Finding): string {
  if (suppression?.by === 'baseline') return 'in the baseline';
  const by = suppression?.by === 'configuration' ? 'ignored by the configuration' : 'ignored by a comment';
  return suppression?.reason ? `${by}: ${suppression.reason}` : by;
}

/** One line per evidence: what it says and where that is. */
export function evidenceLines({ evidence, controls }: Finding, indent: string, width: number, colors: Colors): Shown[] {
  return [
    ...evidence.flatMap(({ kind, ref, detail }) =>
      hang(say`${indent}${colors.dim('· ')}`, `${maskLines([detail])[0]} (${kind}: ${ref})`, width, colors.dim),
    ),
    ...(controls.length > 0 ? hang(say`${indent}${colors.dim('· ')}`, controls.join(', '), width, colors.dim) : []),
  ];
}

function heldBlock(results: readonly FileResult[], { colors, width, verbose, asked }: PrettyOptions): Shown[] {
  const held = withStatus(results, 'held');
  if (held.length === 0) return [];
  const columns = (pick: (finding: Finding) => string) => columnFor(held.map(({ finding }) => pick(finding)));
  const service = columns((finding) => finding.service);
  const transform = columns((finding) => finding.transform);
  const confidence = columns((finding) => finding.confidence);
  const lines = held.flatMap(({ file, finding }) => {
    const head = [
      colors.bold(pad(finding.service, service)),
      pad(finding.transform, transform),
      pad(paintConfidence(finding.confidence, colors), confidence),
      colors.dim(`${file}:${finding.range.start.line}`),
    ];
    return [
      say`  ${say.join(head, '  ')}`,
      // Who was asked has just read the rest.
      ...(asked ? [] : hang(say`    ${colors.dim('→ ')}`, finding.plan, width)),
      ...(finding.breaks && !asked ? hang('      ', `may break: ${finding.breaks}`, width, colors.dim) : []),
      ...(verbose ? evidenceLines(finding, '      ', width, colors) : []),
    ];
  });
  const least = held.map(({ finding }) => finding.confidence).reduce((worst, each) => (atLeast(each, worst) ? worst : each));
  if (asked) return [colors.bold(`Left as it is (${held.length})`), ...lines];
  return [
    colors.bold(`Held back (${held.length})`),
    ...lines,
    say`${colors.dim('  Include ')}${held.length === 1 ? 'it' : 'them'}${colors.dim(' with ')}${colors.cyan(`--confidence ${least}`)}`,
  ];
}

/** What needs a decision: the findings with the reason why no change is made, and what to write where that is known. */
export function manualBlock(results: readonly FileResult[], { colors, width }: Pick<PrettyOptions, 'colors' | 'width'>): Shown[] {
  const manual = withStatus(results, 'manual');
  if (manual.length === 0) return [];
  const lines = manual.flatMap(({ file, finding }) => {
    const { service, transform, severity, message, refusal, range } = finding;
    const snippet = refusal?.snippet?.trimEnd().split('\n') ?? [];
    return [
      say`  ${colors.bold(service)}  ${transform}  ${paintSeverity(severity, colors)}  ${colors.dim(`${file}:${range.start.line}`)}`,
      ...hang('    ', message, width),
      ...(refusal ? hang(say`    ${colors.yellow('! ')}`, refusal.message, width) : []),
      ...maskLines(snippet).map((line) => say`      ${colors.dim('│')} ${colors.cyan(line)}`),
    ];
  });
  return [colors.bold(`For you to decide (${manual.length})`), ...lines];
}

function footer(results: readonly FileResult[], options: PrettyOptions): Shown[] {
  const { colors, width, next } = options;
  return [summaryLine(results, colors), ...(next ? hang('', sentence(next), width, colors.dim) : [])];
}

/** The numbers of a run in one line: `2 files · 7 would be fixed · 1 held back`. */
export function summaryLine(results: readonly FileResult[], colors: Colors, dot = '·'): Shown {
  const { files, findings, held, manual, suppressed, unseen } = summarize(results);
  const fixed = withStatus(results, 'fixed').length;
  const would = withStatus(results, 'would-fix').length;
  const failed = results.filter(({ status }) => status === 'error').length;
  const parts = [
    plural(files, 'file'),
    fixed > 0 && colors.green(`${plural(fixed, 'change')} made`),
    would > 0 && colors.green(`${plural(would, 'change')} to make`),
    held > 0 && colors.yellow(`${held} held back`),
    manual > 0 && colors.yellow(`${manual} for you to decide`),
    suppressed > 0 && colors.dim(`${suppressed} ignored`),
    failed > 0 && colors.red(`${failed} not read`),
    unseen > 0 && colors.yellow(`${unseen} not seen`),
    findings === 0 && failed === 0 && (unseen > 0 ? 'nothing to harden in what was seen' : colors.green('nothing to harden')),
  ];
  const shown = parts.filter((part) => part !== false);
  return say.join(
    shown.flatMap((part, at) => (at === 0 ? [part] : [colors.dim(` ${dot} `), part])),
    '',
  );
}
