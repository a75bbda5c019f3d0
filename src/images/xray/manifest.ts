import { isMap } from '../../compose/data';
import { ImageError } from '../../errors';
import { table } from '../../table';
import type { Data } from '../../yaml/types';

/*
 * What a registry, an image layout and `docker save` say an image is made of.
 * https://github.com/opencontainers/image-spec/blob/main/manifest.md, image-index.md, image-layout.md
 */

/** A part of an image, by its digest. */
export interface Descriptor {
  digest: string;
  /** Bytes. */
  size: number;
  mediaType: string;
}

/** What an image is made of. */
export interface Manifest {
  config: Descriptor;
  /** From the bottom to the top. */
  layers: readonly Descriptor[];
}

/** What a machine runs, in the words of the format: `linux`, `amd64`, `v8`. */
export interface Platform {
  os: string;
  architecture: string;
  variant?: string;
}

/** One image of an index. */
interface Listed extends Descriptor {
  platform?: Platform;
  /** Names of the image, as far as they are names. */
  names: readonly string[];
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Whether the text is a digest that is read here: others are not verified, and so not believed. */
export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

/** The manifest of one image. @throws ImageError `image-archive`, `image-unsupported` for what is no Linux image. */
export function readManifest(data: Data): Manifest {
  if (!isMap(data) || !Array.isArray(data.layers)) throw new ImageError('image-archive', 'has a manifest that lists no layers');
  const layers = data.layers.map(descriptorOf);
  const foreign = layers.find(({ mediaType }) => /foreign|nondistributable/.test(mediaType) || /\+encrypted$/.test(mediaType));
  if (foreign) throw new ImageError('image-unsupported', `has a layer that cannot be read (${foreign.mediaType})`);
  return { config: descriptorOf(data.config), layers };
}

/** Whether it lists images instead of being one. */
export function isIndex(data: Data): data is { manifests: Data[] } {
  return isMap(data) && Array.isArray(data.manifests);
}

/** The images an index lists; not the attestations beside them. */
export function listed(data: { manifests: Data[] }): Listed[] {
  return data.manifests.flatMap((each) => {
    if (!isMap(each) || (isMap(each.platform) && each.platform.os === 'unknown')) return [];
    return [{ ...descriptorOf(each), platform: platformIn(each.platform), names: namesIn(each.annotations) }];
  });
}

/** The image for a platform: the variant is a wish. Undefined when none is for it. */
export function forPlatform<T extends { platform?: Platform }>(
  images: readonly T[],
  { os, architecture, variant }: Platform,
): T | undefined {
  const fitting = images.filter(({ platform }) => !platform || (platform.os === os && platform.architecture === architecture));
  return fitting.find(({ platform }) => platform?.variant === variant) ?? fitting[0];
}

/** `linux/arm64/v8` */
export function platformName({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter(Boolean).join('/');
}

/** `linux/arm64/v8`, or undefined when it is no such text. */
export function parsePlatform(text: string): Platform | undefined {
  const [, os, architecture, variant] = /^([a-z0-9]+)\/([a-z0-9_]+)(?:\/(v\d+))?$/.exec(text) ?? [];
  return os && architecture ? { os, architecture, variant } : undefined;
}

const ARCHITECTURES: Readonly<Record<string, string>> = table({ x64: 'amd64', ia32: '386' });

/** What this machine runs, or DOCKER_DEFAULT_PLATFORM says. */
export function defaultPlatform(env: Readonly<Record<string, string | undefined>>): Platform {
  const named = parsePlatform(env.DOCKER_DEFAULT_PLATFORM ?? '');
  return named ?? { os: 'linux', architecture: ARCHITECTURES[process.arch] ?? process.arch };
}

function descriptorOf(data: Data | undefined): Descriptor {
  if (!isMap(data) || typeof data.digest !== 'string' || !isDigest(data.digest)) {
    throw new ImageError('image-archive', 'has a manifest with a part that has no sha256 digest');
  }
  const size = typeof data.size === 'number' && Number.isSafeInteger(data.size) && data.size >= 0 ? data.size : undefined;
  if (size === undefined) throw new ImageError('image-archive', 'has a manifest with a part that has no size');
  return { digest: data.digest, size, mediaType: typeof data.mediaType === 'string' ? data.mediaType : '' };
}

function platformIn(data: Data | undefined): Platform | undefined {
  if (!isMap(data) || typeof data.os !== 'string' || typeof data.architecture !== 'string') return undefined;
  return { os: data.os, architecture: data.architecture, variant: typeof data.variant === 'string' ? data.variant : undefined };
}

/** `org.opencontainers.image.ref.name` may be a tag alone, which names no image. */
function namesIn(annotations: Data | undefined): string[] {
  if (!isMap(annotations)) return [];
  const found = [annotations['io.containerd.image.name'], annotations['org.opencontainers.image.ref.name']];
  return found.filter((name): name is string => typeof name === 'string' && /[/:]/.test(name)).slice(0, 1);
}
