import fc from 'fast-check';
import type { Failure } from '../../../src/engine/observe/types';
import { Laboratory } from '../../../src/engine/search/laboratory';
import { addAll, leaveOut, minimise } from '../../../src/engine/search/minimise';
import { BASELINE, keyOf, type Plan, planOf, withValue } from '../../../src/engine/search/plan';

const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

describe('the least that works', () => {
  test('is exactly what is needed, whatever that is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray(LETTERS), async (needed) => {
        expect(await minimise(LETTERS, async (some) => needed.every((each) => some.includes(each)))).toEqual(needed);
      }),
    );
  });

  test('is found by leaving out each once, with as many tries as there are items', async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray(LETTERS), async (needed) => {
        let tries = 0;
        const found = await leaveOut(LETTERS, async (some) => {
          tries += 1;
          return needed.every((each) => some.includes(each));
        });
        expect(found).toEqual(needed);
        expect(tries).toBe(LETTERS.length);
      }),
    );
  });

  test('cannot do without any of its items when there is a choice', async () => {
    const works = async (some: readonly string[]): Promise<boolean> => some.includes('a') && (some.includes('c') || some.includes('f'));
    expect(await minimise(LETTERS, works)).toEqual(['a', 'c']);
  });

  test('takes few tries when the first items are the needed ones', async () => {
    let tries = 0;
    await minimise(LETTERS, async (some) => {
      tries += 1;
      return some.includes('b');
    });
    expect(tries).toBeLessThanOrEqual(6);
  });
});

test('all that works is kept, and what fails is named one by one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.subarray(LETTERS), async (bad) => {
      const found = await addAll(LETTERS, async (some) => !some.some((each) => bad.includes(each)));
      expect(found.works.sort()).toEqual(LETTERS.filter((each) => !bad.includes(each)));
      expect(found.fails).toEqual(bad);
    }),
  );
});

test('of two that fail only together the later one is left out', async () => {
  const found = await addAll(LETTERS, async (some) => !(some.includes('b') && some.includes('g')));
  expect(found.fails).toEqual(['g']);
});

test('plans with the same capabilities in another order are the same', () => {
  expect(keyOf(withValue(planOf(['user']), 'cap-drop', 'CHOWN SETUID'))).toBe(
    keyOf(withValue(planOf(['user']), 'cap-drop', 'SETUID  CHOWN')),
  );
  expect(keyOf(planOf())).not.toBe(keyOf(BASELINE));
  expect(keyOf(withValue(planOf(['cap-drop']), 'cap-drop', 'CHOWN'))).toBe(keyOf(planOf(['cap-drop'])));
});

describe('the laboratory', () => {
  const FAILURE: Failure = { life: 'start', kind: 'state', how: 'it ends' };
  const hard = planOf();

  function lab(
    fails: (plans: ReadonlyMap<string, Plan>) => string[],
    needs: Record<string, string[]>,
  ): { lab: Laboratory; runs: Map<string, string>[] } {
    const runs: Map<string, string>[] = [];
    const names = Object.keys(needs);
    const made = new Laboratory(
      async (plans) => {
        runs.push(new Map([...plans].map(([name, plan]) => [name, keyOf(plan)])));
        const failed = fails(plans);
        return new Map(names.map((name) => [name, failed.includes(name) ? [FAILURE] : []]));
      },
      new Map(Object.entries(needs).map(([name, list]) => [name, new Set(list)])),
      names,
    );
    return { lab: made, runs };
  }

  test('answers one question about each service with one run', async () => {
    const { lab: made, runs } = lab(() => [], { db: [], web: ['db'], cache: [] });
    const verdicts = await Promise.all(['db', 'web', 'cache'].map((name) => made.try(name, hard)));
    expect(verdicts.every(({ ok }) => ok)).toBe(true);
    expect(runs).toHaveLength(1);
  });

  test('does not ask the same question twice', async () => {
    const { lab: made, runs } = lab(() => ['db'], { db: [] });
    await made.try('db', hard);
    expect((await made.try('db', hard)).ok).toBe(false);
    expect(runs).toHaveLength(1);
  });

  test('does not blame a service for failing beside one it needs', async () => {
    const fails = (plans: ReadonlyMap<string, Plan>): string[] => (plans.get('db') === hard ? ['db', 'web'] : []);
    const { lab: made, runs } = lab(fails, { db: [], web: ['db'] });
    const [db, web] = await Promise.all([made.try('db', hard), made.try('web', hard)]);
    expect([db.ok, web.ok]).toEqual([false, true]);
    expect(runs[1]!.get('db')).toBe(keyOf(BASELINE));
  });

  test('blames a service that fails although what it needs works', async () => {
    const { lab: made } = lab((plans) => (plans.get('web') === hard ? ['web'] : []), { db: [], web: ['db'] });
    const [db, web] = await Promise.all([made.try('db', hard), made.try('web', hard)]);
    expect([db.ok, web.ok]).toEqual([true, false]);
  });

  test('runs others with what they settled on', async () => {
    const { lab: made, runs } = lab(() => [], { db: [], web: ['db'] });
    made.settle('db', planOf(['user']));
    await made.try('web', hard);
    expect(runs[0]!.get('db')).toBe(keyOf(planOf(['user'])));
  });
});
