import path from 'node:path';
import { within } from '../compose/bounds';
import { readInput } from '../compose/read';
import { DISK, type ProjectBounds, type Storage } from '../compose/storage';
import { InputError } from '../errors';

/** A file of the project, or why it was not read. `missing` is nothing to tell a person about: many stacks are published without. */
export type ProjectFile = { text: string; shown: string } | { missing: true; shown: string } | { refused: string; shown: string };

/** The most that is read of a Dockerfile or a script, in bytes. Written ones are a tenth of it, and its parser takes its time with more. */
export const MAX_EVIDENCE_BYTES = 64 * 1024;

/**
 * Reads files of one directory and nothing outside of it, however a path is spelt and wherever its links lead. Every file is read once.
 * With a `boundary` above the directory (see `projectRoot`), paths are still relative to the directory, and what is read lies within that.
 */
export class ProjectFiles {
  private readonly boundary: string;
  private readonly bounds: ProjectBounds;
  private readonly known = new Map<string, ProjectFile>();
  private readonly made = new Map<string, unknown>();

  constructor(
    readonly directory: string,
    boundary: string = directory,
    private readonly storage: Storage = DISK,
  ) {
    this.boundary = path.resolve(boundary);
    this.bounds = storage.below(boundary);
  }

  /** What was made of the files before, by a key of the caller's. */
  once<T>(key: string, make: () => T): T {
    if (!this.made.has(key)) this.made.set(key, make());
    return this.made.get(key) as T;
  }

  /** Whom the directory belongs to, as `uid:gid`; undefined where there are no such numbers. */
  owner(): string | undefined {
    return this.storage.owner(this.directory);
  }

  /** `wanted` is relative to the directory, or absolute. Never throws. */
  read(wanted: string): ProjectFile {
    const absolute = path.resolve(this.directory, wanted);
    let file = this.known.get(absolute);
    if (!file) {
      file = this.readAnew(absolute);
      this.known.set(absolute, file);
    }
    return file;
  }

  /**
   * The files below a directory of the project, relative to it, at most `most`; undefined when it is no directory of the project or has
   * more files, or as many directories. Links are not followed. Never throws.
   */
  list(wanted: string, most: number): string[] | undefined {
    return this.once(`list ${wanted} ${most}`, () => {
      if (this.leavesProject(wanted)) return undefined;
      const out: string[] = [];
      return this.walk(path.resolve(this.directory, wanted), '', out, { left: most }, most) ? out : undefined;
    });
  }

  private walk(directory: string, prefix: string, out: string[], directories: { left: number }, most: number): boolean {
    if (directories.left-- <= 0) return false;
    try {
      for (const entry of [...this.storage.entries(directory)].sort((a, b) => (a.name < b.name ? -1 : 1))) {
        if (entry.isDirectory() && !this.walk(path.join(directory, entry.name), `${prefix}${entry.name}/`, out, directories, most))
          return false;
        if (entry.isFile()) out.push(prefix + entry.name);
        // A link is something that was not looked at.
        if (out.length > most || entry.isSymbolicLink()) return false;
      }
      return true;
    } catch {
      return false;
    }
  }

  /** Whether there is nothing at a path of the project; false when it cannot be told, as of what is outside. Never throws. */
  isAbsent(wanted: string): boolean {
    const absolute = path.resolve(this.directory, wanted);
    return this.once(`absent ${absolute}`, () => {
      if (this.leavesProject(wanted)) return false;
      try {
        return this.storage.isAbsent(absolute);
      } catch {
        return false;
      }
    });
  }

  /** Whether the path leads out of the boundary; false when it leads nowhere. */
  leavesProject(wanted: string): boolean {
    const absolute = path.resolve(this.directory, wanted);
    return !within(absolute, this.boundary) || !this.bounds.holds(absolute);
  }

  private readAnew(absolute: string): ProjectFile {
    const shown = path.relative(this.directory, absolute).split(path.sep).join('/');
    // By its name first: what is outside is not even looked for.
    if (!within(absolute, this.boundary)) return { refused: 'it is outside of the project', shown };
    try {
      return { text: readInput(absolute, shown, this.bounds, MAX_EVIDENCE_BYTES).text.replace(/^\uFEFF/, ''), shown };
    } catch (error) {
      if (!(error instanceof InputError)) return { refused: 'it cannot be read', shown };
      if (error.code === 'not-found') return { missing: true, shown };
      return { refused: error.code === 'outside' ? 'it is a link out of the project' : `it ${error.message}`, shown };
    }
  }
}
