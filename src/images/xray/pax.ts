import { ImageError } from '../../errors';

/** Honest headers have a dozen. */
const MAX_RECORDS = 256;

/** The records that matter to an image. */
const READ = /^(?:path|linkpath|size|uid|gid|SCHILY\.xattr\.security\.capability|GNU\.sparse\.(?:major|map))$/;

/**
 * The records of a PAX header that matter: `LENGTH KEY=VALUE\n`, the length counting itself. Values are bytes, as those of extended attributes are.
 *
 * @throws ImageError `image-archive` when it is none, `image-limit` when it has more records than any needs.
 */
export function paxRecords(bytes: Buffer): Map<string, Buffer> {
  const records = new Map<string, Buffer>();
  let count = 0;
  for (let at = 0; at < bytes.length; ) {
    const blank = bytes.indexOf(0x20, at);
    const digits = blank < 0 ? '' : bytes.toString('latin1', at, Math.min(blank, at + 8));
    const length = /^\d{1,7}$/.test(digits) && blank - at <= 7 ? Number(digits) : 0;
    const end = at + length;
    const equals = bytes.indexOf(0x3d, blank);
    if (length === 0 || end > bytes.length || bytes[end - 1] !== 0x0a || equals < 0 || equals >= end) {
      throw new ImageError('image-archive', 'has a tar archive with a malformed extended header');
    }
    if (++count > MAX_RECORDS) throw new ImageError('image-limit', `has an extended header of more than ${MAX_RECORDS} records`);
    const key = bytes.toString('latin1', blank + 1, Math.min(equals, blank + 64));
    if (READ.test(key)) records.set(key, Buffer.from(bytes.subarray(equals + 1, end - 1)));
    at = end;
  }
  return records;
}
