import { dirname, join } from 'node:path';
import { Repository } from '../compose/bounds';
import { readIfThere } from '../compose/read';
import { writeFileAtomic } from '../compose/write';
import { UsageError } from '../errors';
import type { Batten } from '../harden/api';
import { say } from '../report/text/screen';
import type { Context, Prepared } from './context';
import type { Opened } from './inputs';

/**
 * With `--resolve`: asks the registries for the digests of the tags in use and writes them to the lock file beside each input, from which the
 * run reads them. Nothing else of batten speaks to a registry.
 *
 * @throws UsageError where nothing may be written; InputError when the lock cannot be
 */
export async function resolveImages({ err, options }: Context, { batten, opened, run }: Prepared, writes: boolean): Promise<void> {
  if (!writes || opened.some(({ path }) => path === '-')) {
    throw new UsageError('--resolve writes batten.lock.json beside a file, and this run writes nothing there', {
      hint: 'use it with --yes',
    });
  }
  const { resolveDigest } = require('../engine/registry') as typeof import('../engine/registry');
  const { IMAGE_LOCK, lockKey, writeImageLock } = require('../harden/image-lock') as typeof import('../harden/image-lock');
  const asked = new Map<string, Awaited<ReturnType<typeof resolveDigest>>>();
  for (const each of opened) {
    const digests = new Map<string, string>();
    for (const image of imagesOf(batten, each)) {
      const key = lockKey(image);
      if (key === undefined || image.includes('@')) continue;
      const answer = asked.get(key) ?? (await resolveDigest(image));
      asked.set(key, answer);
      if ('digest' in answer) digests.set(key, answer.digest);
      else if (!options.quiet) err.print(say`${image}: ${answer.reason}\n`);
    }
    if (digests.size === 0) continue;
    const lock = join(dirname(each.absolute), IMAGE_LOCK);
    const within = Repository.of(dirname(each.absolute));
    const before = readIfThere(lock, IMAGE_LOCK, within);
    writeFileAtomic(lock, writeImageLock(before, digests), {
      within,
      expectedText: before,
      mustBeNew: before === undefined,
      shown: IMAGE_LOCK,
    });
  }
  run.also = [...(run.also ?? []), 'image-pin'];
}

/** Images that are pulled, as they are written; one with a variable in it is decided elsewhere. */
function imagesOf(batten: Batten, { input }: Opened): string[] {
  try {
    const services = input ? batten.services(input) : [];
    return services.flatMap(({ image, built }) => (image && !built && !image.interpolated ? [image.raw] : []));
  } catch {
    // Reported when the file is run.
    return [];
  }
}
