import { parseSize, showSize } from '../../src/compose/size';

test.each([
  ['512m', 512 * 2 ** 20],
  ['0.5g', 2 ** 29],
  ['1gb', 2 ** 30],
  ['1GiB', 2 ** 30],
  ['64k', 65536],
  ['100', 100],
  ['100b', 100],
  [' 2G ', 2 * 2 ** 30],
])('%s is %d bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each(['', 'g', '-1', '1x', '1 2', '1.m', '${MEM}'])('%j is no size', (text) => {
  expect(parseSize(text)).toBeUndefined();
});

test('a size is written with the largest unit that fits', () => {
  expect([2 ** 30, 1.5 * 2 ** 30, 1, 300 * 2 ** 20].map(showSize)).toEqual(['1g', '1536m', '1m', '300m']);
});
