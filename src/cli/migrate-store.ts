import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { still } from '../compose/bounds';
import { readInput } from '../compose/read';
import { writeFileAtomic } from '../compose/write';
import type { Begun, MigrationPhase, MigrationStore, RecordedMount } from '../engine/ownership/store';
import { BattenError, InputError } from '../errors';
import type { Host } from './host';
import { stateDirectory } from './state';

/** A file of the project that a migration changes, with both texts. Paths are absolute. */
export interface MigratedFile {
  path: string;
  /** Where that led. */
  real: string;
  before: string;
  after: string;
}

/** What is written down before anything is done. */
export interface MigrationStart extends Begun {
  version: 1;
  /** The project's main file. */
  main: string;
  files: MigratedFile[];
}

const RUN = /^\d{8}$/;
/** The most that is read of what is written down, in bytes. */
const MOST = 256 * 1024 * 1024;
const PHASES: readonly MigrationPhase[] = ['begun', 'recorded', 'owned', 'written', 'done', 'undoing', 'undone'];

/** Where migrations are written down: in the person's own state, as `batten undo` has it. */
function directoryOf(host: Pick<Host, 'env'>): string {
  return join(stateDirectory(host), 'migrate');
}

/**
 * One migration, in a directory of its own. Every step lasts when it is said to be reached: file and directory are synchronized before. Only its
 * person can read it, as texts of the project may hold secrets.
 */
export class MigrationJournal implements MigrationStore {
  private constructor(
    readonly directory: string,
    readonly begun: MigrationStart,
    private recorded: RecordedMount[],
    private reached: MigrationPhase,
  ) {}

  /** Writes down what is about to begin. */
  static begin(host: Pick<Host, 'env'>, start: MigrationStart): MigrationJournal {
    const parent = directoryOf(host);
    mkdirSync(parent, { recursive: true, mode: 0o700 });
    for (let number = Number(runsIn(parent)[0] ?? 0) + 1; ; number++) {
      const directory = join(parent, String(number).padStart(8, '0'));
      try {
        mkdirSync(directory, { mode: 0o700 });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
        throw error;
      }
      const journal = new MigrationJournal(directory, start, [], 'begun');
      journal.write('start.json', `${JSON.stringify(start)}\n`);
      synchronize(parent);
      return journal;
    }
  }

  /** The last migration of a project that is written down; undefined when there is none, or none that can be read. */
  static last(host: Pick<Host, 'env'>, main: string): MigrationJournal | undefined {
    const parent = directoryOf(host);
    for (const name of runsIn(parent)) {
      const journal = MigrationJournal.read(join(parent, name));
      if (journal?.begun.main === main) return journal;
    }
    return undefined;
  }

  /** Whether the last text that was written to some project's files is a migration's; `concerns` says of a main file whether it is meant. */
  static wroteLast(host: Pick<Host, 'env'>, concerns: (main: string) => boolean): boolean {
    const parent = directoryOf(host);
    for (const name of runsIn(parent)) {
      const journal = MigrationJournal.read(join(parent, name));
      if (!journal || !concerns(journal.begun.main)) continue;
      return journal.phase === 'done' && journal.begun.files.length > 0 && journal.isWritten();
    }
    return false;
  }

  /** Whether all files are as it left them. */
  private isWritten(): boolean {
    try {
      return this.begun.files.every((file) => stateOf(file, 'back') === 'todo');
    } catch (error) {
      if (error instanceof BattenError) return false;
      throw error;
    }
  }

  private static read(directory: string): MigrationJournal | undefined {
    try {
      // Who may write there for another user says which files that user gives away.
      if (process.getuid !== undefined && lstatSync(directory).uid !== process.getuid()) return undefined;
      const start = JSON.parse(textOf(join(directory, 'start.json'))) as MigrationStart;
      if (start.version !== 1 || typeof start.main !== 'string' || !Array.isArray(start.files)) return undefined;
      const phase = PHASES.findLast((each) => existsSync(join(directory, `phase-${each}`))) ?? 'begun';
      const mounts = existsSync(join(directory, 'mounts.json'))
        ? (JSON.parse(textOf(join(directory, 'mounts.json'))) as RecordedMount[])
        : [];
      return new MigrationJournal(directory, start, mounts, phase);
    } catch {
      // It was killed before there was anything to go on with.
      return undefined;
    }
  }

  get phase(): MigrationPhase {
    return this.reached;
  }

  get mounts(): readonly RecordedMount[] {
    return this.recorded;
  }

  record(mounts: readonly (Omit<RecordedMount, 'record'> & { packed: Buffer })[]): void {
    this.recorded = mounts.map(({ packed, ...mount }, record) => {
      this.write(`owners-${record}.gz`, packed);
      return { ...mount, record };
    });
    this.write('mounts.json', `${JSON.stringify(this.recorded)}\n`);
  }

  packed(record: number): Buffer {
    return readFileSync(join(this.directory, `owners-${record}.gz`));
  }

  reach(phase: MigrationPhase): void {
    this.write(`phase-${phase}`, '');
    this.reached = phase;
  }

  started(pid: number): void {
    appendFileSync(join(this.directory, 'processes'), `${pid}\n`, { mode: 0o600 });
  }

  all(): readonly number[] {
    const file = join(this.directory, 'processes');
    return existsSync(file) ? textOf(file).split('\n').filter(Boolean).map(Number) : [];
  }

  checkFiles(way: 'forth' | 'back'): void {
    for (const file of this.begun.files) stateOf(file, way);
  }

  writeFiles(way: 'forth' | 'back'): void {
    const todo = this.begun.files.filter((file) => stateOf(file, way) === 'todo');
    for (const { path, real, before, after } of todo) {
      const [from, to] = way === 'forth' ? [before, after] : [after, before];
      writeFileAtomic(path, to, { within: still(real), expectedText: from });
    }
  }

  /** The directory without what nobody will want back. */
  forget(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private write(name: string, content: string | Buffer): void {
    const file = join(this.directory, name);
    const part = `${file}.part`;
    const descriptor = openSync(part, 'w', 0o600);
    try {
      writeFileSync(descriptor, content);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(part, file);
    synchronize(this.directory);
  }
}

/** Whether a file still has to be written. @throws InputError `changed` when somebody edited it. */
function stateOf({ path, real, before, after }: MigratedFile, way: 'forth' | 'back'): 'todo' | 'done' {
  let text: string;
  try {
    text = readInput(path, path, still(real)).text;
  } catch (cause) {
    if (!(cause instanceof BattenError)) throw cause;
    throw new InputError('changed', `cannot be read again: ${cause.message}`, { file: path, cause });
  }
  const [from, to] = way === 'forth' ? [before, after] : [after, before];
  if (text === to) return 'done';
  if (text === from) return 'todo';
  const hint =
    way === 'back'
      ? 'bring back the text that batten wrote, so that both are undone together'
      : 'batten migrate --undo takes the rest back';
  throw new InputError('changed', 'was edited since the migration began', { file: path, hint });
}

/** Only one migration at a time: two would write down each other's owners. @returns what ends it. @throws InputError when there is another. */
export function lockMigrations(host: Pick<Host, 'env'>): () => void {
  const parent = directoryOf(host);
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  const lock = join(parent, 'lock');
  const mine = join(parent, `lock-${process.pid}`);
  writeFileSync(mine, String(process.pid), { mode: 0o600 });
  try {
    for (let tries = 0; ; tries++) {
      try {
        // With its content from the first moment on.
        linkSync(mine, lock);
        return () => rmSync(lock, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        const holder = Number(textOf(lock));
        if (tries > 3 || isThere(holder))
          throw new InputError('busy', `another migration is going on (process ${holder})`, { hint: 'wait until it is done' });
        rmSync(lock, { force: true });
      }
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('migrate');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function textOf(file: string): string {
  if (lstatSync(file).size > MOST) throw new InputError('too-large', 'is no journal', { file });
  return readFileSync(file, 'utf8');
}

/** The last first. */
function runsIn(parent: string): string[] {
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .filter((name) => RUN.test(name))
    .sort()
    .reverse();
}

function synchronize(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
