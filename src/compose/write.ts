import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../errors';

export interface WriteOptions {
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
 * temporary file in the same directory, which gets the mode and (where allowed) the owner of the old one, and is renamed over it. A
 * symbolic link stays one; the file it leads to is replaced. Text that is there already is not written again.
 *
 * @throws InputError `changed` when the file is no longer what was read, `not-writable`, `no-space`, `not-found` or `write-failed`. The
 * file is then as it was, and nothing is left beside it.
 */
export function writeFileAtomic(absolute: string, text: string, options: WriteOptions = {}): void {
  const shown = options.shown ?? absolute;
  const bytes = Buffer.from(text, 'utf8');
  try {
    const real = resolveTarget(absolute, options.expectedText, shown);
    if (real.stats && options.mustBeNew) throw changed(shown, 'appeared since it was looked for');
    const old = real.stats ? readFileSync(real.path) : undefined;
    requireUnchanged(old, options.expectedText, shown);
    if (old?.equals(bytes)) return;
    // A rename only needs the directory, but a read-only file says that it is not to be changed.
    if (real.stats) closeSync(openSync(real.path, 'r+'));
    replace(real.path, bytes, real.stats ?? options.mode, () => {
      if (old) requireUnchanged(readFileSync(real.path), options.expectedText, shown);
      // Last, so that a write that fails earlier leaves no backup behind.
      if (options.backup && old) replace(`${absolute}.bak`, old, real.stats);
    });
  } catch (error) {
    throw error instanceof InputError ? error : writeError(error, shown);
  }
}

function resolveTarget(absolute: string, expectedText: string | undefined, shown: string): { path: string; stats?: Stats } {
  try {
    const path = realpathSync(absolute);
    const stats = statSync(path);
    if (!stats.isFile()) {
      throw new InputError('not-writable', 'is not a regular file', { file: shown, hint: 'name a file, or use standard output' });
    }
    return { path, stats };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    if (expectedText !== undefined) throw changed(shown, 'is gone since it was read');
    return { path: absolute };
  }
}

function requireUnchanged(current: Buffer | undefined, expectedText: string | undefined, shown: string): void {
  if (expectedText === undefined || current?.equals(Buffer.from(expectedText, 'utf8'))) return;
  throw changed(shown, 'changed since it was read');
}

/** Writes `bytes` beside `path` and renames the result over it. `justBefore` runs between the two and may throw to stop it. */
function replace(path: string, bytes: Buffer, like: Stats | number | undefined, justBefore?: () => void): void {
  const directory = dirname(path);
  const temporary = join(directory, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
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
    justBefore?.();
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncDirectory(directory);
}

/** Only root may give a file away, and there may be no owners at all: the write is worth more than the owner. */
function adopt(fd: number, like: Stats): void {
  try {
    fchownSync(fd, like.uid, like.gid);
  } catch {
    // The file keeps the owner who runs batten.
  }
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
