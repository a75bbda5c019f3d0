import {
  appendFileSync,
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PREFIX } from './options';

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
    .filter((name) => name.startsWith(PREFIX) && isOurs(path.join(parent, name)))
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

/** In a temporary directory anybody may make a folder of this name: what is in it would be believed, and removed. */
function isOurs(folder: string): boolean {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && (process.getuid === undefined || stats.uid === process.getuid());
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
