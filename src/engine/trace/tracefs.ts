import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';

/** Where the kernel's tracing is mounted on nearly every machine: at its own place, or inside of debugfs. */
const PLACES = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'];

/** What our instances are called, before the id of the run. */
const OURS = 'batten-';

/**
 * The directory of the kernel's tracing, or why it cannot be used. It is never mounted from here: a mount is seen by the whole machine, and its
 * absence may be somebody's decision.
 */
export function tracefs(places: readonly string[] = PLACES): { root: string } | { why: string } {
  for (const root of places) {
    const instances = path.join(root, 'instances');
    if (!readable(instances)) continue;
    if (process.getuid?.() !== 0) return { why: 'only root may trace' };
    return { root };
  }
  if (process.platform !== 'linux') return { why: 'the kernel of this machine is not the one containers run on' };
  return process.getuid?.() === 0
    ? { why: `tracefs is not mounted at ${places[0]} (mount -t tracefs tracefs ${places[0]})` }
    : { why: 'only root may trace' };
}

function readable(directory: string): boolean {
  try {
    readdirSync(directory);
    return true;
  } catch {
    return false;
  }
}

/** A tracing instance of our own: its buffers and settings are nobody else's, and go with its directory. */
export class Instance {
  private constructor(readonly directory: string) {}

  /** @param id the id of the run, by which `prove --cleanup` finds it again. */
  static create(root: string, id: string): Instance {
    const directory = path.join(root, 'instances', `${OURS}${id}`);
    mkdirSync(directory);
    return new Instance(directory);
  }

  has(name: string): boolean {
    return existsSync(path.join(this.directory, name));
  }

  read(name: string): string {
    return readFileSync(path.join(this.directory, name), 'utf8');
  }

  write(name: string, text: string): void {
    writeFileSync(path.join(this.directory, name), text);
  }

  /** Adds to a setting that is a list. */
  append(name: string, text: string): void {
    const file = openSync(path.join(this.directory, name), constants.O_WRONLY | constants.O_APPEND);
    try {
      writeSync(file, text);
    } finally {
      closeSync(file);
    }
  }

  /** The buffers, one a processor, opened to be read without waiting. */
  openBuffers(): number[] {
    return readdirSync(path.join(this.directory, 'per_cpu'))
      .filter((name) => /^cpu\d+$/.test(name))
      .map((name) => openSync(path.join(this.directory, 'per_cpu', name, 'trace_pipe_raw'), constants.O_RDONLY | constants.O_NONBLOCK));
  }

  /** Events the kernel had no room for. */
  lost(): number {
    let sum = 0;
    for (const name of readdirSync(path.join(this.directory, 'per_cpu'))) {
      for (const [, count] of this.read(`per_cpu/${name}/stats`).matchAll(/^(?:overrun|dropped events): (\d+)/gm)) sum += Number(count);
    }
    return sum;
  }

  remove(): boolean {
    return removeInstance(this.directory);
  }
}

/** Removes an instance, whose files go with it. False when it is still in use. */
export function removeInstance(directory: string): boolean {
  try {
    // What is switched on would go on until the directory is gone.
    writeFileSync(path.join(directory, 'tracing_on'), '0');
    rmdirSync(directory);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

/** Instances of runs of ours, the ids of the runs with their directories. */
export function instances(places: readonly string[] = PLACES): { id: string; directory: string }[] {
  for (const root of places) {
    const parent = path.join(root, 'instances');
    if (!readable(parent)) continue;
    return readdirSync(parent)
      .filter((name) => name.startsWith(OURS))
      .map((name) => ({ id: name.slice(OURS.length), directory: path.join(parent, name) }));
  }
  return [];
}
