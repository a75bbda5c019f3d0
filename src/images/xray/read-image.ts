import { ImageError } from '../../errors';
import type { Data } from '../../yaml/types';
import { chosen } from './choose';
import { assemble, type ImageContents, parseJson, readConfiguration } from './contents';
import type { Layer } from './layer';
import { type Budget, inWords, type Limits } from './limits';
import { type Descriptor, forPlatform, isIndex, listed, type Platform, platformName, readManifest } from './manifest';

/** How an image is chosen where there are several, and what is read of it. */
export interface ReadOptions {
  /** Its name; needed when there are several. */
  name?: string;
  /** Whether one that has no name is not it. */
  named?: boolean;
  platform: Platform;
  limits?: Limits;
  /** Bytes of the layers as they are transferred, above which only the configuration is read. */
  atMost?: number;
}

/** Where the parts of an image are. */
export interface Blobs {
  /** A manifest or a configuration, verified. @throws ImageError `image-digest`, `image-missing`, `image-limit` */
  json(part: Descriptor): Promise<Buffer>;
  /** A layer, read and verified. @throws ImageError */
  layer(part: Descriptor): Promise<Layer>;
  /** Told how many bytes all layers are, before the first one. */
  begin?(bytes: number): void;
}

/**
 * Reads an image from its manifest, or from an index that has it.
 *
 * @throws ImageError when it is not there, not for the platform, not what its digests say, hostile or too large.
 */
export async function readImage(top: Data, blobs: Blobs, budget: Budget, options: ReadOptions): Promise<ImageContents> {
  const { atMost = Number.POSITIVE_INFINITY } = options;
  const manifest = readManifest(await manifestData(top, blobs, options));
  checkLayers(manifest.layers.length, budget);
  const configuration = readConfiguration(await blobs.json(manifest.config), manifest.config.digest);
  const size = manifest.layers.reduce((sum, layer) => sum + layer.size, 0);
  if (size > atMost) {
    return {
      id: configuration.id,
      configuration: configuration.data,
      layers: configuration.diffIds.map((digest) => ({ digest })),
      withoutFiles: `its layers are ${inWords(size)}, and no more than ${inWords(atMost)} are fetched`,
    };
  }
  blobs.begin?.(size);
  const read = new Map<string, Layer>();
  for (const layer of manifest.layers) if (!read.has(layer.digest)) read.set(layer.digest, await blobs.layer(layer));
  return assemble(
    configuration,
    manifest.layers.map(({ digest }) => read.get(digest)!),
    budget,
  );
}

/** An index may list indexes, one for each image, which list platforms. */
async function manifestData(top: Data, blobs: Blobs, { name, named, platform }: ReadOptions): Promise<Data> {
  let data = top;
  for (let depth = 0; isIndex(data); depth++) {
    if (depth > 3) throw new ImageError('image-archive', 'has indexes within indexes within indexes');
    const images = listed(data);
    const image = depth === 0 ? chosen(images, name, named) : images[0];
    const fitting = forPlatform(image ? images.filter(({ names }) => names.join() === image.names.join()) : [], platform);
    if (!fitting) throw new ImageError('image-missing', `is not there for ${platformName(platform)}`, { hint: platformsOf(images) });
    data = parseJson(await blobs.json(fitting), 'manifest');
  }
  return data;
}

function platformsOf(images: readonly { platform?: Platform }[]): string | undefined {
  const names = images.flatMap((image) => (image.platform ? [platformName(image.platform)] : []));
  return names.length === 0 ? undefined : `DOCKER_DEFAULT_PLATFORM names another one: ${names.join(', ')}`;
}

/** @throws ImageError `image-limit` */
export function checkLayers(count: number, { limits }: Budget): void {
  if (count > limits.layers) throw new ImageError('image-limit', `has ${count} layers, and no Engine takes more than 127`);
}
