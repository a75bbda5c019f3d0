import path from 'node:path';
import { applyPatch } from 'diff';
import { InputError, UsageError } from '../errors';
import { type DiffedFile, unifiedDiff } from './diff';
import { exact, type Text } from './text/text';

export type { DiffedFile } from './diff';

/**
 * One patch for several files, which `git apply` and `patch -p1` accept in `cwd`, whether or not `cwd` is the root of the repository.
 * Files without a change are left out; without any the patch is empty. There is no `diff --git` line: with one, `git apply` in a
 * subdirectory takes the names as counted from the root, skips the file and still exits 0.
 *
 * @param files paths are absolute or relative to `cwd`; texts include a BOM.
 * @param cwd absolute.
 * @throws UsageError for standard input, which has no name, and for a file outside of `cwd`: git refuses `..` and absolute names
 * ("invalid path"), GNU patch ignores them ("potentially dangerous file name").
 * @throws InputError `not-proven` when a patch does not give back the new text.
 */
export function makePatch(files: readonly DiffedFile[], cwd: string): Text<'exact'> {
  const patches = files
    .filter(({ before, after }) => before !== after)
    .map((file) => {
      const patch = unifiedDiff({ ...file, path: patchPath(file.path, cwd) }).text;
      if (applyPatch(file.before ?? '', patch, { autoConvertLineEndings: false }) !== file.after) {
        throw new InputError('not-proven', 'its patch does not give back the new text, so there is none', {
          file: file.path,
          hint: 'use batten fix; a report with the smallest file that shows it helps',
        });
      }
      return patch;
    });
  return exact(patches.join(''));
}

function patchPath(file: string, cwd: string): string {
  if (file === '-') {
    throw new UsageError('a patch needs the name of a file, and standard input has none', { hint: 'name the file, or use fix - --diff' });
  }
  const relative = path.relative(cwd, path.resolve(cwd, file));
  const [first] = relative.split(path.sep);
  if (first === '..' || path.isAbsolute(relative)) {
    throw new UsageError('is outside of the current directory, and git apply and patch accept no such name', {
      file,
      hint: 'run batten patch in a directory above the file',
    });
  }
  return relative.split(path.sep).join('/');
}
