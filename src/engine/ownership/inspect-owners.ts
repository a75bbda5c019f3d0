import { type Dirent, lstatSync, readdirSync, type Stats } from 'node:fs';
import path from 'node:path';
import { canUse, type Person } from '../../ownership/access';
import type { Entry, EntryKind } from '../../ownership/entries';
import type { Environment } from '../client/endpoint';
import { Engine } from '../client/engine';
import type { ContainerInfo } from '../client/types';
import { People } from './people';

/** What was seen of one mount of a running or stopped service, without a container being started for it. */
export interface SeenMount {
  target: string;
  /** Where it is on this machine. */
  source: string;
  writable: boolean;
  entries: readonly Entry[];
  /** False when it has more than is looked at, or something in it cannot be looked at. */
  complete: boolean;
  /** What could not be looked at. */
  denied?: string;
}

/** What was seen of the services of a project, by name, and the version of the Engine it was seen on. */
export interface SeenProject {
  engine: string;
  services: ReadonlyMap<string, SeenService>;
}

/** A service as its container is now. */
export interface SeenService {
  mounts: readonly SeenMount[];
  /** As whom it runs; undefined when that cannot be told. */
  person?: Person;
}

/** So many names of a mount are looked at: more say no more, and take their time. */
const MOST_NAMES = 20_000;

/**
 * Whom the mounts of a project's containers belong to, as far as this process may look: names, owners and modes, never what files hold. Nothing is started. Of a
 * service without a container nothing is known, and none of an Engine whose numbers or files are not this machine's.
 *
 * @param main the main Compose file, absolute.
 * @throws EngineError when there is no Engine.
 */
export async function inspectOwners(main: string, env: Environment): Promise<SeenProject> {
  const engine = await Engine.connect(env);
  const found = new Map<string, SeenService>();
  const people = new People(engine, {});
  const { security, version } = engine.facts;
  const seen: SeenProject = { engine: version, services: found };
  if (!engine.sharesKernel || security.includes('userns') || security.includes('rootless')) return seen;
  for (const { Id, Labels } of await engine.containers('com.docker.compose.config-hash')) {
    const service = Labels['com.docker.compose.service'];
    const files = (Labels['com.docker.compose.project.config_files'] ?? '').split(',');
    const directory = Labels['com.docker.compose.project.working_dir'] ?? '';
    if (service === undefined || found.has(service) || !files.some((file) => path.resolve(directory, file) === main)) continue;
    const info = await engine.container(Id).catch(() => undefined);
    if (info) found.set(service, { mounts: mountsOf(info), person: await people.ofContainer(info) });
  }
  return seen;
}

function mountsOf({ Mounts }: ContainerInfo): SeenMount[] {
  return Mounts.filter(({ Type }) => Type === 'bind' || Type === 'volume').map(({ Source, Destination, RW }) => ({
    target: Destination,
    source: Source,
    writable: RW,
    ...look(Source),
  }));
}

function look(top: string): Pick<SeenMount, 'entries' | 'complete' | 'denied'> {
  const entries: Entry[] = [];
  let denied: string | undefined;
  const queue = [''];
  for (let at = 0; at < queue.length && entries.length < MOST_NAMES; at++) {
    const name = queue[at]!;
    const place = path.join(top, name);
    try {
      const stats = lstatSync(place);
      entries.push(entryOf(name, stats));
      if (!stats.isDirectory() || (at > 0 && String(stats.dev) !== entries[0]!.device)) continue;
      for (const each of readdirSync(place, { withFileTypes: true })) queue.push(below(name, each));
    } catch {
      denied ??= name === '' ? top : place;
    }
  }
  return { entries, complete: denied === undefined && queue.length <= entries.length, ...(denied !== undefined && { denied }) };
}

const below = (name: string, { name: own }: Dirent): string => (name === '' ? own : `${name}/${own}`);

function entryOf(name: string, stats: Stats): Entry {
  const { uid, gid, mode, nlink, dev, ino } = stats;
  return { path: name, kind: kindOf(stats), uid, gid, mode: mode & 0o7777, links: nlink, device: String(dev), inode: String(ino) };
}

function kindOf(stats: Stats): EntryKind {
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'link';
  if (stats.isSocket()) return 'socket';
  if (stats.isFIFO()) return 'fifo';
  return stats.isFile() ? 'file' : 'device';
}

/** Whether somebody can use all of a mount as it is; undefined when not all of it was seen, and what was seen is usable. */
export function usable(person: Person, { entries, complete, writable }: SeenMount): boolean | undefined {
  if (!entries.every((entry) => canUse(person, entry, writable))) return false;
  return complete && entries.length > 0 ? true : undefined;
}
