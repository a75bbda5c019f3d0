import type { FileResult } from '../harden/types';

/**
 * One line a finding, for editors and grep: `path:line:column: severity transform service: message [confidence, status]`. An input that
 * could not be read is `path:line:column: error: message`. Suppressed findings are left out. Ends in a newline unless empty.
 */
export function conciseReport(results: readonly FileResult[]): string {
  const lines = results.flatMap(({ path, error, findings }) => {
    const failed = error
      ? [`${[path, error.line, error.column].filter((part) => part !== undefined).join(':')}: error: ${error.message}`]
      : [];
    const found = findings
      .filter(({ status }) => status !== 'suppressed')
      .map(
        ({ range: { start }, severity, transform, service, message, confidence, status }) =>
          `${path}:${start.line}:${start.column}: ${severity} ${transform} ${service}: ${message} [${confidence}, ${status}]`,
      );
    return [...failed, ...found];
  });
  return lines.map((line) => `${line}\n`).join('');
}
