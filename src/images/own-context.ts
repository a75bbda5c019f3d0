import type { Service } from '../compose/types';
import type { Match } from './match';
import type { OwnImage } from './own-image';
import type { Situation } from './situation';
import type { Evidence, Verdict } from './types';

/** A service whose image the project itself says something about. */
export interface OwnContext {
  /** As its container will be: see `seenWith`. */
  service: Service;
  situation: Situation;
  match?: Match;
  own: OwnImage;
  /** Whether the capabilities are those a template gives for this very situation. */
  templated: boolean;
}

/** The verdict with more evidence. */
export function supported<T>(verdict: Verdict<T>, evidence: readonly Evidence[]): Verdict<T> {
  const added = evidence.filter((each) => !verdict.evidence.some((other) => other.ref === each.ref && other.detail === each.detail));
  return { ...verdict, evidence: [...verdict.evidence, ...added] };
}
