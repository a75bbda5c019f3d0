import { UsageError } from '../errors';
import type { ImageContents } from '../images/xray';
import type { Context } from './context';
import { readImageAt } from './read-images';

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

function contentsOf(context: Context, reference: string): Promise<ImageContents> {
  const { options } = context;
  const files = options.imageConfig ?? [];
  if ([options.inspect, options.resolve, ...files].filter(Boolean).length > 1) {
    throw new UsageError('an image is looked at in one place', { hint: 'give one of --inspect, --resolve and --image-config FILE' });
  }
  const [file] = files;
  return readImageAt(file === undefined ? (options.inspect ? 'engine' : 'registry') : { file }, reference, context);
}
