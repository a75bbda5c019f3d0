import type { FileResult } from '../harden/types';
import type { Stack } from '../report/page';
import { type Shown, say } from '../report/text/screen';
import type { Text } from '../report/text/text';
import type { Context } from './context';
import { failedInputs } from './messages';
import type { Format } from './options';
import type { Screen } from './screen';
import { unseenText, warningText } from './warnings';

/** What went wrong with the inputs and, unless asked to be quiet, what wants looking after: on standard error. */
export function tellTroubles(context: Context, results: readonly FileResult[]): void {
  if (!results.some(({ error, warnings, unseen }) => error || warnings || unseen)) return;
  const { err, options } = context;
  err.print(failedInputs(results, err.colors, options.debug));
  if (options.quiet) return;
  err.print(unseenText(results, err.colors));
  err.print(warningText(results, err.colors));
}

/** Whether a report is for programs, and so goes to standard output. */
export function isForPrograms(format: Format): boolean {
  return format !== 'pretty' && format !== 'concise';
}

/** Writes the report in the chosen format. One for people keeps quiet with `-q`; one for programs always goes to standard output. */
export function writeReport(context: Context, results: readonly FileResult[], to: Screen, next?: string, asked = false): void {
  const { options } = context;
  if (isForPrograms(options.format)) {
    context.out.print(forPrograms(context, results));
  } else if (options.statistics) {
    if (!options.quiet) to.print(numbers(results, to));
  } else if (options.format === 'concise') {
    const { conciseReport } = require('../report/concise') as typeof import('../report/concise');
    to.print(conciseReport(results));
  } else if (!options.quiet) {
    const { prettyReport } = require('../report/pretty') as typeof import('../report/pretty');
    to.print(prettyReport(results, { colors: to.colors, width: to.width, verbose: options.verbose, next, asked }));
  }
}

export function forPrograms({ host, options }: Context, results: readonly FileResult[]): Text {
  const tool = { name: 'batten', version: host.version };
  const { statistics } = options;
  switch (options.format) {
    case 'sarif': {
      const { sarifReport } = require('../report/sarif') as typeof import('../report/sarif');
      return sarifReport(results, { tool, transforms: host.batten().transforms(), fromRoot: named(host) });
    }
    case 'github':
      return (require('../report/github') as typeof import('../report/github')).githubReport(results, named(host));
    case 'gitlab':
      return (require('../report/gitlab') as typeof import('../report/gitlab')).gitlabReport(results, named(host));
    case 'junit':
      return (require('../report/junit') as typeof import('../report/junit')).junitReport(results);
    case 'html':
      return page(
        results.map((result) => ({ path: result.path, results: [result] })),
        host.version,
      );
    case 'markdown':
      return (require('../report/markdown') as typeof import('../report/markdown')).markdownReport(results, { statistics });
    default:
      return (require('../report/json') as typeof import('../report/json')).jsonReport(results, tool, { statistics });
  }
}

/** The page for a folder of stacks. What draws is a file of its own. */
export function page(stacks: readonly Stack[], version: string): Text {
  return (require('../report/graph') as typeof import('../report/graph')).stacksPage(stacks, version);
}

function named(host: Context['host']): (path: string) => string | undefined {
  return (require('./root') as typeof import('./root')).fromRoot(host);
}

function numbers(results: readonly FileResult[], { colors }: Screen): Shown {
  const { statisticsTable } = require('../report/statistics') as typeof import('../report/statistics');
  const { summaryLine } = require('../report/pretty') as typeof import('../report/pretty');
  const table = statisticsTable(results, colors);
  return say`${table}${table.text ? say`\n` : ''}${summaryLine(results, colors)}\n`;
}
