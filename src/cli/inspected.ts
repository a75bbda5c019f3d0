import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Batten } from '../harden/api';
import { PROOF_FILE } from '../harden/proof';
import type { Inspected } from '../images';
import type { Context } from './context';
import type { Opened } from './inputs';

/**
 * With `--inspect`: what the local Engine says of the images in use, of `services` only where they are named. Without it no Engine is
 * spoken to.
 *
 * @throws InputError when there is no Engine or it may not be asked.
 */
export async function inspected(
  { host, options }: Context,
  opened: readonly Opened[],
  services: readonly string[] | undefined,
): Promise<Inspected | undefined> {
  if (!options.inspect) return undefined;
  const { inspectImages } = require('../engine/inspect') as typeof import('../engine/inspect');
  const images = opened.flatMap((each) => imagesOf(host.batten(), each, services));
  // What an Engine is, matters to what was proven on it.
  const engine = opened.some(({ absolute }) => existsSync(join(dirname(absolute), PROOF_FILE)));
  return inspectImages(images, host.env, { engine });
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
