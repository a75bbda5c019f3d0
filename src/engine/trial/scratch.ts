import { createHash } from 'node:crypto';
import {
  accessSync,
  appendFileSync,
  chmodSync,
  constants,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Kind, World } from './mounts';
import { PREFIX } from './options';
import { keepOwners } from './owners';

/** A copy of more than this would take longer than the trial is worth. */
export const MAX_COPY = 256 * 1024 * 1024;
const MAX_FILES = 20_000;

/** The folder of one run, outside of the project: trial files, copies, and who made it. It is the only place a trial writes to. */
export class Scratch {
  private constructor(
    readonly directory: string,
    readonly id: string,
  ) {}

  static create(): Scratch {
    const directory = mkdtempSync(path.join(realpathSync(tmpdir()), `${PREFIX}${process.pid}-`));
    const id = path.basename(directory).slice(PREFIX.length).toLowerCase();
    return new Scratch(directory, id);
  }

  /** Remembers a process that could outlive this one. */
  started(pid: number): void {
    appendFileSync(path.join(this.directory, STARTED), `${pid}\n`);
  }

  folder(name: string): string {
    const folder = path.join(this.directory, name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  write(name: string, text: string, mode = 0o600): string {
    const file = path.join(this.directory, name);
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, text, { mode });
    // The mask of the process may have taken something of it.
    if (mode !== 0o600) chmodSync(file, mode);
    return file;
  }

  /** What is left when it cannot be removed: files of containers that ran as another user. */
  remove(): string | undefined {
    return removeFolder(this.directory);
  }
}

const STARTED = 'started';

export function removeFolder(directory: string): string | undefined {
  try {
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
    return undefined;
  } catch {
    return directory;
  }
}

/** A folder that an earlier run left. */
export interface Leftover {
  directory: string;
  id: string;
  /** The process it belongs to, when it still runs. */
  alive: boolean;
  /** Processes it started that may still run. */
  started: number[];
}

export function leftovers(): Leftover[] {
  const parent = realpathSync(tmpdir());
  return readdirSync(parent)
    .filter((name) => name.startsWith(PREFIX) && lstatSync(path.join(parent, name)).isDirectory())
    .map((name) => {
      const directory = path.join(parent, name);
      const id = name.slice(PREFIX.length).toLowerCase();
      return {
        directory,
        id,
        alive: isAlive(id),
        started: lines(path.join(directory, STARTED)).map(Number).filter(Boolean),
      };
    });
}

function lines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

/** Whether the process a run belongs to is still there: its id begins with that. */
export function isAlive(id: string): boolean {
  const pid = Number.parseInt(id, 10);
  if (Number.isNaN(pid)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  try {
    // The number may be another process's by now.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('node');
  } catch {
    return true;
  }
}

/** The machine, as the conversion of one stack asks about it. */
export function worldOf(folder: string, local: boolean): World {
  return {
    local,
    kindOf,
    small: (source) => measure(source, { bytes: 0, files: 0 }),
    copyPath: (source) => {
      const short = createHash('sha256').update(source).digest('hex').slice(0, 8);
      return path.join(folder, 'binds', `${short}-${path.basename(source).replace(/[^\w.-]/g, '_')}`);
    },
    keepsOwners: process.getuid?.() === 0,
  };
}

function kindOf(file: string): Kind {
  try {
    const stats = statSync(file);
    if (stats.isSocket()) return 'socket';
    if (stats.isDirectory()) return 'directory';
    if (!stats.isFile()) return 'device';
    accessSync(file, constants.R_OK);
    return 'file';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'missing' : 'unreadable';
  }
}

function measure(file: string, sum: { bytes: number; files: number }): boolean {
  const stats = lstatSync(file);
  sum.bytes += stats.isFile() ? stats.size : 0;
  sum.files += 1;
  if (sum.bytes > MAX_COPY || sum.files > MAX_FILES) return false;
  return !stats.isDirectory() || namesIn(file).every((name) => measure(path.join(file, name), sum));
}

/** What this process may not look into it cannot measure; the Engine, which copies it then, stops at the same size. */
function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** Copies with modes, times, links and, as root, owners. Sockets and devices stay behind. */
export function copyTree(from: string, to: string): void {
  mkdirSync(path.dirname(to), { recursive: true });
  cpSync(from, to, {
    recursive: true,
    preserveTimestamps: true,
    verbatimSymlinks: true,
    filter: (source) => {
      const stats = lstatSync(source);
      return stats.isFile() || stats.isDirectory() || stats.isSymbolicLink();
    },
  });
  keepOwners(from, to);
}
