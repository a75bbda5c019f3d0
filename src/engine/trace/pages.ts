import type { PageFormat } from './format';

/** The types of a record's header; below, the type is its length in words of four bytes. */
const PADDING = 29;
const TIME_EXTEND = 30;
const TIME_STAMP = 31;

/** Bits of a time that an absolute time stamp replaces. */
const STAMP = 2 ** 59;

/**
 * Goes over the records of one page of the kernel's ring buffer, in the order they were written.
 *
 *     page    time (8) | commit: bytes that are used, flags (8) | records …
 *     record  type:5 time since the one before:27 | length, if type is 0 (4) | data …
 *
 * @param each gets the time in nanoseconds, and where the data starts and ends.
 * @returns whether records are missing before this page.
 */
export function eachRecord(
  page: Buffer,
  { commit, data }: PageFormat,
  each: (time: number, start: number, end: number) => void,
): { missed: boolean } {
  let time = page.readUInt32LE(0) + page.readUInt32LE(4) * 2 ** 32;
  const flags = page.readUInt32LE(commit.offset);
  // The two highest bits of a word of 32 bits: records were lost, and how many is stored behind the last one.
  const used = flags & 0xfffff;
  const end = Math.min(page.length, data + used);
  for (let at = data; at + 4 <= end; ) {
    const header = page.readUInt32LE(at);
    const type = header & 31;
    const delta = header >>> 5;
    at += 4;
    if (type === TIME_EXTEND || type === TIME_STAMP) {
      const long = page.readUInt32LE(at) * 2 ** 27 + delta;
      time = type === TIME_EXTEND ? time + long : Math.floor(time / STAMP) * STAMP + long;
      at += 4;
      continue;
    }
    if (type === PADDING) {
      // Without a time it is the empty rest of the page; else a record that was taken back.
      if (delta === 0) break;
      time += delta;
      at += page.readUInt32LE(at);
      continue;
    }
    time += delta;
    const length = type === 0 ? page.readUInt32LE(at) - 4 : type * 4;
    const start = type === 0 ? at + 4 : at;
    if (length <= 0 || start + length > end) break;
    each(time, start, start + length);
    at = start + length;
  }
  return { missed: (flags & 0x80000000) !== 0 };
}
