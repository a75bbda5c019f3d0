import type { RunOptions } from './api';
import type { Transform } from './transform';
import type { Proposal } from './types';

/** The transforms a run uses, in chain order: those named by `only`, else those of the preset and of `also`, less those named by `skip`. */
export function selectTransforms(all: readonly Transform[], options: RunOptions): Transform[] {
  const { only, skip = [], also = [], preset = 'recommended' } = options;
  const on = (transform: Transform): boolean =>
    transform.preset === 'recommended' || transform.preset === preset || also.includes(transform.id);
  return all.filter((transform) => (only ? only.includes(transform.id) : on(transform)) && !skip.includes(transform.id));
}

/** Whether a finding concerns one of the chosen services. */
export function concerns(proposal: Proposal, services: readonly string[] | undefined): boolean {
  if (!services) return true;
  const touched = proposal.services ?? [proposal.service];
  return touched.some((name) => services.includes(name));
}
