import fc from 'fast-check';
import { credentialsOf, findCredentials } from '../../../src/harden/credentials';
import { isCredentialName, wordsOf } from '../../../src/harden/credentials/names';

test.each([
  ['DB_PASSWORD', 'db password'],
  ['dbPassword', 'db password'],
  ['HTTPToken2', 'http token 2'],
  ['API-Key.x', 'api key x'],
  ['DL_CRY_KEY_VAL_ID_key_1', 'dl cry key val id key 1'],
  ['__', ''],
])('the words of %s', (name, words) => {
  expect(wordsOf(name).join(' ')).toBe(words);
});

test.each([
  ['password', true],
  ['PASSWORDS', true],
  ['PGPASSWORD', true],
  ['DL_CRY_KEY_VAL_ID_key_1', true],
  ['spring.datasource.password', true],
  ['TOKENIZER', false],
  ['PASS_THROUGH', false],
  ['PASSENGER', false],
  ['traefik.http.routers.token.rule', false],
  ['KEYCLOAK_TOKEN_URL', false],
  ['ACCESS_KEY_ID', false],
  ['VAPID_PUBLIC_KEY', false],
  ['RANDOM_ROOT_PASSWORD', false],
])('whether %s names a credential: %s', (name, expected) => {
  expect(isCredentialName(name)).toBe(expected);
});

test('a credential is found where it stands', () => {
  const value = 'postgres://u:one@h/?token=two&x=${API_KEY:-three}';
  expect(credentialsOf('URL', value).map(({ start, end }) => value.slice(start, end))).toEqual(['one', 'two', 'three']);
  expect(credentialsOf('PASSWORD', '${A:-${B:-word}}')).toEqual([{ start: 10, end: 14, name: 'PASSWORD' }]);
});

const PIECES = [
  ...[
    'password',
    'PASSWORD=',
    '--token',
    '-p',
    'mysql ',
    'curl -u ',
    'a:',
    '@',
    '://',
    '//',
    '/',
    '${',
    '${A:-',
    '}',
    '$$',
    '$2y$',
    '"',
    "'",
    '\\"',
  ],
  ...[
    ' ',
    '  ',
    '\n',
    '\n  - ',
    ': ',
    '=',
    ',',
    ';',
    '&',
    '?',
    '|',
    '>',
    '<',
    '# ',
    '- ',
    '{',
    '[',
    ']',
    'a',
    'ghp_',
    'eyJ',
    '.',
    'bearer ',
    'echo ',
  ],
  ...[
    '-----BEGIN PRIVATE KEY-----',
    '-----END ',
    'name: ',
    'value: ',
    'password=x://',
    'is ',
    '1',
    '`',
    '\r',
    '\t',
    '&a ',
    '!b ',
    '🔑',
    'thin:',
    'pass:',
  ],
];

test('spans are in order, lie in their lines and are apart, whatever a text is', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }), fc.boolean(), (pieces, file) => {
      const text = pieces.join('');
      let last = 0;
      for (const { start, end } of findCredentials(text, { file })) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeGreaterThan(start);
        expect(text.slice(start, end)).not.toContain('\n');
        last = end;
      }
      expect(last).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 2000 },
  );
});

test('a default with an @ is no password before a host', () => {
  expect(credentialsOf('EMAIL', '${EMAIL:-admin@example.org}')).toEqual([]);
  expect(credentialsOf('DEFAULT_USER', '${A-a:b@c}')).toEqual([]);
});

test('takes time in proportion to the length, whatever is repeated', () => {
  const slow: string[] = [];
  for (const first of ['', 'password: ', 'x: "'])
    for (const piece of [...PIECES, 'password=x://', '://a:b', '${a:-', 'a:b@', '<password>', 'echo a ', '"password":"', "a 'b "]) {
      const text = first + piece.repeat(Math.ceil(100_000 / piece.length));
      const begun = process.cpuUsage().user;
      findCredentials(text, { file: true });
      const took = (process.cpuUsage().user - begun) / 1000;
      if (took > 400) slow.push(`${JSON.stringify(first + piece)} takes ${took} ms`);
    }
  expect(slow).toEqual([]);
}, 120_000);
