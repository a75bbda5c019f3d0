import { parseDotEnv } from '../../src/compose/dotenv';

test('reads what people write', () => {
  const text = [
    '# a comment',
    '',
    'PLAIN=value',
    'export EXPORTED=yes',
    '  SPACED = two words  ',
    'COMMENTED=value # why',
    'HASH=a#b',
    'EMPTY=',
    'NO_COMMENT= # all value',
    "SINGLE='a # b\\n'",
    'DOUBLE="a # b\\n\\"c\\" \\$d" # why',
    'URL=http://a:80/?x=1',
    'COMPOSE_FILE=a.yml:b.yml',
    'not a line',
  ].join('\n');
  expect(parseDotEnv(text)).toEqual({
    PLAIN: 'value',
    EXPORTED: 'yes',
    SPACED: 'two words',
    COMMENTED: 'value',
    HASH: 'a#b',
    EMPTY: '',
    NO_COMMENT: '# all value',
    SINGLE: 'a # b\\n',
    DOUBLE: 'a # b\n"c" $d',
    URL: 'http://a:80/?x=1',
    COMPOSE_FILE: 'a.yml:b.yml',
  });
});

test('takes a BOM and CRLF', () => {
  expect(parseDotEnv('\uFEFFA=1\r\nB="2"\r\n')).toEqual({ A: '1', B: '2' });
});

test('a quoted value may span lines, an unclosed one costs only its line', () => {
  expect(parseDotEnv('A="one\ntwo"\nB=3')).toEqual({ A: 'one\ntwo', B: '3' });
  expect(parseDotEnv("A='never closed\nB=3")).toEqual({ B: '3' });
});

test('a quote that takes 100,000 lines is read once', () => {
  const lines = 'x\\"\n'.repeat(100_000);
  const begun = process.cpuUsage();
  expect(parseDotEnv(`A="${lines}"\nB=3`)).toEqual({ A: 'x"\n'.repeat(100_000), B: '3' });
  expect(parseDotEnv(`A="${lines}\nB=3`)).toEqual({ B: '3' });
  expect(process.cpuUsage(begun).user).toBeLessThan(2e6);
});

test('the last of two wins', () => {
  expect(parseDotEnv('A=1\nA=2')).toEqual({ A: '2' });
});
