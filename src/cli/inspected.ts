import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { BattenError } from '../errors';
import type { Batten } from '../harden/api';
import { PROOF_FILE } from '../harden/proof';
import type { ImageConfigs, Inspected } from '../images';
import type { ImageFacts } from '../images/xray';
import type { Context } from './context';
import type { Opened } from './inputs';
import type { Where } from './read-images';
import { ours } from './trial';

/**
 * With `--inspect`: what the local Engine says of the images in use, of `services` only where they are named; with `--resolve` what their
 * registries have, with `--image-config` what archives and layouts do. Without any nothing is looked at.
 *
 * @throws InputError when there is no Engine or it may not be asked.
 */
export async function inspected(
  context: Context,
  opened: readonly Opened[],
  services: readonly string[] | undefined,
): Promise<Inspected | undefined> {
  const { host, options } = context;
  const archives = archivesOf(context);
  if (!options.inspect && !options.resolve && archives.length === 0) return undefined;
  const images = [...new Set(opened.flatMap((each) => imagesOf(host.batten(), each, services)))];
  // What an Engine is, matters to what was proven on it.
  const engine = opened.some(({ absolute }) => existsSync(join(dirname(absolute), PROOF_FILE)));
  const answer = await askEngine(context, images, { engine });
  const looked = await lookInto(context, images, sourcesOf(context, archives), answer);
  return { ...answer, configs: [...looked.configs, ...answer.configs], unread: looked.unread };
}

/** With `--inspect` what the local Engine says of images, else nothing. @throws InputError when there is no Engine or it may not be asked */
export async function askEngine(
  { host, options }: Context,
  images: readonly string[],
  also: { engine?: boolean } = {},
): Promise<Inspected> {
  if (!options.inspect) return { configs: [], missing: [], ids: new Map() };
  const { inspectImages } = require('../engine/inspect') as typeof import('../engine/inspect');
  return inspectImages(images, host.env, also);
}

/** Where images are looked for, in this order. */
export function sourcesOf({ options }: Context, archives: readonly string[]): Where[] {
  const where = archives.map((file): Where => ({ file }));
  if (options.inspect) where.push('engine');
  if (options.resolve) where.push('registry');
  return where;
}

/** What is named by `--image-config` and has files of images in it: archives and layouts. */
export function archivesOf({ host, options }: Context): string[] {
  const given = options.imageConfig ?? [];
  if (given.length === 0) return [];
  const { imageConfigKind } = require('../images') as typeof import('../images');
  return given.filter((shown) => imageConfigKind(resolve(host.cwd, shown), shown) === 'images');
}

/** Looks into each image once, whatever it is called, in the first place that has it. What cannot be read is told and left out. */
export async function lookInto(
  context: Context,
  images: readonly string[],
  sources: readonly Where[],
  { ids, configs: asked }: Inspected,
): Promise<{ configs: ImageConfigs; unread: readonly string[] }> {
  // A file of its own in the build: few runs look into images.
  const { factsAt } = require('./read-images') as typeof import('./read-images');
  const { inspectedConfig } = require('../images') as typeof import('../images');
  const configs: ImageConfigs[number][] = [];
  const unread: string[] = [];
  const known = new Map<string, ImageFacts>();
  for (const image of images) {
    const identity = ids.get(image);
    for (const where of sources) {
      if (where === 'engine' && !identity) continue;
      try {
        const facts = (identity && known.get(identity.id)) ?? (await factsAt(where, image, context, { named: true }));
        if (identity) known.set(identity.id, facts);
        const names = asked.find((each) => each.names.includes(image))?.names ?? [];
        configs.push(inspectedConfig(facts, [image, ...names.filter((name) => name !== image)]));
        break;
      } catch (thrown) {
        const error = ours(thrown);
        if (!(error instanceof BattenError) || error.code === 'usage' || error.code === 'engine') throw error;
        // An archive need not have every image.
        if (typeof where === 'object' && error.code === 'image-missing') continue;
        if (typeof where === 'object') throw error;
        unread.push(`${image}: its files were not read (${error.message})`);
      }
    }
  }
  return { configs, unread };
}

function imagesOf(batten: Batten, { input, absolute }: Opened, services: readonly string[] | undefined): string[] {
  if (!input) return [];
  const directory = basename(dirname(absolute))
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '');
  try {
    return batten.services(input).flatMap(({ name, image, built }) => {
      if (services && !services.includes(name)) return [];
      if (image?.known) return [image.text];
      // What Compose calls an image that it builds and that has no name of its own.
      return built ? [`${directory}-${name}`, `${directory}_${name}`] : [];
    });
  } catch {
    // Reported when the file is run.
    return [];
  }
}
