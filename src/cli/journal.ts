import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { writeFileAtomic } from '../compose/write';
import type { Host } from './host';

/** One file that a write changed. Paths are absolute. */
export interface WrittenFile {
  path: string;
  /** The text before; null = there was no such file. */
  before: string | null;
  /** The hash of the text after. */
  after: string;
  /** Directories that were made for it, the outermost first. */
  made: string[];
}

/** What one `fix` did to one project. */
export interface JournalEntry {
  version: 1;
  /** The project's main file. */
  main: string;
  /** The Compose files first, then what is beside them. */
  written: WrittenFile[];
}

/** An entry with its place in the journal. */
export interface Journaled extends JournalEntry {
  /** Higher is later. */
  number: number;
  /** When it was written. */
  at: Date;
  file: string;
}

/** Old texts may hold secrets, so that no more of them are kept than somebody will want back. */
const KEPT_OF_A_PROJECT = 10;
const KEPT = 100;

const NAME = /^([0-9a-f]{32})-(\d{8})\.json$/;

/**
 * Where old texts are kept: in the person's own state, never in the project, where they might be committed.
 *
 * @see https://specifications.freedesktop.org/basedir-spec/latest/
 */
export function journalDirectory({ env }: Pick<Host, 'env'>): string {
  const { XDG_STATE_HOME: state, HOME: home } = env;
  const base = state && isAbsolute(state) ? state : join(home && isAbsolute(home) ? home : homedir(), '.local', 'state');
  return join(base, 'batten', 'undo');
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Writes down what is about to be done, readable for nobody else, and drops what is too old.
 *
 * @param files the texts before and after; undefined before = new.
 * @returns what takes the entry back, for when the write fails.
 * @throws InputError or a file system error; then nothing was written down.
 */
export function journal(
  host: Pick<Host, 'env'>,
  main: string,
  files: readonly { path: string; before: string | undefined; after: string }[],
): () => void {
  const directory = journalDirectory(host);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const entries = readdirSync(directory).filter((name) => NAME.test(name));
  const number = Math.max(0, ...entries.map((name) => Number(NAME.exec(name)![2]))) + 1;
  const written = files.map(({ path, before, after }) => ({
    path,
    before: before ?? null,
    after: hashOf(after),
    made: missingAbove(path),
  }));
  const entry: JournalEntry = { version: 1, main, written };
  const file = join(directory, `${keyOf(main)}-${String(number).padStart(8, '0')}.json`);
  writeFileAtomic(file, `${JSON.stringify(entry)}\n`, { mode: 0o600, mustBeNew: true });
  prune(directory, [...entries, file.slice(directory.length + 1)], keyOf(main));
  return () => rmSync(file, { force: true });
}

/** What can be taken back, the last first. What is no entry is passed over. */
export function journalEntries(host: Pick<Host, 'env'>): Journaled[] {
  const directory = journalDirectory(host);
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .flatMap((name): Journaled[] => {
      const match = NAME.exec(name);
      if (!match) return [];
      const file = join(directory, name);
      try {
        const entry = JSON.parse(readFileSync(file, 'utf8')) as JournalEntry;
        return entry.version === 1 ? [{ ...entry, number: Number(match[2]), at: statSync(file).mtime, file }] : [];
      } catch {
        return [];
      }
    })
    .sort((a, b) => b.number - a.number);
}

function keyOf(main: string): string {
  return hashOf(main).slice(0, 32);
}

function prune(directory: string, names: readonly string[], key: string): void {
  const latestFirst = [...names].sort((a, b) => Number(NAME.exec(b)![2]) - Number(NAME.exec(a)![2]));
  const ofProject = latestFirst.filter((name) => name.startsWith(key));
  for (const name of new Set([...ofProject.slice(KEPT_OF_A_PROJECT), ...latestFirst.slice(KEPT)])) {
    rmSync(join(directory, name), { force: true });
  }
}

/** The directories that a file needs and that are not there, the outermost first. */
function missingAbove(path: string): string[] {
  const missing: string[] = [];
  for (let at = dirname(path); !existsSync(at); at = dirname(at)) missing.unshift(at);
  return missing;
}
