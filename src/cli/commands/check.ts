import { type Context, prepare, runOne } from '../context';
import { checkCode } from '../exit-codes';
import { failedInputs } from '../messages';
import { writeReport } from '../report';

/** `batten check`: what `fix` would do. Never writes. */
export async function check(context: Context, paths: readonly string[]): Promise<number> {
  const { batten, opened, run } = await prepare(context, paths);
  const results = opened.map((each) => runOne(batten, each, run));
  const { stdout, stderr } = context.host;
  stderr.write(failedInputs(results, context.screen(stderr).colors));
  writeReport(
    context,
    results,
    stdout,
    results.some(({ findings }) => findings.some(({ status }) => status === 'would-fix')) ? nextStep(paths) : undefined,
  );
  return checkCode(results, context.options.exitZero === true);
}

function nextStep(paths: readonly string[]): string {
  const same = paths.map((path) => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`));
  return `next: batten fix ${same.join(' ')}`.trimEnd();
}
