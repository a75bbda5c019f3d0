import type { Decompress } from 'fzstd';
import { ImageError } from '../../errors';
import { tooMuch } from './limits';

/*
 * Zstandard, frame by frame. Node has it only from 22.15 on; fzstd decodes it in plain JavaScript. What fzstd leaves to its caller is done
 * here: a frame may ask for a window of gigabytes, and millions of tiny blocks make it move that window as often.
 * Format: https://www.rfc-editor.org/rfc/rfc8878
 */

/** The most that builders use (klauspost/compress, at its best compression); the format asks every decoder for 8 MB. */
const MAX_WINDOW = 32 * 1024 ** 2;
/** For each byte that comes out fzstd may move so many of its window (256 for a full block of 128 KB), and this much anyway. */
const MOVES_PER_BYTE = 320;
const FREE_MOVES = 256 * 1024 ** 2;

/** Where the next bytes belong. `need` counts down to the end of a block, or of what is skipped. */
type State =
  | { in: 'header' }
  | { in: 'skippable'; need: number }
  | { in: 'block header' }
  | { in: 'block'; need: number; last: boolean }
  | { in: 'checksum'; need: number };

/** Decodes a stream of frames, given in pieces of any size. */
export class ZstdReader {
  private state: State = { in: 'header' };
  /** Bytes of a header that is not complete yet. */
  private held = Buffer.alloc(0);
  private frame: Decompress | undefined;
  private window = 0;
  private checksum = false;
  private moved = 0;
  private written = 0;

  constructor(private readonly output: (part: Buffer) => void) {}

  /** @throws ImageError `image-archive` for what is no Zstandard, `image-limit` for what is made to take long. */
  write(chunk: Buffer): void {
    let rest = this.held.length > 0 ? Buffer.concat([this.held, chunk]) : chunk;
    this.held = Buffer.alloc(0);
    while (rest.length > 0) {
      const used = this.step(rest);
      if (used === 0) {
        this.held = Buffer.from(rest);
        return;
      }
      rest = rest.subarray(used);
    }
  }

  /** @throws ImageError `image-archive` when something is missing. */
  end(): void {
    if (this.state.in !== 'header' || this.held.length > 0) throw damaged();
  }

  /** Takes what the state wants from the beginning of `bytes`. @returns how much; 0 when there is not enough yet. */
  private step(bytes: Buffer): number {
    const { state } = this;
    switch (state.in) {
      case 'header':
        return this.header(bytes);
      case 'block header': {
        if (bytes.length < 3) return 0;
        const word = bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16);
        const kind = (word >> 1) & 3;
        if (kind === 3) throw damaged();
        this.work(this.window);
        this.feed(bytes.subarray(0, 3));
        this.after({ in: 'block', need: kind === 1 ? 1 : word >> 3, last: (word & 1) === 1 });
        return 3;
      }
      default: {
        const used = Math.min(state.need, bytes.length);
        if (state.in !== 'skippable') this.feed(bytes.subarray(0, used), state.in === 'checksum' && used === state.need);
        this.after({ ...state, need: state.need - used });
        return used;
      }
    }
  }

  /** What follows a state of which so much is left. */
  private after(state: State): void {
    if (!('need' in state) || state.need > 0) this.state = state;
    else if (state.in === 'block' && !state.last) this.state = { in: 'block header' };
    else if (state.in === 'block' && this.checksum) this.state = { in: 'checksum', need: 4 };
    else {
      if (state.in === 'block') this.feed(Buffer.alloc(0), true);
      this.frame = undefined;
      this.state = { in: 'header' };
    }
  }

  private header(bytes: Buffer): number {
    if (bytes.length < 8) return 0;
    const magic = bytes.readUInt32LE(0);
    if (magic >>> 4 === 0x184d2a5) {
      this.after({ in: 'skippable', need: bytes.readUInt32LE(4) });
      return 8;
    }
    if (magic !== 0xfd2fb528) throw damaged();
    const descriptor = bytes[4]!;
    const single = (descriptor & 0x20) !== 0;
    const dictionary = [0, 1, 2, 4][descriptor & 3]!;
    const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
    const length = 5 + (single ? 0 : 1) + dictionary + sizeBytes;
    if (bytes.length < length) return 0;
    if (dictionary > 0) throw new ImageError('image-unsupported', 'has a layer that is compressed with a dictionary');
    if (descriptor & 0x18) throw damaged();
    this.window = single ? contentSize(bytes, length - sizeBytes, sizeBytes) : windowSize(bytes[5]!);
    if (this.window > MAX_WINDOW) throw tooMuch('has a layer whose decompression would take more memory than any image needs');
    this.checksum = (descriptor & 4) !== 0;
    this.work(this.window);
    const { Decompress: Frame } = require('fzstd') as typeof import('fzstd');
    this.frame = new Frame((part) => {
      this.written += part.length;
      this.output(Buffer.from(part.buffer, part.byteOffset, part.byteLength));
    });
    this.feed(bytes.subarray(0, length));
    this.state = { in: 'block header' };
    return length;
  }

  private work(moved: number): void {
    this.moved += moved;
    if (this.moved > FREE_MOVES + this.written * MOVES_PER_BYTE) {
      throw tooMuch('has a layer that is made to take long to decompress');
    }
  }

  private feed(bytes: Buffer, last = false): void {
    try {
      this.frame?.push(bytes, last);
    } catch (cause) {
      // What the one who is told throws passes through; fzstd's own errors have a number for a code.
      if (cause instanceof ImageError) throw cause;
      throw damaged(cause);
    }
  }
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function contentSize(bytes: Buffer, at: number, length: number): number {
  if (length === 8) return Number(bytes.readBigUInt64LE(at));
  return bytes.readUIntLE(at, length) + (length === 2 ? 256 : 0);
}

function damaged(cause?: unknown): ImageError {
  return new ImageError('image-archive', 'has a layer that is no Zstandard, or is damaged', { cause });
}
