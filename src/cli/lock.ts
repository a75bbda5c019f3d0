import { dirname, join } from 'node:path';
import { Repository } from '../compose/bounds';
import { readIfThere } from '../compose/read';
import { writeFileAtomic } from '../compose/write';
import { UsageError } from '../errors';
import type { Batten } from '../harden/api';
import { IMAGE_LOCK, type LockedImage, lockKey, lockText, MAX_LOCK_BYTES, readLock } from '../harden/image-lock';
import { type Inspected, parseReference } from '../images';
import type { Context } from './context';
import type { Opened } from './inputs';
import { archivesOf, askEngine, lookInto, sourcesOf } from './inspected';

/** The lock beside a Compose file. */
export interface LockFile {
  absolute: string;
  /** Its text; undefined when there is none. */
  text?: string;
  images: Map<string, LockedImage>;
  within: Repository;
}

/**
 * @throws InputError `image-lock` when it is no lock, and as `readIfThere`; UsageError for standard input, beside which nothing is.
 */
export function lockBeside({ absolute, path }: Opened): LockFile {
  if (path === '-') throw new UsageError(`${IMAGE_LOCK} lies beside a file, and standard input has no place`);
  const within = Repository.of(dirname(absolute));
  const place = join(dirname(absolute), IMAGE_LOCK);
  const text = readIfThere(place, IMAGE_LOCK, within, MAX_LOCK_BYTES);
  return { absolute: place, text, images: new Map(text === undefined ? [] : readLock(text)), within };
}

export function writeLock({ absolute, text, images, within }: LockFile): void {
  writeFileAtomic(absolute, lockText(images), { within, expectedText: text, mustBeNew: text === undefined, shown: IMAGE_LOCK });
}

/** Images that are pulled, each once, as they are written; one with a variable in it is decided elsewhere. */
export function pulledImages(batten: Batten, { input }: Opened): string[] {
  const services = input ? batten.services(input) : [];
  return [...new Set(services.flatMap(({ image, built }) => (image && !built && !image.interpolated ? [image.raw] : [])))].filter(
    (image) => lockKey(image) !== undefined,
  );
}

/** What images are now, and why it could not be seen of some. */
export interface Found {
  images: Map<string, LockedImage>;
  unread: string[];
}

/** Whether it is said where images are to be looked for. */
export function saysWhere(context: Context): boolean {
  return context.options.inspect === true || context.options.resolve === true || archivesOf(context).length > 0;
}

/**
 * Looks into images, in the places that the options name. A digest is known to a registry, and to an Engine that pulled or pushed the image.
 *
 * @throws InputError when there is no Engine; ImageError for a hostile archive.
 */
export async function lookedInto(context: Context, images: readonly string[]): Promise<Found> {
  const answer = await askEngine(context, images);
  const looked = await lookInto(context, images, sourcesOf(context, archivesOf(context)), answer);
  const found = new Map<string, LockedImage>();
  const unread = [...looked.unread];
  for (const image of images) {
    const facts = looked.configs.find(({ names }) => names[0] === image)?.facts;
    const digest =
      parseReference(image).digest ?? pulledDigest(image, answer) ?? (context.options.resolve ? await digestAt(image, unread) : undefined);
    if (facts) found.set(image, { ...(digest !== undefined && { digest }), facts });
    else if (!unread.some((each) => each.startsWith(`${image}: `))) unread.push(`${image}: it is not there`);
  }
  return { images: found, unread };
}

/** By which the Engine pulled or pushed an image, under the very name that it has here. */
function pulledDigest(image: string, { configs }: Inspected): string | undefined {
  const { name } = parseReference(image);
  const names = configs.find((each) => each.names.includes(image))?.names ?? [];
  return names.map(parseReference).find((each) => each.name === name && each.digest !== undefined)?.digest;
}

async function digestAt(image: string, unread: string[]): Promise<string | undefined> {
  const { resolveDigest } = require('../engine/registry') as typeof import('../engine/registry');
  const answer = await resolveDigest(image);
  if ('digest' in answer) return answer.digest;
  unread.push(`${image}: ${answer.reason}`);
  return undefined;
}
