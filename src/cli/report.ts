import type { FileResult } from '../harden/types';
import { conciseReport } from '../report/concise';
import { jsonReport } from '../report/json';
import { prettyReport } from '../report/pretty';
import type { Context } from './context';
import type { Output } from './host';
import { failedInputs } from './messages';
import { warningText } from './warnings';

/** What went wrong with the inputs and, unless asked to be quiet, what wants looking after: on standard error. */
export function tellTroubles(context: Context, results: readonly FileResult[]): void {
  const { stderr } = context.host;
  const { colors } = context.screen(stderr);
  stderr.write(failedInputs(results, colors));
  if (!context.options.quiet) stderr.write(warningText(results, colors));
}

/** Writes the report in the chosen format. One for people keeps quiet with `-q`; one for programs always goes to standard output. */
export function writeReport(context: Context, results: readonly FileResult[], to: Output, next?: string, asked = false): void {
  const { host, options } = context;
  if (options.format === 'json') {
    host.stdout.write(jsonReport(results, { name: 'batten', version: host.version }));
  } else if (options.format === 'concise') {
    to.write(conciseReport(results));
  } else if (!options.quiet) {
    to.write(prettyReport(results, { ...context.screen(to), verbose: options.verbose, next, asked }));
  }
}
