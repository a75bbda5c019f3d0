import type { Batten } from '../harden/api';
import { IMAGE_LOCK, type LockedImage, lockKey, lockText } from '../harden/image-lock';
import { say } from '../report/text/screen';
import type { Context } from './context';
import { EXIT } from './exit-codes';
import type { Opened } from './inputs';
import { lockBeside, lookedInto, pulledImages, saysWhere } from './lock';

/**
 * `check --locked`: whether each image is in the lock, and, where it is said where images are, whether it is still the one that was locked.
 *
 * @returns the exit code: 1 when one is not.
 */
export async function checkLocked(context: Context, batten: Batten, opened: readonly Opened[]): Promise<number> {
  let code: number = EXIT.ok;
  const tell = (path: string, image: string, what: string): void => {
    context.out.print(say`${path}: ${image} ${what}\n`);
    code = EXIT.findings;
  };
  for (const each of opened) {
    const locked = lockBeside(each).images;
    const images = pulledImages(batten, each);
    const known: string[] = [];
    for (const image of images) {
      if (locked.get(lockKey(image)!)?.facts) known.push(image);
      else tell(each.path, image, `is not locked: batten lock writes ${IMAGE_LOCK}`);
    }
    if (!saysWhere(context)) continue;
    const { images: found, unread } = await lookedInto(context, known);
    for (const reason of unread) tell(each.path, reason, '');
    for (const [image, now] of found) {
      const changed = change(locked.get(lockKey(image)!)!, now);
      if (changed !== undefined) tell(each.path, image, changed);
    }
  }
  return code;
}

/** What became of an image since it was locked; undefined when nothing did. */
function change(before: LockedImage, now: LockedImage): string | undefined {
  if (before.digest !== undefined && now.digest !== undefined && before.digest !== now.digest)
    return `is another image now: its tag stands for ${now.digest}, and ${before.digest} was locked`;
  if (before.facts!.id !== now.facts!.id && before.facts!.platform === now.facts!.platform)
    return `is another image now: ${now.facts!.id}, and ${before.facts!.id} was locked`;
  const text = (image: LockedImage): string => lockText(new Map([['image', { facts: image.facts }]]));
  return text(before) === text(now) ? undefined : 'says something else of itself than when it was locked';
}
