import fc from 'fast-check';
import { batten } from '../../src';
import { InputError } from '../../src/errors';
import type { FileResult } from '../../src/harden/types';
import { makePatch } from '../../src/report/patch';
import { undeclaredChanges } from '../transforms/undeclared';
import { commentsOf } from '../yaml/support/oracle';
import { Tape } from '../yaml/support/tape';
import { projectText } from './project-text';

/*
 * All transforms over generated files. `npm run fuzz` runs 10,000; a failure prints its seed and the smallest file that shows it.
 * BATTEN_FUZZ_RUNS=50000   another number
 * BATTEN_FUZZ_SEED=...     the seed that a failure printed, to see it again
 */
const RUNS = Number(process.env.BATTEN_FUZZ_RUNS ?? (process.env.BATTEN_FULL ? 10_000 : 1000));
const SEED = process.env.BATTEN_FUZZ_SEED === undefined ? undefined : Number(process.env.BATTEN_FUZZ_SEED);

/** Most faults show in a small file, and CI looks at more of these in its time. */
const LONGEST = process.env.BATTEN_FULL ? 300 : 120;
const tapes = fc.array(fc.nat(0xffff), { minLength: 0, maxLength: LONGEST, size: 'max' });

/** How often each way out was taken; held against limits below, so that no generator that writes nothing useful passes. */
const counts = new Map<string, number>();
function count(what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

test(
  'a file is read or refused with a reason, changed as it says, with all of its comments, and not changed again',
  () => {
    fc.assert(
      fc.property(tapes, (numbers) => {
        const tape = new Tape(numbers);
        const options = {
          apply: true,
          preset: tape.pick(['strict', 'recommended'] as const),
          confidence: tape.pick(['guess', 'generic'] as const),
        };
        const text = projectText(tape);
        const problem = problemWith(text, (each) => batten.run({ path: 'compose.yaml', text: each }, options));
        if (problem !== undefined) throw new Error(`${problem}\n${options.preset}, ${options.confidence}:\n${text}`);
      }),
      { numRuns: RUNS, seed: SEED, includeErrorInReport: true },
    );
  },
  RUNS * 200 + 20_000,
);

test('most files are read, and most of these changed', () => {
  expect(counts.get('refused') ?? 0).toBeLessThan(RUNS / 4);
  expect(counts.get('changed')).toBeGreaterThan(RUNS / 2);
  expect(counts.get('shared')).toBeGreaterThan(RUNS / 20);
});

/** What is wrong with what a run makes of a text; undefined = nothing. */
function problemWith(text: string, run: (text: string) => FileResult): string | undefined {
  let once: FileResult;
  try {
    once = run(text);
  } catch (error) {
    if (!(error instanceof InputError) || error.code === 'unforeseen') return `an error without a type: ${String(error)}`;
    count('refused');
    return undefined;
  }
  const { after, findings } = once;
  if (after !== text) count('changed');
  if (findings.some(({ plan }) => plan.includes('also changes'))) count('shared');
  const unproven = findings.find(({ refusal }) => refusal?.code === 'not-proven');
  if (unproven) return `not proven: ${unproven.transform} of ${unproven.service}: ${unproven.refusal!.message}`;
  const left = commentsOf(after);
  for (const comment of commentsOf(text)) {
    const at = left.indexOf(comment);
    if (at < 0) return `a comment was lost: ${comment}`;
    left.splice(at, 1);
  }
  const undeclared = undeclaredChanges(text, after, findings);
  if (undeclared.length > 0) return `changed without a finding: ${undeclared.join(', ')}\n${after}`;
  makePatch([{ path: 'compose.yaml', before: text, after }], process.cwd());
  const again = run(after);
  if (again.after === after) return undefined;
  const late = again.findings.filter(({ status }) => status === 'fixed').map(({ transform, plan }) => `${transform}: ${plan}`);
  return `a second run changes it again: ${late.join('; ')}\nafter the first:\n${after}\nafter the second:\n${again.after}`;
}
