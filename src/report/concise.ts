import type { FileResult } from '../harden/types';
import { placeOf } from './layout';
import { type Shown, say } from './text/screen';

/**
 * One line a finding, for editors and grep: `path:line:column: severity transform service: message [confidence, status]`. An input that
 * could not be read is `path:line:column: error: message`. Suppressed findings are left out. Ends in a newline unless empty.
 */
export function conciseReport(results: readonly FileResult[]): Shown {
  const lines = results.flatMap(({ path, error, findings }) => {
    const failed = error ? [say`${placeOf(path, error)}: error: ${error.message}\n`] : [];
    const found = findings
      .filter(({ status }) => status !== 'suppressed')
      .map(
        ({ range: { start }, severity, transform, service, message, confidence, status }) =>
          say`${path}:${start.line}:${start.column}: ${severity} ${transform} ${service}: ${message} [${confidence}, ${status}]\n`,
      );
    return [...failed, ...found];
  });
  return say.join(lines, '');
}
