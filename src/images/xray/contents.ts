import { createHash } from 'node:crypto';
import { isMap } from '../../compose/data';
import { ImageError } from '../../errors';
import type { Data } from '../../yaml/types';
import { copied, directoryNode, FileTree, numbered, overlay } from './file-tree';
import type { Layer } from './layer';
import type { Budget } from './limits';

/** An image, read: its configuration and, unless only that was asked for, its files. */
export interface ImageContents {
  /** `sha256:…` of the configuration, which is what `docker image ls` calls its ID. */
  id: string;
  configuration: { [key: string]: Data };
  /** From the bottom to the top; `size` in bytes, uncompressed. */
  layers: readonly { digest: string; size?: number }[];
  files?: FileTree;
  /** Why there are none. */
  withoutFiles?: string;
}

/** The configuration of an image, checked. */
export interface Configuration {
  id: string;
  data: { [key: string]: Data };
  diffIds: readonly string[];
}

/**
 * @param expected the digest by which it was named.
 * @throws ImageError `image-digest` when it is another one, `image-archive` when it is no configuration, `image-unsupported` when it is not
 * for Linux.
 */
export function readConfiguration(bytes: Buffer, expected: string | undefined): Configuration {
  const id = digestOf(bytes);
  if (expected !== undefined && id !== expected) throw otherDigest('configuration', expected, id);
  const data = parseJson(bytes, 'configuration');
  const rootfs = isMap(data) ? data.rootfs : undefined;
  const diffIds = isMap(rootfs) && Array.isArray(rootfs.diff_ids) ? rootfs.diff_ids.map(String) : undefined;
  if (!isMap(data) || !diffIds) throw new ImageError('image-archive', 'has a configuration that lists no layers');
  if (typeof data.os === 'string' && data.os !== '' && data.os !== 'linux') {
    throw new ImageError('image-unsupported', `is for ${JSON.stringify(data.os)}, and batten knows Linux only`);
  }
  return { id, data, diffIds };
}

/**
 * Puts layers together, from the bottom to the top. They become one with what is below them, and are of no more use.
 *
 * @throws ImageError `image-digest` when one is not what the configuration says.
 */
export function assemble({ id, data, diffIds }: Configuration, layers: readonly Layer[], budget: Budget): ImageContents {
  if (layers.length !== diffIds.length) {
    throw new ImageError('image-archive', `has ${layers.length} layers where its configuration lists ${diffIds.length}`);
  }
  const root = directoryNode(0, true);
  for (const [index, layer] of layers.entries()) {
    if (layer.diffId !== diffIds[index]) throw otherDigest(`layer ${index + 1}`, diffIds[index]!, layer.diffId);
    // An image may have the same layer twice, mostly an empty one.
    const repeated = layers.some((other, at) => at !== index && other.root === layer.root);
    overlay(root, numbered(repeated ? copied(layer.root, budget) : layer.root, index));
  }
  return {
    id,
    configuration: data,
    layers: layers.map(({ diffId, size }) => ({ digest: diffId, size })),
    files: new FileTree(root),
  };
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function otherDigest(what: string, expected: string, found: string): ImageError {
  return new ImageError('image-digest', `has a ${what} that is not what its digest says: ${expected} is ${found}`, {
    hint: 'it was changed on the way, or by whoever keeps it',
  });
}

/** @throws ImageError `image-archive` */
export function parseJson(bytes: Buffer, what: string): Data {
  try {
    return JSON.parse(bytes.toString('utf8')) as Data;
  } catch (cause) {
    throw new ImageError('image-archive', `has a ${what} that is not JSON`, { cause });
  }
}
