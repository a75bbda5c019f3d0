import { resolve } from 'node:path';
import { parseSize } from '../compose/size';
import { UsageError } from '../errors';
import type { ImageContents, ReadOptions } from '../images/xray';
import { say } from '../report/text/screen';
import type { Context } from './context';

/** The most that is fetched of an image unless more is asked for. */
const MOST_FETCHED = 2 * 1024 ** 3;

/**
 * `explain IMAGE --inspect`, `--resolve` or `--image-config FILE`: reads the image and shows what it says of itself.
 *
 * @throws UsageError when it is not said where the image is, or twice; ImageError as its source does.
 */
export async function explainContents(context: Context, reference: string): Promise<void> {
  const { host, options, out } = context;
  const { imageFacts } = require('../images/xray') as typeof import('../images/xray');
  const facts = imageFacts(await contentsOf(context, reference));
  if (options.format === 'json') {
    const { imageJson } = require('../report/image/json') as typeof import('../report/image/json');
    out.print(imageJson(reference, facts, host.version));
    return;
  }
  const { imageText } = require('../report/image/image') as typeof import('../report/image/image');
  const { masked } = require('../report/image/json') as typeof import('../report/image/json');
  out.print(imageText(reference, masked(facts), { colors: out.colors, width: out.width }));
}

async function contentsOf({ host, options, err }: Context, reference: string): Promise<ImageContents> {
  const files = options.imageConfig ?? [];
  if ([options.inspect, options.resolve, ...files].filter(Boolean).length > 1) {
    throw new UsageError('an image is looked at in one place', { hint: 'give one of --inspect, --resolve and --image-config FILE' });
  }
  const { defaultPlatform, inWords, readImageFile } = require('../images/xray') as typeof import('../images/xray');
  const read: ReadOptions = { name: reference, platform: defaultPlatform(host.env) };
  const [file] = files;
  if (file !== undefined) return readImageFile(resolve(host.cwd, file), file, read);
  const shows = err.isTTY && !options.quiet;
  let shown = 0;
  const progress = (done: number, total: number | undefined): void => {
    // Drawing takes longer than a piece takes to arrive.
    if (!shows || Date.now() - shown < 100) return;
    shown = Date.now();
    err.print(say`\r\x1b[K${inWords(done)}${total === undefined ? '' : ` of ${inWords(total)}`}`);
  };
  try {
    if (options.inspect) {
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
