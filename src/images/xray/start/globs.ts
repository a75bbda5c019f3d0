import type { FileTree } from '../file-tree';
import { isPattern, matches } from './pattern';

const MAX_FILES = 500;

/** The files of an image that an absolute pattern stands for, sorted; a path without a pattern is itself, where it is there. */
export function filesMatching(files: FileTree, pattern: string): string[] {
  let paths = [''];
  for (const step of pattern.split('/').filter((each) => each !== '')) {
    paths = paths.flatMap((path) => {
      if (!isPattern(step)) return files.find(`${path}/${step}`) ? [`${path}/${step}`] : [];
      const names = files
        .list(path === '' ? '/' : path)
        .filter((name) => (!name.startsWith('.') || step.startsWith('.')) && matches(step, name) === true);
      return names.map((name) => `${path}/${name}`);
    });
    paths = paths.slice(0, MAX_FILES);
  }
  return paths;
}
