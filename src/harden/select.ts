import type { RunOptions } from './api';
import type { Transform } from './transform';
import type { Draft } from './types';

type Selection = Pick<RunOptions, 'only' | 'skip' | 'also' | 'preset' | 'services' | 'perService'>;

/**
 * The transforms a run uses, in chain order: those named by `only`, else those of the preset and of `also`, less those named by `skip`;
 * and those that a single service asks for.
 */
export function selectTransforms(all: readonly Transform[], options: Selection): Transform[] {
  const asked = new Set(Object.values(options.perService ?? {}).flatMap(({ also = [] }) => also));
  return all.filter((transform) => isOn(transform, options) || asked.has(transform.id));
}

/** Whether a run uses a transform for services in general. */
export function isOn({ id, preset }: Pick<Transform, 'id' | 'preset'>, options: Selection): boolean {
  const { only, skip = [], also = [], preset: wanted = 'recommended' } = options;
  if (skip.includes(id)) return false;
  return only ? only.includes(id) : preset === 'recommended' || preset === wanted || also.includes(id);
}

/** Whether a finding concerns one of the chosen services, and none it changes is to be left alone by the transform. */
export function concerns(transform: Transform, proposal: Draft, options: Selection): boolean {
  const { services, perService = {} } = options;
  const touched = proposal.services ?? [proposal.service];
  if (services && !touched.some((name) => services.includes(name))) return false;
  if (touched.some((name) => perService[name]?.skip?.includes(transform.id))) return false;
  return isOn(transform, options) || touched.every((name) => perService[name]?.also?.includes(transform.id));
}
