import { CONFIDENCES } from '../harden/confidence';
import type { Colors } from '../report/colors';
import { paintConfidence } from '../report/pretty';
import { type Shown, say } from '../report/text/screen';
import type { Item } from './review-groups';

/**
 * How many changes there are of each confidence: `20 known, 58 generic, 29 guess`.
 *
 * @param one what a single confidence is said as: with its number, or alone, where the number stands beside it already.
 */
export function howSure(items: readonly Item[], colors: Colors, one: 'counted' | 'alone' = 'counted'): Shown {
  const parts = CONFIDENCES.flatMap((confidence) => {
    const count = items.filter(({ finding }) => finding.confidence === confidence).length;
    if (count === 0) return [];
    const name = paintConfidence(confidence, colors);
    return [one === 'alone' && count === items.length ? name : say`${count} ${name}`];
  });
  return say.join(parts, ', ');
}
