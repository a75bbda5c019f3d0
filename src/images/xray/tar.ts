import { ImageError } from '../../errors';
import { table } from '../../table';
import { paxRecords } from './pax';

/*
 * Reads tar as the Engine does (Go's archive/tar): POSIX, GNU, star and old headers, PAX, long names. The well-known libraries decode PAX values
 * as UTF-8, which ruins `security.capability` (CAP_SETUID is 0x80), and take ten times as long per entry.
 * Format: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html, https://www.gnu.org/software/tar/manual/html_node/Standard.html
 */

export type EntryKind = 'file' | 'directory' | 'symlink' | 'hardlink' | 'device' | 'fifo';

/** One entry of an archive. */
export interface TarEntry {
  /** As written: it may begin with `./` or `/` and hold `..`. */
  path: string;
  kind: EntryKind;
  /** Permission bits with setuid, setgid and sticky. */
  mode: number;
  uid: number;
  gid: number;
  /** Bytes that follow. */
  size: number;
  /** What a link points to. */
  link: string;
  /** The attribute `security.capability`, as the kernel stores it. */
  capability?: Buffer;
}

/** Who is told what an archive holds, in its order. */
export interface TarVisitor {
  entry(entry: TarEntry): void;
  /** A part of the content of the entry before: of the caller's buffer, so it has to be copied to be kept. */
  data(part: Buffer): void;
  /** The entry before has been told whole. */
  close(): void;
}

const BLOCK = 512;
/** As in Go: a longer name or PAX header is no honest one. */
const MAX_SPECIAL = 1024 ** 2;
/** Longer paths cannot be opened. */
const MAX_PATH = 4096;

/** Takes an archive in pieces of any size. What is malformed, absurd or cut off is an ImageError. */
export class TarReader {
  private readonly block = Buffer.alloc(BLOCK);
  private held = 0;
  /** Bytes of content, and of its padding, that are still to come. */
  private content = 0;
  private padding = 0;
  /** The header that is being put together from several blocks. */
  private special: { flag: string; filled: number } | undefined;
  /** Where such a header is put together: one for all of them, as an archive may have nothing else. */
  private scratch: Buffer = Buffer.alloc(0);
  private pax = new Map<string, Buffer>();
  private longName: string | undefined;
  private longLink: string | undefined;
  private zeroBlocks = 0;

  constructor(private readonly visitor: TarVisitor) {}

  /** Whether the end of the archive was seen: what may follow it is padding. */
  get ended(): boolean {
    return this.zeroBlocks >= 2;
  }

  /** @throws ImageError `image-archive`, `image-limit`, `image-unsupported`, and what the visitor throws. */
  write(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.ended) {
      if (this.content > 0) {
        const part = chunk.subarray(at, at + Math.min(this.content, chunk.length - at));
        at += part.length;
        this.content -= part.length;
        if (this.special) this.special.filled += part.copy(this.scratch, this.special.filled);
        else this.visitor.data(part);
        if (this.content === 0) this.closeEntry();
      } else if (this.padding > 0) {
        const skipped = Math.min(this.padding, chunk.length - at);
        at += skipped;
        this.padding -= skipped;
      } else if (this.held === 0 && chunk.length - at >= BLOCK) {
        this.header(chunk, at);
        at += BLOCK;
      } else {
        const copied = chunk.copy(this.block, this.held, at, at + BLOCK - this.held);
        at += copied;
        this.held += copied;
        if (this.held === BLOCK) {
          this.held = 0;
          this.header(this.block, 0);
        }
      }
    }
  }

  /** @throws ImageError `image-archive` when something is missing. */
  end(): void {
    if (this.ended) return;
    if (this.content > 0 || this.held > 0 || this.special) throw malformed('is cut off');
  }

  private closeEntry(): void {
    const { special } = this;
    if (!special) {
      this.visitor.close();
      return;
    }
    this.special = undefined;
    const bytes = this.scratch.subarray(0, special.filled);
    if (special.flag === 'x') this.pax = paxRecords(bytes);
    if (special.flag === 'L') this.longName = text(bytes, 0, bytes.length);
    if (special.flag === 'K') this.longLink = text(bytes, 0, bytes.length);
  }

  private header(block: Buffer, at: number): void {
    if (block[at] === 0 && isZero(block, at)) {
      this.zeroBlocks++;
      return;
    }
    if (this.zeroBlocks > 0) throw malformed('goes on after its end');
    checkSum(block, at);
    const flag = block[at + 156] === 0 ? '0' : String.fromCharCode(block[at + 156]!);
    if ('xgLK'.includes(flag)) {
      const size = number(block, at + 124, 12);
      if (size > MAX_SPECIAL) throw new ImageError('image-limit', `has an extended header of ${size} bytes`);
      if (this.scratch.length < size) this.scratch = Buffer.allocUnsafe(size);
      this.special = { flag, filled: 0 };
      this.begin(size);
      return;
    }
    const path = this.pax.get('path')?.toString('utf8') ?? nameOf(block, at);
    // The oldest archives have no flag for a directory.
    const kind = block[at + 156] === 0 && path.endsWith('/') ? 'directory' : KINDS[flag];
    if (kind === undefined || this.pax.has('GNU.sparse.major') || this.pax.has('GNU.sparse.map')) {
      throw new ImageError('image-unsupported', `has an entry of type ${JSON.stringify(flag)}, which no image needs`);
    }
    const link = this.longLink ?? this.pax.get('linkpath')?.toString('utf8') ?? text(block, at + 157, 100);
    const entry: TarEntry = {
      path: this.longName ?? path,
      kind,
      mode: number(block, at + 100, 8) & 0o7777,
      uid: this.owner('uid', block, at + 108),
      gid: this.owner('gid', block, at + 116),
      // Go and the Engine take nothing for the content of a link or a directory, whatever its header says.
      size: kind === 'file' ? this.sizeOf(block, at) : 0,
      link: kind === 'symlink' || kind === 'hardlink' ? link : '',
      capability: this.pax.get('SCHILY.xattr.security.capability'),
    };
    if (entry.path.length > MAX_PATH || entry.link.length > MAX_PATH) {
      throw new ImageError('image-limit', `has a path of more than ${MAX_PATH} characters`);
    }
    if (this.pax.size > 0) this.pax = new Map();
    this.longName = undefined;
    this.longLink = undefined;
    this.visitor.entry(entry);
    this.begin(entry.size);
  }

  private begin(size: number): void {
    this.content = size;
    this.padding = (BLOCK - (size % BLOCK)) % BLOCK;
    if (size === 0) this.closeEntry();
  }

  private sizeOf(block: Buffer, at: number): number {
    const written = this.pax.get('size');
    return written === undefined ? number(block, at + 124, 12) : decimal(written, 'size');
  }

  private owner(which: 'uid' | 'gid', block: Buffer, at: number): number {
    const written = this.pax.get(which);
    const id = written === undefined ? number(block, at, 8) : decimal(written, which);
    if (id > 0xffff_ffff) throw malformed(`has the ${which} ${id}`);
    return id;
  }
}

const KINDS: Readonly<Record<string, EntryKind>> = table({
  '0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'device',
  '4': 'device',
  '5': 'directory',
  '6': 'fifo',
});

function isZero(block: Buffer, at: number): boolean {
  for (let index = at; index < at + BLOCK; index++) if (block[index] !== 0) return false;
  return true;
}

/** The sum of all bytes, its own field taken for blanks; some old programs take bytes as signed. */
function checkSum(block: Buffer, at: number): void {
  const written = number(block, at + 148, 8);
  let sum = 8 * 0x20;
  for (let index = at; index < at + 148; index++) sum += block[index]!;
  for (let index = at + 156; index < at + BLOCK; index++) sum += block[index]!;
  if (written === sum) return;
  for (let index = at; index < at + BLOCK; index++) if (block[index]! > 127 && !(index >= at + 148 && index < at + 156)) sum -= 256;
  if (written !== sum) throw malformed('is no tar archive, or a damaged one');
}

function nameOf(block: Buffer, at: number): string {
  const name = text(block, at, 100);
  // POSIX (`ustar\0`) has a prefix, 155 bytes or in star 131; GNU has other things there.
  if (block[at + 345] === 0 || block[at + 257] !== 0x75 || block[at + 262] !== 0) return name;
  const star = block.toString('latin1', at + 508, at + 512) === 'tar\0';
  const prefix = text(block, at + 345, star ? 131 : 155);
  return prefix === '' ? name : `${prefix}/${name}`;
}

function text(block: Buffer, at: number, length: number): string {
  let end = at;
  while (end < at + length && block[end] !== 0) end++;
  return block.toString('utf8', at, end);
}

/** Octal digits, or GNU's binary form for what does not fit. */
function number(block: Buffer, at: number, length: number): number {
  if (block[at]! & 0x80) return binary(block, at, length);
  let value = 0;
  let index = at;
  const end = at + length;
  while (index < end && (block[index] === 0x20 || block[index] === 0)) index++;
  for (; index < end; index++) {
    const digit = block[index]!;
    if (digit === 0 || digit === 0x20) break;
    if (digit < 0x30 || digit > 0x37) throw malformed('has a number that is none');
    value = value * 8 + digit - 0x30;
  }
  return value;
}

function binary(block: Buffer, at: number, length: number): number {
  if (block[at]! & 0x40) throw malformed('has a negative number');
  let value = block[at]! & 0x3f;
  for (let index = at + 1; index < at + length; index++) {
    value = value * 256 + block[index]!;
    if (value > Number.MAX_SAFE_INTEGER) throw malformed('has a number that is too large');
  }
  return value;
}

function decimal(bytes: Buffer, what: string): number {
  const written = bytes.toString('latin1');
  const value = /^\d{1,16}$/.test(written) ? Number(written) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw malformed(`has the ${what} ${JSON.stringify(written.slice(0, 40))}`);
  return value;
}

function malformed(what: string): ImageError {
  return new ImageError('image-archive', `has a tar archive that ${what}`);
}
