import { parentOf } from '../../compose/container-path';
import type { Engine } from '../client/engine';
import type { ContainerInfo } from '../client/types';
import { clean } from '../trial/copies';
import type { ImageFiles } from '../trial/image-files';

/** A directory a service writes to outside of its volumes. */
export interface WrittenDirectory {
  path: string;
  uid: number;
  gid: number;
  /** Files of the image are in it, so a tmpfs cannot take its place. */
  baked: boolean;
  /** Something that was written there. */
  example: string;
}

/** What is written where it can be, and not missed where it cannot: compiled Python. */
const NEEDLESS = /\/__pycache__(?:\/|$)/;

/** What a running container has changed of its image: the directories that have to stay writable. */
export async function writtenBy(engine: Engine, container: ContainerInfo, image: string, files: ImageFiles): Promise<WrittenDirectory[]> {
  const mounted = container.Mounts.map(({ Destination }) => clean(Destination));
  const changes = (await engine.diff(container.Id)).filter(
    ({ path, kind }) => kind !== 'D' && !mounted.some((mount) => inside(mount, path)),
  );
  const added = new Set(changes.filter(({ kind }) => kind === 'A').map(({ path }) => path));
  const parents = new Set(changes.map(({ path }) => parentOf(path)));
  const leaves = changes.filter(({ path }) => !parents.has(path) && !mounted.some((mount) => inside(path, mount)) && !NEEDLESS.test(path));
  const found = new Map<string, WrittenDirectory>();
  for (const { path: leaf } of leaves) {
    const directory = await placeFor(leaf, added, image, files);
    if (directory && !found.has(directory.path)) found.set(directory.path, { ...directory, example: leaf });
  }
  // What lies in another that is on the list comes with it.
  return [...found.values()].filter(
    ({ path }) => ![...found.values()].some((other) => other.path !== path && !other.baked && inside(other.path, path)),
  );
}

/**
 * Where a tmpfs has to be for a file that was written: over the directory of the image it is in; where that one has files of its own,
 * over the topmost directory that the service made.
 */
async function placeFor(
  leaf: string,
  added: ReadonlySet<string>,
  image: string,
  files: ImageFiles,
): Promise<Omit<WrittenDirectory, 'example'> | undefined> {
  let top = leaf;
  while (added.has(parentOf(top))) top = parentOf(top);
  const parent = parentOf(top);
  const there = await files.directory(image, parent);
  if (!there) return undefined;
  if (parent === '/' || (there.baked && top !== leaf))
    return top === leaf
      ? { path: parent, uid: there.uid, gid: there.gid, baked: true }
      : { path: top, uid: there.uid, gid: there.gid, baked: false };
  return { path: parent, uid: there.uid, gid: there.gid, baked: there.baked };
}

/** Whether `path` is `directory` or below it. */
export function inside(directory: string, path: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
}

/** The user all lasting processes of a container have become: `uid:gid`; undefined when they are several, or root. */
export async function becomes(engine: Engine, id: string): Promise<string | undefined> {
  const rows = (await engine.top(id, 'pid,euid,egid')) ?? [];
  const users = new Set(rows.map(([, uid, gid]) => `${uid}:${gid}`));
  const [only] = users;
  return users.size === 1 && only && !only.startsWith('0:') ? only : undefined;
}
