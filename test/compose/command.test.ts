import { words } from '../../src/compose/command';

test('nothing said is not the same as no words', () => {
  expect(words(undefined)).toBeUndefined();
  expect(words(null)).toBeUndefined();
  expect(words([])).toEqual([]);
  expect(words('')).toEqual([]);
});

test('a list is taken as it is', () => {
  expect(words(['sh', '-c', 'a "b" && c', 1, true])).toEqual(['sh', '-c', 'a "b" && c', '1', 'true']);
});

test('a map is no command', () => {
  expect(words({ a: 1 })).toBeUndefined();
});

test.each([
  ['nginx -g "daemon off;"', ['nginx', '-g', 'daemon off;']],
  ['sh -c \'echo "a b"; c\'', ['sh', '-c', 'echo "a b"; c']],
  ['a\\ b c\\\\d', ['a b', 'c\\d']],
  ['\'a\\b\' "c\\"d"', ['a\\b', 'c"d']],
  ['a\\tb', ['atb']],
  ['x \'\' "" y', ['x', '', '', 'y']],
  ['--opt="a b"c', ['--opt=a bc']],
  ['  spread\n\tout  ', ['spread', 'out']],
  ['echo $(id -u) `id -g`', ['echo', '$(id -u)', '`id -g`']],
])('%s', (line, expected) => {
  expect(words(line)).toEqual(expected);
});

test.each([
  ['migrate && serve', ['migrate']],
  ['serve --port 80; x', ['serve', '--port', '80']],
  ['serve 2>/dev/null', ['serve']],
  ['serve >log', ['serve']],
  ['a|b', ['a']],
])('Compose drops what a shell would have to do: %s', (line, expected) => {
  expect(words(line)).toEqual(expected);
});

test.each([
  ['say "hello', ['say', '"hello']],
  ['a (b)', ['a', '(b)']],
  ['a )', ['a', ')']],
  ['end \\', ['end', '\\']],
])('what Compose refuses is split at blanks: %s', (line, expected) => {
  expect(words(line)).toEqual(expected);
});
