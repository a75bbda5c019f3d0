import type { FileResult, Finding } from '../harden/types';
import { hang } from '../report/layout';
import { summaryLine } from '../report/pretty';
import { plural, withStatus } from '../report/summary';
import { type Shown, say } from '../report/text/screen';
import { changes } from './exit-codes';
import type { Screen } from './screen';

/**
 * What a run in which somebody was asked came to: the numbers, and of what was not changed how much that is, by transform. The whole report
 * has the rest.
 */
export function endText(results: readonly FileResult[], { colors, width }: Pick<Screen, 'colors' | 'width'>, dot?: string): Shown {
  const of = (...statuses: Parameters<typeof withStatus>[1][]): Finding[] => withStatus(results, ...statuses).map(({ finding }) => finding);
  const held = of('held');
  const guesses = held.filter(({ confidence }) => confidence === 'guess');
  const manual = of('manual');
  const lines: Shown[] = [
    summaryLine(results, colors, dot),
    ...counted('left, guesses', guesses),
    ...counted(
      'left, others',
      held.filter(({ confidence }) => confidence !== 'guess'),
    ),
    ...counted('left to you', manual),
    ...(held.length + manual.length > 0 ? [colors.dim('  batten check lists them; -v tells all of it here.')] : []),
  ];
  return say`${say.join(lines, '\n')}\n`;

  function counted(what: string, findings: readonly Finding[]): Shown[] {
    if (findings.length === 0) return [];
    const counts = new Map<string, number>();
    for (const { transform } of findings) counts.set(transform, (counts.get(transform) ?? 0) + 1);
    const most = [...counts].sort(([, a], [, b]) => b - a).map(([transform, count]) => `${count} ${transform}`);
    return hang(say`  ${what}: `, most.join(', '), width, colors.dim);
  }
}

/** What to do after files were written in place: how to try them, and how to take it back. */
export function nextText(results: readonly FileResult[], { colors, width }: Pick<Screen, 'colors' | 'width'>): Shown {
  const written = results.filter(changes);
  if (written.length === 0) return say``;
  const lines = [
    ...hang(say`  ${colors.dim('Try it')}     `, 'docker compose up -d, and once more after docker compose down; or batten prove', width),
    ...hang(say`  ${colors.dim('Take back')}  `, `batten undo takes back ${plural(written.length, 'file')} at once`, width),
  ];
  return say`${say.join(lines, '\n')}\n`;
}
