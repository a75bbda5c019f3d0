import { statSync } from 'node:fs';
import { ANYWHERE } from '../../compose/bounds';
import { isMap } from '../../compose/data';
import { ImageError, InputError } from '../../errors';
import type { Data } from '../../yaml/types';
import { readArchive } from './archive';
import { chosen } from './choose';
import { digestOf, type ImageContents, parseJson } from './contents';
import { fileChunks, isImageLayout, readImageLayout } from './layout';
import type { ReadOptions } from './read-image';

const MAX_CONFIGURATIONS = 16 * 1024 ** 2;

/**
 * Reads an image from what the person has of it: an archive of `docker save` or of an image layout, a layout, or what `docker image inspect` says.
 * The last has no files in it.
 *
 * @param shown how errors call the path.
 * @throws ImageError when it is none of these, hostile, or does not have the image; InputError when it cannot be read.
 */
export async function readImageFile(path: string, shown: string, options: ReadOptions): Promise<ImageContents> {
  try {
    if (isImageLayout(path)) return await readImageLayout(path, options);
    if (isDirectory(path))
      throw new ImageError('image-archive', 'is no image layout: it has no index.json', {
        hint: 'name an archive of "docker save", or a layout',
      });
    const configurations = await configurationsIn(path, shown);
    if (configurations) return withoutFiles(configurations, options);
    return await readArchive(fileChunks(path, shown, ANYWHERE), options);
  } catch (error) {
    if (error instanceof InputError) error.file ??= shown;
    throw error;
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** What is JSON is a configuration, or a list of them; undefined for anything else. */
async function configurationsIn(path: string, shown: string): Promise<Data[] | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of fileChunks(path, shown, ANYWHERE)) {
    if (chunks.length === 0 && !/^\s*[[{]/.test(chunk.toString('latin1', 0, 64))) return undefined;
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_CONFIGURATIONS) throw new ImageError('image-limit', 'is larger than configurations are');
  }
  if (chunks.length === 0) throw new ImageError('image-archive', 'is empty');
  const data = parseJson(Buffer.concat(chunks), 'configuration');
  return Array.isArray(data) ? data : [data];
}

/** The output of `docker image inspect`, or the configuration of an image itself. */
function withoutFiles(configurations: readonly Data[], { name, named }: ReadOptions): ImageContents {
  const images = configurations.flatMap((data) => {
    const config = isMap(data) ? (data.Config ?? data.config) : undefined;
    if (!isMap(data) || !isMap(config)) return [];
    return [{ data, config, names: [...texts(data.RepoTags), ...texts(data.RepoDigests)].filter((each) => !each.startsWith('<none>')) }];
  });
  const { data, config } = chosen(images, name, named);
  const rootfs = isMap(data.RootFS) ? data.RootFS : isMap(data.rootfs) ? data.rootfs : {};
  return {
    id: typeof data.Id === 'string' ? data.Id : digestOf(Buffer.from(JSON.stringify(data))),
    configuration: {
      config,
      os: data.Os ?? data.os ?? 'linux',
      architecture: data.Architecture ?? data.architecture ?? '',
      variant: data.Variant ?? data.variant ?? '',
      history: data.history ?? [],
    },
    layers: [...texts(rootfs.Layers), ...texts(rootfs.diff_ids)].map((digest) => ({ digest })),
    withoutFiles: 'only its configuration was given',
  };
}

function texts(data: Data | undefined): string[] {
  return Array.isArray(data) ? data.filter((each): each is string => typeof each === 'string') : [];
}
