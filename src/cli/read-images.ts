import { resolve } from 'node:path';
import { parseSize } from '../compose/size';
import { UsageError } from '../errors';
import type { ImageContents, ImageFacts, ReadOptions } from '../images/xray';
import { say } from '../report/text/screen';
import type { Context } from './context';

/** The most that is fetched of an image unless more is asked for. */
const MOST_FETCHED = 2 * 1024 ** 3;

/** Where an image is looked into: the local Engine, its registry, or a file by its name as the person wrote it. */
export type Where = 'engine' | 'registry' | { file: string };

/**
 * Reads an image, with its progress on a terminal. What reads images is a part of the build of its own: few runs need it.
 *
 * @throws ImageError as its source does; InputError when there is no Engine or the file cannot be read; UsageError for a wrong --max-download.
 */
export async function readImageAt(
  where: Where,
  reference: string,
  { host, options, err }: Context,
  how: Pick<ReadOptions, 'named'> = {},
): Promise<ImageContents> {
  const { defaultPlatform, inWords, readImageFile } = require('../images/xray') as typeof import('../images/xray');
  const read: ReadOptions = { name: reference, platform: defaultPlatform(host.env) };
  if (typeof where === 'object') return readImageFile(resolve(host.cwd, where.file), where.file, { ...read, ...how });
  const shows = err.isTTY && !options.quiet;
  let shown = 0;
  const progress = (done: number, total: number | undefined): void => {
    // Drawing takes longer than a piece takes to arrive.
    if (!shows || Date.now() - shown < 100) return;
    shown = Date.now();
    err.print(say`\r\x1b[K${inWords(done)}${total === undefined ? '' : ` of ${inWords(total)}`}`);
  };
  try {
    if (where === 'engine') {
      const { readEngineImage } = require('../engine/engine-image') as typeof import('../engine/engine-image');
      return await readEngineImage(reference, host.env, read, progress);
    }
    const { readRegistryImage } = require('../engine/registry-image') as typeof import('../engine/registry-image');
    return await readRegistryImage(reference, { ...read, atMost: mostFetched(options.maxDownload) }, progress);
  } finally {
    if (shows && shown > 0) err.print(say`\r\x1b[K`);
  }
}

function mostFetched(written: string | undefined): number {
  if (written === undefined) return MOST_FETCHED;
  const bytes = parseSize(written);
  if (bytes === undefined) throw new UsageError(`--max-download ${written} is no size`, { hint: 'write it as 500m or 4g' });
  return bytes;
}

/** The same, and what it says of itself. */
export async function factsAt(where: Where, reference: string, context: Context, how?: Pick<ReadOptions, 'named'>): Promise<ImageFacts> {
  const { imageFacts } = require('../images/xray') as typeof import('../images/xray');
  return imageFacts(await readImageAt(where, reference, context, how));
}
