import { UsageError } from '../errors';
import type { ImageFacts } from '../images/xray';
import type { Context } from './context';
import { factsAt } from './read-images';

/**
 * `explain IMAGE --inspect`, `--resolve` or `--image-config FILE`: reads the image and shows what it says of itself.
 *
 * @throws UsageError when it is not said where the image is, or twice; ImageError as its source does.
 */
export async function explainContents(context: Context, reference: string): Promise<void> {
  const { host, options, out } = context;
  const facts = await factsOf(context, reference);
  if (options.format === 'json') {
    const { imageJson } = require('../report/image/json') as typeof import('../report/image/json');
    out.print(imageJson(reference, facts, host.version));
    return;
  }
  const { imageText } = require('../report/image/image') as typeof import('../report/image/image');
  const { masked } = require('../report/image/json') as typeof import('../report/image/json');
  out.print(imageText(reference, masked(facts), { colors: out.colors, width: out.width }));
}

function factsOf(context: Context, reference: string): Promise<ImageFacts> {
  const { options } = context;
  const files = options.imageConfig ?? [];
  if ([options.inspect, options.resolve, ...files].filter(Boolean).length > 1) {
    throw new UsageError('an image is looked at in one place', { hint: 'give one of --inspect, --resolve and --image-config FILE' });
  }
  const [file] = files;
  return factsAt(file === undefined ? (options.inspect ? 'engine' : 'registry') : { file }, reference, context);
}
