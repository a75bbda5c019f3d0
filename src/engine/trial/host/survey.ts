import { accessSync, constants, type Dirent, lstatSync, readdirSync, readFileSync, type Stats } from 'node:fs';
import path from 'node:path';

/** What is at a path of the host. */
export type Kind = 'file' | 'directory' | 'socket' | 'fifo' | 'device' | 'missing' | 'unreadable';

export function kindOfStats(stats: Stats | Dirent): Kind | 'link' {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'link';
  if (stats.isSocket()) return 'socket';
  return stats.isFIFO() ? 'fifo' : 'device';
}

/** What is in a file or directory of the host, as far as it was looked through. Links are counted, never followed: in a container they lead to its own files. */
export interface Survey {
  bytes: number;
  entries: number;
  /** Whether all of it was seen. */
  complete: boolean;
  /** Whether something in it could not be looked into. */
  closed: boolean;
  /** What reaches whoever is at its other end, by its path: the first of them. */
  specials: readonly { path: string; kind: 'socket' | 'fifo' | 'device' }[];
  /** Whether something is not for every user of the machine to read. */
  isPrivate: boolean;
  /** Whether something belongs to another user than the one batten runs as. */
  foreign: boolean;
  /** Other file systems below it. */
  mounts: string[];
}

/** How much is looked through before a tree counts as too big, and for how long, in milliseconds. */
const MAX_ENTRIES = 200_000;
const PATIENCE = 10_000;
const MAX_DEPTH = 200;
const SHOWN = 20;

/** Looks through a file or a directory. Never throws: what cannot be seen is said. */
export function survey(root: string, mountPoints: readonly string[]): Survey {
  return new Surveyor(mountPoints, false).look(root);
}

/** Whether something at a path, or below it, is not for every user of the machine to read; so much cannot be looked through that it is taken for granted. */
export function holdsPrivate(root: string): boolean {
  const { isPrivate, complete } = new Surveyor([], true).look(root);
  return isPrivate || !complete;
}

/** Who may read everything. */
const isRoot = process.getuid?.() === 0;

class Surveyor {
  private readonly until = Date.now() + PATIENCE;
  private readonly found: Survey = {
    ...{ bytes: 0, entries: 0, complete: true, closed: false, specials: [], isPrivate: false, foreign: false, mounts: [] },
  };

  constructor(
    private readonly mountPoints: readonly string[],
    /** Looks no further than the first private thing. */
    private readonly untilPrivate: boolean,
  ) {}

  look(root: string): Survey {
    this.visit(root, root, 0);
    return this.found;
  }

  private visit(at: string, root: string, depth: number): void {
    const { found } = this;
    if (this.untilPrivate && found.isPrivate) return;
    if (found.entries >= MAX_ENTRIES || Date.now() > this.until || depth > MAX_DEPTH) {
      found.complete = false;
      return;
    }
    found.entries += 1;
    const stats = attempt(() => lstatSync(at));
    if (!stats) {
      found.closed = true;
      return;
    }
    if (at !== root && this.mountPoints.includes(at)) {
      found.mounts.push(at);
      return;
    }
    const kind = kindOfStats(stats);
    if (kind === 'socket' || kind === 'fifo' || kind === 'device') {
      if (found.specials.length < SHOWN) found.specials = [...found.specials, { path: at, kind }];
      return;
    }
    if (kind === 'link') return;
    if (stats.uid !== process.getuid?.() || stats.gid !== process.getgid?.()) found.foreign = true;
    // To read a directory is to list it; to enter it takes the other bit.
    if ((stats.mode & (kind === 'directory' ? 0o005 : 0o004)) !== (kind === 'directory' ? 0o005 : 0o004)) found.isPrivate = true;
    if (kind === 'file') {
      found.bytes += stats.size;
      if (!isRoot && attempt(() => accessSync(at, constants.R_OK) ?? true) === undefined) found.closed = true;
      return;
    }
    const names = attempt(() => readdirSync(at));
    if (!names) found.closed = true;
    for (const name of names ?? []) {
      if (!found.complete) return;
      this.visit(path.join(at, name), root, depth + 1);
    }
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** The mount points of this machine, where its kernel tells; none elsewhere. Source: proc_pid_mountinfo(5). */
export function mountPoints(file = '/proc/self/mountinfo'): string[] {
  const text = attempt(() => readFileSync(file, 'utf8')) ?? '';
  return text
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter(Boolean)
    .map((point) => point.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))));
}
