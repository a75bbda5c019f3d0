import type { Bounds } from '../compose/bounds';
import { removeFile, writeFileAtomic } from '../compose/write';
import type { FileResult } from '../harden/types';
import { changes } from './exit-codes';
import { takenBack, writeSideFiles } from './side-files';

/** One file of a project, and where it may really be. */
export interface ProjectWrite {
  result: FileResult;
  absolute: string;
  within: Bounds;
}

/**
 * Writes what becomes of the files of a project, and of the files beside them, or nothing of it: what two files say together may only
 * change together.
 *
 * @param directory that of the main file, absolute.
 * @throws InputError as `writeFileAtomic`; then everything is as it was. `half-written` when that could not be made so: what is left is for `batten undo`.
 */
export function writeProject(directory: string, files: readonly ProjectWrite[], backup?: boolean): void {
  const undo: (() => void)[] = [];
  try {
    for (const { result } of files) undo.push(writeSideFiles(directory, result.files));
    for (const { result, absolute, within } of files) {
      if (!changes(result)) continue;
      const { before, after, override } = result;
      const shown = override?.path ?? result.path;
      writeFileAtomic(absolute, after, { within, ...(override?.isNew ? { mustBeNew: true } : { expectedText: before }), backup, shown });
      undo.push(() =>
        override?.isNew
          ? removeFile(absolute, { within, expectedText: after, shown })
          : writeFileAtomic(absolute, before, { within, expectedText: after, shown }),
      );
    }
  } catch (error) {
    throw takenBack(undo, error);
  }
}
