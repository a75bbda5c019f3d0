import fc from 'fast-check';
import type { Failure } from '../../../src/engine/observe/types';
import { remembered } from '../../../src/engine/prove/rewriter';
import { Laboratory } from '../../../src/engine/search/laboratory';
import { addAll, leaveOut, minimise } from '../../../src/engine/search/minimise';
import { BASELINE, keyOf, type Plan, planOf, skips, withValue } from '../../../src/engine/search/plan';
import { type Settled, settle, Unsteady } from '../../../src/engine/search/settle';
import type { Finding } from '../../../src/harden/types';

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

describe('a service whose failures nothing explains', () => {
  const IDS = ['user', 'cap-drop', 'read-only'];
  const mood: Failure = { life: 'start', kind: 'state', how: 'it ends with exit code 1' };
  const refused: Failure = { ...mood, lines: ['chown: Operation not permitted'] };

  /** Settles a service whose n-th run, with these transforms, fails or not. `controls` are the runs as it is among them. */
  async function settled(
    fails: (run: number, on: string[]) => Failure | undefined,
  ): Promise<{ found: Settled; runs: number; controls: number }> {
    let [runs, controls] = [0, 0];
    const lab = new Laboratory(
      async (plans) => {
        const plan = plans.get('app')!;
        const failure = fails(runs++, plan.skip === 'all' ? [] : IDS.filter((id) => !skips(plan, id)));
        return new Map([['app', failure ? [failure] : []]]);
      },
      new Map(),
      ['app'],
    );
    const findings = (plan: Plan): Finding[] =>
      IDS.filter((id) => !skips(plan, id)).map((transform) => ({ service: 'app', transform }) as unknown as Finding);
    const control = async (): Promise<boolean> => {
      controls += 1;
      return (await lab.control('app')).ok;
    };
    const subject = {
      service: 'app',
      findings,
      written: [],
      directory: async () => undefined,
      exercised: true,
      bisecting: () => undefined,
      control,
    };
    return { found: await settle(subject, lab), runs, controls };
  }

  test('is given up when it fails as it is too', async () => {
    await expect(settled((run, on) => (run === 0 || on.length === 0 ? mood : undefined))).rejects.toBeInstanceOf(Unsteady);
  });

  test('is not blamed for what does not happen again', async () => {
    const { found, runs, controls } = await settled((run) => (run === 0 ? mood : undefined));
    expect({ runs, controls }).toEqual({ runs: 3, controls: 1 });
    expect([...(found.plan.skip as Set<string>)]).toEqual([]);
    expect(found).toMatchObject({ relaxed: [], once: mood });
  });

  test('that has them only hardened is relaxed, after it was run as it is three times', async () => {
    const { found, controls } = await settled((_, on) => (on.includes('read-only') ? mood : undefined));
    expect(found.relaxed).toEqual([{ transform: 'read-only', why: mood }]);
    expect([...(found.plan.skip as Set<string>)]).toEqual(['read-only']);
    expect(controls).toBe(3);
  });

  test('is no such service when the log says what it was refused: that takes no further runs', async () => {
    const { found, controls } = await settled((_, on) => (on.includes('user') ? refused : undefined));
    expect(found.relaxed).toEqual([{ transform: 'user', why: refused }]);
    expect(controls).toBe(0);
  });
});

describe('the capabilities of a service', () => {
  const ALL = 'CHOWN DAC_OVERRIDE FOWNER KILL NET_BIND_SERVICE SETGID SETUID';
  const silent: Failure = { life: 'start', kind: 'state', how: 'it ends' };

  /** A service that needs some and says nothing in its log. */
  async function found(needed: readonly string[], used?: readonly string[], exercised = true): Promise<{ kept: string; runs: number }> {
    let runs = 0;
    const lab = new Laboratory(
      async (plans) => {
        runs += 1;
        const kept = plans.get('app')!.values['cap-drop'] ?? ALL;
        return new Map([['app', needed.every((name) => kept.split(' ').includes(name)) ? [] : [silent]]]);
      },
      new Map(),
      ['app'],
    );
    const finding = { service: 'app', transform: 'cap-drop', confidence: 'generic', editable: { value: ALL } } as unknown as Finding;
    const base = {
      service: 'app',
      exercised,
      findings: () => [finding],
      written: [],
      directory: async () => undefined,
      bisecting: () => undefined,
    };
    const { plan } = await settle({ ...base, ...(used && { used: { used, looks: true } }) }, lab);
    return { kept: plan.values['cap-drop'] ?? ALL, runs };
  }

  test('are those it was seen to use, without what is not missed', async () => {
    const seen = await found(['CHOWN', 'KILL'], ['CHOWN', 'FOWNER', 'KILL']);
    expect(seen.kept).toBe('CHOWN KILL');
    expect(seen.runs).toBeLessThan((await found(['CHOWN', 'KILL'])).runs);
  });

  test('are left as they are proposed where nothing was asked of it: what it does not need to start it may need to work', async () => {
    expect(await found([], [], false)).toEqual({ kept: ALL, runs: 1 });
  });

  test('are, where nothing was asked of it, those that are proposed and what it needs beside them', async () => {
    const refused: Failure = {
      life: 'start',
      kind: 'state',
      how: 'it ends',
      lines: ['chown: changing ownership: Operation not permitted'],
    };
    const tries: string[] = [];
    const lab = new Laboratory(
      async (plans) => {
        const plan = plans.get('app')!;
        const kept = plan.skip === 'all' ? 'CHOWN' : (plan.values['cap-drop'] ?? 'KILL');
        tries.push(kept);
        return new Map([['app', kept.includes('CHOWN') ? [] : [refused]]]);
      },
      new Map(),
      ['app'],
    );
    const finding = { service: 'app', transform: 'cap-drop', confidence: 'generic', editable: { value: 'KILL' } } as unknown as Finding;
    const base = { service: 'app', exercised: false, findings: () => [finding], written: [], directory: async () => undefined };
    const { plan } = await settle({ ...base, bisecting: () => undefined }, lab);
    expect(plan.values['cap-drop']!.split(' ').sort()).toEqual(['CHOWN', 'KILL']);
  });

  test('are all in question where what was seen is not enough: nobody asks for those of a file', async () => {
    expect((await found(['NET_BIND_SERVICE'], ['CHOWN'])).kept).toBe('NET_BIND_SERVICE');
  });
});

test('what a set of plans leads to is worked out once', () => {
  const asked: string[][] = [];
  const rewriter = remembered((plans) => {
    asked.push([...plans.keys()]);
    return { texts: new Map(), findings: [], applied: new Set() };
  });
  const first = rewriter(
    new Map([
      ['web', planOf(['user', 'read-only'])],
      ['db', BASELINE],
    ]),
  );
  expect(
    rewriter(
      new Map([
        ['db', BASELINE],
        ['web', planOf(['read-only', 'user'])],
      ]),
    ),
  ).toBe(first);
  rewriter(
    new Map([
      ['web', planOf(['user'])],
      ['db', BASELINE],
    ]),
  );
  rewriter(
    new Map([
      ['web', withValue(planOf(['user']), 'cap-drop', 'CHOWN')],
      ['db', BASELINE],
    ]),
  );
  expect(asked).toHaveLength(3);
});
