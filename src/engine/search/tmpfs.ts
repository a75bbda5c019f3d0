import type { WrittenDirectory } from './written';
import { inside } from './written';

/** The mounts of a value as it is typed: `/tmp /run:uid=999,gid=999`. */
const mountsOf = (value: string): string[] => value.split(/\s+/).filter(Boolean);

const pathOf = (mount: string): string => mount.split(':')[0]!;

/** A tmpfs for everything that was seen to be written and hides nothing, and /tmp. */
export function tmpfsFor(written: readonly WrittenDirectory[], user: string | undefined): string {
  const open = written.filter(({ baked, path }) => !baked && path !== '/tmp');
  return ['/tmp', ...open.map((each) => mountFor(each, user))].join(' ');
}

/** The value with one more mount, unless it is there. */
export function addTmpfs(value: string, directory: WrittenDirectory, user: string | undefined): string {
  const mounts = mountsOf(value);
  return mounts.some((mount) => pathOf(mount) === directory.path) ? value : [...mounts, mountFor(directory, user)].join(' ');
}

/** The value with programs allowed on the mount a path is on, or on all of them when it is not known. */
export function allowPrograms(value: string, path: string | undefined): string {
  const mounts = mountsOf(value);
  const on = path === undefined ? undefined : mounts.filter((mount) => inside(pathOf(mount), path));
  return mounts.map((mount) => (on === undefined || on.length === 0 || on.includes(mount) ? withExec(mount) : mount)).join(' ');
}

function withExec(mount: string): string {
  const [path = '', options = ''] = mount.split(':');
  const list = options.split(',').filter(Boolean);
  return list.includes('exec') ? mount : `${path}:${['exec', ...list].join(',')}`;
}

/** Owned by whoever writes there: who the service is made to run as, else the owner in the image. The mode of a tmpfs lets anybody write. */
function mountFor({ path, uid, gid }: WrittenDirectory, user: string | undefined): string {
  const [u = String(uid), g = user === undefined ? String(gid) : '0'] = user?.split(':') ?? [];
  return u === '0' && g === '0' ? path : `${path}:uid=${u},gid=${g}`;
}
