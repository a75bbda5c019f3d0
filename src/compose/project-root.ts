import { lstatSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/**
 * What included and extended files, Dockerfiles and start scripts of a Compose file's project may be read from: the Git repository the file is in (the nearest directory
 * upwards with `.git`), because a build context is often a directory beside the Compose file's; else the file's own directory. A
 * repository that is the home directory or the whole file system holds more than a project, and does not count.
 */
export function projectRoot(directory: string, home: string = homedir()): string {
  const own = path.resolve(directory);
  for (let folder = own; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    if (same(folder, home)) return own;
    try {
      const git = lstatSync(path.join(folder, '.git'));
      // A file in a worktree and in a submodule; a link leads anywhere.
      if (git.isDirectory() || git.isFile()) return folder;
    } catch {
      // Not here.
    }
  }
  return own;
}

function same(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}
