import fc from 'fast-check';
import { evaluate, hasVariables, splitOutsideBraces, variableNames } from '../../src/compose/interpolate';

/** `raw` -> text and known, without an environment. */
function plain(raw: string): [string, boolean] {
  const { text, known } = evaluate(raw);
  return [text, known];
}

describe('evaluate', () => {
  test.each([
    ['$V', '', false],
    ['${V}', '', false],
    ['a${V}b', 'ab', false],
    ['${V:-d}', 'd', true],
    ['${V-d}', 'd', true],
    ['${V:-}', '', true],
    ['${V:?must be set}', '', false],
    ['${V?must be set}', '', false],
    ['${V:+alt}', '', false],
    ['${V+alt}', '', false],
    ['${A:-${B:-c}}', 'c', true],
    ['${A:-${B}}', '', false],
    ['${A:-x${B-y}z}/w', 'xyz/w', true],
    ['${BIND:-127.0.0.1}:${PORT:-80}:80', '127.0.0.1:80:80', true],
    ['${V:-{json}}', '{json}', true],
    ['${V:-a:-b?c}', 'a:-b?c', true],
    ['$$', '$', true],
    ['$$V', '$V', true],
    ['$${V}', '${V}', true],
    ['$$$V', '$', false],
    ['${V:-$$x}', '$x', true],
    ['$lower_1-x', '-x', false],
    ['5$', '5$', true],
    ['$ x $1', '$ x $1', true],
    ['${V:-a}}', 'a}', true],
  ])('%s without an environment', (raw, text, known) => {
    expect(plain(raw)).toEqual([text, known]);
  });

  test.each(['${', '${V', 'a ${V:-x', '${}', '${1V}', '${V W}', '${{ secrets.X }}'])(
    'what Compose refuses stays as text and is not known: %s',
    (raw) => {
      expect(evaluate(raw)).toEqual({ text: raw, raw, known: false, interpolated: false });
    },
  );

  test('a variable after something malformed is still replaced', () => {
    expect(evaluate('${ ${V:-x}')).toMatchObject({ text: '${ x', known: false, interpolated: true });
  });

  test('the environment wins over the default', () => {
    const env = { V: 'set', EMPTY: '' };
    expect(evaluate('$V ${V} ${V:-d} ${V-d} ${V:?e} ${V:+alt} ${V+alt}', env).text).toBe('set set set set set alt alt');
    expect(evaluate('[${EMPTY:-d}] [${EMPTY-d}] [${EMPTY+alt}]', env)).toMatchObject({ text: '[d] [] [alt]', known: true });
    expect(evaluate('${EMPTY:?must not be empty}', env).known).toBe(false);
    expect(evaluate('${toString}', env)).toMatchObject({ text: '', known: false });
  });

  test('the value of a variable is not interpolated again', () => {
    expect(evaluate('$V', { V: '$W' }).text).toBe('$W');
  });

  test('text without a dollar is left alone', () => {
    fc.assert(
      fc.property(
        fc.string().map((text) => text.replaceAll('$', '')),
        (text) => {
          expect(evaluate(text)).toEqual({ text, raw: text, known: true, interpolated: false });
        },
      ),
    );
  });

  test('doubling every dollar protects any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', 'A', ':', '-', ' ') }), (text) => {
        expect(evaluate(text.replaceAll('$', '$$$$'))).toMatchObject({ text, known: true, interpolated: false });
      }),
    );
  });
});

describe('hasVariables', () => {
  test.each([
    ['${V}', true],
    ['x$V', true],
    ['$$V', false],
    ['${', false],
    ['plain', false],
  ])('%s', (raw, expected) => {
    expect(hasVariables(raw)).toBe(expected);
    expect(evaluate(raw).interpolated).toBe(expected);
  });
});

test('variableNames lists outer names only', () => {
  expect(variableNames('$A:${B:-${C}}:$$D')).toEqual(['A', 'B']);
});

describe('splitOutsideBraces', () => {
  test.each([
    ['8080:80', ['8080', '80']],
    ['${BIND:-127.0.0.1}:${PORT:-80}:80', ['${BIND:-127.0.0.1}', '${PORT:-80}', '80']],
    ['${A:-${B:-x:y}}:z', ['${A:-${B:-x:y}}', 'z']],
    ['[::1]:6001:6001', ['[::1]', '6001', '6001']],
    ['[${V6:-::1}]:80', ['[${V6:-::1}]', '80']],
    ['$${a:b', ['$${a', 'b']],
    ['${a:b', ['${a', 'b']],
    ['[a:b', ['[a', 'b']],
    ['', ['']],
    [':80:', ['', '80', '']],
  ])('%s', (raw, parts) => {
    expect(splitOutsideBraces(raw, ':')).toEqual(parts);
  });

  test('joining gives the text back', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', '[', ']', ':', 'a') }), (text) => {
        expect(splitOutsideBraces(text, ':').join(':')).toBe(text);
      }),
    );
  });
});
