import { UsageError } from '../../errors';
import { type Context, prepare, runInput } from '../context';
import { checkCode } from '../exit-codes';
import { tellTroubles, writeReport } from '../report';
import { settled } from '../warnings';

/** `batten check`: what `fix` would do. Never writes. */
export async function check(context: Context, paths: readonly string[]): Promise<number> {
  const { statistics, format } = context.options;
  if (statistics && (format === 'sarif' || format === 'github')) throw new UsageError(`--format ${format} has no place for --statistics`);
  const { batten, opened, run } = await prepare(context, paths);
  const results = settled(opened.flatMap((each) => runInput(batten, each, run)));
  tellTroubles(context, results);
  writeReport(
    context,
    results,
    context.host.stdout,
    results.some(({ findings }) => findings.some(({ status }) => status === 'would-fix')) ? nextStep(paths) : undefined,
  );
  return checkCode(results, context.options);
}

function nextStep(paths: readonly string[]): string {
  const same = paths.map((path) => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`));
  return `next: batten fix ${same.join(' ')}`.trimEnd();
}
