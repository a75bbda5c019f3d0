import type { Direction, PrivilegeChange } from '../../harden/privileges';
import { SEVERITIES, type Severity } from '../../harden/types';
import { plural } from '../summary';
import type { Comparison } from './types';

/** What a comparison comes to, in numbers. */
export interface Counts {
  projects: number;
  /** Projects with a change. */
  changed: number;
  gives: number;
  takes: number;
  changes: number;
  errors: number;
  /** How many privileges of each severity are given. */
  given: Record<Severity, number>;
}

export function countsOf({ projects }: Comparison): Counts {
  const all = projects.flatMap(({ changes }) => changes);
  const of = (direction: Direction): PrivilegeChange[] => all.filter((each) => each.direction === direction);
  return {
    projects: projects.length,
    changed: projects.filter(({ changes }) => changes.length > 0).length,
    gives: of('gives').length,
    takes: of('takes').length,
    changes: of('changes').length,
    errors: projects.filter(({ status }) => status === 'error').length,
    given: Object.fromEntries(
      SEVERITIES.map((severity) => [severity, of('gives').filter((each) => each.severity === severity).length]),
    ) as Counts['given'],
  };
}

/** `2 given (1 critical, 1 low), 1 taken, 1 changed, in 1 of 3 projects`, or that there is nothing. */
export function countsLine(comparison: Comparison): string {
  const counts = countsOf(comparison);
  const where = `in ${counts.changed} of ${plural(counts.projects, 'project')}`;
  if (counts.gives + counts.takes + counts.changes === 0) {
    return counts.projects === 0
      ? 'There is no Compose file on either side.'
      : `No privilege is given or taken in ${plural(counts.projects, 'project')}.`;
  }
  const severities = SEVERITIES.flatMap((severity) => (counts.given[severity] > 0 ? [`${counts.given[severity]} ${severity}`] : []));
  const given = counts.gives > 0 ? [`${counts.gives} given (${severities.join(', ')})`] : ['none given'];
  const others = [...(counts.changes > 0 ? [`${counts.changes} changed`] : []), ...(counts.takes > 0 ? [`${counts.takes} taken`] : [])];
  return `${[...given, ...others].join(', ')}, ${where}`;
}

/** What was before and what is, where both are known; else what was given or taken. */
export function sayingOfChange({ what, before, after }: PrivilegeChange): string {
  return before !== undefined && after !== undefined ? `${before} → ${after}` : what;
}
