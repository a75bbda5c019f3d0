import type { RunOptions } from './api';
import type { Transform } from './transform';
import type { Proposal } from './types';

/** The transforms a run uses, in chain order: those named by `only`, else those that are on, less those named by `skip`. */
export function selectTransforms(all: readonly Transform[], options: RunOptions): Transform[] {
  const { only, skip = [] } = options;
  return all.filter(({ id, default: on }) => (only ? only.includes(id) : on) && !skip.includes(id));
}

/** Whether a finding concerns one of the chosen services. */
export function concerns(proposal: Proposal, services: readonly string[] | undefined): boolean {
  if (!services) return true;
  const touched = proposal.services ?? [proposal.service];
  return touched.some((name) => services.includes(name));
}
