import { closeSync, lstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { ANYWHERE, type Bounds, rootedAt } from '../compose/bounds';
import { readIfThere, readInput } from '../compose/read';
import { InputError } from '../errors';

/** The most that is read of one file of a host, in bytes. */
const MOST = 1024 * 1024;

/** Who owns something, and who may do what: `mode` are the permission bits. */
export interface FileFacts {
  uid: number;
  gid: number;
  mode: number;
  kind: 'file' | 'directory' | 'socket' | 'other';
}

/**
 * The files of a Docker host: of this machine, or of one that is mounted or copied below a directory. Of the latter nothing but files is
 * seen: no kernel, no Engine. Paths are those of the host (`/etc/docker/daemon.json`); nothing is followed out of the directory.
 */
export class HostFiles {
  private readonly bounds: Bounds;

  /** @param root absolute; undefined = this machine. */
  constructor(
    readonly root: string | undefined,
    private readonly show: (absolute: string) => string = (absolute) => absolute,
  ) {
    this.bounds = root === undefined ? ANYWHERE : rootedAt(root);
  }

  /** Whether the kernel and the programs of the host are this machine's. */
  get live(): boolean {
    return this.root === undefined;
  }

  /** How a path of the host is called in reports. */
  shown(file: string): string {
    return this.show(this.absolute(file));
  }

  /** Where a path of the host really is on this machine, links followed. @throws InputError */
  place(file: string): string {
    return this.bounds.place(this.absolute(file), this.shown(file));
  }

  /** The text of a file; undefined when it is not there or may not be read. Bytes that are no UTF-8 are replaced. */
  text(file: string): string | undefined {
    try {
      return readIfThere(this.absolute(file), this.shown(file), this.bounds, MOST);
    } catch (error) {
      if (error instanceof InputError) return undefined;
      throw error;
    }
  }

  /** The text of a file that has to be understood as it is; undefined when it is not there. @throws InputError as `readInput` */
  exactText(file: string): string | undefined {
    try {
      return readInput(this.absolute(file), this.shown(file), this.bounds, MOST).text;
    } catch (error) {
      if (error instanceof InputError && error.code === 'not-found') return undefined;
      throw error;
    }
  }

  /** Undefined when it is not there, or cannot be looked at. */
  stat(file: string): FileFacts | undefined {
    const at = this.real(file);
    const stats = at === undefined ? undefined : statOf(at);
    if (!stats) return undefined;
    const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : stats.isSocket() ? 'socket' : 'other';
    return { uid: stats.uid, gid: stats.gid, mode: stats.mode & 0o7777, kind };
  }

  /** Whether a path is where another file system begins; undefined when that cannot be told. */
  isMountPoint(directory: string): boolean | undefined {
    const [at, above] = [this.real(directory), this.real(path.posix.dirname(directory))];
    const [inner, outer] = [at && statOf(at), above && statOf(above)];
    return inner && outer ? inner.dev !== outer.dev : undefined;
  }

  /** The names in a directory, sorted; none when it is not there. Undefined when it may not be read. */
  names(directory: string): string[] | undefined {
    const at = this.real(directory);
    if (at === undefined || !statOf(at)) return [];
    try {
      return readdirSync(at).sort();
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EACCES' ? undefined : [];
    }
  }

  /** What the kernel of this machine says in a file of /proc or /sys, trimmed; undefined for another host, or when it is not there. */
  kernel(file: `/proc/${string}` | `/sys/${string}`): string | undefined {
    if (!this.live) return undefined;
    try {
      const fd = openSync(file, 'r');
      try {
        const bytes = Buffer.alloc(64 * 1024);
        return bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, 0)).trim();
      } finally {
        closeSync(fd);
      }
    } catch {
      return undefined;
    }
  }

  private real(file: string): string | undefined {
    try {
      return this.place(file);
    } catch {
      return undefined;
    }
  }

  private absolute(file: string): string {
    return this.root === undefined ? file : path.join(this.root, file);
  }
}

function statOf(real: string) {
  try {
    // It is where links lead already: one that is here now came in between.
    return lstatSync(real).isSymbolicLink() ? undefined : statSync(real);
  } catch {
    return undefined;
  }
}
