import { type FileResult, type Finding, SEVERITIES } from '../harden/types';
import { createColors } from './colors';
import { maskLine, maskLines } from './mask';
import { summaryLine } from './pretty';
import { STATISTICS_HEAD, statisticsRows } from './statistics';

/** A comment on GitHub holds 65,536 characters; a row takes about 250. */
const MOST_ROWS = 200;

const ICON = { critical: '🔴', high: '🟠', medium: '🟡', low: '🔵' } as const;

/**
 * The report for a job's summary or a comment on a pull request: the numbers, what would change file by file, and folded away what is held
 * back and what is for a person to decide. Credentials are masked, and names from the file can neither format anything nor call anybody.
 */
export function markdownReport(results: readonly FileResult[], options: { statistics?: boolean } = {}): string {
  const plain = createColors(false);
  const found = results
    .flatMap(({ path, findings }) => findings.map((finding) => ({ path, finding })))
    .sort((a, b) => SEVERITIES.indexOf(a.finding.severity) - SEVERITIES.indexOf(b.finding.severity));
  const of = (...statuses: Finding['status'][]) => found.filter(({ finding: { status } }) => statuses.includes(status));
  const blocks = [
    `### batten\n\n${summaryLine(results, plain)}`,
    ...results.flatMap(({ path, error }) =>
      error ? [`**${code(place(path, error.line))}** could not be read: ${escaped(error.message)}`] : [],
    ),
    ...warnings(results),
  ];
  if (options.statistics) {
    const rows = statisticsRows(results);
    if (rows.length > 0)
      blocks.push(
        table(
          STATISTICS_HEAD,
          rows.map(([id, ...numbers]) => [code(String(id)), ...numbers.map(String)]),
        ),
      );
    return `${blocks.join('\n\n')}\n`;
  }
  blocks.push(
    ...section('', of('fixed', 'would-fix'), ({ plan }) => escaped(plan)),
    ...folded('Held back: it could break', of('held'), ({ plan, breaks }) => escaped(breaks ? `${plan} (may break: ${breaks})` : plan)),
    ...folded('For you to decide', of('manual'), (finding) => refusalCell(finding)),
  );
  return `${blocks.join('\n\n')}\n`;
}

interface Placed {
  path: string;
  finding: Finding;
}

function section(title: string, found: readonly Placed[], last: (finding: Finding) => string): string[] {
  if (found.length === 0) return [];
  const rows = found.slice(0, MOST_ROWS).map(({ path, finding }) => {
    const { severity, service, transform, message, confidence, status, range } = finding;
    const sure = status === 'manual' ? '' : ` · ${confidence}`;
    return [
      `${ICON[severity]} ${severity}`,
      `${code(service)}<br>${code(place(path, range.start.line))}`,
      `${code(transform)}${sure}`,
      escaped(message),
      last(finding),
    ];
  });
  const more = found.length > MOST_ROWS ? `\n\n… and ${found.length - MOST_ROWS} more` : '';
  return [`${title}${table(['severity', 'where', 'what', 'finding', 'change'], rows)}${more}`];
}

function folded(title: string, found: readonly Placed[], last: (finding: Finding) => string): string[] {
  const [text] = section('', found, last);
  return text === undefined ? [] : [`<details>\n<summary>${title} (${found.length})</summary>\n\n${text}\n\n</details>`];
}

function refusalCell({ refusal }: Finding): string {
  if (!refusal) return '';
  const snippet = refusal.snippet ? maskLines(refusal.snippet.trimEnd().split('\n')) : [];
  return [escaped(refusal.message), ...snippet.map((line) => code(line.replaceAll('|', '\\|')))].join('<br>');
}

function warnings(results: readonly FileResult[]): string[] {
  const lines = results.flatMap(({ path, warnings: found = [] }) =>
    found.map(({ file = path, line, message }) => `- ${code(place(file, line))}: ${escaped(message)}`),
  );
  return lines.length > 0 ? [lines.join('\n')] : [];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function place(path: string, line: number | undefined): string {
  return line === undefined ? path : `${path}:${line}`;
}

/** In code nothing is formatted; a backtick would end it. */
function code(text: string): string {
  return `\`${text.replace(/[`\r\n]/g, "'").replaceAll('|', '\\|')}\``;
}

function escaped(text: string): string {
  return maskLine(text)
    .replace(/[\\`*_[\]|~]/g, '\\$&')
    .replace(/[&<>@]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/\s*\r?\n\s*/g, ' ');
}
