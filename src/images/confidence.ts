import { CONFIDENCES, type Confidence } from './types';

/** Whether a confidence is at least as good as another. */
export function atLeast(confidence: Confidence, least: Confidence): boolean {
  return CONFIDENCES.indexOf(confidence) <= CONFIDENCES.indexOf(least);
}

/** The less sure of two confidences. */
export function lessSure(a: Confidence, b: Confidence): Confidence {
  return atLeast(a, b) ? b : a;
}
