import type { Draft, ManualStep, Proposal, Refusal } from './types';

/** What is left of a proposal when its change is not made: a manual step, with the reason. */
export function asManual(proposal: Proposal, refusal: Refusal): ManualStep {
  return { ...draftOf(proposal), refusal };
}

/** A proposal without its change or manual step. */
export function draftOf(proposal: Proposal): Draft {
  if (proposal.refusal) {
    const { refusal: _, ops: __, ...draft } = proposal;
    return draft;
  }
  const { ops: _, files: __, neutral: ___, editable: ____, refusal: _____, ...draft } = proposal;
  return draft;
}
