import { sayingOf } from '../compose/unseen';
import { type FileResult, SEVERITIES, type Severity } from '../harden/types';
import { maskLine } from './mask';
import { language, Text } from './text/text';
import { visible } from './text/visible';

const COMMAND = { critical: 'error', high: 'error', medium: 'warning', low: 'notice' } as const;

/** Workflow commands: a value is in one line, which GitHub breaks again where it shows it, and can be seen in the log. */
const workflow = language('github', encoded);

/**
 * Workflow commands, one a line, that GitHub Actions shows beside the lines of the files. It shows ten of a kind for each step, so the worst
 * come first. Suppressed and mended findings are left out. The line is the first one of what the finding is about: GitHub shows it below the last.
 *
 * @param fromRoot how a file is called from the root of the repository.
 * @see https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 */
export function githubReport(results: readonly FileResult[], fromRoot: (path: string) => string | undefined): Text<'github'> {
  const place = (path: string, line?: number, column?: number) => ({ file: fromRoot(path) ?? path, line, col: column });
  const troubles = results.flatMap(({ path, error, warnings = [], unseen = [] }) => [
    ...(error ? [command('error', { ...place(path, error.line, error.column), title: 'batten' }, error.message)] : []),
    ...unseen.map(({ file = path, line, column, ...each }) =>
      command('warning', { ...place(file, line, column), title: 'batten: not seen' }, sayingOf(each)),
    ),
    ...warnings.map(({ file = path, line, column, message }) =>
      command('warning', { ...place(file, line, column), title: 'batten' }, message),
    ),
  ]);
  const open = results
    .flatMap(({ path, findings }) => findings.map((finding) => ({ path, finding })))
    .filter(({ finding: { status } }) => status !== 'suppressed' && status !== 'fixed')
    .sort((a, b) => SEVERITIES.indexOf(a.finding.severity) - SEVERITIES.indexOf(b.finding.severity));
  const found = open.map(({ path, finding: { range, severity, transform, service, message, plan, refusal, confidence } }) => {
    const next = refusal ? `Not changed: ${refusal.message}` : `Plan (${confidence}): ${plan}`;
    const { line, column } = range.start;
    return command(COMMAND[severity], { ...place(path, line, column), title: `${transform}: ${service}` }, `${message}. ${next}`);
  });
  return workflow.join([...troubles, ...found], '');
}

/** Something to be shown beside a line. */
export interface Annotation {
  file: string;
  line?: number;
  column?: number;
  severity: Severity;
  title: string;
  message: string;
}

/** Workflow commands for any annotations, in their order. */
export function annotations(all: readonly Annotation[], fromRoot: (path: string) => string | undefined): Text<'github'> {
  const lines = all.map(({ file, line, column, severity, title, message }) =>
    command(COMMAND[severity], { file: fromRoot(file) ?? file, line, col: column, title }, message),
  );
  return workflow.join(lines, '');
}

interface Properties {
  file: string;
  line?: number;
  col?: number;
  title: string;
}

function command(name: 'error' | 'warning' | 'notice', { file, line, col, title }: Properties, message: string): Text<'github'> {
  const words = [
    workflow`file=${property(file)}`,
    ...(line === undefined ? [] : [workflow`line=${line}`]),
    ...(col === undefined ? [] : [workflow`col=${col}`]),
    workflow`title=${property(title)}`,
  ];
  return workflow`::${name} ${workflow.join(words, ',')}::${maskLine(message)}\n`;
}

function property(text: string): Text<'github'> {
  return new Text('github', encoded(text).replaceAll(':', '%3A').replaceAll(',', '%2C'));
}

function encoded(text: string): string {
  return visible(text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A'));
}
