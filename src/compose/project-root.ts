import { lstatSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/**
 * What the files of a Compose file's project may be read from: the Git repository the file is in (the nearest directory
 * upwards with `.git`), because a build context is often a directory beside the Compose file's; else the file's own directory. A
 * repository that is the home directory or the whole file system holds more than a project, and does not count.
 */
export function projectRoot(directory: string, home: string = homedir()): string {
  const own = path.resolve(directory);
  for (let folder = own; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    if (same(folder, home)) return own;
    if (isRepository(folder)) return folder;
  }
  return own;
}

/** Whether a directory is the top of a Git repository. Its `.git` is a file in a worktree and in a submodule; a link leads anywhere. */
export function isRepository(folder: string): boolean {
  try {
    const git = lstatSync(path.join(folder, '.git'));
    return git.isDirectory() || git.isFile();
  } catch {
    return false;
  }
}

function same(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}
