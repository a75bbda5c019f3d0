import { CONFIDENCES, type Confidence } from '../images/types';

/** The less sure of two confidences. */
export function atMost(confidence: Confidence, cap: Confidence): Confidence {
  return CONFIDENCES.indexOf(confidence) >= CONFIDENCES.indexOf(cap) ? confidence : cap;
}
