import { resolve } from 'node:path';
import { namedOutput } from '../../compose/bounds';
import { UsageError } from '../../errors';
import type { FileResult } from '../../harden/types';
import type { Stack } from '../../report/page';
import { type Context, type Prepared, prepare, runInput, runInputs, runOf } from '../context';
import { checkCode, inputCode } from '../exit-codes';
import { commandLine } from '../messages';
import { forPrograms, isForPrograms, page, tellTroubles, writeReport } from '../report';
import { settled, settledProjects } from '../warnings';

/** Formats that have findings and nothing else. */
const NO_COUNTS: ReadonlySet<string> = new Set(['sarif', 'github', 'gitlab', 'junit', 'html']);

/** `batten check`: what `fix` would do. Never writes. */
export async function check(context: Context, paths: readonly string[]): Promise<number> {
  const { statistics, format } = context.options;
  if (statistics && NO_COUNTS.has(format)) throw new UsageError(`--format ${format} has no place for --statistics`);
  if (context.options.locked) return locked(context, paths);
  const { batten, opened, run } = await prepare(context, paths);
  if (context.options.updateBaseline) return updateBaseline(context, { batten, opened, run });
  const projects = await runInputs(context, batten, opened, run);
  const results = settled(projects.flat());
  tellTroubles(context, results);
  if (context.options.format === 'html' || context.options.output !== undefined) {
    writeFor(context, results, format === 'html' ? stacksOf({ batten, opened, run }, settledProjects(projects)) : undefined);
    return checkCode(results, context.options);
  }
  writeReport(
    context,
    results,
    context.out,
    results.some(({ findings }) => findings.some(({ status }) => status === 'would-fix')) ? nextStep(paths) : undefined,
  );
  return checkCode(results, context.options);
}

/** A report that is a file of its own, on standard output or where `-o` says. */
function writeFor(context: Context, results: readonly FileResult[], stacks: readonly Stack[] | undefined): void {
  const { host, options, out } = context;
  if (!isForPrograms(options.format))
    throw new UsageError(`-o is for a report in a format of its own, not for --format ${options.format}`, {
      hint: 'add --format html, json, junit, …',
    });
  const text = stacks ? page(stacks, host.version) : forPrograms(context, results);
  const { output } = options;
  if (output === undefined || output === '-') {
    out.print(text);
    return;
  }
  // Few reports are written to a file.
  const { writeFileAtomic } = require('../../compose/write') as typeof import('../../compose/write');
  writeFileAtomic(resolve(host.cwd, output), text.text, { within: namedOutput(host.cwd), shown: output });
}

/** The projects with their networks, as far as these can be told. */
function stacksOf({ batten, opened, run }: Prepared, results: readonly FileResult[][]): Stack[] {
  return opened.map((each, index): Stack => {
    const stack = { path: each.path, results: results[index]! };
    if (!each.input || stack.results.some(({ status }) => status === 'error')) return stack;
    return { ...stack, networks: batten.networks(each.input, runOf(each, run)) };
  });
}

/** Images are looked into by what compares them. */
async function locked(context: Context, paths: readonly string[]): Promise<number> {
  const { checkLocked } = require('../locked') as typeof import('../locked');
  const { batten, opened } = await prepare(
    { ...context, options: { ...context.options, inspect: false, resolve: false, imageConfig: [] } },
    paths,
  );
  return checkLocked(context, batten, opened);
}

function updateBaseline(context: Context, { batten, opened, run }: Prepared): number {
  const { updateBaselines } = require('../baseline') as typeof import('../baseline');
  const projects = opened.map((each) => ({ opened: each, results: runInput(batten, { ...each, baseline: undefined }, run) }));
  const results = settled(projects.flatMap((project) => project.results));
  tellTroubles(context, results);
  const said = updateBaselines(projects);
  if (!context.options.quiet) context.err.print(said);
  return inputCode(results);
}

function nextStep(paths: readonly string[]): string {
  return `next: ${commandLine('batten fix', paths)}`;
}
