import { ImageError } from '../../errors';
import { parseReference } from '../reference';

/** An image of a file that may hold several. */
interface Named {
  names: readonly string[];
}

/**
 * The image that is asked for. One that has no name is anybody's, unless it has to be `named`; a digest beside a tag is not compared, as a file does not know it.
 *
 * @throws ImageError `image-missing` when there is none of that name, or several and none is named.
 */
export function chosen<T extends Named>(images: readonly T[], wanted: string | undefined, named = false): T {
  const found = wanted === undefined ? [] : images.filter(({ names }) => names.some((name) => isSame(name, wanted)));
  if (found[0]) return found[0];
  const only = images.length === 1 ? images[0] : undefined;
  if (only && !named && (wanted === undefined || only.names.length === 0)) return only;
  const names = images.flatMap((each) => each.names).slice(0, 10);
  if (names.length === 0)
    throw new ImageError('image-missing', images.length === 0 ? 'holds no image' : 'holds several images without names');
  const hint = `name one of them: ${names.join(', ')}`;
  throw new ImageError('image-missing', wanted === undefined ? 'holds several images' : `holds no image called ${wanted}`, { hint });
}

function isSame(name: string, wanted: string): boolean {
  const [one, other] = [parseReference(name), parseReference(wanted)];
  if (one.name !== other.name) return false;
  if (one.digest !== undefined && other.digest !== undefined) return one.digest === other.digest;
  return (one.tag ?? 'latest') === (other.tag ?? one.tag ?? 'latest');
}
