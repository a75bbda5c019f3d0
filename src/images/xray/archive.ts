import { isMap } from '../../compose/data';
import { ImageError } from '../../errors';
import type { Data } from '../../yaml/types';
import { chosen } from './choose';
import { assemble, digestOf, type ImageContents, otherDigest, parseJson, readConfiguration } from './contents';
import { Decompressor } from './decompress';
import { stepsOf } from './file-tree';
import { type Layer, LayerReader } from './layer';
import { Budget, tooMuch } from './limits';
import type { Descriptor } from './manifest';
import { type Blobs, checkLayers, type ReadOptions, readImage } from './read-image';
import { type TarEntry, TarReader, type TarVisitor } from './tar';

/**
 * Reads an archive as `docker save` writes it, or an image layout in a tar file; either may be compressed. In one pass, as its layers may come
 * before what says which they are.
 *
 * @throws ImageError for what is no such archive, hostile or too large, and for an image that is not in it.
 */
export async function readArchive(chunks: AsyncIterable<Buffer>, options: ReadOptions): Promise<ImageContents> {
  const archive = new ArchiveReader(new Budget(options.limits));
  for await (const chunk of chunks) await archive.write(chunk);
  return (await archive.end()).image(options);
}

/** Bytes of all manifests and configurations of one archive. */
const MAX_JSON = 32 * 1024 ** 2;
/** Bytes that tell what a part is. */
const HEAD = 512;

/** What happens to the entries of the archive. */
type Event = { entry: TarEntry } | { data: Buffer } | 'close';

/** A file of the archive while it goes by: JSON is held, a layer is read. */
interface OpenPart {
  path: string;
  size: number;
  held: Buffer[];
  heldBytes: number;
  kind: 'unknown' | 'json' | 'layer' | 'other';
  layer?: LayerReader;
  failure?: ImageError;
}

class ArchiveReader implements TarVisitor {
  private readonly parts = new Map<string, Buffer | Layer | ImageError>();
  private readonly links = new Map<string, string>();
  private readonly tar = new TarReader(this);
  private readonly decompressor: Decompressor;
  /** What the last piece of the archive had in it: layers are read when it is taken apart. */
  private events: Event[] = [];
  private part: OpenPart | undefined;
  private json = 0;

  constructor(private readonly budget: Budget) {
    // Of a compressed archive the layers are counted themselves.
    const { limits } = budget;
    this.decompressor = new Decompressor((part) => this.tar.write(part), new Budget({ ...limits, bytes: limits.bytes * 2 }));
  }

  async write(chunk: Buffer): Promise<void> {
    await this.decompressor.write(chunk);
    await this.work();
  }

  async end(): Promise<Archive> {
    await this.decompressor.end();
    await this.work();
    this.tar.end();
    return new Archive(this.parts, this.links, this.budget);
  }

  entry(entry: TarEntry): void {
    this.events.push({ entry });
  }

  data(data: Buffer): void {
    this.events.push({ data });
  }

  close(): void {
    this.events.push('close');
  }

  private async work(): Promise<void> {
    const events = this.events;
    this.events = [];
    for (const event of events) {
      if (event === 'close') await this.closePart();
      else if ('data' in event) await this.take(event.data);
      else this.open(event.entry);
    }
  }

  private open({ path, kind, size, link }: TarEntry): void {
    this.budget.takeEntry();
    const name = stepsOf(path).join('/');
    this.part = undefined;
    if (kind === 'file') this.part = { path: name, size, held: [], heldBytes: 0, kind: 'unknown' };
    // A layer that an older one of the archive is the same as: `ID/layer.tar -> ../OTHER/layer.tar`.
    else if (kind === 'symlink') this.links.set(name, join(`${name}/..`, link));
    else if (kind === 'hardlink') this.links.set(name, join('', link));
  }

  private async take(data: Buffer): Promise<void> {
    const part = this.part;
    if (!part || part.kind === 'other') return;
    if (part.kind === 'layer') {
      await this.toLayer(part, data);
      return;
    }
    part.held.push(data);
    part.heldBytes += data.length;
    if (part.kind === 'json' || part.heldBytes < Math.min(HEAD, part.size)) return;
    const head = Buffer.concat(part.held);
    part.kind = this.kindOf(part, head);
    if (part.kind === 'json') {
      this.json += part.size;
      if (this.json > MAX_JSON) throw tooMuch('has more descriptions of itself than any image needs');
      return;
    }
    part.held = [];
    if (part.kind !== 'layer') return;
    part.layer = new LayerReader(this.budget);
    await this.toLayer(part, head);
  }

  /** What is no JSON may be a layer, whatever it is called: that differs with who wrote the archive. */
  private kindOf({ size }: OpenPart, head: Buffer): OpenPart['kind'] {
    const [first] = head.toString('latin1').trimStart();
    if (first === '{' || first === '[') return size <= this.budget.limits.json ? 'json' : 'other';
    return size < HEAD && head[0] !== 0x1f && head[0] !== 0x28 ? 'other' : 'layer';
  }

  private async toLayer(part: OpenPart, data: Buffer): Promise<void> {
    try {
      await part.layer!.write(data);
    } catch (error) {
      this.failed(part, error);
    }
  }

  /** What is damaged counts when the image needs it; what is made to do harm counts anyway. */
  private failed(part: OpenPart, error: unknown): void {
    if (!(error instanceof ImageError) || error.code === 'image-limit') throw error;
    part.failure = error;
    part.kind = 'other';
  }

  private async closePart(): Promise<void> {
    const part = this.part;
    this.part = undefined;
    if (!part) return;
    if (part.kind === 'layer') {
      try {
        this.parts.set(part.path, await part.layer!.end());
        return;
      } catch (error) {
        this.failed(part, error);
      }
    }
    if (part.failure) this.parts.set(part.path, part.failure);
    else if (part.kind === 'json') this.parts.set(part.path, Buffer.concat(part.held));
  }
}

/** An archive that was read to its end. */
class Archive implements Blobs {
  constructor(
    private readonly parts: ReadonlyMap<string, Buffer | Layer | ImageError>,
    private readonly links: ReadonlyMap<string, string>,
    private readonly budget: Budget,
  ) {}

  async image(options: ReadOptions): Promise<ImageContents> {
    const saved = this.parts.get('manifest.json');
    if (Buffer.isBuffer(saved)) return this.savedImage(parseJson(saved, 'manifest'), options);
    const index = this.parts.get('index.json');
    if (Buffer.isBuffer(index)) return readImage(parseJson(index, 'index'), this, this.budget, options);
    throw new ImageError('image-archive', 'is no archive of an image: it has neither manifest.json nor index.json', {
      hint: 'write one with "docker save IMAGE -o FILE.tar"',
    });
  }

  async json({ digest }: Descriptor): Promise<Buffer> {
    return this.jsonAt(blobPath(digest), digest);
  }

  async layer({ digest }: Descriptor): Promise<Layer> {
    const layer = this.layerAt(blobPath(digest));
    if (layer.digest !== digest) throw otherDigest('layer', digest, layer.digest);
    return layer;
  }

  private savedImage(manifest: Data, options: ReadOptions): ImageContents {
    const images = (Array.isArray(manifest) ? manifest : []).flatMap((each) => {
      if (!isMap(each) || typeof each.Config !== 'string' || !Array.isArray(each.Layers)) return [];
      return [
        { config: each.Config, layers: each.Layers.map(String), names: Array.isArray(each.RepoTags) ? each.RepoTags.map(String) : [] },
      ];
    });
    const { config, layers } = chosen(images, options.name, options.named);
    checkLayers(layers.length, this.budget);
    const [hex] = /[0-9a-f]{64}/.exec(config) ?? [];
    const configuration = readConfiguration(this.jsonAt(join('', config)), hex && `sha256:${hex}`);
    return assemble(
      configuration,
      layers.map((path) => this.layerAt(join('', path))),
      this.budget,
    );
  }

  private jsonAt(path: string, digest?: string): Buffer {
    const part = this.at(path);
    if (!Buffer.isBuffer(part)) throw new ImageError('image-archive', `has no ${path}, which it should`);
    if (digest !== undefined && digestOf(part) !== digest) throw otherDigest('manifest', digest, digestOf(part));
    return part;
  }

  private layerAt(path: string): Layer {
    const part = this.at(path);
    if (part instanceof ImageError) throw part;
    if (part === undefined || Buffer.isBuffer(part)) throw new ImageError('image-archive', `has no ${path}, which it should`);
    return part;
  }

  private at(path: string): Buffer | Layer | ImageError | undefined {
    let name = path;
    for (let step = 0; step < 40; step++) {
      const to = this.links.get(name);
      if (to === undefined) return this.parts.get(name);
      name = to;
    }
    return undefined;
  }
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

/** A path within the archive, `..` taken away. */
function join(directory: string, link: string): string {
  const steps: string[] = [];
  for (const step of [...directory.split('/'), ...link.split('/')]) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  return steps.join('/');
}
