import { InputError, type Position } from '../../src/errors';
import { YamlDocument } from '../../src/yaml/document';
import { toData } from '../../src/yaml/tree';

function failure(text: string): InputError {
  try {
    YamlDocument.open(text);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('it opened');
}

/** Runs something that must not take time, of the processor, that grows with the square of the input. */
function quickly<T>(milliseconds: number, run: () => T): T {
  const start = process.cpuUsage();
  const result = run();
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(milliseconds);
  return result;
}

const WRONG: [string, string, string, Position][] = [
  ['a lone carriage return', 'a: 1\rb: 2\n', 'lone-cr', { line: 1, column: 5 }],
  ['a carriage return at the end', 'a: 1\r\nb: 2\r', 'lone-cr', { line: 2, column: 5 }],
  ['a quote that is not closed', 'a: 1\nb: "x\n', 'yaml-syntax', { line: 3, column: 1 }],
  ['a bracket that is not closed', 'a: [1\nb: 2\n', 'yaml-syntax', { line: 2, column: 1 }],
  ['indentation that fits nothing', 'a:\n    b: 1\n  c: 2\n', 'yaml-syntax', { line: 3, column: 1 }],
  ['a tab as indentation', 'services:\n\tweb: {}\n', 'yaml-syntax', { line: 2, column: 1 }],
  ['a syntax error below a byte order mark', '\uFEFFa: }\n', 'yaml-syntax', { line: 1, column: 4 }],
  ['a key twice', 'a: 1\nb:\n  c: 1\n  "c": 2\n', 'duplicate-key', { line: 4, column: 3 }],
  ['a key twice in braces', 'a: { b: 1, b: 2 }\n', 'duplicate-key', { line: 1, column: 12 }],
  ['two merge keys', 'x: &x {a: 1}\ny:\n  <<: *x\n  <<: *x\n', 'duplicate-key', { line: 4, column: 3 }],
  ['an alias without an anchor', 'a: 1\nb: *c\n', 'unresolved-alias', { line: 2, column: 4 }],
  ['an alias before its anchor', 'b: *c\nc: &c 1\n', 'unresolved-alias', { line: 1, column: 4 }],
  ['an alias inside its anchor', 'a: &a\n  b: *a\n', 'recursive-alias', { line: 2, column: 6 }],
  ['a second document', 'a: 1\n---\n# two\nb: 2\n', 'multi-document', { line: 4, column: 1 }],
  ['nothing', '', 'empty', { line: 1, column: 1 }],
  ['only a byte order mark', '\uFEFF', 'empty', { line: 1, column: 1 }],
  ['only comments', '# nothing\n\n---\n# more\n', 'empty', { line: 1, column: 1 }],
];

describe('what cannot be read says what and where', () => {
  test.each(WRONG)('%s', (_, text, code, position) => {
    const error = failure(text);
    expect({ code: error.code, position: error.position }).toEqual({ code, position });
    expect(error.message).not.toMatch(/\n/);
    expect(error.exitCode).toBe(2);
  });

  test('a tab as indentation is explained', () => {
    expect(failure('services:\n\tweb: {}\n').hint).toBe('YAML is indented with spaces, never with tabs');
  });

  test('a quote that is not closed is explained', () => {
    expect(failure('a: "x\n').hint).toBe('look at the indentation and the quotes of this line and the one above');
  });
});

describe('hostile files', () => {
  test('aliases that unfold to more than memory holds are counted, not unfolded', () => {
    const levels = Array.from({ length: 30 }, (_, level) => `l${level}: &l${level} [${level === 0 ? 'x' : `*l${level - 1}, `.repeat(9)}]`);
    const error = quickly(2000, () => failure(`${levels.join('\n')}\n`));
    expect(error.code).toBe('yaml-bomb');
    expect(error.position!.line).toBeGreaterThan(1);
  });

  test.each([
    ['brackets', '['.repeat(20_000)],
    ['closed brackets', 'a: '.concat('['.repeat(20_000), ']'.repeat(20_000), '\n')],
    ['braces', '{a: '.repeat(20_000)],
    ['dashes', `${'- '.repeat(20_000)}x\n`],
    ['explicit keys', `${'? '.repeat(20_000)}x\n`],
    ['block maps', Array.from({ length: 2_000 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')],
  ])('nested %s', (_, text) => {
    const error = quickly(5000, () => failure(text));
    expect(['too-deep', 'yaml-syntax']).toContain(error.code);
    expect(error.position!.line).toBeGreaterThan(0);
  });

  test('201 levels of brackets are read, 202 are not', () => {
    const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}\n`;
    expect(toData(YamlDocument.open(nested(201)).root)).toHaveLength(1);
    expect(failure(nested(202))).toMatchObject({ code: 'too-deep', position: { line: 1, column: 201 } });
  });

  test('40,000 keys with comments are opened and edited in time that grows with their number', () => {
    const lines = Array.from({ length: 40_000 }, (_, index) => `  key-${index}: "a value of some length" # ${index}\n`);
    const text = `services:\n${lines.join('')}`;
    expect(text.length).toBeGreaterThan(1_800_000);
    quickly(30_000, () => {
      const document = YamlDocument.open(text);
      for (let index = 0; index < 500; index++) document.apply({ op: 'remove', path: ['services', `key-${index * 80}`] });
      document.apply({ op: 'add', path: ['services', 'last'], value: true });
      const proof = document.prove();
      expect('document' in proof).toBe(true);
    });
  }, 60_000);
});

describe('what is read', () => {
  test.each([
    ['a second document with nothing in it', 'a: 1\n---\n# end\n', { a: 1 }],
    ['a first document with nothing in it', '# head\n---\na: 1\n...\n', { a: 1 }],
    [
      'YAML 1.2 values',
      'a: [0644, yes, 0o17, 0x1F, 1.5, 1e3, .5, ~, Null, TRUE, False, "1", !!str 1, -2]\n',
      { a: [644, 'yes', 15, 31, 1.5, 1000, 0.5, null, null, true, false, '1', '1', -2] },
    ],
    [
      'merge keys',
      'x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  <<: [*y, *x]\n  c: 5\n',
      { x: { a: 1, b: 2 }, y: { b: 3, c: 4 }, z: { a: 1, b: 3, c: 5 } },
    ],
    ['a merge key of one map', 'x: &x {a: 1}\nz:\n  <<: *x\n', { x: { a: 1 }, z: { a: 1 } }],
    ['a quoted "<<" is a key', 'z: {"<<": {a: 1}}\n', { z: { '<<': { a: 1 } } }],
    ['block scalars', 'a: |-\n  x\n  y\nb: >\n  x\n  y\n', { a: 'x\ny', b: 'x y\n' }],
    ['a key __proto__', '__proto__: {a: 1}\n', JSON.parse('{"__proto__":{"a":1}}')],
  ])('%s', (_, text, data) => {
    expect(toData(YamlDocument.open(text as string).root)).toEqual(data);
  });

  test('comments are found where they are comments, in order', () => {
    const text = '# a\na: # b\n  - "# no" # c\n  # d\n  - |  # e\n    # no\n  - [x, # f\n    y] # g\n# h\n...\n# i\n';
    const { comments } = YamlDocument.open(text);
    expect(comments.map(({ text: comment }) => comment)).toEqual(['# a', '# b', '# c', '# d', '# e', '# f', '# g', '# h', '# i']);
    expect(comments.filter(({ ownLine }) => ownLine).map(({ text: comment }) => comment)).toEqual(['# a', '# d', '# h', '# i']);
  });
});
