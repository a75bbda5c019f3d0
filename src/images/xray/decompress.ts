import type { Gunzip } from 'node:zlib';
import { ImageError } from '../../errors';
import type { Budget } from './limits';
import { ZstdReader } from './zstd';

/** What takes data in pieces and gives it on, plain. */
interface Stage {
  write(chunk: Buffer): Promise<void> | void;
  end(): Promise<void> | void;
}

/** Enough to tell how something is compressed. */
const MAGIC = 4;

/** Decompresses a stream that says by its first bytes how it is compressed: gzip, Zstandard, or not at all. */
export class Decompressor {
  private first: Buffer = Buffer.alloc(0);
  private stage: Stage | undefined;
  private taken = 0;
  private given = 0;

  /** @param output told of each part in turn; what it throws comes out of `write` or `end`. */
  constructor(
    private readonly output: (part: Buffer) => void,
    private readonly budget: Budget,
  ) {}

  /** @throws ImageError `image-archive`, `image-limit`, and what the output throws. */
  async write(chunk: Buffer): Promise<void> {
    this.taken += chunk.length;
    if (this.stage) {
      await this.stage.write(chunk);
      return;
    }
    this.first = this.first.length > 0 ? Buffer.concat([this.first, chunk]) : chunk;
    if (this.first.length >= MAGIC) await this.begin();
  }

  /** @throws as `write`, also when something is missing. */
  async end(): Promise<void> {
    if (!this.stage) await this.begin();
    await this.stage?.end();
  }

  private async begin(): Promise<void> {
    const { first } = this;
    const give = (part: Buffer): void => {
      this.given += part.length;
      this.budget.take(part.length);
      this.budget.checkRatio(this.taken, this.given);
      this.output(part);
    };
    const kind = compressionOf(first);
    this.stage = kind === 'gzip' ? new GzipStage(give) : kind === 'zstd' ? new ZstdReader(give) : { write: give, end: () => undefined };
    this.first = Buffer.alloc(0);
    if (first.length > 0) await this.stage.write(first);
  }
}

/** How data is compressed, by its first four bytes. */
export function compressionOf(first: Buffer): 'gzip' | 'zstd' | 'none' {
  if (first[0] === 0x1f && first[1] === 0x8b) return 'gzip';
  const zstd = first.length >= MAGIC ? first.readUInt32LE(0) : 0;
  return zstd === 0xfd2fb528 || zstd >>> 4 === 0x184d2a5 ? 'zstd' : 'none';
}

/** Node's own gunzip, which works beside batten on another thread. */
class GzipStage implements Stage {
  private readonly gunzip: Gunzip;
  private failure: unknown;

  constructor(output: (part: Buffer) => void) {
    const { createGunzip } = require('node:zlib') as typeof import('node:zlib');
    this.gunzip = createGunzip({ chunkSize: 128 * 1024 });
    this.gunzip.on('data', (part: Buffer) => {
      if (this.failure !== undefined) return;
      try {
        output(part);
      } catch (error) {
        this.fail(error);
      }
    });
    this.gunzip.on('error', (error) => this.fail(damaged(error)));
  }

  write(chunk: Buffer): Promise<void> {
    return this.settled((done) => this.gunzip.write(chunk, done));
  }

  end(): Promise<void> {
    return this.settled((done) => {
      this.gunzip.once('end', done);
      this.gunzip.end();
    });
  }

  /** Waits until gunzip is done, or ends for a failure of its own or of the output. */
  private async settled(start: (done: () => void) => void): Promise<void> {
    if (this.failure === undefined) {
      await new Promise<void>((resolve) => {
        this.gunzip.once('close', resolve);
        start(() => {
          this.gunzip.off('close', resolve);
          resolve();
        });
      });
    }
    if (this.failure !== undefined) throw this.failure;
  }

  private fail(error: unknown): void {
    this.failure ??= error;
    this.gunzip.destroy();
  }
}

function damaged(cause: unknown): ImageError {
  return new ImageError('image-archive', 'has a layer that is no gzip, or is damaged', { cause });
}
