import { parseDocument } from 'yaml';
import { quoted, writeScalar } from '../../src/yaml/scalar';
import { resolvePlain } from '../../src/yaml/tree';

/** Strings that some reader of YAML takes for something else, or that are syntax somewhere. */
const STRINGS = [
  '',
  ' ',
  'a ',
  ' a',
  '~',
  'null',
  'Null',
  'NULL',
  'true',
  'True',
  'FALSE',
  'yes',
  'Yes',
  'NO',
  'on',
  'Off',
  'y',
  'N',
  '=',
  '<<',
  '<',
  '-',
  '--',
  '---',
  '...',
  '-a',
  '-1',
  '+1',
  '.5',
  '.inf',
  '-.INF',
  '.NaN',
  '.',
  './a',
  '../a',
  '0',
  '0644',
  '0o17',
  '0x1F',
  '0b11',
  '1_000',
  '1e3',
  '12e03',
  '1.5',
  '190:20:30',
  '22:22',
  '999:999',
  '2024-01-02',
  '2024-01-02T10:00:00Z',
  '1:a',
  'a:1',
  'a:',
  'a: b',
  ':',
  ': a',
  ':a',
  '?',
  '? a',
  '?a',
  '#',
  'a#b',
  'a #b',
  '&a',
  '*a',
  '!a',
  '|',
  '>',
  '%a',
  '@a',
  '`a',
  '"',
  '"a"',
  "'",
  "it's",
  'a"b',
  '{',
  '}',
  '[a]',
  'a[0]',
  'a,b',
  ',',
  'a, b',
  '/',
  '/run:size=64m,mode=1777',
  'no-new-privileges:true',
  'ALL',
  '$HOME',
  '${A:-b}',
  '$$A',
  'a\\b',
  'a\nb',
  'a\n',
  '\n',
  'a\tb',
  '\t',
  'a\rb',
  '\u0000',
  '\u007f',
  '\u0085',
  '\u009b',
  '\u2028',
  '\ufeff',
  '\uffff',
  'é',
  '日本',
  '😀',
  'a'.repeat(2000),
  'http://x/y?z=1&b=2',
  'a@b',
  'nginx:1.27@sha256:00',
  '_x',
  '-x:',
  'a:b:',
  'a=',
  'a-',
];

describe('a string', () => {
  for (const quote of ['"', "'"] as const) {
    test.each(STRINGS.map((text) => [JSON.stringify(text).slice(0, 40), text]))(
      `%s with ${quote} is itself wherever it stands, under YAML 1.2 and 1.1`,
      (_, text) => {
        const block = writeScalar(text, quote, false);
        const flow = writeScalar(text, quote, true);
        for (const version of ['1.2', '1.1'] as const) {
          const read = (source: string): unknown => {
            const document = parseDocument(source, { version });
            expect(document.errors).toEqual([]);
            return document.toJS();
          };
          expect(read(`a: ${block}\n`)).toEqual({ a: text });
          expect(read(`- ${block}\n`)).toEqual([text]);
          expect(read(`a: [${flow}, ${flow}]\n`)).toEqual({ a: [text, text] });
          expect(read(`a: { k: ${flow}, j: ${flow} }\n`)).toEqual({ a: { k: text, j: text } });
          // A bare key may not be longer than 1,024 characters to YAML; Compose has none that long.
          if (text.length < 1000) {
            expect(read(`${block}: 1\n`)).toEqual({ [text]: 1 });
            expect(read(`a: { ${flow}: 1, b: 2 }\n`)).toEqual({ a: { [text]: 1, b: 2 } });
          }
        }
        expect([block, flow].join('')).not.toMatch(/[\n\r\u0085\u2028\ufeff]/);
      },
    );
  }

  test.each([
    ['ALL', 'ALL'],
    ['no-new-privileges:true', 'no-new-privileges:true'],
    ['/run:size=64m,mode=1777', '/run:size=64m,mode=1777'],
    ['nginx:1.27', 'nginx:1.27'],
    ['yes', '"yes"'],
    ['999:999', '"999:999"'],
    ['1g', '1g'],
    ['30s', '30s'],
    ['1e3', '"1e3"'],
    ['08m', '"08m"'],
    ['a "b"', '\'a "b"\''],
    ['a "b\'', '"a \\"b\'"'],
    ['a\\b', '"a\\\\b"'],
    ['a\tb\r\n', '"a\\tb\\r\\n"'],
    ['\u009b', '"\\u009b"'],
  ])('%j is written %s', (text, written) => {
    expect(writeScalar(text, '"', false)).toBe(written);
  });

  test('is in the quotes of the file, unless they cannot hold it', () => {
    expect(quoted("it's", "'")).toBe("'it''s'");
    expect(quoted('a\nb', "'")).toBe('"a\\nb"');
    expect(quoted('a"b', "'")).toBe("'a\"b'");
  });
});

describe('other values', () => {
  test.each([
    [null, false, ''],
    [null, true, 'null'],
    [true, false, 'true'],
    [1.5, true, '1.5'],
  ])('%s (in brackets: %s) is written "%s"', (value, flow, written) => {
    expect(writeScalar(value, '"', flow)).toBe(written);
  });
});

describe('a bare scalar', () => {
  test.each([
    '',
    '~',
    'null',
    'NULL',
    'nul',
    'true',
    'TRUE',
    'tRUE',
    'False',
    'yes',
    '0',
    '-0',
    '+12',
    '0644',
    '0o17',
    '0o18',
    '0x1F',
    '0xG',
    '.5',
    '5.',
    '1.5e3',
    '1e-3',
    'e3',
    '.',
    '-.5',
    '1_000',
    '1:2',
    'a',
  ])('%j is what the library says under YAML 1.2', (text) => {
    expect(resolvePlain(text)).toEqual(parseDocument(text === '' ? '~' : text, { version: '1.2' }).toJS());
  });
});
