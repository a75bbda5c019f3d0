import { isMap } from '../compose/data';
import { parseReference } from '../images';
import type { Data } from '../yaml/types';

/** The file that remembers which digest a tag had, beside the Compose file. */
export const IMAGE_LOCK = 'batten.lock.json';

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Digests by full name and tag: `docker.io/library/postgres:16`. What is no digest is left out; a text that is no lock gives none. */
export function readImageLock(text: string): ReadonlyMap<string, string> {
  let data: Data;
  try {
    data = JSON.parse(text) as Data;
  } catch {
    return new Map();
  }
  const images = isMap(data) && data.version === 1 && isMap(data.images) ? data.images : {};
  return new Map(Object.entries(images).filter((entry): entry is [string, string] => DIGEST.test(String(entry[1]))));
}

/** The text of a lock with more digests in it, in order, so that two of them compare well. */
export function writeImageLock(before: string | undefined, more: ReadonlyMap<string, string>): string {
  const all = [...new Map([...(before === undefined ? [] : readImageLock(before)), ...more])].sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify({ version: 1, images: Object.fromEntries(all) }, null, 2)}\n`;
}

/** How a lock calls an image; undefined for one whose name or tag is not known. */
export function lockKey(image: string): string | undefined {
  const { name, nameKnown, tag, tagKnown } = parseReference(image);
  return nameKnown && tagKnown && !image.includes('$') ? `${name}:${tag}` : undefined;
}
