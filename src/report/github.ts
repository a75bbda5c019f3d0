import { type FileResult, SEVERITIES } from '../harden/types';
import { maskLine } from './mask';

const COMMAND = { critical: 'error', high: 'error', medium: 'warning', low: 'notice' } as const;

/**
 * Workflow commands, one a line, that GitHub Actions shows beside the lines of the files. It shows ten of a kind for each step, so the worst
 * come first. Suppressed and mended findings are left out. The line is the first one of what the finding is about: GitHub shows it below the last.
 *
 * @param fromRoot how a file is called from the root of the repository.
 * @see https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 */
export function githubReport(results: readonly FileResult[], fromRoot: (path: string) => string | undefined): string {
  const place = (path: string, line?: number, column?: number) => ({ file: fromRoot(path) ?? path, line, col: column });
  const troubles = results.flatMap(({ path, error, warnings = [] }) => [
    ...(error ? [command('error', { ...place(path, error.line, error.column), title: 'batten' }, error.message)] : []),
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
    return command(COMMAND[severity], { ...place(path, line, column), title: `${transform}: ${service}` }, maskLine(`${message}. ${next}`));
  });
  return [...troubles, ...found].join('');
}

function command(name: string, properties: Record<string, string | number | undefined>, message: string): string {
  const words = Object.entries(properties).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${escapeProperty(String(value))}`],
  );
  return `::${name} ${words.join(',')}::${escapeData(message)}\n`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
