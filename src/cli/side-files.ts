import { rmdirSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { Repository } from '../compose/bounds';
import { makeDirectory, removeFile, writeFileAtomic } from '../compose/write';
import { BattenError, InputError } from '../errors';
import type { FileChange } from '../harden/types';
import type { Colors } from '../report/colors';
import type { Shown } from '../report/text/screen';

/** The side files a person or a patch may see, as files to show; paths are as the Compose file's. */
export function shownSideFiles(
  composeFile: string,
  files: readonly FileChange[],
): { path: string; before: string | undefined; after: string }[] {
  return files.filter(({ secret }) => !secret).map(({ path, before, after }) => ({ path: besideFile(composeFile, path), before, after }));
}

/** Those that hold secrets, each as a line that names it. */
export function hiddenSideFiles(composeFile: string, files: readonly FileChange[], { dim }: Pick<Colors, 'dim'>): Shown[] {
  return files
    .filter(({ secret }) => secret)
    .map(({ path }) => dim(`and ${besideFile(composeFile, path)}, which holds a secret and is not shown`));
}

/**
 * Writes the files beside a Compose file, or none of them.
 *
 * @param directory that of the Compose file, absolute.
 * @returns what takes all of it back, for when the Compose file itself cannot be written.
 * @throws InputError as `writeFileAtomic`
 */
export function writeSideFiles(directory: string, files: readonly FileChange[]): () => void {
  // What is beside a Compose file is named by nobody but the project.
  const within = Repository.of(directory);
  const undo: (() => void)[] = [];
  const takeBack = (): void => {
    const left = undoAll(undo);
    if (left !== undefined) throw left;
  };
  try {
    for (const { path, before, after, mode, secret } of files) {
      const absolute = join(directory, path);
      // Whoever may enter the directory may read what lies in it; a container gets single files of it mounted.
      const made = makeDirectory(dirname(absolute), { within, mode: secret ? 0o700 : undefined, shown: path });
      if (made !== undefined) undo.push(() => rmdirSync(made));
      writeFileAtomic(
        absolute,
        after,
        before === undefined ? { within, mode, mustBeNew: true, shown: path } : { within, expectedText: before, shown: path },
      );
      undo.push(() =>
        before === undefined
          ? removeFile(absolute, { within, expectedText: after })
          : writeFileAtomic(absolute, before, { within, expectedText: after }),
      );
    }
    return takeBack;
  } catch (error) {
    throw takenBack(undo, error);
  }
}

/** Takes back what was done, the last first, and all that can be: one step that fails keeps no other one. @returns the first failure */
function undoAll(steps: (() => void)[]): unknown {
  let failure: unknown;
  for (const step of steps.splice(0).reverse()) {
    try {
      step();
    } catch (error) {
      failure ??= error;
    }
  }
  return failure;
}

/** What to throw for a write that failed, once what came before it is taken back: `half-written` when not all of it could be. */
export function takenBack(steps: (() => void)[], error: unknown): unknown {
  const already = error instanceof BattenError && error.code === HALF_WRITTEN;
  if (undoAll(steps) === undefined || already) return error;
  const { message, file } = error instanceof BattenError ? error : { message: String(error), file: undefined };
  return new InputError(HALF_WRITTEN, `${message}, and not all that was written before could be taken back`, {
    ...{ file, cause: error },
    hint: 'see to the reason, then run: batten undo',
  });
}

/** A write failed, and so did taking back what came before it. */
export const HALF_WRITTEN = 'half-written';

/** A file beside a Compose file, as the Compose file is called. */
export function besideFile(composeFile: string, path: string): string {
  return posix.join(posix.dirname(composeFile), path);
}
