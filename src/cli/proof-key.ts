import { createHash, randomBytes } from 'node:crypto';
import { lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Repository, straightIn } from '../compose/bounds';
import { readIfThere } from '../compose/read';
import { makeDirectory, writeFileAtomic } from '../compose/write';
import { machineId } from '../engine/trial/machine';
import { BattenError } from '../errors';
import type { Host } from './host';
import { stateDirectory } from './state';

/** What is kept in the file: 32 random bytes. */
const KEY = /^[\da-f]{64}$/;

/**
 * The key of this person on this machine, which proofs are sealed with. It is made with the first proof; where it cannot be kept it lasts as long as the
 * process, so that what was just proven counts.
 */
export class ProofKey {
  private secret: string | undefined;

  constructor(private readonly host: Pick<Host, 'env'>) {}

  /** The key, when there is one. */
  get(): Uint8Array | undefined {
    this.secret ??= this.read();
    // A home directory may be shared by machines: what ran on one of them says nothing of another.
    return this.secret === undefined ? undefined : createHash('sha256').update(`${machineId()}\n${this.secret}`).digest();
  }

  /** Makes a key where there is none. @returns why it cannot be kept. */
  make(): string | undefined {
    if (this.get()) return undefined;
    this.secret = randomBytes(32).toString('hex');
    const directory = stateDirectory(this.host);
    try {
      makeDirectory(directory, { within: Repository.at(directory), mode: 0o700, shown: directory });
      // What is there is no key, or one that is not secret.
      rmSync(this.file, { force: true });
      writeFileAtomic(this.file, `${this.secret}\n`, { within: straightIn(directory), mode: 0o600, shown: this.file, mustBeNew: true });
      return undefined;
    } catch (error) {
      const made = this.read();
      // Another run was faster.
      if (made !== undefined) this.secret = made;
      if (made !== undefined) return undefined;
      return error instanceof Error ? `${this.file}: ${error.message}` : String(error);
    }
  }

  private get file(): string {
    return join(stateDirectory(this.host), 'proof.key');
  }

  /** One that others can read is no secret, and one that others wrote is theirs. */
  private read(): string | undefined {
    try {
      const stats = lstatSync(this.file);
      const own = process.getuid === undefined || (stats.uid === process.getuid() && (stats.mode & 0o077) === 0);
      const text = own ? readIfThere(this.file, this.file, straightIn(stateDirectory(this.host)), 1024)?.trim() : undefined;
      return text !== undefined && KEY.test(text) ? text : undefined;
    } catch (error) {
      // Not there, or nothing that can be read.
      if (error instanceof BattenError || (error as NodeJS.ErrnoException).code !== undefined) return undefined;
      throw error;
    }
  }
}
