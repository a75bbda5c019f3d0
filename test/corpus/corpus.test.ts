import { type BattenError, batten } from '../../src';
import type { Confidence, FileResult } from '../../src/harden/types';
import { violations } from '../transforms/compose-schema';
import { lostReach } from '../transforms/reachability';
import { undeclaredChanges } from '../transforms/undeclared';
import { type CorpusFile, corpus, describeWith, some } from './corpus';

const every = corpus();
const files = every && some(every, 320);

describeWith('files of the corpus', files ? [] : ['BATTEN_CORPUS'], () => {
  describe.each(['guess', 'generic'] as const)('at %s', (confidence) => {
    const results = new Map<CorpusFile, FileResult>();
    const refusedFiles: { name: string; error: BattenError }[] = [];

    beforeAll(() => {
      for (const file of files!) {
        try {
          results.set(file, run(file.name, file.text, confidence));
        } catch (error) {
          refusedFiles.push({ name: file.name, error: error as BattenError });
        }
      }
    }, 120_000);

    const problems = (check: (result: FileResult, file: CorpusFile) => readonly string[]): string[] =>
      [...results].flatMap(([file, result]) => check(result, file).map((problem) => `${file.name}: ${problem}`));

    test('is read, or refused with line and column', () => {
      expect(results.size).toBeGreaterThan(files!.length * 0.95);
      for (const { name, error } of refusedFiles) {
        expect({ name, ...error.position }).toEqual({ name, line: expect.any(Number), column: expect.any(Number) });
        expect(error.code).toBeTruthy();
      }
    });

    test('is changed in at least nine cases of ten', () => {
      const changed = [...results.values()].filter(({ before, after }) => before !== after);
      expect(changed.length / results.size).toBeGreaterThanOrEqual(0.9);
    });

    test('has no edit that was not proven', () => {
      expect(
        problems(({ findings }) => findings.flatMap(({ refusal }) => (refusal?.code === 'not-proven' ? [refusal.message] : []))),
      ).toEqual([]);
    });

    test('has nothing to fix when it runs again', () => {
      expect(problems(({ after }, { name }) => (run(name, after, confidence).after === after ? [] : ['changes again']))).toEqual([]);
    }, 120_000);

    test('keeps every value that no finding declares', () => {
      expect(problems(({ before, after, findings }) => undeclaredChanges(before, after, findings))).toEqual([]);
    }, 120_000);

    test('breaks no rule of the Compose schema', () => {
      expect(
        problems(({ before, after }) => {
          if (before === after) return [];
          const known = violations(before);
          return violations(after).filter((problem) => !known.includes(problem));
        }),
      ).toEqual([]);
    }, 120_000);

    test('loses no connection and no published port', () => {
      expect(problems(({ before, after }) => (before === after ? [] : lostReach(before, after)))).toEqual([]);
    }, 120_000);
  });
});

/** The file alone: what lies beside it in the corpus is of other projects. */
function run(path: string, text: string, confidence: Confidence): FileResult {
  return batten.run({ path, text }, { confidence, apply: true });
}
