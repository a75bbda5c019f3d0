import type { Ground } from './operation';
import { isWindows } from './tells';
import type { Evidence, Verdict } from './types';

/** Whether a small init process may come first in a container, and whether it then needs KILL to pass signals on. */
export interface InitAdvice {
  possible: boolean;
  /** A root process that hands over to another user: an init without KILL cannot stop it. */
  needsKill: boolean;
}

const REAPS: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.docker.com/reference/compose-file/services/#init',
  detail: 'an init process passes signals on and reaps processes whose parent has gone',
};

/** Undefined where an init process is there already, or means nothing. */
export function initOf({ service, situation, match, hints }: Ground): Verdict<InitAdvice> | undefined {
  if (isWindows(service)) return undefined;
  const needsKill = situation.start === 'root' && (situation.stepsDown || match === undefined);
  const said = hints.all('init');
  const refused = said.find(({ value }) => value === 'refused');
  if (refused) {
    const { confidence, why, evidence } = refused;
    return { value: { possible: false, needsKill }, confidence, why, evidence };
  }
  if (said.length > 0) return undefined;
  const breaks = 'an image that starts a supervisor which has to be the first process, such as s6-overlay, does not start';
  const why = match ? 'nothing in the image insists on being the first process' : 'nothing is known of what the image starts';
  return { value: { possible: true, needsKill }, confidence: match ? 'generic' : 'guess', why, breaks, evidence: [REAPS] };
}
