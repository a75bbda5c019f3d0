import { rmSync } from 'node:fs';
import { writeFileAtomic } from '../compose/write';
import type { FileResult } from '../harden/types';
import { changes } from './exit-codes';
import { writeSideFiles } from './side-files';

/**
 * Writes what becomes of the files of a project, and of the files beside them, or nothing of it: what two files say together may only
 * change together.
 *
 * @param directory that of the main file, absolute.
 * @throws InputError as `writeFileAtomic`; then everything is as it was.
 */
export function writeProject(directory: string, files: readonly { result: FileResult; absolute: string }[], backup?: boolean): void {
  const undo = files.map(({ result }) => writeSideFiles(directory, result.files));
  try {
    for (const { result, absolute } of files) {
      if (!changes(result)) continue;
      const { before, after, override } = result;
      const shown = override?.path ?? result.path;
      writeFileAtomic(absolute, after, { ...(override?.isNew ? { mustBeNew: true } : { expectedText: before }), backup, shown });
      undo.push(() => (override?.isNew ? rmSync(absolute) : writeFileAtomic(absolute, before, { expectedText: after, shown })));
    }
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw error;
  }
}
