import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, parse } from 'node:path';
import { InputError } from '../errors';
import type { Bounds } from './bounds';

/** Windows has none. A FIFO that came in the place of a file must not be waited for. */
const NOFOLLOW = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

export interface WriteOptions {
  /** Where it may really be: `ANYWHERE` for an input the person named, `namedOutput` for an output, else a `Repository`. */
  within: Bounds;
  /** What the file must still contain, as it was read (BOM included). Without it the file may be new and is overwritten if it exists. */
  expectedText?: string;
  /** Keep the old bytes as `FILE.bak`, beside the path as it was named. An older `FILE.bak` is replaced. */
  backup?: boolean;
  /** Permissions of a new file; default what the umask leaves. An existing file keeps its own. */
  mode?: number;
  /** The file must not be there yet. */
  mustBeNew?: boolean;
  /** How errors call the file; default `absolute`. */
  shown?: string;
}

/**
 * Replaces the content of a file at once: whoever looks sees the old text or the new one, never half of it. The text goes to a
 * temporary file in the same directory, which gets the mode and, where that can be, the owner and the extended attributes of the old one, and is
 * renamed over it. A
 * symbolic link stays one; the file it leads to is replaced, as long as that is within bounds. Text that is there already is not written
 * again. Nothing else of batten writes a file of a person or a repository.
 *
 * @throws InputError `changed` when the file is no longer what was read, `outside`, `not-writable`, `no-space`, `not-found` or
 * `write-failed`. The file is then as it was, and nothing is left beside it.
 */
export function writeFileAtomic(absolute: string, text: string, options: WriteOptions): void {
  const shown = options.shown ?? absolute;
  const bytes = Buffer.from(text, 'utf8');
  try {
    const real = resolveTarget(absolute, options, shown);
    if (real.stats && options.mustBeNew) throw changed(shown, 'appeared since it was looked for');
    const old = real.stats ? read(real.path) : undefined;
    requireUnchanged(old, options.expectedText, shown);
    if (old?.equals(bytes)) return;
    // A rename only needs the directory, but a read-only file says that it is not to be changed.
    if (real.stats) closeSync(openSync(real.path, constants.O_RDWR | NOFOLLOW));
    const backup = options.backup && old ? backupOf(absolute, options.within, shown) : undefined;
    replace(real.path, bytes, real.stats ?? options.mode, (temporary) => {
      if (real.stats) keepAttributes(real.path, temporary);
      // A directory on the way may have become a link since.
      if (options.within.place(absolute, shown) !== real.path) throw changed(shown, 'leads elsewhere since it was looked at');
      if (old) requireUnchanged(read(real.path), options.expectedText, shown);
      // Last, so that a write that fails earlier leaves no backup behind.
      if (backup !== undefined) replace(backup, old!, real.stats);
    });
  } catch (error) {
    throw error instanceof InputError ? error : writeError(error, shown);
  }
}

/**
 * Makes a directory and those above it, as far as they are not there.
 *
 * @returns the outermost that was made; undefined = none.
 * @throws InputError as `writeFileAtomic`
 */
export function makeDirectory(absolute: string, options: Pick<WriteOptions, 'within' | 'mode' | 'shown'>): string | undefined {
  const shown = options.shown ?? absolute;
  try {
    return mkdirSync(options.within.place(absolute, shown), { recursive: true, mode: options.mode });
  } catch (error) {
    throw error instanceof InputError ? error : writeError(error, shown);
  }
}

/** Removes a file, as long as it still has the text it is known by. @throws InputError as `writeFileAtomic` */
export function removeFile(absolute: string, options: Pick<WriteOptions, 'within' | 'shown'> & { expectedText: string }): void {
  const shown = options.shown ?? absolute;
  try {
    const { path } = resolveTarget(absolute, options, shown);
    requireUnchanged(read(path), options.expectedText, shown);
    rmSync(path);
    syncDirectory(dirname(path));
  } catch (error) {
    throw error instanceof InputError ? error : writeError(error, shown);
  }
}

function resolveTarget(absolute: string, { within, expectedText }: WriteOptions, shown: string): { path: string; stats?: Stats } {
  const path = within.place(absolute, shown);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats && !stats.isFile()) {
    throw new InputError('not-writable', 'is not a regular file', { file: shown, hint: 'name a file, or use standard output' });
  }
  if (!stats && expectedText !== undefined) throw changed(shown, 'is gone since it was read');
  return { path, stats };
}

/** Where the backup goes. A link of that name is not batten's to follow or to replace. */
function backupOf(absolute: string, within: Bounds, shown: string): string {
  const { dir, base } = parse(absolute);
  const backup = join(within.place(dir, shown), `${base}.bak`);
  if (lstatSync(backup, { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new InputError('not-writable', 'is a link, so it is no place for a backup', {
      file: `${shown}.bak`,
      hint: 'remove it or leave out --backup',
    });
  }
  return backup;
}

/** The bytes of a file that was looked at: not of a link that came in its place. */
function read(path: string): Buffer {
  const fd = openSync(path, constants.O_RDONLY | NOFOLLOW);
  try {
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

function requireUnchanged(current: Buffer | undefined, expectedText: string | undefined, shown: string): void {
  if (expectedText === undefined || current?.equals(Buffer.from(expectedText, 'utf8'))) return;
  throw changed(shown, 'changed since it was read');
}

/** Writes `bytes` beside `path` and renames the result over it. `justBefore` runs between the two and may throw to stop it. */
function replace(path: string, bytes: Buffer, like: Stats | number | undefined, justBefore?: (temporary: string) => void): void {
  const directory = dirname(path);
  const temporary = join(directory, `${temporaryPrefix(path)}${randomBytes(6).toString('hex')}.tmp`);
  // Private until it has the right owner; a new file gets what the umask leaves.
  const fd = openSync(temporary, 'wx', like === undefined ? 0o666 : 0o600);
  try {
    try {
      writeFileSync(fd, bytes);
      if (typeof like === 'number') fchmodSync(fd, like);
      else if (like) {
        adopt(fd, like);
        fchmodSync(fd, like.mode & 0o7777);
      }
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    justBefore?.(temporary);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncDirectory(directory);
}

function temporaryPrefix(path: string): string {
  return `.${basename(path)}.`;
}

/**
 * Removes what a write that was killed may have left beside a file.
 *
 * @param real where the file really is.
 * @returns what was removed, absolute.
 */
export function removeLeftovers(real: string): string[] {
  const [directory, prefix] = [dirname(real), temporaryPrefix(real)];
  const names = existsSync(directory) ? readdirSync(directory) : [];
  return names.flatMap((name) => {
    const file = join(directory, name);
    if (!name.startsWith(prefix) || !/^[0-9a-f]{12}\.tmp$/.test(name.slice(prefix.length)) || !lstatSync(file).isFile()) return [];
    rmSync(file, { force: true });
    return [file];
  });
}

/** Only root may give a file away, and there may be no owners at all: the write is worth more than the owner. */
function adopt(fd: number, like: Stats): void {
  try {
    fchownSync(fd, like.uid, like.gid);
  } catch {
    // The file keeps the owner who runs batten.
  }
}

/** GNU's, which is told by its own path: nothing that `PATH` names is run. */
const CP = '/bin/cp';

/**
 * Gives a new file the access list and the extended attributes of the old one. Node cannot, so that GNU's `cp` does it where there is one; others
 * know no such option and do nothing. To write into the old file would keep them as well, but leave half a text when it is interrupted.
 */
function keepAttributes(from: string, to: string): void {
  if (process.platform !== 'linux' || !existsSync(CP)) return;
  spawnSync(CP, ['--no-dereference', '--attributes-only', '--preserve=mode,xattr', '--', from, to], {
    stdio: 'ignore',
    timeout: 5000,
    env: {},
  });
}

/** Makes the rename itself durable, where a directory can be synced. */
function syncDirectory(directory: string): void {
  try {
    const fd = openSync(directory, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    // Not possible on Windows and some network file systems; the file is in place all the same.
  }
}

function changed(shown: string, message: string): InputError {
  return new InputError('changed', message, { file: shown, hint: 'nothing was written; run batten again' });
}

function writeError(cause: unknown, shown: string): InputError {
  const code = (cause as NodeJS.ErrnoException).code;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS': {
      const hint = `make "${shown}" and its directory writable, or write elsewhere with --output`;
      return new InputError('not-writable', 'no permission to write it', { file: shown, hint, cause });
    }
    case 'ENOSPC':
    case 'EDQUOT':
      return new InputError('no-space', 'no space left to write it', {
        file: shown,
        hint: 'free some space; the file is as it was',
        cause,
      });
    case 'ENOENT':
    case 'ENOTDIR':
      return new InputError('not-found', 'its directory does not exist', { file: shown, hint: 'make the directory first', cause });
    default:
      return new InputError('write-failed', `cannot be written (${code ?? String(cause)})`, {
        file: shown,
        hint: 'the file is as it was',
        cause,
      });
  }
}
