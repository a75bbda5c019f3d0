import { table } from '../table';
import { trimEndOf } from '../trim';
import { covers } from './container-path';
import type { Mount } from './types';

export type Engine = 'docker' | 'podman' | 'containerd' | 'cri-o';

/** The socket of a container engine that a mount gives to a container: itself, or within a directory that holds it. */
export interface EngineSocket {
  engine: Engine;
  /** The directory of the host that is mounted, when it is not the socket itself. */
  within?: string;
}

/** The names of the sockets, wherever they are: rootless engines keep theirs below /run/user, Docker Desktop in the home directory. */
const NAMES: Record<string, Engine> = table({
  'docker.sock': 'docker',
  'docker.raw.sock': 'docker',
  docker_engine: 'docker',
  'podman.sock': 'podman',
  'containerd.sock': 'containerd',
  'crio.sock': 'cri-o',
});

/** Where the engines of the machine itself have them. */
const PLACES: [string, Engine][] = [
  ['/run/docker.sock', 'docker'],
  ['/run/podman/podman.sock', 'podman'],
  ['/run/containerd/containerd.sock', 'containerd'],
  ['/run/crio/crio.sock', 'cri-o'],
];

/**
 * Whether a mount gives a container the socket of an engine. `ro` makes no difference: it keeps the file from being replaced, not the API
 * from being used. A source that hangs on a variable is judged by where it is mounted.
 */
export function engineSocket(mount: Mount): EngineSocket | undefined {
  if (mount.kind !== 'bind' && mount.kind !== 'npipe') return undefined;
  const source = trimEndOf(mount.source ?? '', '/\\') || '/';
  const own = NAMES[lastOf(source)] ?? (mount.source?.includes('$') ? NAMES[lastOf(mount.target)] : undefined);
  if (own) return { engine: own };
  const held = PLACES.find(([place]) => source.startsWith('/') && covers(source, place));
  // `/var` holds it by the link /var/run, and whoever writes to the data of the Engine needs no socket.
  if (held) return { engine: held[1], within: source };
  return source === '/var' || source === '/var/lib/docker' ? { engine: 'docker', within: source } : undefined;
}

function lastOf(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? '';
}
