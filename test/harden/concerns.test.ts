import { batten } from '../../src';
import { concernsOf, DESCRIBED } from '../../src/harden/concerns';

test('what each transform concerns is described, and nothing else is', () => {
  expect([...DESCRIBED].sort()).toEqual(
    batten
      .transforms()
      .map(({ id }) => id)
      .sort(),
  );
});

test('one that nobody described concerns all there is', () => {
  for (const name of ['no-such', 'constructor', 'toString']) expect(concernsOf(name)).toEqual(['start', 'work', 'health', 'load']);
  // A limit shows under load, which no trial is.
  expect(concernsOf('limits')).toContain('load');
});
