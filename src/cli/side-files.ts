import { mkdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { writeFileAtomic } from '../compose/write';
import type { FileChange } from '../harden/types';

/** The side files a person or a patch may see, as files to show; paths are as the Compose file's. */
export function shownSideFiles(
  composeFile: string,
  files: readonly FileChange[],
): { path: string; before: string | undefined; after: string }[] {
  return files.filter(({ secret }) => !secret).map(({ path, before, after }) => ({ path: beside(composeFile, path), before, after }));
}

/** The names of those that hold secrets. */
export function hiddenSideFiles(composeFile: string, files: readonly FileChange[]): string[] {
  return files.filter(({ secret }) => secret).map(({ path }) => beside(composeFile, path));
}

/**
 * Writes the files beside a Compose file, or none of them.
 *
 * @param directory that of the Compose file, absolute.
 * @returns what takes all of it back, for when the Compose file itself cannot be written.
 * @throws InputError as `writeFileAtomic`
 */
export function writeSideFiles(directory: string, files: readonly FileChange[]): () => void {
  const undo: (() => void)[] = [];
  const takeBack = (): void => {
    for (const step of undo.reverse()) step();
  };
  try {
    for (const { path, before, after, mode, secret } of files) {
      const absolute = join(directory, path);
      // Whoever may enter the directory may read what lies in it; a container gets single files of it mounted.
      const made = mkdirSync(dirname(absolute), { recursive: true, mode: secret ? 0o700 : undefined });
      if (made !== undefined) undo.push(() => rmdirSync(made));
      writeFileAtomic(
        absolute,
        after,
        before === undefined ? { mode, mustBeNew: true, shown: path } : { expectedText: before, shown: path },
      );
      undo.push(before === undefined ? () => rmSync(absolute) : () => writeFileAtomic(absolute, before, { expectedText: after }));
    }
    return takeBack;
  } catch (error) {
    takeBack();
    throw error;
  }
}

function beside(composeFile: string, path: string): string {
  return posix.join(posix.dirname(composeFile), path);
}
