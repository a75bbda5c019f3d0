import { closeSync, constants, lstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import path from 'node:path';

/** As many links as the kernel follows. */
const LINKS = 40;

/**
 * The file a path of a container leads to, by its root as this machine sees it (`/proc/PID/root`): links are followed inside of it, never out.
 * Undefined when there is none.
 */
export function resolveIn(root: string, file: string): string | undefined {
  let rest = file.split('/').filter(Boolean);
  let at: string[] = [];
  for (let links = 0; rest.length > 0; ) {
    const [word, ...after] = rest as [string, ...string[]];
    rest = after;
    if (word === '.') continue;
    if (word === '..') {
      at = at.slice(0, -1);
      continue;
    }
    const real = path.join(root, ...at, word);
    try {
      if (!lstatSync(real).isSymbolicLink()) {
        at = [...at, word];
        continue;
      }
      links += 1;
      if (links > LINKS) return undefined;
      const target = readlinkSync(real);
      if (target.startsWith('/')) at = [];
      rest = [...target.split('/').filter(Boolean), ...rest];
    } catch {
      return undefined;
    }
  }
  return `/${at.join('/')}`;
}

/** What has to be allowed so that programs can be started: where their links lead, and the interpreters of scripts. Sorted. */
export function programsIn(root: string, programs: Iterable<string>): string[] {
  const found = new Set<string>();
  const add = (program: string, depth: number): void => {
    const file = resolveIn(root, program);
    // What is gone, or was started by a relative path, is allowed by the name it had.
    if (file === undefined) {
      if (program.startsWith('/')) found.add(program);
      return;
    }
    if (found.has(file)) return;
    found.add(file);
    const interpreter = interpreterOf(path.join(root, file));
    if (interpreter !== undefined && depth < 4) add(interpreter, depth + 1);
  };
  for (const program of programs) add(program, 0);
  return [...found].sort();
}

/** What a script asks to be run with. The file is the container's, who may have put anything in its place: a link is not followed, nothing waited for. */
function interpreterOf(file: string): string | undefined {
  const start = Buffer.alloc(256);
  try {
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      readSync(descriptor, start, 0, start.length, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
  return /^#!\s*(\/\S+)/.exec(start.toString('latin1'))?.[1];
}
