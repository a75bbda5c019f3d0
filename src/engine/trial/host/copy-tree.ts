import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  type Stats,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import path from 'node:path';
import { EngineError } from '../../../errors';
import { kindOfStats } from './survey';

/** A copy of more than this would take longer than the trial is worth. */
export const MAX_COPY = 256 * 1024 * 1024;
export const MAX_FILES = 20_000;
const MAX_DEPTH = 200;

/**
 * Copies a file or a directory with modes, times, links and, as root, owners. Sockets, FIFOs, devices and other file systems stay behind. A link is
 * copied as one: in a container it leads to that container's own files.
 *
 * What is copied is what was looked at: each directory is held open while what is in it is opened, and nothing is opened through a link, so that
 * nobody can put another tree in its place meanwhile.
 *
 * @param from where it is, without links.
 * @throws EngineError when something else is there by now, or more than a copy may be.
 */
export function copyTree(from: string, to: string): void {
  mkdirSync(path.dirname(to), { recursive: true, mode: 0o700 });
  new Copier(from).copy(to);
}

/** Where the kernel shows open files, a directory is reached by its number, whatever has become of its path. */
const BY_NUMBER = process.platform === 'linux';

class Copier {
  private left = { bytes: MAX_COPY, files: MAX_FILES };
  private device = 0;

  constructor(private readonly root: string) {}

  copy(to: string): void {
    const stats = lstatSync(this.root);
    this.device = stats.dev;
    if (kindOfStats(stats) === 'directory') this.directory(this.root, to, 0, this.root);
    else this.file(this.root, to, this.root);
  }

  /** @param expected the path it has to have, for the root, which is named by one. */
  private directory(at: string, to: string, depth: number, expected?: string): void {
    if (depth > MAX_DEPTH) throw this.tooBig();
    this.opened(at, constants.O_DIRECTORY, expected, (stats, inside) => {
      if (!stats.isDirectory() || stats.dev !== this.device) return;
      mkdirSync(to, { mode: 0o700 });
      for (const name of readdirSync(inside)) this.entry(path.join(inside, name), path.join(to, name), depth);
      like(to, stats);
    });
  }

  private entry(from: string, to: string, depth: number): void {
    const stats = lstatSync(from, { throwIfNoEntry: false });
    // Gone since it was listed: a server may be at work there.
    if (!stats) return;
    if (--this.left.files < 0) throw this.tooBig();
    const kind = kindOfStats(stats);
    if (kind === 'directory') this.directory(from, to, depth + 1);
    else if (kind === 'file') this.file(from, to);
    else if (kind === 'link') {
      symlinkSync(readlinkSync(from), to);
      owned(to, stats);
    }
  }

  private file(from: string, to: string, expected?: string): void {
    // Without O_NONBLOCK, opening a FIFO that was put there would wait for its writer.
    this.opened(from, constants.O_NONBLOCK, expected, (stats, held) => {
      if (!stats.isFile()) return;
      this.left.bytes -= stats.size;
      if (this.left.bytes < 0) throw this.tooBig();
      copyFileSync(held, to, constants.COPYFILE_EXCL);
      like(to, stats);
    });
  }

  /** Does something with a file or directory while it is held open, through no link. Where the kernel shows no open files, it is held by its path. */
  private opened(at: string, flags: number, expected: string | undefined, work: (stats: Stats, held: string) => void): void {
    if (!BY_NUMBER) {
      work(lstatSync(at), at);
      return;
    }
    const fd = this.open(at, flags);
    if (fd === undefined) return;
    try {
      const held = `/proc/self/fd/${fd}`;
      if (expected !== undefined && readlinkSync(held) !== expected) throw this.swapped();
      work(fstatSync(fd), held);
    } finally {
      closeSync(fd);
    }
  }

  private open(file: string, flags: number): number | undefined {
    try {
      return openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | flags);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT' && file !== this.root) return undefined;
      if (code === 'ELOOP' || code === 'ENOTDIR' || code === 'ENOENT') throw this.swapped(cause);
      throw new EngineError(`${this.root} cannot be copied (${code})`, {
        hint: 'batten may not read all of it: run it as root, or give --binds ro',
        cause,
      });
    }
  }

  private swapped(cause?: unknown): EngineError {
    return new EngineError(`${this.root} changed while it was copied`, { hint: 'run it again when nothing writes there', cause });
  }

  private tooBig(): EngineError {
    return new EngineError(`${this.root} grew too big to be copied`, {
      hint: 'mount it read-only with --binds ro, or as it is with --binds as-is',
    });
  }
}

function like(file: string, stats: Stats): void {
  owned(file, stats);
  chmodSync(file, stats.mode & 0o7777);
  utimesSync(file, stats.atime, stats.mtime);
}

function owned(file: string, { uid, gid }: Stats): void {
  try {
    lchownSync(file, uid, gid);
  } catch {
    // Only root may give files away.
  }
}
