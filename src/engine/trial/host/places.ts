import { table } from '../../../table';
/*
 * What of a host is not a project's to see, however it is mounted. A path here is never the whole story: what is mounted is looked up by where it leads
 * and by what is below it.
 */

/**
 * How far a place goes.
 *
 * - `closed`: it, all in it, and all that holds it.
 * - `common`: it and all that holds it. What is in it has owners of its own: the home directories, the temporary one.
 * - `private`: what in it is not for every user of the machine to read, and all that holds such a thing.
 */
export interface HostPlace {
  path: string;
  reach: 'closed' | 'common' | 'private';
  /** What is there, in words. */
  holds: string;
}

/** Sources: hier(7), file-hierarchy(7), and the files that each engine documents as its own. */
export const HOST_PLACES: readonly HostPlace[] = [
  { path: '/', reach: 'common', holds: 'all of the host' },
  { path: '/proc', reach: 'closed', holds: 'processes and settings of the kernel' },
  { path: '/sys', reach: 'closed', holds: 'devices and settings of the kernel' },
  { path: '/dev', reach: 'closed', holds: 'devices' },
  { path: '/run', reach: 'closed', holds: 'sockets of the Engine and of the system' },
  { path: '/var/run', reach: 'closed', holds: 'sockets of the Engine and of the system' },
  { path: '/boot', reach: 'closed', holds: 'what the host boots' },
  { path: '/etc', reach: 'private', holds: 'passwords and keys of the host' },
  { path: '/var', reach: 'private', holds: 'data of services of the host' },
  { path: '/var/backups', reach: 'closed', holds: 'copies of passwords of the host' },
  { path: '/var/spool', reach: 'closed', holds: 'mail and jobs of the host' },
  { path: '/var/tmp', reach: 'common', holds: 'temporary files of everybody' },
  { path: '/tmp', reach: 'common', holds: 'temporary files and sockets of everybody' },
  { path: '/var/lib/docker', reach: 'closed', holds: 'data of the Engine' },
  { path: '/var/lib/containerd', reach: 'closed', holds: 'data of containerd' },
  { path: '/var/lib/containers', reach: 'closed', holds: 'data of Podman' },
  { path: '/var/lib/kubelet', reach: 'closed', holds: 'data of Kubernetes' },
  { path: '/var/lib/rancher', reach: 'closed', holds: 'data of Kubernetes' },
  { path: '/var/snap', reach: 'closed', holds: 'data of snaps, an Engine among them' },
  { path: '/home', reach: 'common', holds: 'the home directories' },
  // macOS, where /etc, /tmp and /var are links.
  { path: '/Users', reach: 'common', holds: 'the home directories' },
  { path: '/private/etc', reach: 'private', holds: 'passwords and keys of the host' },
  { path: '/private/tmp', reach: 'common', holds: 'temporary files and sockets of everybody' },
  { path: '/private/var/run', reach: 'closed', holds: 'sockets of the system' },
  { path: '/private/var/db', reach: 'closed', holds: 'accounts of the host' },
  { path: '/Library', reach: 'private', holds: 'keys of the host' },
];

/** Where people's programs keep credentials, from a home directory. Closed, wherever the project is. Source: the documentation of each program. */
export const CREDENTIALS: Readonly<Record<string, string>> = table({
  '.ssh': 'SSH keys',
  '.gnupg': 'GnuPG keys',
  '.aws': 'credentials of AWS',
  '.azure': 'credentials of Azure',
  '.config/gcloud': 'credentials of Google Cloud',
  '.config/gh': 'credentials of GitHub',
  '.config/glab-cli': 'credentials of GitLab',
  '.config/op': 'credentials of 1Password',
  '.config/rclone': 'credentials of rclone',
  '.config/sops': 'age keys',
  '.config/containers': 'credentials of registries',
  '.config/google-chrome': 'data of a browser',
  '.config/chromium': 'data of a browser',
  '.config/Bitwarden CLI': 'data of a password manager',
  '.mozilla': 'data of a browser',
  '.docker': 'credentials of registries, and the socket of Docker Desktop',
  '.kube': 'credentials of Kubernetes',
  '.terraform.d': 'credentials of Terraform',
  '.vault-token': 'a token of Vault',
  '.netrc': 'passwords',
  '.git-credentials': 'passwords of Git hosts',
  '.npmrc': 'a token of a package registry',
  '.pypirc': 'a token of a package registry',
  '.cargo/credentials.toml': 'a token of a package registry',
  '.gem/credentials': 'a token of a package registry',
  '.composer/auth.json': 'a token of a package registry',
  '.m2/settings.xml': 'a token of a package registry',
  '.pgpass': 'passwords of databases',
  '.my.cnf': 'passwords of databases',
  '.password-store': 'passwords',
  '.pki': 'keys',
  '.local/share/keyrings': 'passwords',
  '.local/state/batten': 'the key of batten, and old texts',
  '.bash_history': 'what was typed',
  '.zsh_history': 'what was typed',
  'Library/Keychains': 'passwords',
  'Library/Application Support': 'data of programs, browsers among them',
});

/** Devices that hold nothing and reach nothing: what is written is gone, what is read is zeros, noise or an error. Source: null(4), random(4), full(4). */
export const HARMLESS_DEVICES: ReadonlySet<string> = new Set(['/dev/null', '/dev/zero', '/dev/full', '/dev/random', '/dev/urandom']);

/** Whether a path is another one or below it. */
export function isWithin(path: string, place: string): boolean {
  const [inner, outer] = [unified(path), unified(place)];
  return inner === outer || inner.startsWith(outer.endsWith('/') ? outer : `${outer}/`);
}

/** Windows writes paths with either slash, and in any case. */
const unified = (path: string): string => (process.platform === 'win32' ? path.replaceAll('\\', '/').toLowerCase() : path);

/**
 * What a path reaches by its name alone: the place itself, the one that it is in, or the first that it holds; undefined when that is nothing of the
 * host's own.
 *
 * @param isPrivate whether there is something at the path, or below it, that is not for every user of the machine to read.
 */
export function placeOf(path: string, places: readonly HostPlace[], isPrivate: () => boolean): HostPlace | undefined {
  const sorted = [...places].sort((a, b) => b.path.length - a.path.length);
  const held = sorted.filter((place) => isWithin(place.path, path) && (place.reach !== 'private' || isPrivate()));
  if (held.length > 0) return held.at(-1);
  // The most specific place says what is in it: that is neither its parent's, nor of all in it.
  const around = sorted.find((place) => isWithin(path, place.path));
  return around?.reach === 'closed' || (around?.reach === 'private' && isPrivate()) ? around : undefined;
}
