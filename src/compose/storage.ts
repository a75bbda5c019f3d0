import { existsSync, lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '../errors';
import { type Bounds, Repository, within } from './bounds';
import { projectRoot } from './project-root';

/** Bounds that can be asked without an error. */
export interface ProjectBounds extends Bounds {
  /** Whether a path is inside, and whether it leads there. Never throws. */
  holds(absolute: string): boolean;
}

/** What is in a directory. */
export interface StoredEntry {
  name: string;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

/** Where the files of a project are. Paths are absolute. */
export interface Storage {
  /** What a project in a directory may read: see `projectRoot`. */
  repository(directory: string): ProjectBounds;
  /** A directory and nothing above it. */
  below(directory: string): ProjectBounds;
  /** The directory that all files of a project in a directory are in. */
  root(directory: string): string;
  /** Whether there is something of that name. */
  has(absolute: string): boolean;
  /** Whether there is nothing of that name, for certain. @throws when it cannot be looked at */
  isAbsent(absolute: string): boolean;
  /** Whether there is nothing of that name for certain. @throws when it cannot be looked at */
  isAbsent(absolute: string): boolean;
  /** Whom a directory belongs to, as `uid:gid`; undefined where it is not there, or there are no such numbers. */
  owner(directory: string): string | undefined;
  /** What is in a directory. @throws when it cannot be looked at */
  entries(directory: string): readonly StoredEntry[];
}

/** The disk, with texts that count in place of files: those an editor has open, which nobody saved yet. */
export class UnsavedTexts implements Storage {
  /** @param texts by absolute path; those of directories are made on the way. */
  constructor(private readonly texts?: ReadonlyMap<string, string>) {}

  repository(directory: string): ProjectBounds {
    return Repository.of(directory, this.texts);
  }

  below(directory: string): ProjectBounds {
    return Repository.at(directory, this.texts);
  }

  root(directory: string): string {
    return projectRoot(directory);
  }

  has(absolute: string): boolean {
    return this.texts?.has(absolute) === true || existsSync(absolute);
  }

  isAbsent(absolute: string): boolean {
    return lstatSync(absolute, { throwIfNoEntry: false }) === undefined;
  }

  owner(directory: string): string | undefined {
    const stats = process.platform === 'win32' ? undefined : lstatSync(directory, { throwIfNoEntry: false });
    return stats && `${stats.uid}:${stats.gid}`;
  }

  entries(directory: string): readonly StoredEntry[] {
    return readdirSync(directory, { withFileTypes: true });
  }
}

/** The disk as it is. */
export const DISK: Storage = new UnsavedTexts();

/** Texts by path, and nothing else: no disk is looked at. */
export class Memory implements Storage {
  private readonly directories = new Map<string, Map<string, StoredEntry>>();

  /** @param texts by absolute path. */
  constructor(private readonly texts: ReadonlyMap<string, string>) {
    for (const file of texts.keys()) this.list(file, true);
  }

  repository(): ProjectBounds {
    return new MemoryBounds(path.resolve('/'), this.texts);
  }

  below(directory: string): ProjectBounds {
    return new MemoryBounds(path.resolve(directory), this.texts);
  }

  root(): string {
    return path.resolve('/');
  }

  has(absolute: string): boolean {
    return this.texts.has(absolute) || this.directories.has(absolute);
  }

  /** Who hands over texts need not hand over all there is. */
  owner(): undefined {
    return undefined;
  }

  isAbsent(): boolean {
    return false;
  }

  entries(directory: string): readonly StoredEntry[] {
    const found = this.directories.get(path.resolve(directory));
    if (!found) throw new InputError('not-found', 'no such directory', { file: directory });
    return [...found.values()];
  }

  private list(absolute: string, isFile: boolean): void {
    const above = path.dirname(absolute);
    if (above === absolute) return;
    const there = this.directories.get(above) ?? new Map<string, StoredEntry>();
    const name = path.basename(absolute);
    if (!there.has(name)) there.set(name, { name, isFile: () => isFile, isDirectory: () => !isFile, isSymbolicLink: () => false });
    if (this.directories.has(above)) return;
    this.directories.set(above, there);
    this.list(above, false);
  }
}

class MemoryBounds implements ProjectBounds {
  constructor(
    private readonly root: string,
    private readonly texts: ReadonlyMap<string, string>,
  ) {}

  place(absolute: string, shown: string): string {
    const file = path.resolve(absolute);
    if (within(file, this.root)) return file;
    throw new InputError('outside', 'leads out of the project', { file: shown, hint: 'hand it over with the other files' });
  }

  holds(absolute: string): boolean {
    return within(path.resolve(absolute), this.root);
  }

  held(absolute: string): string | null {
    return this.texts.get(path.resolve(absolute)) ?? null;
  }
}
