import { covers, samePath } from '../../compose/container-path';
import type { DirectoryFacts, ImageFacts } from '../xray';
import type { StartHere } from './start';

/** Whom a place belongs to, and who else may do what there. */
export interface Standing {
  /** Undefined for somebody who is not root and whose number is not known. */
  uid?: number;
  gid?: number;
  /** Permission bits, as far as they are known. */
  mode?: number;
}

const ROOT: Standing = { uid: 0, gid: 0, mode: 0o755 };

/** Whom the places of an image belong to when a service has been started before: what the start gives away belongs to others then. */
export class Owners {
  private readonly directories: readonly DirectoryFacts[];

  constructor(
    { directories, worldWritable }: Pick<ImageFacts, 'directories' | 'worldWritable'>,
    private readonly start: StartHere,
  ) {
    this.directories = [...directories, ...worldWritable];
  }

  /** The directory itself, or the nearest above it that something is known of. */
  of(path: string): Standing {
    const holder = this.nearest(path);
    let standing: Standing = holder ? fromDirectory(holder) : ROOT;
    for (const { step, paths } of this.start.doings) {
      if (step.do !== 'chown' && step.do !== 'chmod') continue;
      if (!paths.some((each) => samePath(each, path) || (step.recursive && covers(each, path)))) continue;
      if (step.do === 'chown') standing = { ...standing, uid: step.owner.uid, gid: step.owner.gid ?? standing.gid };
      else if (/^[0-7]{3,4}$/.test(step.mode)) standing = { ...standing, mode: Number.parseInt(step.mode, 8) };
      else if (/go[-=]rwx|go=$|go-x/.test(step.mode)) standing = { ...standing, mode: 0o700 };
    }
    return standing;
  }

  /** Whom a directory belongs to in the image itself, before anything has run. */
  asBuilt(path: string): Standing {
    const holder = this.nearest(path);
    return holder ? fromDirectory(holder) : ROOT;
  }

  /** The directories on the way to a path, from the top, that something is known of. */
  above(path: string): string[] {
    const known = new Set<string>(this.directories.flatMap(({ path: own, realPath }) => [own, realPath ?? own]));
    for (const { step, paths } of this.start.doings)
      if (step.do === 'chown' || step.do === 'chmod') for (const each of paths) known.add(each);
    return [...known].filter((each) => covers(each, path) && !samePath(each, path)).sort((a, b) => a.length - b.length);
  }

  private nearest(path: string): DirectoryFacts | undefined {
    let best: DirectoryFacts | undefined;
    for (const each of this.directories) {
      if (!each.there || !(covers(each.path, path) || (each.realPath !== undefined && covers(each.realPath, path)))) continue;
      if (!best || each.path.length > best.path.length) best = each;
    }
    return best;
  }
}

function fromDirectory({ uid, gid, mode }: DirectoryFacts): Standing {
  return { uid, gid, mode: mode === undefined ? undefined : Number.parseInt(mode, 8) };
}

/** Whether root without the capabilities to override modes may do something in a directory: `w` = write, `x` = go through, `r` = list. */
export function rootMay({ uid, gid, mode }: Standing, what: 'w' | 'x' | 'r'): boolean {
  // Root is a member of its group, and everybody else.
  const bit = { r: 4, w: 2, x: 1 }[what];
  if (uid === 0) return mode === undefined || ((mode >> 6) & bit) !== 0;
  if (mode === undefined) return what !== 'w';
  return ((gid === 0 ? mode >> 3 : mode) & bit) !== 0;
}
