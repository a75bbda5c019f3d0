import type { Path } from '../yaml/types';

/*
 * A project may have several files. A path says which one it is in by a number before its first key: `[1, 'services', 'db']` is in the
 * second file, `['services', 'db']` in the first. No Compose file is a list, so that the two cannot be mixed up.
 */

/** The path of a place in a file, by the file's index in the project. */
export function inFile(file: number, path: Path): Path {
  return file === 0 ? path : [file, ...path];
}

/** The file a path is in, and the path inside of it. */
export function splitFile(path: Path): { file: number; path: Path } {
  const [first, ...rest] = path;
  return typeof first === 'number' ? { file: first, path: rest } : { file: 0, path };
}
