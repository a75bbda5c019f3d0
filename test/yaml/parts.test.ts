import { CannotWrite } from '../../src/yaml/cannot-write';
import { YamlDocument } from '../../src/yaml/document';
import { splice } from '../../src/yaml/lower';
import { parseYaml } from '../../src/yaml/parse';
import { showPath } from '../../src/yaml/path';
import { SourceText } from '../../src/yaml/source';
import { detectStyle, type Style } from '../../src/yaml/style';
import { find, type MapNode, toData } from '../../src/yaml/tree';

describe('a source text', () => {
  test.each([
    ['', '\n', false],
    ['a', '\n', false],
    ['a\nb\n', '\n', true],
    ['a\r\nb\r\n', '\r\n', true],
    ['a\r\nb\n', '\r\n', true],
    ['a\r\nb\nc\n', '\n', true],
    ['\uFEFFa\r\nb', '\r\n', false],
  ])('%j has the line ending %j and a final newline: %s', (raw, eol, finalNewline) => {
    expect(new SourceText(raw)).toMatchObject({ eol, finalNewline, bom: raw.startsWith('\uFEFF') });
  });

  test('counts lines and columns from 1, in UTF-16 units, without the byte order mark', () => {
    const source = new SourceText('\uFEFFa😀b\r\n\nc');
    const places = [0, 1, 3, 6, 7, 8].map((offset) => source.position(offset));
    expect(places).toEqual([
      { line: 1, column: 1 },
      { line: 1, column: 2 },
      { line: 1, column: 4 },
      { line: 2, column: 1 },
      { line: 3, column: 1 },
      { line: 3, column: 2 },
    ]);
  });

  test('knows where lines begin and end', () => {
    const source = new SourceText('ab\r\n\ncd');
    expect([0, 1, 2].map((offset) => source.lineStart(offset))).toEqual([0, 0, 0]);
    expect([0, 4, 5, 9].map((offset) => source.lineEnd(offset))).toEqual([2, 4, 7, 9]);
    expect([0, 1, 4, 5, 6, 9].map((offset) => source.nextLine(offset))).toEqual([0, 4, 4, 5, 9, 9]);
    expect(source.column(6)).toBe(1);
  });
});

describe('the style of a text', () => {
  const styleOf = (text: string): Style => {
    const document = YamlDocument.open(text);
    return detectStyle(document.root, document.source);
  };

  test.each<[string, string, Partial<Style>]>([
    ['nothing to go by', 'a: 1\n', { step: 2, dashOffset: 2, quote: '"', flowLists: false }],
    ['four spaces', 'a:\n    b:\n        c: 1\n', { step: 4, dashOffset: 4 }],
    ['lists at the column of their key', 'a:\n  b:\n  - x\n  c:\n  - y\nd:\n  - z\n', { step: 2, dashOffset: 0 }],
    ['as many of one as of the other', 'a:\n - x\nb:\n    - y\n', { dashOffset: 1 }],
    ['single quotes', "a: ['x', 'y', \"z\"]\n", { quote: "'", flowLists: true }],
    ['as many brackets as dashes', 'a: [x]\nb:\n  - y\n', { flowLists: false }],
  ])('%s', (_, text, style) => {
    expect(styleOf(text)).toMatchObject(style);
  });
});

describe('looking a key up', () => {
  const root = YamlDocument.open('x: &x {a: 1, b: &b 2}\ny: &y\n  <<: *x\n  c: 3\nz:\n  <<: [*y, {d: 4}]\n  e: *b\n  f: 5\n')
    .root as MapNode;
  const z = root.entries[2]!.value as MapNode;

  test.each([
    ['f', 'own', undefined, 5],
    ['e', 'alias', 'b', 2],
    ['c', 'merge', 'y', 3],
    ['a', 'merge', 'y', 1],
    ['d', 'merge', undefined, 4],
  ])('%s comes by %s', (key, via, anchor, data) => {
    const found = find(z, key)!;
    expect({ via: found.via, anchor: found.anchor, data: toData(found.node) }).toEqual({ via, anchor, data });
  });

  test('finds nothing where there is nothing', () => {
    expect(find(z, 'g')).toBeUndefined();
  });
});

test('edits that overlap are not applied', () => {
  expect(
    splice('abcd', [
      { start: 1, end: 1, text: 'x' },
      { start: 1, end: 3, text: 'y' },
      { start: 3, end: 3, text: 'z' },
    ]),
  ).toBe('axyzd');
  expect(() =>
    splice('abcd', [
      { start: 0, end: 2, text: '' },
      { start: 1, end: 3, text: '' },
    ]),
  ).toThrow(CannotWrite);
});

test('a path reads like code', () => {
  expect(showPath(['services', 'db', 'ports', 0, 'target'])).toBe('services.db.ports[0].target');
  expect(showPath([])).toBe('');
});

test("batten's own files are read as data", () => {
  expect(parseYaml('a: [1, x]\n')).toEqual({ a: [1, 'x'] });
  expect(parseYaml('')).toBeNull();
  expect(() => parseYaml('a: [')).toThrow(expect.objectContaining({ name: 'YAMLParseError' }));
});
