import type { Engine } from '../client/engine';
import { labelsOf } from './options';

/** A directory as an image has it. */
export interface ImageDirectory {
  uid: number;
  gid: number;
  mode: number;
  /** Whether the image has files in it or below, which a tmpfs over it would hide. */
  baked: boolean;
}

/** Files of images, read through containers that are made and never started. */
export class ImageFiles {
  private readonly made = new Map<string, Promise<string>>();
  private readonly known = new Map<string, Promise<ImageDirectory | undefined>>();

  constructor(
    private readonly engine: Engine,
    private readonly id: string,
  ) {}

  /** Undefined when the image has no such directory. */
  directory(image: string, path: string): Promise<ImageDirectory | undefined> {
    // A service may have written hundreds of files into one directory.
    const key = `${image}\n${path}`;
    let found = this.known.get(key);
    if (!found) {
      found = this.look(image, path);
      this.known.set(key, found);
    }
    return found;
  }

  private async look(image: string, path: string): Promise<ImageDirectory | undefined> {
    const container = await this.container(image);
    const start = await this.engine.archiveStart(container, path, 512 * 1024);
    if (!start) return undefined;
    const [own, ...below] = [...entriesOf(start)];
    if (own?.type !== '5') return undefined;
    return { uid: own.uid, gid: own.gid, mode: own.mode, baked: below.some(({ type }) => type !== '5') };
  }

  async remove(): Promise<void> {
    for (const container of this.made.values()) await container.then((id) => this.engine.removeContainer(id)).catch(() => undefined);
    this.made.clear();
    this.known.clear();
  }

  private container(image: string): Promise<string> {
    let container = this.made.get(image);
    if (!container) {
      container = this.engine.createContainer({
        Image: image,
        Cmd: ['-'],
        Labels: labelsOf(this.id),
        HostConfig: { NetworkMode: 'none' },
      });
      this.made.set(image, container);
    }
    return container;
  }
}

interface TarEntry {
  name: string;
  uid: number;
  gid: number;
  mode: number;
  /** `5` = directory. */
  type: string;
}

/** The entries whose headers are in the beginning of a tar archive. */
export function* entriesOf(bytes: Buffer): Generator<TarEntry> {
  for (let at = 0; at + 512 <= bytes.length; ) {
    const header = bytes.subarray(at, at + 512);
    const name = text(header, 0, 100);
    if (name === '') return;
    const size = octal(header, 124, 12);
    const type = String.fromCharCode(header[156]!) || '0';
    // Extended headers say more about the next entry, which batten does not need.
    if (type !== 'x' && type !== 'g' && type !== 'L')
      yield { name, mode: octal(header, 100, 8), uid: octal(header, 108, 8), gid: octal(header, 116, 8), type };
    at += 512 + Math.ceil(size / 512) * 512;
  }
}

function text(header: Buffer, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? length : end).toString('utf8');
}

const octal = (header: Buffer, at: number, length: number): number => Number.parseInt(text(header, at, length).trim() || '0', 8) || 0;

/** The text of the first file whose content is in the beginning of a tar archive; undefined when it is cut off, or there is none. */
export function fileIn(bytes: Buffer): string | undefined {
  for (let at = 0; at + 512 <= bytes.length; ) {
    const header = bytes.subarray(at, at + 512);
    if (text(header, 0, 100) === '') return undefined;
    const size = octal(header, 124, 12);
    const type = String.fromCharCode(header[156]!);
    const content = bytes.subarray(at + 512, at + 512 + size);
    if (type === '0' || type === '\0') return content.length === size ? content.toString('utf8') : undefined;
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return undefined;
}
