import { shownPath } from '../../compose/discover';
import { UsageError } from '../../errors';
import { IMAGE_LOCK, type LockedImage, lockKey, lockText } from '../../harden/image-lock';
import { plural } from '../../report/summary';
import { type Shown, say } from '../../report/text/screen';
import { type Context, prepare } from '../context';
import { EXIT } from '../exit-codes';
import { lockBeside, lookedInto, pulledImages, saysWhere, writeLock } from '../lock';

/**
 * `batten lock`: looks into the images of a project and writes what decided, so that later runs say the same without Engine or network.
 *
 * @throws UsageError when it is not said where images are; InputError when the lock that is there is none.
 */
export async function lock(context: Context, paths: readonly string[]): Promise<number> {
  if (!saysWhere(context)) {
    throw new UsageError('lock has to be told where the images are', { hint: 'add --inspect, --resolve or --image-config FILE' });
  }
  const { batten, opened } = await prepare(
    { ...context, options: { ...context.options, inspect: false, resolve: false, imageConfig: [] } },
    paths,
  );
  let code: number = EXIT.ok;
  for (const each of opened) {
    const file = lockBeside(each);
    const images = pulledImages(batten, each);
    const { images: found, unread } = await lookedInto(context, images);
    for (const [image, now] of found) {
      const key = lockKey(image)!;
      file.images.set(key, withDigest(now, file.images.get(key)));
    }
    if (found.size > 0 && lockText(file.images) !== file.text) writeLock(file);
    for (const reason of unread) context.err.print(say`${reason}\n`);
    if (found.size < images.length) code = EXIT.error;
    if (!context.options.quiet) context.err.print(said(found.size, shownPath(context.host.cwd, file.absolute)));
  }
  return code;
}

/** A source that does not know the digest of an image leaves it, as long as it is the same image. */
function withDigest(now: LockedImage, before: LockedImage | undefined): LockedImage {
  const same = before?.facts !== undefined && before.facts.id === now.facts?.id;
  return now.digest === undefined && same && before.digest !== undefined ? { digest: before.digest, ...now } : now;
}

function said(count: number, path: string): Shown {
  return count === 0 ? say`No image was locked in ${path || IMAGE_LOCK}.\n` : say`Locked ${plural(count, 'image')} in ${path}.\n`;
}
