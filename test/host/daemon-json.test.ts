import fc from 'fast-check';
import { parse, stripComments } from 'jsonc-parser';
import { DaemonJson } from '../../src/host/daemon-json';
import type { Data, Op } from '../../src/yaml/types';

const edited = (text: string, ...ops: Op[]): string => DaemonJson.read(text, 'daemon.json').edited(ops).text;
const add = (path: string[], value: Data): Op => ({ op: 'add', path, value });
const replace = (path: string[], value: Data): Op => ({ op: 'replace', path, value });

describe('a setting is written as the file is', () => {
  test.each<[string, string, Op, string]>([
    ['no file', '', add(['icc'], false), '{\n  "icc": false\n}\n'],
    ['an empty object', '{}', add(['icc'], false), '{\n  "icc": false\n}'],
    ['an empty object over lines, CRLF', '{\r\n}\r\n', add(['icc'], false), '{\r\n  "icc": false\r\n}\r\n'],
    ['tabs', '{\n\t"debug": false\n}\n', add(['icc'], false), '{\n\t"debug": false,\n\t"icc": false\n}\n'],
    ['four spaces, CRLF', '{\r\n    "a": 1\r\n}', add(['b'], 2), '{\r\n    "a": 1,\r\n    "b": 2\r\n}'],
    ['one line', '{"a":1,"b":2}', add(['c'], 3), '{"a":1,"b":2,"c":3}'],
    ['one line with spaces', '{ "a": 1 }\n', add(['c'], 3), '{ "a": 1, "c": 3 }\n'],
    ['a comment behind the last value', '{\n  "a": 1 // why\n}\n', add(['b'], 2), '{\n  "a": 1, // why\n  "b": 2\n}\n'],
    ['a comment below', '{\n  "a": 1\n  // later\n}\n', add(['b'], 2), '{\n  "a": 1,\n  "b": 2\n  // later\n}\n'],
    ['nothing but a comment', '{\n  // nothing yet\n}\n', add(['a'], 1), '{\n  // nothing yet\n  "a": 1\n}\n'],
    ['a trailing comma', '{\n  "a": 1,\n}\n', add(['b'], 2), '{\n  "a": 1,\n  "b": 2\n}\n'],
    ['a comma below the value', '{\n  "a": 1\n  ,\n}\n', add(['b'], 2), '{\n  "a": 1\n  ,\n  "b": 2\n}\n'],
    ['the brace behind the last value', '{\n  "a": 1 }\n', add(['b'], 2), '{\n  "a": 1,\n  "b": 2\n }\n'],
    ['a BOM', '\ufeff{\n  "a": 1\n}', add(['b'], 2), '\ufeff{\n  "a": 1,\n  "b": 2\n}'],
    ['colons of its own', '{\n  "a" : 1\n}\n', add(['b'], 2), '{\n  "a" : 1,\n  "b" : 2\n}\n'],
    [
      'an object that is there',
      '{\n  "o": {\n    "x": "1"\n  }\n}\n',
      add(['o', 'y'], '2'),
      '{\n  "o": {\n    "x": "1",\n    "y": "2"\n  }\n}\n',
    ],
    ['an object on one line', '{\n  "o": {"x": "1"}\n}\n', add(['o', 'y'], '2'), '{\n  "o": {"x": "1", "y": "2"}\n}\n'],
    ['an object that is not', '{\n  "a": 1\n}\n', add(['o', 'y'], '2'), '{\n  "a": 1,\n  "o": {\n    "y": "2"\n  }\n}\n'],
    ['a value', '{\n  "a": true, // why\n  "b": 2\n}\n', replace(['a'], false), '{\n  "a": false, // why\n  "b": 2\n}\n'],
    ['the last of two', '{ "a": 1, "a": 2 }', replace(['a'], 3), '{ "a": 1, "a": 3 }'],
    ['a name of every object', '{ "a": 1 }', add(['__proto__'], 3), '{ "a": 1, "__proto__": 3 }'],
  ])('%s', (_, before, op, after) => expect(edited(before, op)).toBe(after));
});

describe('what is no configuration is refused with its place', () => {
  test.each<[string, string, string]>([
    ['{\n  "a": 1\n  "b": 2\n}', 'is no JSON (CommaExpected)', '3:3'],
    ['[1]', 'holds no object', '1:1'],
    ['{ "a": ', 'is no JSON (ValueExpected)', '1:8'],
    [`{"a":${'['.repeat(100)}`, 'is nested deeper than 64 levels', '1:69'],
    ['{ "a": 1 } }', 'is no JSON (EndOfFileExpected)', '1:12'],
  ])('%j', (text, message, place) => {
    try {
      DaemonJson.read(text, 'daemon.json');
      throw new Error('was read');
    } catch (error) {
      expect(error).toMatchObject({ code: 'not-json', message, location: `daemon.json:${place}` });
    }
  });
});

test('a value that holds a comment is not replaced', () => {
  expect(() => edited('{ "a": [1 /* why */] }', replace(['a'], 2))).toThrow(/no edit of it is known that sets a/);
});

test('what dockerd would refuse of it is known, with its place', () => {
  const json = DaemonJson.read('\ufeff{\n  // one\n  "a": [1, 2,], /* two */\n}\n', 'daemon.json');
  expect(json.notStrict).toEqual([
    { what: 'byte-order-mark', at: { line: 1, column: 1 } },
    { what: 'comment', at: { line: 2, column: 3 } },
    { what: 'trailing-comma', at: { line: 3, column: 13 } },
    { what: 'comment', at: { line: 3, column: 17 } },
    { what: 'trailing-comma', at: { line: 3, column: 15 } },
  ]);
  expect(DaemonJson.read('{ "url": "http://a//b", "x": [] }', 'daemon.json').notStrict).toEqual([]);
});

/* A file as people have them: comments everywhere, keys nobody knows, lists, tabs or spaces, any line ending, on one line or over many. */
const word = fc.stringMatching(/^[a-z][a-z-]{0,8}$/).filter((name) => !['icc', 'log-opts'].includes(name));
const leaf = fc.oneof(fc.boolean(), fc.integer(), fc.string({ maxLength: 8 }), fc.constant(null), fc.constant('http://x//y /* no */'));
const value: fc.Arbitrary<Data> = fc.letrec<{ value: Data }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(word, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;
const layout = fc.record({
  eol: fc.constantFrom('\n', '\r\n'),
  unit: fc.constantFrom('  ', '    ', '\t', ''),
  colon: fc.constantFrom(': ', ':', ' : '),
  bom: fc.boolean(),
  trailing: fc.boolean(),
  end: fc.constantFrom('', '\n', '\r\n', '\n\n'),
  notes: fc.array(fc.constantFrom('', '', '// note', '/* block */', '/* { "icc": true, */', '// , }'), { minLength: 12, maxLength: 12 }),
});

function write(data: { [key: string]: Data }, { eol, unit, colon, bom, trailing, end, notes }: Layout): string {
  let at = 0;
  const note = (): string => {
    const text = notes[at++ % notes.length]!;
    return unit === '' && text.startsWith('//') ? '' : text;
  };
  const whole = (inner: Data, indent: string): string => {
    if (inner === null || typeof inner !== 'object') return JSON.stringify(inner);
    const list = Array.isArray(inner);
    const parts = list
      ? inner.map((each) => whole(each, indent + unit))
      : Object.entries(inner).map(([key, each]) => `${JSON.stringify(key)}${colon}${whole(each, indent + unit)}`);
    const [open, close] = list ? ['[', ']'] : ['{', '}'];
    if (unit === '') return `${open}${note()}${parts.join(`,${note()}`)}${trailing && parts.length > 0 ? ',' : ''}${note()}${close}`;
    const lines = parts.map((part, index) => {
      const last = index === parts.length - 1;
      const above = note();
      const behind = note();
      const comma = last ? (trailing ? ',' : '') : ',';
      return `${above ? `${indent}${unit}${above}${eol}` : ''}${indent}${unit}${part}${comma}${behind ? ` ${behind}` : ''}`;
    });
    return parts.length === 0 ? `${open}${close}` : [open, ...lines, `${indent}${close}`].join(eol);
  };
  return `${bom ? '\ufeff' : ''}${whole(data, '')}${end}`;
}

interface Layout {
  eol: string;
  unit: string;
  colon: string;
  bom: boolean;
  trailing: boolean;
  end: string;
  notes: string[];
}

/** The text without what was put in: at most a comma, and one stretch. Undefined when anything else differs. */
function takenOut(before: string, after: string): { comma: boolean; stretch: string } | undefined {
  for (const comma of [false, true]) {
    const start = [...Array(before.length + 1).keys()].find((index) => before[index] !== after[index]) ?? before.length;
    const put = comma && after[start] === ',' ? `${before.slice(0, start)},${before.slice(start)}` : comma ? undefined : before;
    if (put === undefined) continue;
    let from = 0;
    while (from < put.length && put[from] === after[from]) from++;
    let tail = 0;
    while (tail < put.length - from && put[put.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
    if (from + tail >= put.length) return { comma, stretch: after.slice(from, after.length - tail) };
  }
  return undefined;
}

test('adding settings leaves every other byte as it was, whatever the file is like', () => {
  fc.assert(
    fc.property(fc.dictionary(word, value, { maxKeys: 5, noNullPrototype: true }), layout, fc.boolean(), (data, style, nested) => {
      const before = write(data, style);
      const op = nested ? add(['log-opts', 'max-size'], '10m') : add(['icc'], false);
      const after = edited(before, op);
      const out = takenOut(before, after);
      expect(out).toBeDefined();
      // The stretch is the setting, spaces and line ends of the file's own kind, and a comma where that stands in it.
      expect(out!.stretch.replace(/[\s,]/g, '')).toBe(nested ? '"log-opts":{"max-size":"10m"}' : '"icc":false');
      if (style.unit !== '' && style.eol === '\r\n' && Object.keys(data).length > 0) expect(out!.stretch).not.toMatch(/(?<!\r)\n/);
      const wanted = nested ? { ...data, 'log-opts': { 'max-size': '10m' } } : { ...data, icc: false };
      expect(parse(after.replace(/^\ufeff/, ''), [], { allowTrailingComma: true })).toEqual(wanted);
      // What was strict JSON still is.
      if (DaemonJson.read(before, '').notStrict.length === 0) expect(JSON.parse(after)).toEqual(wanted);
      expect(stripComments(after).length - after.length).toBe(stripComments(before).length - before.length);
    }),
    { numRuns: Number(process.env.BATTEN_FUZZ_RUNS ?? 300) },
  );
});

test('another value takes the place of the old one, and nothing else moves', () => {
  fc.assert(
    fc.property(fc.dictionary(word, value, { minKeys: 1, maxKeys: 5, noNullPrototype: true }), layout, fc.nat(), (data, style, pick) => {
      const before = write(data, style);
      const name = Object.keys(data)[pick % Object.keys(data).length]!;
      // A comment within the old value would be lost, which is refused.
      fc.pre(data[name] === null || typeof data[name] !== 'object');
      const after = edited(before, replace([name], 'put'));
      const at = after.indexOf('"put"');
      expect(before.startsWith(after.slice(0, at))).toBe(true);
      expect(before.endsWith(after.slice(at + 5))).toBe(true);
      expect(parse(after.replace(/^\ufeff/, ''), [], { allowTrailingComma: true })).toEqual({ ...data, [name]: 'put' });
    }),
    { numRuns: Number(process.env.BATTEN_FUZZ_RUNS ?? 300) },
  );
});
