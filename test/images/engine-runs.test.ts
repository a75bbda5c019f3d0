import { cases } from '../engine/cases';
import { recorded } from '../engine/record';
import { waysOf } from '../engine/settings';

/** What batten writes for the images of test/engine is what ran there last: without an Engine this says when they have to run again. */
test.each(cases().map((of) => [of.name, of] as const))('%s is written as it was recorded', (name, { compose, no_guess }) => {
  const before = recorded()!.cases[name]!.settings;
  const now = waysOf(compose, { guesses: no_guess === undefined }).filter(({ way, mounts }) => way in before || mounts.includes('volume'));
  const written = now.map(({ way, settings: { user, cap_add, read_only, tmpfs } }) => [way, { user, cap_add, read_only, tmpfs }]);
  const ran = Object.entries(before).map(([way, { user, cap_add, read_only, tmpfs }]) => [way, { user, cap_add, read_only, tmpfs }]);
  expect(Object.fromEntries(written)).toEqual(Object.fromEntries(ran));
});
