import type { Entry } from './entries';
import { inContainer, type NumberMap, onHost } from './numbers';

/** The numbers that a container of a user namespace has. */
export interface Namespace {
  users: NumberMap;
  groups: NumberMap;
}

/** Whom the kernel sees a process as, by the numbers that files have where they are looked at. */
export interface Person {
  uid: number;
  gid: number;
  /** Further groups: `group_add`, and those of the image's /etc/group. */
  groups: readonly number[];
  /** What it may do whomever a file belongs to: all with CAP_DAC_OVERRIDE, read and search with CAP_DAC_READ_SEARCH. */
  overrides: 'all' | 'read' | 'none';
  /** Where its container has numbers of its own: capabilities reach only what belongs to one of them. */
  namespace?: Namespace;
}

/** What is wanted of a file or directory, in the bits of a mode: 4 read, 2 write, 1 execute or search. */
export type Wanted = number;

const READ = 4;
const WRITE = 2;
const EXECUTE = 1;

/** Whether the permission bits let somebody do something. Source: path_resolution(7), capabilities(7) */
export function may(person: Person, { uid, gid, mode, kind }: Pick<Entry, 'uid' | 'gid' | 'mode' | 'kind'>, wanted: Wanted): boolean {
  const { namespace } = person;
  const reachable = !namespace || (inContainer(namespace.users, uid) !== undefined && inContainer(namespace.groups, gid) !== undefined);
  if (reachable && person.overrides === 'all' && (kind === 'directory' || (wanted & EXECUTE) === 0 || (mode & 0o111) !== 0)) return true;
  if (reachable && person.overrides === 'read' && (wanted === READ || (kind === 'directory' && (wanted & WRITE) === 0))) return true;
  const own = uid === person.uid ? mode >> 6 : gid === person.gid || person.groups.includes(gid) ? mode >> 3 : mode;
  return (own & wanted) === wanted;
}

/**
 * Whether somebody can do with an entry what its owner can, as far as the mount lets anybody: what its owner may not write is not meant to be
 * written. A link has no permissions, and a device is nobody's data.
 */
export function canUse(person: Person, entry: Entry, writable: boolean): boolean {
  return entry.kind === 'link' || entry.kind === 'device' || may(person, entry, wantedOf(entry, writable));
}

function wantedOf({ kind, mode }: Entry, writable: boolean): Wanted {
  const owner = mode >> 6;
  const write = writable ? owner & WRITE : 0;
  if (kind === 'directory') return (owner & (READ | EXECUTE)) | write;
  return (owner & READ) | write | (kind === 'file' ? owner & EXECUTE : 0);
}

/** The number of root of a person's container. */
export function rootOf({ namespace }: Person): { uid: number; gid: number } {
  const root = (map: NumberMap | undefined): number => (map && onHost(map, 0)) ?? 0;
  return { uid: root(namespace?.users), gid: root(namespace?.groups) };
}

/** The same person by the numbers of the host, for a container of a user namespace. */
export function outside(person: Person, namespace: Namespace): Person {
  const group = (gid: number): number => onHost(namespace.groups, gid) ?? gid;
  return {
    ...person,
    uid: onHost(namespace.users, person.uid) ?? person.uid,
    gid: group(person.gid),
    groups: person.groups.map(group),
    namespace,
  };
}

/** Whether two people are the same to the kernel, but for their groups. */
export function sameNumbers(a: Pick<Person, 'uid' | 'gid'>, b: Pick<Person, 'uid' | 'gid'>): boolean {
  return a.uid === b.uid && a.gid === b.gid;
}
