import { type SubordinateRange, subordinate } from '../accounts';
import type { FileFacts, HostFiles } from '../files';

/** Whom the users of a container are on the host. */
export interface IdentityMap {
  /** The user of the host that a container's user is; undefined when it is none, so that it cannot be used at all. */
  onHost(id: number): number | undefined;
  /** Whether a user, or group, of the host is somebody in the container. Of a file of nobody's, its root may not more than others. */
  holds(kind: 'uid' | 'gid', hostId: number): boolean;
}

/** As it is without any: everybody is who they are. */
export const SAME: IdentityMap = { onHost: (id) => id, holds: () => true };

const DEFAULT_RANGE: SubordinateRange = { start: 100_000, count: 65_536 };

/**
 * With userns-remap, from the ranges of its user in /etc/subuid and /etc/subgid. Where there are none yet the daemon makes them: 65,536 from 100,000 on, or
 * behind those that are there.
 *
 * @see https://docs.docker.com/engine/security/userns-remap/
 */
export function remapped(files: HostFiles, user = 'dockremap'): IdentityMap {
  const [uids, gids] = (['subuid', 'subgid'] as const).map((kind) => subordinate(files, kind, user)[0] ?? DEFAULT_RANGE);
  return {
    onHost: (id) => (id < uids!.count ? uids!.start + id : undefined),
    holds: (kind, id) => within(kind === 'uid' ? uids! : gids!, id),
  };
}

/** Rootless: root of a container is the user the daemon runs as, and the others are from that user's ranges. */
export function rootlessOf(files: HostFiles, user: string, uid: number, gid: number): IdentityMap {
  const [uids, gids] = (['subuid', 'subgid'] as const).map((kind) => subordinate(files, kind, user, uid)[0] ?? DEFAULT_RANGE);
  return {
    onHost: (id) => (id === 0 ? uid : id <= uids!.count ? uids!.start + id - 1 : undefined),
    holds: (kind, id) => (kind === 'uid' ? id === uid || within(uids!, id) : id === gid || within(gids!, id)),
  };
}

function within({ start, count }: SubordinateRange, id: number): boolean {
  return id >= start && id < start + count;
}

/**
 * Whether a user of a container may do something with a file of the host. Root of a container may do what it likes with files of users and groups who are
 * somebody there, and with others what everybody may.
 *
 * @param id the user in the container; its group is taken for the same number.
 * @see user_namespaces(7), "Capabilities"
 */
export function may(want: 'read' | 'write', id: number, file: FileFacts, map: IdentityMap): boolean {
  const self = map.onHost(id);
  if (self === undefined) return false;
  if (id === 0 && map.holds('uid', file.uid) && map.holds('gid', file.gid)) return true;
  const bits = want === 'write' ? 2 : 4;
  const needed = file.kind === 'directory' ? bits | 1 : file.kind === 'socket' ? 2 : bits;
  const shift = file.uid === self ? 6 : file.gid === self ? 3 : 0;
  return ((file.mode >> shift) & needed) === needed;
}
