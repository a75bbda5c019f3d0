import { canUse, type Person, rootOf } from './access';
import { type Entry, type Listing, shownEntry } from './entries';

/** One service's use of a mount, before and after. */
export interface MountUse {
  service: string;
  /** Where it is mounted. */
  target: string;
  writable: boolean;
  before: Person;
  after: Person;
}

/** How far a plan goes. */
export interface PlanOptions {
  /** A named or anonymous volume belongs to its services; a directory of the host may be somebody's. */
  kind: 'volume' | 'bind';
  /** Also what is refused because it reaches further than expected: many files, files of others, other names outside. */
  all: boolean;
}

/** So many names are changed without being asked for: more of them take minutes, and are seldom meant. */
export const MOST_WITHOUT_ALL = 200_000;

/** Files of one owner. */
export interface OwnerCount {
  uid: number;
  gid: number;
  count: number;
}

/** Why a mount is not changed. */
export type RefusalCode =
  /** More names than `MOST_WITHOUT_ALL`, or than were read. */
  | 'too-many'
  /** Several services would use it as different users. */
  | 'several-users'
  /** A service that stays as it is could not use it any more. */
  | 'locks-out'
  /** Files belong to somebody who is neither root nor one of the services. */
  | 'others-files'
  /** Files have names outside of the mount. */
  | 'names-outside'
  /** The file system keeps no owners. */
  | 'no-owners'
  /** The mount, or its file system, is read-only. */
  | 'read-only'
  /** It is a place of the host's own. */
  | 'host-place'
  /** Something else uses it right now. */
  | 'in-use'
  /** No local image has the programs that this takes. */
  | 'no-tools'
  /** It cannot be looked at. */
  | 'not-seen';

export interface Refusal {
  code: RefusalCode;
  /** Without a full stop. */
  message: string;
  hint?: string;
}

/** What stays as it is although it belongs to whom the rest does, and why. */
export interface LeftAlone {
  why: 'setuid' | 'device';
  count: number;
  /** One of them. */
  example: string;
}

/** What becomes of the owners of one mount. */
export interface MountPlan {
  /** How many names it has. */
  total: number;
  /** Whom they belong to now, the most first. */
  owners: OwnerCount[];
  /** Whom `changes` go to. */
  owner?: { uid: number; gid: number };
  changes: OwnerChange[];
  left: LeftAlone[];
  refusal?: Refusal;
}

/** An entry that gets another owner. */
export interface OwnerChange {
  entry: Entry;
  uid: number;
  gid: number;
}

/**
 * What has to change for every service to use a mount as the user it will be. Nothing, when all of them can. Else what belongs to root, and what
 * belonged to the user before, goes to the new one, with what else that one could not use; a group other than root's stays.
 */
export function planMount({ entries, complete }: Listing, uses: readonly MountUse[], options: PlanOptions): MountPlan {
  const plan: MountPlan = { total: entries.length, owners: ownersOf(entries), changes: [], left: [] };
  if (uses.every((use) => entries.every((entry) => canUse(use.after, entry, use.writable)))) {
    return complete ? plan : { ...plan, refusal: tooMany(entries.length, complete) };
  }
  const owner = ownerFor(uses);
  if ('code' in owner) return { ...plan, refusal: owner };
  plan.owner = { uid: owner.after.uid, gid: owner.after.gid };
  const roots = uses.map(({ after }) => rootOf(after));
  const from = new Set([0, ...roots.map(({ uid }) => uid), ...uses.map(({ before }) => before.uid)]);
  const groups = new Set([0, ...roots.map(({ gid }) => gid), ...uses.map(({ before }) => before.gid)]);
  for (const entry of entries) {
    if (entry.uid === owner.after.uid) continue;
    const others = !from.has(entry.uid);
    if (others && canUse(owner.after, entry, owner.writable)) continue;
    if (entry.kind === 'device') leave(plan, 'device', entry);
    else if (losesRights(entry)) leave(plan, 'setuid', entry);
    else plan.changes.push({ entry, uid: owner.after.uid, gid: groups.has(entry.gid) ? owner.after.gid : entry.gid });
  }
  const refusal = refusalOf(plan, uses, from, options, complete, entries);
  return refusal ? { ...plan, changes: [], refusal } : plan;
}

/** A regular file that chown(2) takes set-user-ID and set-group-ID away from: to give them back would make a program of the new owner's privileged. */
export function losesRights({ kind, mode }: Pick<Entry, 'kind' | 'mode'>): boolean {
  return kind === 'file' && ((mode & 0o4000) !== 0 || (mode & 0o2010) === 0o2010);
}

function leave(plan: MountPlan, why: LeftAlone['why'], { path }: Entry): void {
  const known = plan.left.find((each) => each.why === why);
  if (known) known.count += 1;
  else plan.left.push({ why, count: 1, example: shownEntry(path) });
}

/** Whose the files become: the only user there is, or the only one who writes. */
function ownerFor(uses: readonly MountUse[]): MountUse | Refusal {
  const bound = uses.filter(({ after }) => after.overrides !== 'all');
  const writers = bound.filter(({ writable }) => writable);
  const does = writers.length > 0 ? 'write to' : 'read';
  const candidates = writers.length > 0 ? writers : bound;
  const [first] = candidates;
  if (!first) return { code: 'not-seen', message: 'nobody who uses it needs another owner' };
  const other = candidates.find(({ after }) => after.uid !== first.after.uid);
  if (!other) return first;
  return {
    code: 'several-users',
    message: `"${first.service}" would ${does} it as ${numbers(first.after)} and "${other.service}" as ${numbers(other.after)}, and a file has one owner`,
    hint: `give both the same number, for example user: "${numbers(first.after)}"`,
  };
}

function refusalOf(
  plan: MountPlan,
  uses: readonly MountUse[],
  from: ReadonlySet<number>,
  { kind, all }: PlanOptions,
  complete: boolean,
  entries: readonly Entry[],
): Refusal | undefined {
  if (!complete || (!all && plan.changes.length > MOST_WITHOUT_ALL)) return tooMany(entries.length, complete);
  const changed = new Map(plan.changes.map((change) => [change.entry, change]));
  for (const use of uses) {
    const shut = entries.find((entry) => {
      const change = changed.get(entry);
      return !canUse(use.after, change ? { ...entry, uid: change.uid, gid: change.gid } : entry, use.writable);
    });
    if (shut && !isLeft(shut)) return lockedOut(use, shut, changed.has(shut));
  }
  if (all) return undefined;
  const [{ after: first }] = uses as [MountUse];
  // A volume of one user has nobody else's files in it.
  if (kind === 'bind' || uses.some(({ after }) => after.uid !== first.uid)) {
    const others = plan.changes.filter(({ entry }) => !from.has(entry.uid));
    if (others.length > 0) return othersFiles(others);
  }
  const outside = namesOutside(plan.changes, entries);
  if (outside.length > 0) {
    return {
      code: 'names-outside',
      message: `${counted(outside.length, 'file has another name', 'files have other names')} outside of it (${shownEntry(outside[0]!.path)}), whose owner would change as well`,
      hint: '--all changes them all the same; --undo takes it back',
    };
  }
  return undefined;
}

const isLeft = (entry: Entry): boolean => entry.kind === 'device' || losesRights(entry);

function lockedOut({ service, after, writable }: MountUse, { path, uid, gid, mode }: Entry, changed: boolean): Refusal {
  const what = `"${service}", which runs as ${numbers(after)}, could not ${writable ? 'use' : 'read'} ${shownEntry(path)}`;
  const now = `${uid}:${gid}, ${mode.toString(8).padStart(4, '0')}`;
  return {
    code: 'locks-out',
    message: `${what} ${changed ? 'any more' : `(${now})`}`,
    hint: after.uid === 0 ? 'let it keep DAC_OVERRIDE, or give it the same user as the others' : 'give the services the same user',
  };
}

function othersFiles(others: readonly OwnerChange[]): Refusal {
  const [most] = ownersOf(others.map(({ entry }) => entry));
  const { uid, gid } = most!;
  return {
    code: 'others-files',
    message: `${counted(others.length, 'file belongs', 'files belong')} to somebody else, such as ${uid}:${gid} (${shownEntry(others[0]!.entry.path)})`,
    hint: `let the service run as that user (user: "${uid}:${gid}" in .batten.yaml), or change them all the same with --all`,
  };
}

function tooMany(count: number, complete: boolean): Refusal {
  return {
    code: 'too-many',
    message: complete ? `${count} files would get another owner` : `it has more than ${count} files`,
    hint: '--all changes them all the same',
  };
}

/** Files that have more names than there are in the mount. */
function namesOutside(changes: readonly OwnerChange[], entries: readonly Entry[]): Entry[] {
  const several = changes.filter(({ entry }) => entry.kind !== 'directory' && entry.links > 1);
  if (several.length === 0) return [];
  const seen = new Map<string, number>();
  for (const { kind, links, device, inode } of entries)
    if (kind !== 'directory' && links > 1) seen.set(`${device}:${inode}`, (seen.get(`${device}:${inode}`) ?? 0) + 1);
  return several.filter(({ entry }) => (seen.get(`${entry.device}:${entry.inode}`) ?? 0) < entry.links).map(({ entry }) => entry);
}

/** Whom entries belong to, the most first. */
export function ownersOf(entries: readonly Pick<Entry, 'uid' | 'gid'>[]): OwnerCount[] {
  const found = new Map<string, OwnerCount>();
  for (const { uid, gid } of entries) {
    const known = found.get(`${uid}:${gid}`);
    if (known) known.count += 1;
    else found.set(`${uid}:${gid}`, { uid, gid, count: 1 });
  }
  return [...found.values()].sort((a, b) => b.count - a.count);
}

/** `uid:gid`. */
export const numbers = ({ uid, gid }: { uid: number; gid: number }): string => `${uid}:${gid}`;

function counted(count: number, one: string, several: string): string {
  return `${count} ${count === 1 ? one : several}`;
}
