import { isMap } from '../compose/data';
import { InputError } from '../errors';
import { factsFromLock, type ImageFacts, lockedFacts, parseReference } from '../images';
import type { Data } from '../yaml/types';
import { isCredentialName, MASK } from './credentials';

/** The file that remembers which image a tag was, and what it said of itself, beside the Compose file. */
export const IMAGE_LOCK = 'batten.lock.json';

/** The most that is read of a lock, in bytes: an image takes some kilobytes of it. */
export const MAX_LOCK_BYTES = 4 * 1024 * 1024;
const MAX_IMAGES = 1000;
const VERSION = 2;

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** What is remembered of an image. */
export interface LockedImage {
  /** By which it is pulled: of an image for several platforms, that of all of them. */
  digest?: string;
  /** What decided. */
  facts?: ImageFacts;
}

/** Images by full name and tag, `docker.io/library/postgres:16`, or by name and digest where that is what is written. */
export type ImageLock = ReadonlyMap<string, LockedImage>;

/**
 * Reads a lock; one of version 1 has digests alone.
 *
 * @throws InputError `image-lock` for what is none, is made by a later version, or holds more than a lock does.
 */
export function readLock(text: string, shown: string = IMAGE_LOCK): ImageLock {
  const wrong = (what: string, cause?: unknown): InputError =>
    new InputError('image-lock', what, { file: shown, hint: 'make it anew with "batten lock", or remove it', cause });
  let data: Data;
  try {
    data = JSON.parse(text) as Data;
  } catch (cause) {
    throw wrong('is not JSON', cause);
  }
  if (!isMap(data) || !isMap(data.images)) throw wrong('is no lock of images');
  const { version } = data;
  if (version !== 1 && version !== VERSION) {
    throw new InputError(
      'image-lock',
      `is a lock of version ${JSON.stringify(version) ?? 'none'}, and this batten reads up to ${VERSION}`,
      {
        file: shown,
        hint: 'update batten, or make it anew with "batten lock"',
      },
    );
  }
  const entries = Object.entries(data.images);
  if (entries.length > MAX_IMAGES) throw wrong(`locks more than ${MAX_IMAGES} images`);
  return new Map(
    entries.flatMap(([name, value]): [string, LockedImage][] => {
      // The first version was written by hand, too: what is no digest says nothing.
      if (version === 1) return DIGEST.test(String(value)) ? [[name, { digest: String(value) }]] : [];
      if (!isMap(value) || Object.keys(value).some((key) => key !== 'digest' && key !== 'facts'))
        throw wrong(`says something else than a digest and facts of ${name}`);
      if (value.digest !== undefined && !DIGEST.test(String(value.digest))) throw wrong(`says no digest of ${name}`);
      const facts =
        value.facts === undefined
          ? undefined
          : factsFromLock(value.facts, [], (path, expected) => {
              throw wrong(`says of ${name} what is no fact: ${path.join('.')}: ${expected}`.slice(0, 400));
            });
      return [[name, { ...(value.digest !== undefined && { digest: String(value.digest) }), ...(facts && { facts }) }]];
    }),
  );
}

/** Digests alone, by full name and tag. What is no digest is left out; a text that is no lock gives none. */
export function readImageLock(text: string): ReadonlyMap<string, string> {
  try {
    return new Map([...readLock(text)].flatMap(([name, { digest }]): [string, string][] => (digest === undefined ? [] : [[name, digest]])));
  } catch {
    return new Map();
  }
}

/** The text of a lock with more digests in it. The facts of an image that its tag no longer stands for are dropped. */
export function writeImageLock(before: string | undefined, more: ReadonlyMap<string, string>): string {
  const locked = new Map(before === undefined ? [] : readLock(before));
  for (const [name, digest] of more) {
    const known = locked.get(name);
    locked.set(name, known?.digest !== undefined && known.digest !== digest ? { digest } : { ...known, digest });
  }
  return lockText(locked);
}

/** The text of a lock: in order, one step a line, so that two of them compare well. Values that are credentials by their names are not in it. */
export function lockText(lock: ImageLock): string {
  const images = [...lock].sort(([a], [b]) => (a < b ? -1 : 1));
  return `${laidOut({
    version: VERSION,
    images: Object.fromEntries(
      images.map(([name, { digest, facts }]): [string, Data] => [
        name,
        { ...(digest !== undefined && { digest }), ...(facts && { facts: lockedFacts(masked(facts)) }) },
      ]),
    ),
  })}\n`;
}

function masked(facts: ImageFacts): ImageFacts {
  const environment = facts.config.environment.map((each) => {
    const at = each.indexOf('=');
    return at > 0 && at < each.length - 1 && isCredentialName(each.slice(0, at)) ? `${each.slice(0, at)}=${MASK}` : each;
  });
  return { ...facts, config: { ...facts.config, environment } };
}

const WIDTH = 140;

/** JSON in which what is short is on one line. */
function laidOut(data: Data, indent = ''): string {
  const line = JSON.stringify(data);
  if (typeof data !== 'object' || data === null || line.length + indent.length <= WIDTH) return line;
  const inner = `${indent}  `;
  const parts = Array.isArray(data)
    ? data.map((each) => inner + laidOut(each, inner))
    : Object.entries(data).map(([key, value]) => `${inner}${JSON.stringify(key)}: ${laidOut(value, inner)}`);
  const [open, close] = Array.isArray(data) ? ['[', ']'] : ['{', '}'];
  return `${open}\n${parts.join(',\n')}\n${indent}${close}`;
}

/** How a lock calls an image; undefined for one whose name or tag is not known. */
export function lockKey(image: string): string | undefined {
  const { name, nameKnown, tag, tagKnown, digest } = parseReference(image);
  if (!nameKnown || image.includes('$')) return undefined;
  if (digest !== undefined) return `${name}@${digest}`;
  return tagKnown ? `${name}:${tag}` : undefined;
}
