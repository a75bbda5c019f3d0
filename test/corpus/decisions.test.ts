import path from 'node:path';
import { batten } from '../../src';
import type { PlanSession } from '../../src/harden/api';
import { corpus, describeWith, some } from './corpus';

/*
 * What people can decide in real files: each answer that is offered makes a change that is proven like any other, and a run that asks nobody
 * decides nothing.
 */

const files = corpus();

jest.setTimeout(1_200_000);

describeWith('decisions in real files', files ? [] : ['BATTEN_CORPUS'], () => {
  const likely = (files ?? []).filter(({ text }) => /docker\.sock|\.\/\S+:\//.test(text));

  test('the first answer that is offered makes a change of each of them', () => {
    const counts: Record<string, Record<string, number>> = {};
    const lost: string[] = [];
    const count = (transform: string, what: string): void => {
      counts[transform] ??= {};
      counts[transform][what] = (counts[transform][what] ?? 0) + 1;
    };
    for (const { name, text } of some(likely, 40)) {
      const input = { path: path.basename(name), text };
      const options = { only: ['docker-socket', 'user'], apply: true };
      const plan = opened(() => batten.plan(input, options));
      if (!plan) continue;
      const [unasked] = batten.runProject(input, options);
      for (const { transform, status } of unasked!.findings) count(transform, status);
      const taken = new Map<string, string>();
      for (const { key, finding } of plan.changes()) {
        if (finding.decide) {
          const value = finding.decide.choices.find(({ begins }) => !begins)!.value;
          // What other services share the text with is not theirs to change alone.
          if (plan.rule([key], { kind: 'edit', value })) count(finding.transform, 'refused');
          else taken.set(key, finding.transform);
        } else if (finding.status === 'fixed') {
          plan.rule([key], { kind: 'apply' });
        }
      }
      const decided = plan.changes().filter(({ key }) => taken.has(key));
      for (const { finding } of decided) {
        count(finding.transform, finding.status === 'fixed' ? 'decided' : 'lost');
        if (finding.status !== 'fixed') lost.push(`${name} ${finding.service} ${finding.transform}: ${finding.refusal?.message}`);
      }
      expect(unasked!.findings.filter(({ decide, status }) => decide && status !== 'manual' && status !== 'suppressed')).toEqual([]);
    }
    if (process.env.BATTEN_FULL === '1') process.stderr.write(`${JSON.stringify(counts, undefined, 2)}\n${lost.join('\n')}\n`);
    expect(lost).toEqual([]);
  });
});

/** A plan, where the file can be understood. */
function opened(make: () => PlanSession): PlanSession | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
