import { gunzipSync, gzipSync } from 'node:zlib';
import type { OwnerChange } from './plan';

/** What one entry was before it was given away, and what it became, by the numbers the worker uses. */
export interface Recorded {
  path: string;
  inode: string;
  before: { uid: number; gid: number };
  after: { uid: number; gid: number };
}

/** The most that is read of a record, in bytes, unpacked. */
const MOST = 2 ** 30;

/** All that is needed to give the owners of a mount back, compactly: one entry each, ended by a NUL, and packed. */
export function packRecord(changes: readonly OwnerChange[]): Buffer {
  const lines = changes.map(({ entry, uid, gid }) => `${entry.uid} ${entry.gid} ${uid} ${gid} ${entry.inode} ${entry.path}\0`);
  return gzipSync(Buffer.from(lines.join(''), 'latin1'));
}

/** @throws Error for what is no record. */
export function unpackRecord(bytes: Buffer): Recorded[] {
  const text = gunzipSync(bytes, { maxOutputLength: MOST }).toString('latin1');
  if (text === '') return [];
  if (!text.endsWith('\0')) throw new Error('the record is cut off');
  return text
    .slice(0, -1)
    .split('\0')
    .map((line) => {
      const match = /^(\d{1,10}) (\d{1,10}) (\d{1,10}) (\d{1,10}) (\d{1,20}) (.*)$/s.exec(line);
      if (!match) throw new Error('the record has a line that is none');
      const [, fromUser, fromGroup, toUser, toGroup, inode, path] = match as unknown as string[];
      return {
        path: path!,
        inode: inode!,
        before: { uid: Number(fromUser), gid: Number(fromGroup) },
        after: { uid: Number(toUser), gid: Number(toGroup) },
      };
    });
}
