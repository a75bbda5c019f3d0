import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { InputError } from '../errors';
import { isRepository, projectRoot } from './project-root';

/**
 * Where files may be read and written. What a person names on the command line may be anywhere; what a repository names, by a path in a
 * file, by a link or by lying where batten looks, has to be inside of it. This is the one place that decides it.
 */
export interface Bounds {
  /**
   * Where a path really leads, links followed, also when there is nothing yet.
   *
   * @param shown how errors call the path.
   * @throws InputError `outside` when that is out of bounds; a file system error when it cannot be looked at.
   */
  place(absolute: string, shown: string): string;
  /**
   * The text that counts in place of the file: an editor's, that nobody saved yet, or a program's, where there is no disk. `null` = there is
   * no such file; undefined = what the disk has counts.
   */
  held?(absolute: string): string | null | undefined;
}

/** For inputs that the person named: links in them are followed wherever they lead. */
export const ANYWHERE: Bounds = {
  place(absolute, shown) {
    return notOfTheKernel(realPlace(absolute), shown);
  },
};

/**
 * The repository that a directory is in: the nearest directory upwards with `.git`, else the directory itself (see `projectRoot`). All that
 * a project itself names is read and written through this: nothing outside of it, nothing in its `.git`, nothing of the kernel.
 */
export class Repository implements Bounds {
  private constructor(
    /** Its real directory. */
    readonly root: string,
    private readonly texts?: ReadonlyMap<string, string>,
  ) {}

  /** @param texts what counts in place of files, by absolute path. */
  static of(directory: string, texts?: ReadonlyMap<string, string>): Repository {
    // A link on the way to the directory was named by the person, or is one of the system's.
    return new Repository(projectRoot(realOrSame(path.resolve(directory))), texts);
  }

  /** A directory and nothing above it. */
  static at(directory: string, texts?: ReadonlyMap<string, string>): Repository {
    return new Repository(realOrSame(path.resolve(directory)), texts);
  }

  held(absolute: string): string | undefined {
    return this.texts?.get(absolute);
  }

  /** For what a search finds in a directory: the repository that is in, and where there is none, all that was searched. */
  static found(directory: string, searched: string): Repository {
    const own = Repository.of(directory);
    const top = realOrSame(searched);
    const holdsMore = top === path.dirname(top) || top === realOrSame(homedir());
    return isRepository(own.root) || holdsMore || !within(own.root, top) ? own : Repository.at(top);
  }

  place(absolute: string, shown: string): string {
    const real = realPlace(absolute);
    if (!within(real, this.root)) throw outside(`leads out of the repository, to ${real}`, shown);
    if (isInGit(path.relative(this.root, real))) throw outside('leads into .git, which is no part of a project', shown);
    return notOfTheKernel(real, shown);
  }

  /** Whether a path is inside, and whether it leads there. Never throws. */
  holds(absolute: string): boolean {
    try {
      this.place(absolute, absolute);
      return true;
    } catch {
      return false;
    }
  }
}

/**
 * For outputs that the person named: they may be anywhere. A link that leads out of the repository it is in was not named: it could be the
 * repository's, and what it leads to would be replaced.
 *
 * @param cwd the current directory, absolute: what is below it counts as one repository where there is none.
 */
export function namedOutput(cwd: string): Bounds {
  return {
    place(absolute, shown) {
      const real = realPlace(absolute, (link, directory, target) => {
        const last = link === absolute;
        const root = projectRoot(directory);
        if (!last && !isRepository(root) && !within(directory, cwd)) return;
        const base = !isRepository(root) && within(directory, cwd) ? cwd : root;
        if (!within(target, base)) throw outside(`is a link that leads out of the repository, to ${target}`, shown);
      });
      return notOfTheKernel(real, shown);
    },
  };
}

/** For batten's own files in a directory of the person's: there is no link on the way from it, wherever one would lead. */
export function straightIn(directory: string): Bounds {
  const real = realOrSame(path.resolve(directory));
  return {
    place(absolute, shown) {
      const straight = path.join(real, path.relative(path.resolve(directory), absolute));
      if (!within(straight, real) || !isStraight(straight)) throw outside('is a link, or is behind one', shown);
      return notOfTheKernel(straight, shown);
    },
  };
}

function isStraight(absolute: string): boolean {
  try {
    return realPlace(absolute) === absolute;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOOP') return false;
    throw error;
  }
}

/** For a path that must still lead where it once did. */
export function still(real: string): Bounds {
  return {
    place(absolute, shown) {
      const now = ANYWHERE.place(absolute, shown);
      if (now === real) return now;
      throw new InputError('changed', `leads elsewhere now, to ${now}`, { file: shown, hint: 'nothing was written' });
    },
  };
}

/** Whether a path is a directory or in it, by its name alone. */
export function within(file: string, directory: string): boolean {
  const inside = path.relative(directory, file);
  return inside === '' || (inside !== '..' && !inside.startsWith(`..${path.sep}`) && !path.isAbsolute(inside));
}

/** What is in the way: a link, the real directory it is in, and where it leads. */
type OnLink = (link: string, directory: string, target: string) => void;

/** Linux follows as many. */
const MOST_LINKS = 40;

/** Where a path really leads, whether or not there is something. @throws as the file system does, `ELOOP` for a link that leads to itself. */
function realPlace(absolute: string, onLink?: OnLink, links = 0): string {
  if (!onLink) {
    try {
      return realpathSync(absolute);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  const parent = path.dirname(absolute);
  if (parent === absolute) return absolute;
  const directory = realPlace(parent, onLink, links);
  const own = path.join(directory, path.basename(absolute));
  if (lstatSync(own, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return own;
  // realpathSync says of a loop what it is; here it would go on for ever.
  if (links >= MOST_LINKS) return realpathSync(own);
  const target = realPlace(path.resolve(directory, readlinkSync(own)), undefined, links + 1);
  onLink?.(absolute, directory, target);
  return target;
}

function realOrSame(directory: string): string {
  try {
    return realPlace(directory);
  } catch {
    return directory;
  }
}

function isInGit(inside: string): boolean {
  return inside.split(path.sep).some((part) => part.toLowerCase() === '.git');
}

/** Files that are made up when they are read, and may never end. */
function notOfTheKernel(real: string, shown: string): string {
  if (process.platform === 'win32' || !['/proc', '/sys'].some((directory) => within(real, directory))) return real;
  throw new InputError('not-a-file', `is no regular file, but one of the kernel: ${real}`, {
    file: shown,
    hint: 'batten reads regular files only; "-" is standard input',
  });
}

function outside(message: string, shown: string): InputError {
  return new InputError('outside', message, { file: shown, hint: 'nothing there is read or written unless you name it yourself' });
}

/**
 * For a host that is mounted or copied below a directory: links lead where they would on that host, so that an absolute one begins at the
 * directory again, and none leads out.
 *
 * @param directory what is `/` there, absolute.
 */
export function rootedAt(directory: string): Bounds {
  const named = path.resolve(directory);
  const root = realOrSame(named);
  return {
    place(absolute, shown) {
      const base = within(absolute, named) ? named : root;
      if (!within(absolute, base)) throw outside(`is outside of ${named}`, shown);
      return notOfTheKernel(placeBelow(root, path.relative(base, absolute)), shown);
    },
  };
}

/** Where a path leads when `root` is `/`. @throws as the file system does, `ELOOP` for a link that leads to itself. */
function placeBelow(root: string, inside: string): string {
  const open = inside.split(path.sep).reverse();
  let at = root;
  for (let links = 0; open.length > 0; ) {
    const part = open.pop()!;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (at !== root) at = path.dirname(at);
      continue;
    }
    const next = path.join(at, part);
    if (lstatSync(next, { throwIfNoEntry: false })?.isSymbolicLink() !== true) {
      at = next;
      continue;
    }
    if (++links > MOST_LINKS) throw Object.assign(new Error(`too many links: ${next}`), { code: 'ELOOP' });
    const target = readlinkSync(next);
    if (path.isAbsolute(target)) at = root;
    open.push(...target.split(path.sep).reverse());
  }
  return at;
}
