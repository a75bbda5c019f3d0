import { batten } from '../../src';
import type { PrivilegeChange } from '../../src/harden/privileges';
import { cosmetic } from './cosmetic';
import { BESIDE, base, escalated, families, ROUTES, SERVICE } from './escalations';
import { composeConfig } from './oracle';
import { inputOf, type Plan, Random, textsOf } from './projects';

/*
 * Projects are made up, and one thing of each is given more: through an override, an extended or included file, an anchor, a merge key, a
 * variable. Then the same is written in another way. Docker Compose says whether it comes to another thing or to the same; BATTEN_COMPOSE
 * names it. BATTEN_FULL=1 takes 1,000 of each instead of a sample.
 */

const COUNT = process.env.BATTEN_FULL ? 1000 : 60;
/** Compose is asked about as many of a sample. */
const ASKED = process.env.BATTEN_FULL ? COUNT : 7;
const COMPOSE = process.env.BATTEN_COMPOSE;

function written(plan: Plan, seed: number, loose = false): Record<string, string> {
  return { ...BESIDE, ...textsOf(plan, (file) => ({ random: new Random(seed + file.length), loose })) };
}

function changesOf(before: Record<string, string>, after: Record<string, string>): PrivilegeChange[] {
  return batten.privileges(inputOf(before), inputOf(after)).changes;
}

interface Case {
  seed: number;
  name: string;
  kinds: readonly string[];
  /** Undefined: the project's as a whole will do. */
  service: string;
  before: Record<string, string>;
  after: Record<string, string>;
}

function escalations(count: number): Case[] {
  const out: Case[] = [];
  for (let seed = 1; out.length < count; seed++) {
    const random = new Random(seed);
    const route = ROUTES[seed % ROUTES.length]!;
    const family = random.pick(families(random));
    const made = escalated(family, route, () => base(new Random(seed)), random);
    if (!made) continue;
    const kinds = typeof family.kind === 'string' ? [family.kind] : family.kind;
    out.push({
      seed,
      name: `${seed}: ${family.name}, ${route}`,
      kinds,
      service: SERVICE[route],
      before: written(made.before, seed),
      after: written(made.after, seed),
    });
  }
  return out;
}

const found = ({ before, after, kinds, service }: Case): boolean =>
  changesOf(before, after).some(
    (change) => change.direction !== 'takes' && kinds.includes(change.kind) && (change.service ?? service) === service,
  );

test(`${COUNT} things that are given are found, by what they are and who gets them`, () => {
  const cases = escalations(COUNT);
  expect(new Set(cases.map(({ name }) => name.replace(/^\d+: |, [^,]*$/g, ''))).size).toBeGreaterThan(30);
  const missed = cases.filter((each) => !found(each)).map(({ name }) => name);
  console.log(`seeded: ${cases.length} escalations, ${cases.length - missed.length} found`);
  expect(missed).toEqual([]);
}, 600_000);

test(`of ${COUNT} other ways to write the same, none is reported`, () => {
  const reported: string[] = [];
  for (let seed = 1; seed <= COUNT; seed++) {
    const { before, after, name } = rewritten(seed);
    const changes = changesOf(before, after);
    if (changes.length > 0) reported.push(`${name}: ${JSON.stringify(changes)}`);
  }
  console.log(`seeded: ${COUNT} cosmetic edits, ${reported.length} reported`);
  expect(reported).toEqual([]);
}, 600_000);

/** A project with one thing in it that is rarely there, and the same in other words. */
function rewritten(seed: number): { before: Record<string, string>; after: Record<string, string>; name: string } {
  const random = new Random(seed * 7919);
  const route = ROUTES[seed % ROUTES.length]!;
  const family = random.pick(families(random));
  const plan = (escalated(family, route, () => base(new Random(seed)), random) ?? { after: base(new Random(seed)) }).after;
  const before = written(plan, seed);
  const { plan: other, name } = cosmetic(plan, random);
  return { before, after: written(other, seed + 1, true), name: `${seed}: ${name} (${family.name}, ${route})` };
}

const ask = COMPOSE ? describe : describe.skip;

ask('Compose itself', () => {
  test(`says of ${ASKED} escalations that they are some`, async () => {
    const wrong = await inTurns(spread(escalations(COUNT), ASKED), async ({ name, before, after }) => {
      const [old, now] = [await composeConfig(COMPOSE!, before), await composeConfig(COMPOSE!, after)];
      if (old.config === undefined || now.config === undefined) return `${name}: ${old.refused ?? now.refused}`;
      return old.config === now.config ? `${name}: no difference` : undefined;
    });
    expect(wrong).toEqual([]);
  }, 3_600_000);

  test(`says of ${ASKED} cosmetic edits that they are none`, async () => {
    const seeds = spread(
      Array.from({ length: COUNT }, (_, index) => index + 1),
      ASKED,
    );
    const wrong = await inTurns(seeds, async (seed) => {
      const { before, after, name } = rewritten(seed);
      const [old, now] = [await composeConfig(COMPOSE!, before), await composeConfig(COMPOSE!, after)];
      if (old.config === undefined || now.config === undefined) return `${name}: ${old.refused ?? now.refused}`;
      return old.config === now.config ? undefined : `${name}: ${firstDifference(old.config, now.config)}`;
    });
    expect(wrong).toEqual([]);
  }, 3_600_000);
});

function spread<T>(all: readonly T[], count: number): T[] {
  return Array.from({ length: Math.min(count, all.length) }, (_, index) => all[Math.floor((index * all.length) / count)]!);
}

async function inTurns<T>(all: readonly T[], work: (each: T) => Promise<string | undefined>): Promise<string[]> {
  const queue = [...all];
  const out: string[] = [];
  const worker = async (): Promise<void> => {
    for (let each = queue.shift(); each !== undefined; each = queue.shift()) {
      const said = await work(each);
      if (said !== undefined) out.push(said);
    }
  };
  await Promise.all([worker(), worker()]);
  return out;
}

function firstDifference(one: string, other: string): string {
  const at = [...one].findIndex((character, index) => character !== other[index]);
  return `…${one.slice(Math.max(0, at - 80), at + 80)}… is …${other.slice(Math.max(0, at - 80), at + 80)}…`;
}
