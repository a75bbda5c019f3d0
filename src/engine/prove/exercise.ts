import { type Aspect, concernsOf } from '../../harden/concerns';
import type { Habits } from '../observe/compare';
import type { Lives } from '../observe/types';
import type { Reach, Withheld } from '../trial/withheld';

/** What was seen of a service at work, and what it was not given to work with. */
export interface Exercised {
  aspects: ReadonlySet<Aspect>;
  withheld: readonly Withheld[];
}

/** What was not seen that a change concerns: an aspect, or a way in which the service reaches the host. */
export type Unexercised = Aspect | Reach;

/** What a service was not given, by builds or in a trial. */
export function withheldFrom(service: string, ...sources: readonly { withheld: readonly Withheld[] }[]): Withheld[] {
  return sources.flatMap(({ withheld }) => withheld).filter((each) => each.service === service);
}

/** What the runs of a service as it is have shown. */
export function exercisedBy({ first, second }: Lives, habits: Habits | undefined, withheld: readonly Withheld[]): Exercised {
  const aspects = new Set<Aspect>();
  const lives = second ? [first, second] : [first];
  if (habits?.twice) aspects.add('start');
  // A server that answers with an error of its own did not do what it is for.
  const answered = Object.values(habits?.answers ?? {}).some((answer) => !answer.startsWith('http 5'));
  const asked = answered || lives.some(({ steps }) => steps.length > 0);
  const healthy = lives.every(({ health }) => health === 'healthy');
  // A job is done when it has ended: its work is all that it does.
  const done = lives.every(({ status, exitCode }) => status === 'exited' && exitCode === 0);
  if (asked || healthy || done) aspects.add('work');
  if (healthy) aspects.add('health');
  return { aspects, withheld };
}

/** What of all that a transform concerns was not exercised. What a service does with something it was not given, each change may break. */
export function unexercised(transform: string, { aspects, withheld }: Exercised): Unexercised[] {
  const missing = concernsOf(transform).filter((aspect) => !aspects.has(aspect));
  return [...missing, ...new Set(withheld.map(({ reach }) => reach))];
}

/** Whether a service did what it is for, as far as a trial goes. */
export function isExercised({ aspects, withheld }: Exercised): boolean {
  return aspects.has('start') && aspects.has('work') && withheld.length === 0;
}

const ASPECT_WORDS: Readonly<Record<Aspect, string>> = {
  start: 'a second start on the same volumes',
  work: 'any work: nothing was asked of it but to start and stop (--probe, or probes in the configuration)',
  health: 'its health check',
  load: 'as much load as it may get',
};

/** The same in words, for a report: what was withheld by its name. */
export function wordsOf(missing: readonly Unexercised[], withheld: readonly Withheld[]): string[] {
  return missing.flatMap((each) => {
    if (Object.hasOwn(ASPECT_WORDS, each)) return [ASPECT_WORDS[each as Aspect]];
    const things = new Set(withheld.filter(({ reach }) => reach === each).map(({ what }) => what));
    return [`what it does with ${[...things].join(', ')}, which a trial does not give it`];
  });
}

/** What nobody saw of a service that every change to it concerns, in words. */
export function unseenOf({ aspects, withheld }: Exercised): string[] {
  const reaches = new Set(withheld.map(({ reach }) => reach));
  return wordsOf([...(aspects.has('work') ? [] : ['work' as const]), ...reaches], withheld);
}
