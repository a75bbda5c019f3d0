import { dirname, relative, resolve, sep } from 'node:path';
import { type Bounds, namedOutput, Repository } from '../../compose/bounds';
import { writeFileAtomic } from '../../compose/write';
import { BattenError, UsageError } from '../../errors';
import type { FileResult } from '../../harden/types';
import { type Shown, say } from '../../report/text/screen';
import { exact, type Text } from '../../report/text/text';
import { type Context, leavingKnown, type Prepared, prepare, requireFreeStdout, runInputs } from '../context';
import { changeCode, changes, EXIT } from '../exit-codes';
import { failedResult, type Opened } from '../inputs';
import type { Journal } from '../journal';
import { overrideTarget, usageNotes, writtenFile } from '../override';
import { isForPrograms, tellTroubles, writeReport } from '../report';
import { resolveImages } from '../resolve';
import type { Screen } from '../screen';
import { HALF_WRITTEN, shownSideFiles } from '../side-files';
import { settledProjects } from '../warnings';
import { type ProjectWrite, writeProject } from '../write-project';

/** What `fix` does with its results. */
interface Mode {
  ask: boolean;
  write: boolean;
  diff: boolean;
  /** A file instead of the input; `-` for standard output. */
  output?: string;
  /** An override file that takes the changes; `-` for standard output. */
  override?: string;
}

/** `batten fix`: rewrites the inputs, after asking when there is somebody to ask. */
export async function fix(context: Context, paths: readonly string[]): Promise<number> {
  const mode = modeOf(context, paths);
  const prepared = await prepare(context, paths);
  if (context.options.resolve) await resolveImages(context, prepared, mode.write);
  requireOneInput(prepared.opened, mode);
  const proven = context.options.prove ? await proveFirst(context, prepared) : undefined;
  const override = overrideTarget(context, prepared.opened);
  const elsewhere = mode.output !== undefined || override !== undefined || paths.includes('-');
  const besides = elsewhere ? 'none' : isPatch(context, mode) ? 'patch' : 'write';
  const run = { ...prepared.run, apply: mode.write, sideFiles: besides, override } as const;
  const inputs = leavingKnown(prepared.opened);
  const opened = mode.output === undefined ? inputs : inputs.map(alone);
  const asked = mode.ask ? await asking().ask(context, { ...prepared, opened, run }) : undefined;
  if (asked?.saved) {
    context.err.print(say`Nothing was written; your answers are kept: go on with batten fix --resume\n`);
    return EXIT.ok;
  }
  const projects = settledProjects(asked?.projects ?? (await runInputs(context, prepared.batten, opened, run)));
  if (override) for (const [index, [main]] of projects.entries()) main!.notes.push(...usageNotes(main!, opened[index]!, context.host));
  // Who was asked sees what will be written before it is.
  const summed = mode.ask && !isForPrograms(context.options.format);
  if (summed && tellsAll(context)) writeReport(context, projects.flat(), context.err, undefined, true);
  else if (summed && !context.options.quiet) context.err.print(endOf(context, projects.flat()));
  const written = mode.write ? writeAll(context, opened, projects, mode) : projects.flat();
  asked?.settle(written);
  report(context, written, mode, opened, summed);
  const code = changeCode(written, !mode.write || context.options.exitNonZeroOnFix === true);
  return proven === undefined || proven ? code : Math.max(code, EXIT.unproven);
}

/** Runs the projects on the person's Engine; what works there is proven from then on. @returns whether all of them work */
async function proveFirst(context: Context, { batten, opened, run }: Prepared): Promise<boolean> {
  const { proveAll } = require('../trial') as typeof import('../trial');
  const proven = await proveAll(context, batten, opened, run);
  const { err } = context;
  const { prettyProof } = require('../../report/prove') as typeof import('../../report/prove');
  if (!context.options.quiet) for (const { proof } of proven) err.print(say`${prettyProof(proof.report, err)}\n`);
  return proven.every(({ proof }) => proof.report.works);
}

/**
 * @throws UsageError when nobody can be asked and nothing says what to do, or when options do not go together.
 */
function modeOf(context: Context, paths: readonly string[]): Mode {
  const { host, options } = context;
  const { yes = false, diff = false, dryRun = false, output, override, resume = false } = options;
  const fromStdin = paths.includes('-');
  const ask = !yes && !diff && !dryRun;
  // Only who asks looks at standard input: it takes a while to open.
  if (ask && (fromStdin || !options.input || host.stdin.isTTY !== true || !context.err.isTTY)) {
    const reason = fromStdin ? 'standard input is the file' : options.input ? 'there is no terminal' : '--no-input forbids it';
    throw new UsageError(`fix asks before each change, but ${reason}; use --yes, --diff or --dry-run`);
  }
  if (resume && !ask) {
    throw new UsageError('--resume goes on with questions, and nobody is asked here', { hint: 'leave --yes, --diff and --dry-run out' });
  }
  const writes = !dryRun && (yes || ask);
  if (!writes && output !== undefined) {
    throw new UsageError(`${dryRun ? '--dry-run' : '--diff alone'} writes nothing, so -o ${output} has no meaning`, {
      hint: dryRun ? 'leave one of them out' : 'add --yes to write it too',
    });
  }
  if (output !== undefined && override !== undefined) {
    throw new UsageError('-o and --override both say where the result goes', { hint: 'leave one of them out' });
  }
  if (diff) requireFreeStdout(context, 'the diff');
  if (writes && toStdout({ output, override }, fromStdin)) {
    if (diff) throw new UsageError('the result and --diff both go to standard output', { hint: 'use -o FILE for the result' });
    requireFreeStdout(context, 'the result');
  }
  return { ask, write: writes, diff, output, override };
}

function toStdout({ output, override }: Pick<Mode, 'output' | 'override'>, fromStdin: boolean): boolean {
  return (override ?? output) === '-' || (fromStdin && output === undefined && override === undefined);
}

function requireOneInput(opened: readonly Opened[], { output }: Mode): void {
  if (output !== undefined && opened.length !== 1) {
    throw new UsageError(`-o takes one input, and there are ${opened.length}`, { hint: 'name one file' });
  }
}

/** With the result in a file of its own, nothing else may change: not the other files of the project either. */
function alone(opened: Opened): Opened {
  const { input } = opened;
  if (!input) return opened;
  const overrides = input.overrides?.map((file) => ({ ...file, editable: false }));
  return { ...opened, input: { ...input, overrides, changeIncluded: false } };
}

/** Loaded where there is somebody to ask. */
const asking = (): typeof import('../ask') => require('../ask') as typeof import('../ask');

/** Whether somebody who was asked gets the whole report at the end. */
function tellsAll({ options }: Context): boolean {
  return options.verbose === true || options.format !== 'pretty';
}

function endOf({ err, host }: Context, results: readonly FileResult[]): Shown {
  const { signsFor } = require('../../report/signs') as typeof import('../../report/signs');
  const { endText } = require('../end-text') as typeof import('../end-text');
  return endText(results, err, signsFor(host.env).dot);
}

/** All that one run writes is taken back by one `undo`. */
function writeAll(context: Context, opened: readonly Opened[], projects: readonly FileResult[][], mode: Mode): FileResult[] {
  const { Journal } = require('../journal') as typeof import('../journal');
  const journal = new Journal(context.host);
  return projects.flatMap((results, index) => write(context, opened[index]!, results, mode, journal));
}

/** Puts the results of one project where they belong. A file that cannot be written is an error of that project alone. */
function write(context: Context, opened: Opened, results: readonly FileResult[], mode: Mode, journal: Journal): FileResult[] {
  const { host, options } = context;
  const { ask, output } = mode;
  const { path, absolute } = opened;
  const [main, ...others] = results as [FileResult, ...FileResult[]];
  if (main.status === 'error' || (ask && !results.some(changes))) return [...results];
  try {
    if (toStdout(mode, path === '-')) {
      context.out.print(exact(main.after));
    } else if (output !== undefined) {
      writeFileAtomic(resolve(host.cwd, output), main.after, { within: namedOutput(host.cwd), shown: output, backup: options.backup });
    } else {
      const place = main.override ? resolve(host.cwd, main.override.path) : absolute;
      const directory = absolute === '-' ? host.cwd : dirname(absolute);
      const files = [
        ...others.map((result): ProjectWrite => ({ result, ...placeOf(result.path, opened, directory, host.cwd) })),
        { result: main, absolute: place, within: main.override ? namedOutput(host.cwd) : opened.bounds },
      ];
      writeDown(context, journal, { main: place, directory }, files, () => writeProject(directory, files, options.backup));
    }
    return [...results];
  } catch (error) {
    return [failedResult(path, error), ...others.filter((result) => !changes(result))];
  }
}

/** Where a file beside the main one is: one that was found or named with it, or one that it includes. */
function placeOf(path: string, { input, bounds }: Opened, directory: string, cwd: string): Omit<ProjectWrite, 'result'> {
  const merged = input?.overrides?.find((file) => file.path === path);
  return merged ? { absolute: merged.absolute, within: bounds } : { absolute: resolve(cwd, path), within: Repository.of(directory) };
}

/** Writes a project after writing down how to take it back. Where that cannot be done, the person is told and has the change all the same. */
function writeDown(
  context: Context,
  journal: Journal,
  { main, directory }: { main: string; directory: string },
  files: readonly ProjectWrite[],
  write: () => void,
): void {
  const placed = (file: { before: string | undefined; after: string }, path: string, shown: string, within: Bounds) => {
    return { before: file.before, after: file.after, path, real: within.place(path, shown) };
  };
  const changed = files
    .filter(({ result }) => changes(result))
    .map(({ absolute, result, within }) => placed(writtenFile(result), absolute, result.path, within));
  const repository = Repository.of(directory);
  const beside = files.flatMap(({ result }) =>
    result.files.map((file) => placed(file, resolve(directory, file.path), file.path, repository)),
  );
  let forget = (): void => undefined;
  try {
    if (changed.length + beside.length > 0) forget = journal.note(main, [...changed, ...beside]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (!context.options.quiet) context.err.print(say`batten undo will not be able to take this back: ${reason}\n`);
  }
  try {
    write();
  } catch (error) {
    // What could not be taken back now is for `batten undo`.
    if (!(error instanceof BattenError && error.code === HALF_WRITTEN)) forget();
    throw error;
  }
}

function report(context: Context, results: readonly FileResult[], mode: Mode, opened: readonly Opened[], summed: boolean): void {
  const { options } = context;
  if (mode.diff) for (const each of diffs(context, results)) context.out.print(each);
  tellTroubles(context, results);
  const stdoutTaken = mode.diff || mode.ask || (mode.write && opened.some(({ path }) => toStdout(mode, path === '-')));
  const to: Screen = stdoutTaken ? context.err : context.out;
  if (!summed) writeReport(context, results, to);
  if (mode.write && !mode.ask && !options.quiet && !isForPrograms(options.format)) context.err.print(ownersHint(results));
  if (mode.ask && !options.quiet) {
    const written = results.filter(changes).map(({ path }) => mode.override ?? mode.output ?? path);
    context.err.print(written.length > 0 ? say`Wrote ${say.join(written, ', ')}\n` : say`Nothing was accepted, so nothing was written.\n`);
    const inPlace = mode.output === undefined && mode.override === undefined;
    const { nextText } = require('../end-text') as typeof import('../end-text');
    if (inPlace) context.err.print(nextText(results, context.err));
  }
}

/** What says more of services whose user hangs on whom their data belongs to: what is written here never changes that. */
function ownersHint(results: readonly FileResult[]): Shown {
  const open = results.flatMap(({ findings }) =>
    findings.filter(({ transform, status, decide }) => transform === 'user' && (status === 'held' || (status === 'manual' && decide))),
  );
  const names = [...new Set(open.map(({ service }) => service))];
  return names.length === 0 ? say`` : say`batten migrate says whose files are in the way of user: for ${say.join(names, ', ')}\n`;
}

/** Whether what is printed is all that comes of it, and may be applied elsewhere. */
function isPatch({ out }: Context, { diff, write }: Mode): boolean {
  return diff && !write && !out.isTTY;
}

/** For a screen, with credentials masked; for a pipe, a patch. */
function diffs({ host: { cwd }, out }: Context, results: readonly FileResult[]): Text[] {
  const { screenDiff, unifiedDiff } = require('../../report/diff') as typeof import('../../report/diff');
  return results.filter(changes).flatMap((result) => {
    const shown = (path: string, stream: string): string =>
      path === '-' ? stream : relative(cwd, resolve(cwd, path)).split(sep).join('/');
    const path = shown(result.path, 'stdin');
    const written = writtenFile(result);
    const known = result.findings.flatMap(({ conceal = [] }) => conceal);
    const file = { ...written, path: result.override ? shown(written.path, 'override') : path, known };
    // A credential that was moved is in no diff; without it the diff applies nowhere else, so it may as well be masked.
    const masked = out.isTTY || result.files.some(({ secret }) => secret);
    return [...shownSideFiles(path, result.files), file].map((each) => (masked ? screenDiff(each, out.colors) : unifiedDiff(each)));
  });
}
