import { sayingOf } from '../compose/unseen';
import { type FileResult, type Finding, SEVERITIES } from '../harden/types';
import { createColors } from './colors';
import { placeOf } from './layout';
import { maskLine, maskLines } from './mask';
import { summaryLine } from './pretty';
import { STATISTICS_HEAD, statisticsRows } from './statistics';
import { code, type Markdown, md } from './text/markdown';
import type { Part } from './text/text';

/** A comment on GitHub holds 65,536 characters; a row takes about 250. */
const MOST_ROWS = 200;

const ICON = { critical: '🔴', high: '🟠', medium: '🟡', low: '🔵' } as const;

/**
 * The report for a job's summary or a comment on a pull request: the numbers, what would change file by file, and folded away what is held
 * back and what is for a person to decide. Credentials are masked, and names from the file can neither format anything nor call anybody.
 */
export function markdownReport(results: readonly FileResult[], options: { statistics?: boolean } = {}): Markdown {
  const plain = createColors(false);
  const found = results
    .flatMap(({ path, findings }) => findings.map((finding) => ({ path, finding })))
    .sort((a, b) => SEVERITIES.indexOf(a.finding.severity) - SEVERITIES.indexOf(b.finding.severity));
  const of = (...statuses: Finding['status'][]) => found.filter(({ finding: { status } }) => statuses.includes(status));
  const blocks: Markdown[] = [
    md`### batten\n\n${summaryLine(results, plain).text}`,
    ...results.flatMap(({ path, error }) =>
      error ? [md`**${code(placeOf(path, { line: error.line }))}** could not be read: ${maskLine(error.message)}`] : [],
    ),
    ...warnings(results),
  ];
  if (options.statistics) {
    const rows = statisticsRows(results);
    if (rows.length > 0)
      blocks.push(
        table(
          STATISTICS_HEAD,
          rows.map(([id, ...numbers]) => [code(String(id)), ...numbers]),
        ),
      );
    return md`${md.join(blocks, '\n\n')}\n`;
  }
  blocks.push(
    ...section(of('fixed', 'would-fix'), ({ plan }) => md.of(maskLine(plan))),
    ...folded('Held back: it could break', of('held'), ({ plan, breaks }) =>
      md.of(maskLine(breaks ? `${plan} (may break: ${breaks})` : plan)),
    ),
    ...folded('For you to decide', of('manual'), (finding) => refusalCell(finding)),
  );
  return md`${md.join(blocks, '\n\n')}\n`;
}

interface Placed {
  path: string;
  finding: Finding;
}

function section(found: readonly Placed[], last: (finding: Finding) => Markdown): Markdown[] {
  if (found.length === 0) return [];
  const rows = found.slice(0, MOST_ROWS).map(({ path, finding }) => {
    const { severity, service, transform, message, confidence, status, range } = finding;
    const sure = status === 'manual' ? md`` : md` · ${confidence}`;
    return [
      md`${ICON[severity]} ${severity}`,
      md`${code(service)}<br>${code(placeOf(path, { line: range.start.line }))}`,
      md`${code(transform)}${sure}`,
      maskLine(message),
      last(finding),
    ];
  });
  const more = found.length > MOST_ROWS ? md`\n\n… and ${found.length - MOST_ROWS} more` : md``;
  return [md`${table(['severity', 'where', 'what', 'finding', 'change'], rows)}${more}`];
}

function folded(title: string, found: readonly Placed[], last: (finding: Finding) => Markdown): Markdown[] {
  const [text] = section(found, last);
  return text === undefined ? [] : [md`<details>\n<summary>${title} (${found.length})</summary>\n\n${text}\n\n</details>`];
}

function refusalCell({ refusal }: Finding): Markdown {
  if (!refusal) return md``;
  const snippet = refusal.snippet ? maskLines(refusal.snippet.trimEnd().split('\n')) : [];
  return md.join([maskLine(refusal.message), ...snippet.map(code)], '<br>');
}

function warnings(results: readonly FileResult[]): Markdown[] {
  const lines = results.flatMap(({ path, unseen = [], warnings: found = [] }) => [
    ...unseen.map(({ file = path, line, ...each }) => md`- ${code(placeOf(file, { line }))}: not seen: ${maskLine(sayingOf(each))}`),
    ...found.map(({ file = path, line, message }) => md`- ${code(placeOf(file, { line }))}: ${maskLine(message)}`),
  ]);
  return lines.length > 0 ? [md.join(lines, '\n')] : [];
}

function table(head: readonly string[], rows: readonly (readonly Part<'markdown'>[])[]): Markdown {
  const line = (cells: readonly Part<'markdown'>[]) => md`| ${md.join(cells, ' | ')} |`;
  return md.join([line(head), line(head.map(() => md`---`)), ...rows.map(line)], '\n');
}
