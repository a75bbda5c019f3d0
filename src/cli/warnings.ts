import { sayingOf } from '../compose/unseen';
import type { FileResult, Warning } from '../harden/types';
import type { Colors } from '../report/colors';
import { placeOf } from '../report/layout';
import { maskLine } from '../report/mask';
import { type Shown, say } from '../report/text/screen';

/**
 * The results of a run with the warnings about ignores that several files share put right: an ignore of a configuration is unused only when
 * no file uses it, and what is said about it is said once.
 */
export function settled(results: readonly FileResult[]): FileResult[] {
  const used = new Set(
    results.flatMap(({ findings }) => findings.map(({ suppression }) => (suppression?.place ? at(suppression.place) : ''))),
  );
  const said = new Set<string>();
  return results.map((result) => {
    if (!result.warnings) return result;
    const warnings = result.warnings.filter((warning) => {
      if (warning.file === undefined) return true;
      if (warning.code === 'unused-ignore' && used.has(at(warning))) return false;
      const once = `${at(warning)} ${warning.message}`;
      return !said.has(once) && said.add(once);
    });
    return { ...result, warnings: warnings.length > 0 ? warnings : undefined };
  });
}

/** The same for results that are grouped by project. */
export function settledProjects(projects: readonly FileResult[][]): FileResult[][] {
  const all = settled(projects.flat());
  return projects.map((results) => all.splice(0, results.length));
}

function at({ file, line, column }: Pick<Warning, 'file' | 'line' | 'column'>): string {
  return `${file}:${line}:${column}`;
}

/** The warnings of all files, one a line: `file:line:column: warning: message`. */
export function warningText(results: readonly FileResult[], colors: Colors): Shown {
  const lines = results.flatMap(({ path, warnings = [] }) =>
    warnings.map(
      ({ file = path, message, ...position }) => say`${colors.bold(placeOf(file, position))}: ${colors.yellow('warning')}: ${message}\n`,
    ),
  );
  return say.join(lines, '');
}

/** What was not looked at, one a line: `file:line:column: not seen: message`. */
export function unseenText(results: readonly FileResult[], colors: Colors): Shown {
  const lines = results.flatMap(({ path, unseen = [] }) =>
    unseen.map(({ file = path, line, column, services = [], ...each }) => {
      const about = services.length > 1 || each.code === 'unreadable' ? services.join(', ') : '';
      const rest = about === '' ? '' : say` (not looked at: ${about})`;
      return say`${colors.bold(placeOf(file, { line, column }))}: ${colors.yellow('not seen')}: ${maskLine(sayingOf(each))}${rest}\n`;
    }),
  );
  return say.join(lines, '');
}
