import path from 'node:path';
import { type EnvFile, envOf } from '../compose/env-file';
import type { FileSource } from '../compose/file-source';
import { decode, MAX_INPUT_BYTES } from '../compose/read';
import { InputError } from '../errors';
import type { Git } from './git';

interface Entry {
  mode: string;
  hash: string;
  size: number;
}

/** As many links on the way to a file as Linux follows. */
const MOST_LINKS = 40;

/**
 * The files of one commit, as if they lay in the directory of the repository. Links are followed where they lead to another file of the same
 * commit, and nowhere else.
 */
export class RevisionTree implements FileSource {
  private readonly entries = new Map<string, Entry>();
  private readonly blobs = new Map<string, Buffer>();

  /**
   * @param name how the revision is called in errors.
   * @throws InputError when git does not list it
   */
  constructor(
    private readonly git: Git,
    readonly name: string,
    readonly commit: string,
  ) {
    for (const line of git.list(commit).split('\0')) {
      const [, mode, hash, size, file] = /^(\d+) \w+ ([0-9a-f]+) +(\d+|-)\t(.*)$/s.exec(line) ?? [];
      if (file !== undefined) this.entries.set(file, { mode: mode!, hash: hash!, size: size === '-' ? 0 : Number(size) });
    }
  }

  /** The paths of all files, from the root. */
  paths(): readonly string[] {
    return [...this.entries].filter(([, { mode }]) => mode !== SUBMODULE).map(([file]) => file);
  }

  /** Reads files at once that will be asked for, as far as they are not too large. */
  expect(absolutes: readonly string[]): void {
    let batch: string[] = [];
    let size = 0;
    const read = (): void => {
      if (batch.length > 0) for (const [hash, bytes] of this.git.blobs(batch, size)) this.blobs.set(hash, bytes);
      [batch, size] = [[], 0];
    };
    const asked = new Set<string>();
    for (const absolute of absolutes) {
      const entry = this.entries.get(this.inside(absolute));
      if (!entry || entry.mode === SUBMODULE || entry.size > MAX_INPUT_BYTES || asked.has(entry.hash)) continue;
      asked.add(entry.hash);
      batch.push(entry.hash);
      size += entry.size;
      if (size > MOST_AT_ONCE) read();
    }
    read();
  }

  /** The hash of a file, the same for equal ones; undefined when there is none. */
  identity(absolute: string): string | undefined {
    try {
      return this.entries.get(this.real(absolute, absolute))?.hash;
    } catch {
      return undefined;
    }
  }

  has(absolute: string): boolean {
    return this.identity(absolute) !== undefined;
  }

  place(absolute: string, shown: string): void {
    this.real(absolute, shown);
  }

  read(absolute: string, shown: string): string {
    const real = this.real(absolute, shown);
    const entry = this.entries.get(real);
    const at = `${this.name}:${shown}`;
    if (!entry) throw new InputError('not-found', 'no such file', { file: at, hint: `it is not in the revision ${this.name}` });
    if (entry.mode === SUBMODULE) throw new InputError('unreadable', 'is a submodule, which is a repository of its own', { file: at });
    if (entry.size > MAX_INPUT_BYTES)
      throw new InputError('too-large', 'is larger than 5 MB', { file: at, hint: 'no file of that kind needs to be' });
    return decode(this.bytes(entry), at);
  }

  env(absolute: string): EnvFile {
    try {
      return envOf(this.has(absolute) ? this.read(absolute, path.basename(absolute)) : '');
    } catch (problem) {
      if (!(problem instanceof InputError)) throw problem;
      return { ...envOf(''), problem };
    }
  }

  private bytes({ hash, size }: Entry): Buffer {
    const bytes = this.blobs.get(hash) ?? this.git.blobs([hash], size).get(hash)!;
    this.blobs.set(hash, bytes);
    return bytes;
  }

  private inside(absolute: string): string {
    return path.relative(this.git.root, absolute).split(path.sep).join('/');
  }

  /** The path from the root that a path leads to, links followed. @throws InputError `outside` */
  private real(absolute: string, shown: string, links = 0): string {
    const inside = this.inside(absolute);
    if (inside === '..' || inside.startsWith('../') || path.isAbsolute(inside))
      throw outside(`leads out of the repository, to ${absolute}`, shown);
    if (inside.split('/').some((part) => part.toLowerCase() === '.git'))
      throw outside('leads into .git, which is no part of a project', shown);
    if (this.entries.get(inside)?.mode === FILE) return inside;
    const parts = inside.split('/');
    for (let count = 1; count <= parts.length; count++) {
      const front = parts.slice(0, count).join('/');
      const entry = this.entries.get(front);
      if (entry?.mode !== LINK) continue;
      if (links >= MOST_LINKS) throw new InputError('unreadable', 'is a symbolic link that leads back to itself', { file: shown });
      const target = this.bytes(entry).toString('utf8');
      if (path.isAbsolute(target)) throw outside(`leads out of the repository, to ${target}`, shown);
      const next = path.resolve(this.git.root, path.posix.dirname(front), target, ...parts.slice(count));
      return this.real(next, shown, links + 1);
    }
    return inside;
  }
}

/** How many bytes are asked for in one go. */
const MOST_AT_ONCE = 16 * 1024 * 1024;

const FILE = '100644';
const LINK = '120000';
const SUBMODULE = '160000';

function outside(message: string, shown: string): InputError {
  return new InputError('outside', message, { file: shown, hint: 'nothing there is read' });
}
