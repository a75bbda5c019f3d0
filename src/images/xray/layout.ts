import { constants, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { type Bounds, Repository } from '../../compose/bounds';
import { readInput } from '../../compose/read';
import { ImageError, InputError } from '../../errors';
import { digestOf, type ImageContents, otherDigest, parseJson } from './contents';
import { type Layer, LayerReader } from './layer';
import { Budget } from './limits';
import type { Descriptor } from './manifest';
import { type Blobs, type ReadOptions, readImage } from './read-image';

/** Whether a directory is an image layout: also what `docker save` writes today, unpacked. */
export function isImageLayout(directory: string): boolean {
  try {
    return statSync(path.join(directory, 'index.json')).isFile() && statSync(path.join(directory, 'blobs')).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Reads an image layout, a directory. https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 *
 * @throws ImageError when it is damaged, hostile or too large, or does not have the image; InputError when a file cannot be read.
 */
export async function readImageLayout(directory: string, options: ReadOptions): Promise<ImageContents> {
  const budget = new Budget(options.limits);
  const { text } = readInput(path.join(directory, 'index.json'), 'index.json', Repository.at(directory));
  return readImage(parseJson(Buffer.from(text), 'index'), new Layout(directory, budget), budget, options);
}

class Layout implements Blobs {
  /** What is linked from elsewhere is no part of it. */
  private readonly bounds: Bounds;

  constructor(
    private readonly directory: string,
    private readonly budget: Budget,
  ) {
    this.bounds = Repository.at(directory);
  }

  async json({ digest }: Descriptor): Promise<Buffer> {
    const bytes = Buffer.from(readInput(this.blob(digest), shownAs(digest), this.bounds).text, 'utf8');
    if (digestOf(bytes) !== digest) throw otherDigest('manifest', digest, digestOf(bytes));
    return bytes;
  }

  async layer({ digest }: Descriptor): Promise<Layer> {
    const reader = new LayerReader(this.budget);
    for await (const chunk of fileChunks(this.blob(digest), shownAs(digest), this.bounds)) await reader.write(chunk);
    const layer = await reader.end();
    if (layer.digest !== digest) throw otherDigest('layer', digest, layer.digest);
    return layer;
  }

  /** A digest was checked to be one, and so cannot lead elsewhere. */
  private blob(digest: string): string {
    return path.join(this.directory, 'blobs', ...digest.split(':'));
  }
}

function shownAs(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

/**
 * The content of a file in pieces.
 *
 * @throws InputError `outside`; ImageError `image-missing` when it is not there, no regular file, or cannot be read.
 */
export async function* fileChunks(file: string, shown: string, bounds: Bounds): AsyncGenerator<Buffer> {
  let handle: FileHandle | undefined;
  try {
    // Opening a FIFO would wait for its writer.
    handle = await open(bounds.place(file, shown), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0));
    if (!(await handle.stat()).isFile()) throw new ImageError('image-missing', 'is no regular file', { file: shown });
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new ImageError('image-missing', `cannot be read (${(cause as NodeJS.ErrnoException).code})`, { file: shown, cause });
  } finally {
    await handle?.close();
  }
}

const CHUNK = 512 * 1024;
