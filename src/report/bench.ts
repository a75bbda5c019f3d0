import type { BenchRow, BenchState } from '../host';
import type { Colors } from './colors';
import type { Tool } from './json';
import { hang, pad, spaces } from './layout';
import { plural } from './summary';
import { json } from './text/json';
import { type Markdown, md } from './text/markdown';
import { type Shown, say } from './text/screen';
import type { Text } from './text/text';
import { visible } from './text/visible';

/** A table of the benchmark with its sums, ready to be shown. */
export interface BenchReport {
  rows: readonly BenchRow[];
  /** What is open in each section. */
  sections: readonly { section: string; title: string; before: number; after: number; of: number }[];
  /** What was looked at: the host, the Compose files, reports of docker-bench-security. */
  sources: readonly string[];
  notes: readonly string[];
}

const WORD: Record<BenchState, string> = { pass: 'pass', warn: 'warn', decision: 'yours', unseen: '-' };

/** The table for a person: each section with what is open before and after, and of what is open who mends it or why it is left. */
export function prettyBench(report: BenchReport, { colors, width, verbose }: { colors: Colors; width: number; verbose?: boolean }): Shown {
  const blocks = report.sections.map(({ section, title, before, after, of }) => {
    const rows = report.rows.filter(({ id }) => id.startsWith(`${section}.`));
    const shown = verbose ? rows : rows.filter((row) => row.before === 'warn' || row.after === 'warn');
    const head = say`${colors.bold(`${section}  ${title}`)}  ${colors.dim(`${before} open → ${after} open, of ${of}`)}`;
    return [head, ...shown.flatMap((row) => rowLines(row, colors, width))];
  });
  const [before, after] = totals(report);
  const end = [
    ...report.notes.flatMap((note) => hang('', `note: ${note}`, width, colors.dim)),
    say`${before} open → ${after === 0 ? colors.green('0 open') : colors.yellow(`${after} open`)} ${colors.dim(`of ${report.rows.length} recommendations · ${report.sources.join(' · ')}`)}`,
    ...(verbose ? [] : [colors.dim('-v shows those that pass, and those no program can tell')]),
  ];
  return say`${say.join(
    [...blocks, end].map((lines) => say.join(lines, '\n')),
    '\n\n',
  )}\n`;
}

function totals({ rows }: BenchReport): [before: number, after: number] {
  return [rows.filter(({ before }) => before === 'warn').length, rows.filter(({ after }) => after === 'warn').length];
}

function rowLines({ id, title, before, after, services, by }: BenchRow, colors: Colors, width: number): Shown[] {
  const paint = (state: BenchState): Shown =>
    ({ pass: colors.green, warn: colors.yellow, decision: colors.dim, unseen: colors.dim })[state](WORD[state].padEnd(5));
  const counts = services ? ` (${services.before} → ${services.after} of ${plural(services.of, 'service')})` : '';
  const head = say`  ${pad(id, 6)}  ${paint(before)}  ${paint(after)}  `;
  const below = spaces(6 + 2 + 7 + 7 + 2);
  return [
    ...hang(head, `${title}${counts}`, width),
    ...(by ? hang(below, by, width, colors.dim) : []),
    ...(services && services.left.length > 0 && before === 'warn'
      ? hang(below, `left: ${services.left.join(', ')}`, width, colors.dim)
      : []),
  ];
}

/** The table as Markdown: the sums, then every recommendation that is open before or after. */
export function markdownBench(report: BenchReport): Markdown {
  const [before, after] = totals(report);
  const rows = report.rows.filter((row) => row.before === 'warn' || row.after === 'warn');
  const table = (head: readonly string[], lines: readonly (readonly (string | number)[])[]): Markdown =>
    md.join(
      [head, head.map(() => '---'), ...lines].map((cells, at) =>
        at === 1
          ? md`| ${md.join(
              cells.map(() => md`---`),
              ' | ',
            )} |`
          : md`| ${md.join(cells, ' | ')} |`,
      ),
      '\n',
    );
  return md`### CIS Docker Benchmark\n\n${`${before} open before, ${after} after, of ${report.rows.length} recommendations.`}\n\n${table(
    ['section', 'about', 'open before', 'open after', 'of'],
    report.sections.map(({ section, title, before: from, after: to, of }) => [section, title, from, to, of]),
  )}\n\n${table(
    ['number', 'recommendation', 'before', 'after', 'by'],
    rows.map(({ id, title, before: from, after: to, services, by }) => [
      id,
      services ? `${title} (${services.before} → ${services.after} of ${services.of})` : title,
      WORD[from],
      WORD[to],
      by ?? '',
    ]),
  )}\n`;
}

/** The table for programs, version 1; its schema is schemas/bench.schema.json. */
export function jsonBench(report: BenchReport, tool: Tool): Text<'json'> {
  const [before, after] = totals(report);
  return json(
    {
      version: 1,
      tool: { name: tool.name, version: tool.version },
      benchmark: { name: 'CIS Docker Benchmark', versions: ['1.6', '1.7'] },
      sources: report.sources,
      notes: report.notes,
      rows: report.rows,
      sections: report.sections,
      summary: { of: report.rows.length, before, after },
    },
    2,
  );
}

/** SARIF 2.1.0: each recommendation is a rule, and what stays open a result. */
export function sarifBench({ rows }: BenchReport, tool: Tool): Text<'json'> {
  const open = rows.filter(({ after }) => after === 'warn');
  return json(
    {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              name: tool.name,
              semanticVersion: tool.version,
              rules: rows.map(({ id, title }) => ({
                id: `CIS-${id}`,
                shortDescription: { text: `${title}.` },
                properties: { tags: ['security', `CIS ${id}`] },
              })),
            },
          },
          results: open.map(({ id, title, by, services }) => ({
            ruleId: `CIS-${id}`,
            ruleIndex: rows.findIndex((row) => row.id === id),
            level: 'warning',
            message: {
              text: visible(`Open: ${title}${services ? `, in ${services.left.join(', ')}` : ''}.${by ? ` ${by}.` : ''}`).replaceAll(
                '](',
                '\\](',
              ),
            },
            locations: [{ physicalLocation: { artifactLocation: { uri: 'file:///etc/docker/daemon.json' }, region: { startLine: 1 } } }],
            partialFingerprints: { 'battenBench/v1': id },
          })),
        },
      ],
    },
    2,
  );
}
