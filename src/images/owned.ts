import type { Evidence } from './types';
import { parseUidGid } from './user';

/** What is known of whom everything belongs to that a service mounts: its volumes, directories, secrets and configurations. */
export interface OwnedData {
  /** Whether a user can do with it what its owner can, as it is, or will be when it has been migrated. */
  fits(user: { uid: number; gid?: number }): boolean;
  /** Where it was seen. */
  evidence: Evidence;
}

/** Whether all that is mounted is known to be usable for a user, as `uid:gid`. */
export function fitsData(owned: OwnedData | undefined, user: string): owned is OwnedData {
  return owned?.fits(parseUidGid(user)) === true;
}
