import type { FileResult } from '../harden/types';
import type { Context } from './context';
import type { Output } from './host';
import { failedInputs } from './messages';
import type { Format } from './options';
import { warningText } from './warnings';

/** What went wrong with the inputs and, unless asked to be quiet, what wants looking after: on standard error. */
export function tellTroubles(context: Context, results: readonly FileResult[]): void {
  if (!results.some(({ error, warnings }) => error || warnings)) return;
  const { stderr } = context.host;
  const { colors } = context.screen(stderr);
  stderr.write(failedInputs(results, colors));
  if (!context.options.quiet) stderr.write(warningText(results, colors));
}

/** Whether a report is for programs, and so goes to standard output. */
export function isForPrograms(format: Format): boolean {
  return format !== 'pretty' && format !== 'concise';
}

/** Writes the report in the chosen format. One for people keeps quiet with `-q`; one for programs always goes to standard output. */
export function writeReport(context: Context, results: readonly FileResult[], to: Output, next?: string, asked = false): void {
  const { host, options } = context;
  if (isForPrograms(options.format)) {
    host.stdout.write(forPrograms(context, results));
  } else if (options.statistics) {
    if (!options.quiet) to.write(numbers(context, results, to));
  } else if (options.format === 'concise') {
    const { conciseReport } = require('../report/concise') as typeof import('../report/concise');
    to.write(conciseReport(results));
  } else if (!options.quiet) {
    const { prettyReport } = require('../report/pretty') as typeof import('../report/pretty');
    to.write(prettyReport(results, { ...context.screen(to), verbose: options.verbose, next, asked }));
  }
}

function forPrograms({ host, options }: Context, results: readonly FileResult[]): string {
  const tool = { name: 'batten', version: host.version };
  const { statistics } = options;
  switch (options.format) {
    case 'sarif': {
      const { sarifReport } = require('../report/sarif') as typeof import('../report/sarif');
      return sarifReport(results, { tool, transforms: host.batten().transforms(), fromRoot: named(host) });
    }
    case 'github':
      return (require('../report/github') as typeof import('../report/github')).githubReport(results, named(host));
    case 'markdown':
      return (require('../report/markdown') as typeof import('../report/markdown')).markdownReport(results, { statistics });
    default:
      return (require('../report/json') as typeof import('../report/json')).jsonReport(results, tool, { statistics });
  }
}

function named(host: Context['host']): (path: string) => string | undefined {
  return (require('./root') as typeof import('./root')).fromRoot(host);
}

function numbers(context: Context, results: readonly FileResult[], to: Output): string {
  const { statisticsTable } = require('../report/statistics') as typeof import('../report/statistics');
  const { summaryLine } = require('../report/pretty') as typeof import('../report/pretty');
  const { colors } = context.screen(to);
  const table = statisticsTable(results, colors);
  return `${table}${table ? '\n' : ''}${summaryLine(results, colors)}\n`;
}
