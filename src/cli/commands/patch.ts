import { resolve } from 'node:path';
import { namedOutput } from '../../compose/bounds';
import { writeFileAtomic } from '../../compose/write';
import { UsageError } from '../../errors';
import type { FileResult } from '../../harden/types';
import { makePatch } from '../../report/patch';
import { summaryLine } from '../../report/pretty';
import { say } from '../../report/text/screen';
import { exact } from '../../report/text/text';
import { type Context, leavingKnown, prepare, requireFreeStdout, runInputs } from '../context';
import { changeCode, changes } from '../exit-codes';
import { failedResult } from '../inputs';
import { commandLine } from '../messages';
import { overrideTarget, usageNotes, writtenFile } from '../override';
import { tellTroubles, writeReport } from '../report';
import { shownSideFiles } from '../side-files';
import { settled } from '../warnings';

/** `batten patch`: the changes as a patch, on standard output or in a file. No input is touched. */
export async function patch(context: Context, paths: readonly string[]): Promise<number> {
  const { host, options } = context;
  const output = options.output === '-' ? undefined : options.output;
  if (output === undefined) requireFreeStdout(context, 'the patch');
  const { batten, opened, run } = await prepare(context, paths);
  if (output !== undefined && opened.some(({ absolute }) => absolute === resolve(host.cwd, output))) {
    throw new UsageError('the patch would replace an input', { file: output, hint: 'name another file with -o' });
  }
  const override = overrideTarget(context, opened);
  if (override?.path === '-') throw new UsageError('a patch needs the name of the override file, not -');
  const projects = await runInputs(context, batten, leavingKnown(opened), { ...run, sideFiles: 'patch', override });
  const found = projects.flatMap(([main, ...others], index) => [
    { ...main!, notes: [...main!.notes, ...usageNotes(main!, opened[index]!, host)] },
    ...others,
  ]);
  const done = found.map((result) => patched(result, host.cwd));
  const results = settled(done.map(({ result }) => result));
  const text = done.map((each) => each.patch).join('');
  if (output === undefined) context.out.print(exact(text));
  else writeFileAtomic(resolve(host.cwd, output), text, { within: namedOutput(host.cwd), shown: output });
  tellTroubles(context, results);
  tell(context, results, output);
  return changeCode(results, options.exitCode === true);
}

function patched(result: FileResult, cwd: string): { result: FileResult; patch: string } {
  if (!changes(result)) return { result, patch: '' };
  try {
    return { result, patch: makePatch([...shownSideFiles(result.path, result.files), writtenFile(result)], cwd).text };
  } catch (error) {
    return { result: failedResult(result.path, error), patch: '' };
  }
}

function tell(context: Context, results: readonly FileResult[], output: string | undefined): void {
  const { err, options } = context;
  if (options.format !== 'pretty' || options.verbose) {
    writeReport(context, results, err);
    return;
  }
  if (options.quiet) return;
  const apply = results.some(changes) && output !== undefined ? say`Apply it with: ${commandLine('git apply', [output])}\n` : '';
  err.print(say`${summaryLine(results, err.colors)}\n${apply}`);
}
