import { EngineError } from '../../errors';
import type { Entry, Listing } from '../../ownership/entries';
import { losesRights, numbers } from '../../ownership/plan';
import type { Recorded } from '../../ownership/record';
import type { Worker } from './worker';

/** Which way owners go. */
export type Way = 'forth' | 'back';

/** What became of a record. */
export interface Given {
  /** Entries that have the owner they should have. */
  done: number;
  /** Entries that are no longer there. */
  gone: number;
  /** Entries that somebody gave to somebody else meanwhile, and that stay as they are. */
  others: number;
}

/**
 * Gives all entries of a record their new owner, or the one they had. What has it already is left alone, so that it can be done again after it was
 * interrupted; what belongs to a third is left to him.
 *
 * @throws EngineError when an owner cannot be changed, or is not what it should be afterwards; ListingError.
 */
export async function give(worker: Worker, record: readonly Recorded[], way: Way, stop: () => void): Promise<Given> {
  const pending = sorted(record, (await worker.look()).listing, way);
  for (const [owner, paths] of byOwner(pending.todo, way)) {
    // Changing an owner to what it is changes nothing, and fails where nothing can be changed: a server that squashes root, say.
    for (const part of parts(paths)) {
      stop();
      await worker.chown(owner, part);
    }
  }
  if (pending.todo.length === 0) return pending.given;
  const after = sorted(record, (await worker.look()).listing, way);
  const [wrong] = after.todo;
  if (wrong) throw new EngineError(`the owner of ${wrong.path} is not what it was set to`, { hint: 'the file system may not keep owners' });
  return after.given;
}

function sorted(record: readonly Recorded[], { entries }: Listing, way: Way): { todo: Recorded[]; given: Given } {
  const now = new Map(entries.map((entry) => [entry.path, entry]));
  const given: Given = { done: 0, gone: 0, others: 0 };
  const todo: Recorded[] = [];
  for (const each of record) {
    const [from, to] = way === 'forth' ? [each.before, each.after] : [each.after, each.before];
    const entry = now.get(each.path);
    if (!entry) given.gone += 1;
    else if (same(entry, to)) given.done += 1;
    else if (same(entry, from) && !losesRights(entry) && entry.kind !== 'device') todo.push(each);
    else given.others += 1;
  }
  return { todo, given };
}

const same = (entry: Pick<Entry, 'uid' | 'gid'>, owner: { uid: number; gid: number }): boolean =>
  entry.uid === owner.uid && entry.gid === owner.gid;

function byOwner(todo: readonly Recorded[], way: Way): [{ uid: number; gid: number }, string[]][] {
  const groups = new Map<string, [{ uid: number; gid: number }, string[]]>();
  for (const { path, before, after } of todo) {
    const owner = way === 'forth' ? after : before;
    const group = groups.get(numbers(owner));
    if (group) group[1].push(path);
    else groups.set(numbers(owner), [owner, [path]]);
  }
  return [...groups.values()];
}

function* parts(paths: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < paths.length; at += 4000) yield paths.slice(at, at + 4000);
}
