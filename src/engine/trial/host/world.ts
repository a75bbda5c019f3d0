import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { ANYWHERE } from '../../../compose/bounds';
import { projectRoot } from '../../../compose/project-root';
import { readInput } from '../../../compose/read';
import { MAX_COPY, MAX_FILES } from './copy-tree';
import { CREDENTIALS, HARMLESS_DEVICES, HOST_PLACES, type HostPlace, isWithin, placeOf } from './places';
import { holdsPrivate, type Kind, kindOfStats, mountPoints, type Survey, survey } from './survey';

/** What a path of the host leads to. */
export interface Found {
  kind: Kind;
  /** Where it is, without links; for something missing, as it was named. */
  real: string;
}

/** What the conversion asks of the machine. */
export interface World {
  /** False when the Engine is elsewhere, where paths of this machine mean nothing. */
  local: boolean;
  /** Whether copies made here have the owners of what was copied: only root gives files away. */
  keepsOwners: boolean;
  /** As Node calls the machine of the Engine. */
  machine: string;
  find(path: string): Found;
  /** What of the host's own a path reaches, in words; undefined when there is no such thing. */
  reaches(real: string): string | undefined;
  /** Whether it is in the project, which may see what is its own. */
  inside(real: string): boolean;
  survey(real: string): Survey;
  /** Where a copy goes: one for this stack, or one for all stacks of the run, of what none of them writes to. */
  copyPath(source: string, shared: boolean): string;
  /** Where a text for the Engine goes. */
  textPath(name: string): string;
  /** A small text of the project; undefined when it is none. */
  read(file: string): string | undefined;
  /** Whether an AppArmor profile of this name is loaded and enforced. */
  enforced(profile: string): boolean;
}

/** What is the same for all stacks of a run. */
export interface Machine {
  local: boolean;
  machine: string;
  /** The directory of the project, and folders of batten's own that may be mounted. */
  directory: string;
  own: readonly string[];
  /** The Engine's own files and socket. */
  engine: readonly string[];
  /** What was looked through, by path: forgotten before each stack that is started. */
  surveys: Map<string, Survey>;
  /** Where copies that nobody writes to go. */
  shared: string;
}

/** Whether what is looked through is small enough to be copied for every start. */
export const isSmall = ({ complete, bytes, entries }: Survey): boolean => complete && bytes <= MAX_COPY && entries <= MAX_FILES;

/** Whether nothing in what was looked through reaches anybody. */
export const isClean = ({ specials, mounts, closed }: Survey): boolean => specials.length === 0 && mounts.length === 0 && !closed;

/** The machine, as the conversion of one stack asks about it. @param folder of that stack. */
export function worldOf(folder: string, machine: Machine): World {
  const look = (real: string): Survey => {
    let found = machine.surveys.get(real);
    if (!found) {
      found = survey(real, mountPoints());
      machine.surveys.set(real, found);
    }
    return found;
  };
  const roots = projectRoots(machine.directory);
  const inside = (real: string): boolean => roots.some((folder) => isWithin(real, folder));
  const host = new HostReach(machine);
  return {
    local: machine.local,
    machine: machine.machine,
    keepsOwners: process.getuid?.() === 0,
    find: (wanted) => (machine.local ? findHere(wanted) : { kind: 'unreadable', real: path.resolve(wanted) }),
    reaches: (real) => host.reaches(real, inside(real)),
    inside: (real) => inside(real) || machine.own.some((folder) => isWithin(real, folder)),
    survey: look,
    copyPath: (source, shared) => {
      const short = createHash('sha256').update(source).digest('hex').slice(0, 8);
      return path.join(shared ? machine.shared : path.join(folder, 'binds'), `${short}-${path.basename(source).replace(/[^\w.-]/g, '_')}`);
    },
    textPath: (name) => path.join(folder, name),
    read: (file) => {
      const { kind, real } = findHere(path.resolve(machine.directory, file));
      if (kind !== 'file' || !(inside(real) || machine.own.some((folder) => isWithin(real, folder)))) return undefined;
      try {
        return readInput(real, file, ANYWHERE).text;
      } catch {
        return undefined;
      }
    },
    enforced: isEnforced,
  };
}

/**
 * The directories of which all is a project's own: its directory, and the repository that is in. A repository that is /etc, or a file in /home itself,
 * makes no project of what is beside it.
 */
export function projectRoots(directory: string): string[] {
  const project = realPath(directory) ?? directory;
  return [project, projectRoot(project)].filter((folder) => !HOST_PLACES.some((place) => isWithin(place.path, folder)));
}

/** What a path of this machine leads to. Follows every link; a socket, FIFO or device is not opened. */
export function findHere(wanted: string): Found {
  const named = path.resolve(wanted);
  try {
    const real = realpathSync(named);
    return { kind: kindOfStats(statSync(real)) as Kind, real };
  } catch (error) {
    return { kind: (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'missing' : 'unreadable', real: named };
  }
}

/** Tells what of the host a path reaches: by its name, by what is below it, and by being the same directory under another name. */
class HostReach {
  private readonly places: readonly HostPlace[];
  private readonly credentials: readonly HostPlace[];

  constructor(private readonly machine: Machine) {
    // Of a machine elsewhere nothing is known but the usual.
    const there = (place: HostPlace): boolean => !machine.local || isThere(place.path);
    const homes = homesOf(machine.local);
    this.places = [
      ...HOST_PLACES.filter(there).map((place) => ({ ...place, path: machine.local ? (realPath(place.path) ?? place.path) : place.path })),
      ...homes.map((home): HostPlace => ({ path: home, reach: 'common', holds: 'a home directory' })),
      ...machine.engine.map((file): HostPlace => ({ path: realPath(file) ?? file, reach: 'closed', holds: 'the Engine itself' })),
    ];
    this.credentials = homes
      .flatMap((home) =>
        Object.entries(CREDENTIALS).map(([name, holds]): HostPlace => ({ path: path.join(home, name), reach: 'closed', holds })),
      )
      .filter(there);
  }

  reaches(real: string, inside: boolean): string | undefined {
    if (HARMLESS_DEVICES.has(real)) return undefined;
    const isPrivate = (): boolean => this.machine.local && holdsPrivate(real);
    // A project sees its own files, wherever they are; not the keys of its owner, and not what holds the project and more.
    const above = this.places.filter(({ path: place, reach }) => !inside || (isWithin(place, real) && reach !== 'private'));
    const place = placeOf(real, [...this.credentials, ...above], isPrivate) ?? (inside ? undefined : this.alias(real));
    if (!place) return undefined;
    return place.path === real
      ? place.holds
      : isWithin(place.path, real)
        ? `${place.holds} (${place.path})`
        : `part of ${place.path}: ${place.holds}`;
  }

  /** A place that is mounted somewhere else as well, which no name tells. */
  private alias(real: string): HostPlace | undefined {
    if (!this.machine.local) return undefined;
    const closed = this.places.filter(({ reach }) => reach !== 'common');
    for (let at = real; at !== path.dirname(at); at = path.dirname(at)) {
      const id = identity(at);
      const place = id && closed.find(({ path: each }) => identity(each) === id);
      if (place && (place.reach === 'closed' || holdsPrivate(real))) return place;
    }
    return undefined;
  }
}

function identity(file: string): string | undefined {
  try {
    const { dev, ino } = statSync(file);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

function isThere(file: string): boolean {
  return identity(file) !== undefined;
}

/** The home directories of people, root among them. Source: passwd(5); below /Users where there is no such list of people. */
export function homesOf(local: boolean, passwd = '/etc/passwd'): string[] {
  const found = new Set(['/root', homedir()]);
  if (!local) return [...found];
  for (const line of lines(passwd)) {
    const [, , uid = '', , , home = ''] = line.split(':');
    if ((uid === '0' || Number(uid) >= 1000) && path.isAbsolute(home) && home !== '/' && isThere(home)) found.add(path.resolve(home));
  }
  try {
    for (const name of readdirSync('/Users')) found.add(path.join('/Users', name));
  } catch {
    // No macOS.
  }
  return [...found].flatMap((home) => [home, realPath(home) ?? home]).filter((home, index, all) => all.indexOf(home) === index);
}

function lines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}

/** Source: apparmor(7): `name (mode)`, one a line. It takes root to read it. */
function isEnforced(profile: string): boolean {
  return lines('/sys/kernel/security/apparmor/profiles').some((line) => line === `${profile} (enforce)` || line === `${profile} (kill)`);
}

function realPath(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined;
  }
}
