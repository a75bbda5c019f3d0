import type { Op } from '../yaml/types';
import type { Attempt, Draft, ManualStep, Proposal, Refusal } from './types';

/** What is left of a proposal when its change is not made: a manual step, with the reason. */
export function asManual(proposal: Proposal, refusal: Refusal): ManualStep {
  return { ...draftOf(proposal), refusal };
}

/** A proposal without its change or manual step. */
export function draftOf(proposal: Proposal): Draft {
  if (proposal.refusal) {
    const { refusal: _, ops: __, decide: ___, ...draft } = proposal;
    return draft;
  }
  const { ops: _, files: __, neutral: ___, editable: ____, refusal: _____, decide: ______, ...draft } = proposal;
  return draft;
}

/** Several changes as one: the ops of all, or why one of them cannot be made. */
export function together(...attempts: readonly (Attempt | false)[]): Attempt {
  const ops: Op[] = [];
  for (const attempt of attempts) {
    if (!attempt) continue;
    if (attempt.refusal) return attempt;
    ops.push(...attempt.ops);
  }
  return { ops };
}

/** An attempt as the answer to an edited value. */
export function asEdit(attempt: Attempt): Op[] | { error: string } {
  return attempt.refusal ? { error: attempt.refusal.message } : attempt.ops;
}
