import { YamlDocument } from '../../src/yaml/document';
import { disprove } from '../../src/yaml/prove';
import type { Op } from '../../src/yaml/types';
import { add, append, comment, replace } from './support/edited';

/** What the proof says of a text that is claimed to be another one after ops. */
function verdict(text: string, ops: Op[], claimed: string): string | undefined {
  const expected = YamlDocument.open(text);
  for (const op of ops) expect(expected.apply(op)).not.toHaveProperty('refusal');
  return disprove(expected, YamlDocument.open(claimed));
}

describe('a wrong text is not believed', () => {
  test.each<[string, string, Op[], string, string]>([
    ['another value', 'a: 0644\n', [], 'a: 420\n', 'a changed'],
    ['the same value in other digits', 'a: 0644\n', [], 'a: 644\n', 'a changed'],
    ['a bare word that was quoted', 'a: "yes"\n', [], 'a: yes\n', 'a changed'],
    ['another key', 'a: 1\n', [], 'b: 1\n', 'a changed'],
    ['a key too many', 'a: 1\n', [], 'a: 1\nb: 2\n', 'the document has 2 keys, not 1'],
    ['an item too few', 'a: [1, 2]\n', [], 'a: [1]\n', 'a has 1 items, not 2'],
    ['keys in another order', 'a: 1\nb: 1\n', [], 'b: 1\na: 1\n', 'changed'],
    ['a nested key flattened', 'a: 1\n', [add('b.c', 1)], 'a: 1\nb:\nc: 1\n', 'keys, not'],
    ['a list for a map', 'a: {}\n', [], 'a: []\n', 'a is another kind of value'],
    ['a scalar for a map', 'a: {}\n', [], 'a: 1\n', 'a is another kind of value'],
    ['another alias', 'a: &a 1\nb: &b 1\nc: *a\n', [], 'a: &a 1\nb: &b 1\nc: *b\n', 'c is another alias'],
    ['a value for an alias', 'a: &a 1\nc: *a\n', [], 'a: &a 1\nc: 1\n', 'c is another alias'],
    ['an anchor lost', 'a: &a 1\n', [], 'a: 1\n', 'the anchor of a changed'],
    ['an anchor of a key lost', '&k a: 1\n', [], 'a: 1\n', 'the anchor of a changed'],
    ['a tag lost', 'a: !reset []\n', [], 'a: []\n', 'the tag of a changed'],
    ['a comment lost', 'a: 1 # x\n', [], 'a: 1\n', 'a comment was lost or moved: # x'],
    ['comments swapped', 'a: 1 # x\nb: 1 # y\n', [], 'a: 1 # y\nb: 1 # x\n', 'a comment came up from nowhere: # y'],
    ['a comment from nowhere', 'a: 1\n', [], 'a: 1 # x\n', 'a comment came up from nowhere: # x'],
    [
      'a comment not written',
      'a:\n  - b: 1\n    c: 1\n',
      [comment('a.0.c', '# x')],
      'a:\n  - b: 1\n    c: 1\n',
      'a comment was not written: # x',
    ],
    ['a string that is a number to some', 'a: 1\n', [replace('a', '0o17')], 'a: 0o17\n', 'a is not the string that was asked for'],
    ['a string that is a boolean to some', 'a: 1\n', [replace('a', 'yes')], 'a: yes\n', 'a is not the string that was asked for'],
    ['an empty string that is null', 'a: 1\n', [replace('a', '')], 'a:\n', 'a is not the string that was asked for'],
    ['a string cut off', 'a: 1\n', [replace('a', 'x # y')], 'a: "x"\n', 'a is not the string that was asked for'],
    ['a number in quotes', 'a: x\n', [replace('a', 8)], 'a: "8"\n', 'a is not the value that was asked for'],
    ['a number in other digits', 'a: x\n', [replace('a', 8)], 'a: 010\n', 'a is not the value that was asked for'],
    ['another boolean', 'a: x\n', [replace('a', true)], 'a: yes\n', 'a is not the value that was asked for'],
    ['a new item elsewhere', 'a: [x]\n', [append('a', 'y')], 'a: [y, x]\n', 'a[0] changed'],
    ['a byte order mark lost', '\uFEFFa: 1\n', [], 'a: 1\n', 'the byte order mark changed'],
    ['a final newline gained', 'a: 1', [], 'a: 1\n', 'the final newline changed'],
    ['a final newline lost', 'a: 1\nb: 1\n', [], 'a: 1\nb: 1', 'the final newline changed'],
    ['another line ending', 'a: 1\nb: 1\n', [], 'a: 1\r\nb: 1\n', 'the line endings changed'],
    ['another line ending everywhere', 'a: 1\r\nb: 1\r\n', [], 'a: 1\nb: 1\n', 'the line endings changed'],
    ['a line ending where there was none', 'a: 1', [add('b', 1)], 'a: 1\r\nb: 1', 'the line endings changed'],
  ])('%s', (_, text, ops, claimed, reason) => {
    expect(verdict(text, ops, claimed)).toContain(reason);
  });

  test('a text that no longer parses is a reason, not an error', () => {
    const document = YamlDocument.open('a: 1\n');
    document.apply(add('b', 1));
    Object.assign(document, { toText: () => 'a: [\n' });
    expect(document.prove()).toEqual({ reason: expect.stringContaining('the result does not parse') });
  });
});

describe('a right text is believed', () => {
  test.each<[string, string, Op[], string]>([
    ['the same', 'a: 1 # x\n', [], 'a: 1 # x\n'],
    ['quotes of the other kind', 'a: "x"\n', [], "a: 'x'\n"],
    ['a string in quotes', 'a: 1\n', [replace('a', 'x')], 'a: "x"\n'],
    ['a new comment that reads like an old one', 'a: 1\nb: 2 # x\n', [comment('a', '# x')], '# x\na: 1\nb: 2 # x\n'],
    ['one of two line endings gone', 'a: 1\r\nb: 1\n', [], 'a: 1\nb: 1\n'],
  ])('%s', (_, text, ops, claimed) => {
    expect(verdict(text, ops, claimed)).toBeUndefined();
  });
});
