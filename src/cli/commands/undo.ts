import { lstatSync, rmdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { still, within } from '../../compose/bounds';
import { shownPath } from '../../compose/discover';
import { readInput } from '../../compose/read';
import { removeFile, removeLeftovers, writeFileAtomic } from '../../compose/write';
import { BattenError, InputError, UsageError } from '../../errors';
import { columnFor, pad } from '../../report/layout';
import { plural } from '../../report/summary';
import { type Shown, say } from '../../report/text/screen';
import type { Context } from '../context';
import { EXIT } from '../exit-codes';
import { forget, hashOf, type Journaled, journaledRuns, type Run, type WrittenFile } from '../journal';
import { errorText } from '../messages';
import { MigrationJournal } from '../migrate-store';
import { takenBack } from '../side-files';

/**
 * `batten undo`: takes back the last run of `fix` that wrote here, byte for byte; with a path only what it did to that project. A project of
 * which something was edited since stays as it is, and is said; the others are taken back all the same.
 */
export async function undo(context: Context, paths: readonly string[]): Promise<number> {
  const { host, options } = context;
  const named = [...paths, ...(options.file ?? [])];
  if (paths.length > 1)
    throw new UsageError('undo takes one file', { hint: 'without one it takes back the whole run; several parts are --file A --file B' });
  const targets = (named.length === 0 ? ['.'] : named).map((path) => resolve(host.cwd, path));
  if (!options.list && MigrationJournal.wroteLast(host, (main) => targets.some((target) => main === target || isBelow(main, target)))) {
    throw new UsageError('the last that was written here is a migration, which changed owners too', {
      hint: 'batten migrate --undo takes back both',
    });
  }
  const runs = journaledRuns(host).filter(({ entries }) => entries.some((entry) => targets.some((target) => concerns(entry, target))));
  if (options.list) {
    context.out.print(listed(runs, context));
    return EXIT.ok;
  }
  if (named.length === 0) {
    if (!runs[0]) throw new UsageError('there is no write of batten in this directory to take back', { hint: ALL });
    return takeBack(context, runs[0], runs[0].entries);
  }
  const codes = named.map((path, index) => {
    // Of this file the last run may be an earlier one.
    const run = runs.find(({ entries }) => entries.some((entry) => concerns(entry, targets[index]!)));
    if (!run) throw new UsageError(`there is no write of batten to ${path} to take back`, { hint: ALL });
    return takeBack(
      context,
      run,
      run.entries.filter((entry) => concerns(entry, targets[index]!)),
    );
  });
  return Math.max(...codes);
}

const ALL = 'batten undo --list / shows all there is';

function isBelow(main: string, target: string): boolean {
  return within(main, target) && statSync(target, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** A file the write touched, or a directory its main file is in. */
function concerns({ main, written }: Journaled, target: string): boolean {
  if (written.some(({ path }) => path === target)) return true;
  return target !== main && isBelow(main, target);
}

/** Takes back what a run did to some projects, the last one first: one may have built on another. */
function takeBack(context: Context, run: Run, entries: readonly Journaled[]): number {
  const { host, err, options } = context;
  const shown = (path: string) => shownPath(host.cwd, path);
  const said: Shown[] = [];
  let refused = 0;
  for (const entry of entries.toReversed()) {
    const { states, problems } = lookAt(entry, shown, entries.length > 1);
    if (problems.length > 0) {
      refused++;
      for (const problem of problems) err.print(errorText(problem, err.colors, false));
      continue;
    }
    try {
      restore(states, shown);
    } catch (error) {
      if (!(error instanceof BattenError)) throw error;
      refused++;
      err.print(errorText(error, err.colors, false));
      continue;
    }
    said.push(
      ...states.map(
        ({ file, text }) =>
          say`${text === undefined ? 'Unchanged, as before the run:' : file.before === null ? 'Removed' : 'Restored'} ${shown(file.path)}\n`,
      ),
    );
    said.push(
      ...entry.written
        .flatMap(({ real }) => removeLeftovers(real))
        .map((path) => say`Removed ${shown(path)}, left by a write that was killed\n`),
    );
    forget(entry);
  }
  if (run.broken > 0)
    said.push(
      say`${plural(run.broken, 'entry', 'entries')} of this run in ${run.directory} cannot be read: what they were about stays as it is\n`,
    );
  if (refused > 0 && entries.length > 1)
    said.push(say`${plural(entries.length - refused, 'project')} taken back, ${refused} left as they are\n`);
  if (!options.quiet) err.print(say.join(said, ''));
  return refused > 0 ? EXIT.error : EXIT.ok;
}

/** A file of a run as it is now. */
interface State {
  file: WrittenFile;
  /** What the run left; undefined = it is as it was before the run, so that there is nothing to do. */
  text: string | undefined;
}

/** The files of a project as they are now, and why they cannot be taken back. */
function lookAt({ written }: Journaled, shown: (path: string) => string, others: boolean): { states: State[]; problems: InputError[] } {
  const problems: InputError[] = [];
  const states = written.flatMap((file): State[] => {
    try {
      return [stateOf(file, shown(file.path))];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      error.file = shown(file.path);
      problems.push(error);
      return [];
    }
  });
  const hint = `${others ? 'nothing of its project was changed' : 'nothing was changed'}; take it back by hand, or from version control`;
  return { states, problems: problems.map(({ message, file, cause }) => new InputError('changed', message, { file, hint, cause })) };
}

/** @throws InputError when it is neither what batten left nor what was there before. */
function stateOf(file: WrittenFile, shown: string): State {
  const { path, real, before, after } = file;
  if (before === null && lstatSync(path, { throwIfNoEntry: false }) === undefined) return { file, text: undefined };
  let text: string;
  try {
    text = readInput(path, shown, still(real)).text;
  } catch (cause) {
    if (!(cause instanceof BattenError)) throw cause;
    throw new InputError('changed', `cannot be taken back: ${cause.message}`, { file: shown, cause });
  }
  if (hashOf(text) === after) return { file, text };
  // The run was killed before it came to this file, or an undo after it had.
  if (text === before) return { file, text: undefined };
  throw new InputError('changed', 'was edited since batten wrote it', { file: shown });
}

/** All of it or nothing: Compose files first, since they need what is beside them. */
function restore(states: readonly State[], shown: (path: string) => string): void {
  const done: (() => void)[] = [];
  try {
    for (const { file, text } of states) {
      if (text === undefined) continue;
      const { path, real, before } = file;
      const options = { within: still(real), shown: shown(path) };
      if (before !== null) {
        writeFileAtomic(path, before, { ...options, expectedText: text });
        done.push(() => writeFileAtomic(path, text, { ...options, expectedText: before }));
      } else {
        const { mode } = lstatSync(real);
        removeFile(path, { ...options, expectedText: text });
        done.push(() => writeFileAtomic(path, text, { ...options, mode: mode & 0o7777, mustBeNew: true }));
      }
    }
  } catch (error) {
    // What stays taken back is so for the next undo, too.
    throw takenBack(done, error);
  }
  for (const directory of states.flatMap(({ file: { made } }) => made).reverse()) removeEmpty(directory);
}

/** Something else may have come into a directory that batten made. */
function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // It stays.
  }
}

/** A run a line. */
function listed(runs: readonly Run[], { host, out: { colors } }: Context): Shown {
  const rows = runs.map(({ at, entries }) => {
    const [first, ...more] = entries.map(({ main }) => shownPath(host.cwd, main));
    const files = entries.reduce((sum, { written }) => sum + written.length, 0);
    return [local(at), more.length === 0 ? first! : `${first} and ${plural(more.length, 'more project')}`, plural(files, 'file')] as const;
  });
  const width = columnFor(rows.map(([, main]) => main));
  return say.join(
    rows.map(([when, main, count]) => say`${colors.dim(when)}  ${pad(main, width)}  ${colors.dim(count)}\n`),
    '',
  );
}

function local(date: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
