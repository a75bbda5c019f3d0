import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { Repository, within } from '../compose/bounds';
import { readInput } from '../compose/read';
import { writeFileAtomic } from '../compose/write';
import { BattenError } from '../errors';
import type { Host } from './host';
import { stateDirectory } from './state';

/** One file that a write changed. Paths are absolute. */
export interface WrittenFile {
  path: string;
  /** Where that led. */
  real: string;
  /** The text before; null = there was no such file. */
  before: string | null;
  /** The hash of the text after. */
  after: string;
  /** Directories that were made for it, the outermost first. */
  made: string[];
}

/** What one run did to one project. */
export interface JournalEntry {
  version: 2;
  /** The project's main file. */
  main: string;
  /** The Compose files first, then what is beside them. */
  written: WrittenFile[];
}

/** An entry with its place in the journal. */
export interface Journaled extends JournalEntry {
  file: string;
}

/** What one run wrote. */
export interface Run {
  /** Higher is later. */
  number: number;
  /** When it began. */
  at: Date;
  directory: string;
  /** Project by project, in the order in which they were written. */
  entries: Journaled[];
  /** How many entries cannot be read, or are none. */
  broken: number;
}

/** Old texts may hold secrets, so that no more of them are kept than somebody will want back. */
const RUNS_OF_A_PROJECT = 10;
const RUNS = 100;
/** The most that is read of one entry, in bytes: the texts of a project, each of which is limited. */
const MOST_OF_AN_ENTRY = 64 * 1024 * 1024;

const RUN = /^\d{8}$/;
const ENTRY = /^(\d{6})-([0-9a-f]{32})\.json$/;

/** Where old texts are kept: in the person's own state, never in the project, where they might be committed. */
export function journalDirectory(host: Pick<Host, 'env'>): string {
  return join(stateDirectory(host), 'undo');
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * The journal of one run: a directory with an entry for each project, written before the project is. A run that is killed at any moment
 * leaves entries of all it wrote, and perhaps of one project more.
 */
export class Journal {
  private directory: string | undefined;
  private count = 0;

  constructor(private readonly host: Pick<Host, 'env'>) {}

  /**
   * Writes down what is about to be done to a project, readable for nobody else; the first time, drops what is too old.
   *
   * @param files the texts before and after; undefined before = new.
   * @returns what takes the entry back, for when the write fails.
   * @throws InputError or a file system error; then nothing was written down.
   */
  note(main: string, files: readonly { path: string; real: string; before: string | undefined; after: string }[]): () => void {
    const written = files.map(
      ({ path, real, before, after }): WrittenFile => ({
        ...{ path, real },
        before: before ?? null,
        after: hashOf(after),
        made: missingAbove(real),
      }),
    );
    const entry: JournalEntry = { version: 2, main, written };
    this.directory ??= newRun(journalDirectory(this.host));
    const directory = this.directory;
    const file = join(directory, `${String(++this.count).padStart(6, '0')}-${keyOf(main)}.json`);
    writeFileAtomic(file, `${JSON.stringify(entry)}\n`, { within: Repository.at(directory), mode: 0o600, mustBeNew: true });
    return () => forget({ file });
  }
}

/** Removes an entry from the journal, and its run with the last one. */
export function forget({ file }: Pick<Journaled, 'file'>): void {
  rmSync(file, { force: true });
  try {
    rmdirSync(dirname(file));
  } catch {
    // There are others.
  }
}

/** What can be taken back, the last run first. */
export function journaledRuns(host: Pick<Host, 'env'>): Run[] {
  return runNames(journalDirectory(host)).map((name) => readRun(join(journalDirectory(host), name)));
}

function readRun(directory: string): Run {
  const names = entryNames(directory);
  const entries = names.flatMap((name) => readEntry(join(directory, name)) ?? []);
  const at = lstatSync(names[0] === undefined ? directory : join(directory, names[0])).mtime;
  return { number: Number(directory.slice(-8)), at, directory, entries, broken: names.length - entries.length };
}

/** @returns undefined for what is no entry, or is somebody else's. */
function readEntry(file: string): Journaled | undefined {
  try {
    // Who may write there for another user says which files that user replaces.
    if (process.getuid !== undefined && lstatSync(file).uid !== process.getuid()) return undefined;
    const { text } = readInput(file, file, Repository.at(dirname(file)), MOST_OF_AN_ENTRY);
    const data: unknown = JSON.parse(text);
    return isEntry(data) ? { ...data, file } : undefined;
  } catch (error) {
    if (error instanceof BattenError || error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT')
      return undefined;
    throw error;
  }
}

function isEntry(data: unknown): data is JournalEntry {
  if (!isObject(data) || data.version !== 2 || !isPlace(data.main) || !Array.isArray(data.written)) return false;
  return data.written.length > 0 && data.written.every(isWritten);
}

function isWritten(data: unknown): data is WrittenFile {
  if (!isObject(data)) return false;
  const { path, real, before, after, made } = data;
  if (!isPlace(path) || !isPlace(real) || (before !== null && typeof before !== 'string')) return false;
  if (typeof after !== 'string' || !/^[0-9a-f]{64}$/.test(after) || !Array.isArray(made)) return false;
  return made.every((directory) => isPlace(directory) && within(dirname(real), directory));
}

function isPlace(data: unknown): data is string {
  return typeof data === 'string' && isAbsolute(data) && resolve(data) === data;
}

function isObject(data: unknown): data is Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null;
}

/** Makes the directory of a run: its number is taken by nobody else, also when two run at once. */
function newRun(journal: string): string {
  mkdirSync(journal, { recursive: true, mode: 0o700 });
  const names = runNames(journal);
  prune(journal, names);
  for (let number = Number(names[0] ?? 0) + 1; ; number++) {
    const directory = join(journal, String(number).padStart(8, '0'));
    try {
      mkdirSync(directory, { mode: 0o700 });
      return directory;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** The last first. */
function runNames(journal: string): string[] {
  if (!existsSync(journal)) return [];
  return readdirSync(journal)
    .filter((name) => RUN.test(name) && lstatSync(join(journal, name)).isDirectory())
    .sort()
    .reverse();
}

function entryNames(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => ENTRY.test(name))
    .sort();
}

/** Drops runs, with the new one counted, that are not among the last of any of their projects. */
function prune(journal: string, names: readonly string[]): void {
  if (names.length < RUNS_OF_A_PROJECT) return;
  const later = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    const keys = new Set(entryNames(join(journal, name)).map((entry) => ENTRY.exec(entry)![2]!));
    const wanted = [...keys].some((key) => (later.get(key) ?? 0) < RUNS_OF_A_PROJECT);
    if (!wanted || index >= RUNS - 1) rmSync(join(journal, name), { recursive: true, force: true });
    for (const key of keys) later.set(key, (later.get(key) ?? 0) + 1);
  }
}

function keyOf(main: string): string {
  return hashOf(main).slice(0, 32);
}

/** The directories that a file needs and that are not there, the outermost first. */
function missingAbove(path: string): string[] {
  const missing: string[] = [];
  for (let at = dirname(path); !existsSync(at); at = dirname(at)) missing.unshift(at);
  return missing;
}
