import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { InputError, type Position } from '../errors';
import type { Bounds } from './bounds';

/** The most that is read of one input, in bytes. The largest Compose files in the wild are a few hundred kilobytes. */
export const MAX_INPUT_BYTES = 5 * 1024 * 1024;

/**
 * Reads one file whole: the only way a file of a person or a repository is read. `absolute` is where it is, `shown` how errors call it. The
 * text keeps its BOM and line endings; `mode` are the permission bits.
 *
 * @param bounds where it may really be: `ANYWHERE` for what the person named, else a `Repository`.
 * @param limit the most that is read, in bytes.
 * @throws InputError `not-found`, `outside` (out of bounds), `is-directory`, `not-a-file` (a device, FIFO, socket or file of the kernel),
 * `unreadable`, `too-large`, `not-utf8` or `not-text` (a NUL character), each with a hint.
 */
export function readInput(absolute: string, shown: string, bounds: Bounds, limit?: number): { text: string; mode: number } {
  const text = heldText(absolute, shown, bounds, limit);
  if (text !== undefined) return { text: requireText(text, shown), mode: 0o644 };
  const { bytes, mode } = readBytes(absolute, shown, bounds, limit);
  return { text: decode(bytes, shown), mode };
}

/** The text that counts in place of a file, if there is one; it is held to what holds for the file. */
function heldText(absolute: string, shown: string, bounds: Bounds, limit = MAX_INPUT_BYTES): string | undefined {
  if (!bounds.held) return undefined;
  const real = placed(absolute, shown, bounds);
  const text = bounds.held(real) ?? bounds.held(absolute);
  if (text === null) throw notFound(shown);
  if (text !== undefined && text.length > limit) throw tooLarge(shown, limit);
  return text;
}

function placed(absolute: string, shown: string, bounds: Bounds): string {
  try {
    return bounds.place(absolute, shown);
  } catch (error) {
    throw error instanceof InputError ? error : readError(error, shown);
  }
}

function readBytes(absolute: string, shown: string, bounds: Bounds, limit = MAX_INPUT_BYTES): { bytes: Buffer; mode: number } {
  try {
    const real = bounds.place(absolute, shown);
    // Looked at before it is opened, as opening a device can do things; and again after, as it may have been swapped.
    const looked = lstatSync(real);
    requireFile(looked, shown, limit);
    // Without O_NONBLOCK, opening a FIFO would wait for its writer. Windows has neither.
    const fd = openSync(real, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0));
    try {
      const stats = fstatSync(fd);
      requireFile(stats, shown, limit);
      if (stats.ino !== looked.ino || stats.dev !== looked.dev || bounds.place(absolute, shown) !== real) throw swapped(shown);
      return { bytes: readAll(fd, shown, limit), mode: stats.mode & 0o7777 };
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw error instanceof InputError ? error : readError(error, shown);
  }
}

/** The same for a file that need not be there: undefined when it is not. Bytes that are no UTF-8 are replaced. */
export function readIfThere(absolute: string, shown: string, bounds: Bounds, limit?: number): string | undefined {
  try {
    const text = heldText(absolute, shown, bounds, limit);
    if (text !== undefined) return text;
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(readBytes(absolute, shown, bounds, limit).bytes);
  } catch (error) {
    if (error instanceof InputError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/**
 * Reads standard input to its end, with the same limits. Errors call it `<stdin>`.
 *
 * @throws InputError `too-large`, `not-utf8`, `not-text` or `unreadable`.
 */
export async function readStdin(stream: AsyncIterable<Uint8Array | string>): Promise<{ text: string }> {
  const shown = '<stdin>';
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : Buffer.from(chunk);
      size += bytes.length;
      if (size > MAX_INPUT_BYTES) throw tooLarge(shown, MAX_INPUT_BYTES);
      chunks.push(bytes);
    }
  } catch (error) {
    throw error instanceof InputError ? error : readError(error, shown);
  }
  return { text: decode(Buffer.concat(chunks), shown) };
}

function requireFile(stats: Stats, shown: string, limit: number): void {
  if (stats.isDirectory()) {
    throw new InputError('is-directory', 'is a directory, not a file', { file: shown, hint: 'name a Compose file inside it' });
  }
  if (!stats.isFile()) {
    throw new InputError('not-a-file', 'is not a regular file', {
      file: shown,
      hint: 'batten reads regular files only; "-" is standard input',
    });
  }
  if (stats.size > limit) throw tooLarge(shown, limit);
}

/** Bounded by what is read, not by the size first seen: the file may be growing. */
function readAll(fd: number, shown: string, limit: number): Buffer {
  const chunks: Buffer[] = [];
  let size = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(64 * 1024);
    const count = readSync(fd, chunk, 0, chunk.length, null);
    if (count === 0) return Buffer.concat(chunks);
    size += count;
    if (size > limit) throw tooLarge(shown, limit);
    chunks.push(chunk.subarray(0, count));
  }
}

/** The text of bytes. @throws InputError `not-utf8` or `not-text`, with the place */
export function decode(bytes: Uint8Array, shown: string): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    const hint = utf16
      ? 'it starts with a UTF-16 byte order mark: save it as UTF-8, or convert it with "iconv -f UTF-16 -t UTF-8"'
      : 'save it as UTF-8';
    throw new InputError('not-utf8', 'is not UTF-8 text', { file: shown, position: firstInvalid(bytes), hint, cause });
  }
  return requireText(text, shown);
}

function requireText(text: string, shown: string): string {
  const nul = text.indexOf('\0');
  if (nul !== -1) {
    const position = positionAt(text, nul);
    throw new InputError('not-text', 'contains a NUL character, so it is no YAML text', {
      file: shown,
      position,
      hint: 'is it a binary file, or UTF-16 without a byte order mark?',
    });
  }
  return text;
}

/** Where the first byte is that does not belong to a character. */
function firstInvalid(bytes: Uint8Array): Position {
  const read = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  let byte = 0;
  let seen = 0;
  for (let at = read.indexOf('\ufffd'); at >= 0; at = read.indexOf('\ufffd', at + 1)) {
    byte += Buffer.byteLength(read.slice(seen, at));
    seen = at;
    // It may be written in the file as it is.
    if (bytes[byte] !== 0xef || bytes[byte + 1] !== 0xbf || bytes[byte + 2] !== 0xbd) return positionAt(read, at);
  }
  return { line: 1, column: 1 };
}

function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

function tooLarge(shown: string, limit: number): InputError {
  const size = limit >= 1024 * 1024 ? `${limit / 1024 / 1024} MB` : `${limit / 1024} KB`;
  return new InputError('too-large', `is larger than ${size}`, {
    file: shown,
    hint: 'no file of that kind needs to be: look at what it is',
  });
}

function notFound(shown: string, cause?: unknown): InputError {
  return new InputError('not-found', 'no such file', { file: shown, hint: 'check the path and the current directory', cause });
}

function swapped(shown: string): InputError {
  return new InputError('unreadable', 'became another file while it was opened', { file: shown, hint: 'run batten again' });
}

/** What a failed system call means to the person. */
function readError(cause: unknown, shown: string): InputError {
  const code = (cause as NodeJS.ErrnoException).code;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return notFound(shown, cause);
    case 'EISDIR':
      return new InputError('is-directory', 'is a directory, not a file', { file: shown, hint: 'name a Compose file inside it', cause });
    case 'EACCES':
    case 'EPERM':
      return new InputError('unreadable', 'no permission to read it', {
        file: shown,
        hint: `check the permissions with "ls -l ${shown}"`,
        cause,
      });
    case 'ELOOP':
      return new InputError('unreadable', 'is a symbolic link that leads back to itself', {
        file: shown,
        hint: 'name the file itself',
        cause,
      });
    default:
      return new InputError('unreadable', `cannot be read (${code ?? String(cause)})`, {
        file: shown,
        hint: 'try to open it yourself',
        cause,
      });
  }
}
