/** What an entry of a directory is, as far as its owner matters. */
export type EntryKind = 'directory' | 'file' | 'link' | 'socket' | 'fifo' | 'device';

/** One name in a mounted tree. */
export interface Entry {
  /** From the top of the mount, `''` for the top itself. One character for each byte: a name need not be UTF-8. */
  path: string;
  kind: EntryKind;
  uid: number;
  gid: number;
  /** The twelve bits that chmod(2) sets. */
  mode: number;
  /** How many names the same file has. */
  links: number;
  device: string;
  inode: string;
}

/** The names of a tree, the top first. */
export interface Listing {
  entries: Entry[];
  /** False when there is more than was read. */
  complete: boolean;
}

/** A listing that is none: the tree changed while it was read, or the program that lists it is not what it seems. */
export class ListingError extends Error {}

const KINDS: Readonly<Record<number, EntryKind>> = {
  4: 'directory',
  8: 'file',
  10: 'link',
  12: 'socket',
  1: 'fifo',
  2: 'device',
  6: 'device',
};

/** `mode uid gid links device inode`, the first in hexadecimal, as `stat -c '%f %u %g %h %d %i'` writes them. */
const LINE = /^([0-9a-f]{1,8}) (\d{1,10}) (\d{1,10}) (\d{1,10}) (\d{1,20}) (\d{1,20})$/;

const SLASH = 0x2f;
const NEWLINE = 0x0a;

/**
 * Reads what lists a tree: in turns some lines of numbers, and as many names, each ended by a NUL.
 *
 * @param root the absolute path of the top, which every name begins with.
 * @param complete whether the listing was read to its end; else what is half there at the end does not count.
 * @throws ListingError when it is no such listing, or is not about `root`.
 */
export function readListing(bytes: Buffer, root: string, complete = true): Listing {
  const entries: Entry[] = [];
  let at = 0;
  while (at < bytes.length) {
    const numbers: string[] = [];
    while (at < bytes.length && bytes[at] !== SLASH) {
      const end = bytes.indexOf(NEWLINE, at);
      if (end < 0) break;
      numbers.push(bytes.toString('latin1', at, end));
      at = end + 1;
    }
    const names: string[] = [];
    while (names.length < numbers.length) {
      const end = bytes[at] === SLASH ? bytes.indexOf(0, at) : -1;
      if (end < 0) break;
      names.push(bytes.toString('latin1', at, end));
      at = end + 1;
    }
    if (numbers.length === 0 || names.length < numbers.length) {
      if (complete) throw new ListingError('a name or its owner is missing');
      break;
    }
    for (const [index, line] of numbers.entries()) entries.push(entryOf(line, names[index]!, root));
  }
  if (entries.length === 0 || entries[0]!.path !== '') throw new ListingError('the top of the tree is missing');
  return { entries, complete };
}

function entryOf(line: string, name: string, root: string): Entry {
  const match = LINE.exec(line);
  if (!match || (name !== root && !name.startsWith(`${root}/`))) throw new ListingError('it is not about what was asked for');
  const [, mode, uid, gid, links, device, inode] = match as unknown as [string, string, string, string, string, string, string];
  const bits = Number.parseInt(mode, 16);
  const kind = KINDS[bits >> 12];
  if (!kind) throw new ListingError('it has a kind of file that is not known');
  return {
    path: name.slice(root.length + 1),
    kind,
    uid: Number(uid),
    gid: Number(gid),
    mode: bits & 0o7777,
    links: Number(links),
    device,
    inode,
  };
}

/** A path of a listing as a person reads it; bytes that are no UTF-8 are shown as `�`. */
export function shownEntry(path: string): string {
  return path === '' ? '.' : Buffer.from(path, 'latin1').toString('utf8');
}
