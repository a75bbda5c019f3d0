import { UsageError } from '../../errors';
import { type Context, type Prepared, prepare, runInput } from '../context';
import { checkCode, inputCode } from '../exit-codes';
import { commandLine } from '../messages';
import { tellTroubles, writeReport } from '../report';
import { settled } from '../warnings';

/** Formats that have findings and nothing else. */
const NO_COUNTS: ReadonlySet<string> = new Set(['sarif', 'github', 'gitlab', 'junit', 'html']);

/** `batten check`: what `fix` would do. Never writes. */
export async function check(context: Context, paths: readonly string[]): Promise<number> {
  const { statistics, format } = context.options;
  if (statistics && NO_COUNTS.has(format)) throw new UsageError(`--format ${format} has no place for --statistics`);
  if (context.options.locked) return locked(context, paths);
  const { batten, opened, run } = await prepare(context, paths);
  if (context.options.updateBaseline) return updateBaseline(context, { batten, opened, run });
  const results = settled(opened.flatMap((each) => runInput(batten, each, run)));
  tellTroubles(context, results);
  writeReport(
    context,
    results,
    context.out,
    results.some(({ findings }) => findings.some(({ status }) => status === 'would-fix')) ? nextStep(paths) : undefined,
  );
  return checkCode(results, context.options);
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
