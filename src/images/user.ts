import type { Evaluated } from '../compose/types';

/** What a service's `user:` comes to. */
export type UserSetting =
  | { kind: 'unset' }
  | { kind: 'root' }
  /** Hangs on a variable without a default: an unset one gives root (`":"` is root to the Engine). */
  | { kind: 'maybe-root' }
  /** Not root. `uid` is absent for a name; `gid` when it is not written (then the image's passwd decides, else 0). */
  | { kind: 'user'; uid?: number; gid?: number; name?: string };

/** Reads `user:`; `0`, `root`, `:`, `` and `0:1000` are root, as the Engine reads them. */
export function readUser(user: Evaluated | undefined): UserSetting {
  if (!user) return { kind: 'unset' };
  const [written = '', group = ''] = user.text.trim().split(':');
  const uidWritten = user.known || !user.raw.split(':')[0]?.includes('$');
  if (!uidWritten) return { kind: 'maybe-root' };
  if (written === '' || written === 'root' || /^0+$/.test(written)) return { kind: 'root' };
  const gid = /^\d+$/.test(group) ? Number(group) : undefined;
  if (/^\d+$/.test(written)) return { kind: 'user', uid: Number(written), gid };
  return { kind: 'user', name: written, gid };
}

/** `uid:gid`, as numbers; a missing gid stays missing. */
export function parseUidGid(text: string): { uid: number; gid?: number } {
  const [uid, gid] = text.split(':');
  return { uid: Number(uid), gid: gid === undefined ? undefined : Number(gid) };
}
