import { trimEndOf } from '../src/trim';

test.each([
  ['/a//', '/', '/a'],
  ['///', '/', ''],
  ['', '/', ''],
  ['a, b', ',', 'a, b'],
  ['C:\\x\\/', '/\\', 'C:\\x'],
])('%j without %j at its end is %j', (text, characters, expected) => {
  expect(trimEndOf(text, characters)).toBe(expected);
});
