import { createColors } from '../../src/report/colors';
import { screenDiff as screenDiffText, unifiedDiff as unifiedDiffText } from '../../src/report/diff';
import { maskLine, maskLines } from '../../src/report/mask';
import { textOf } from './text-of';

const screenDiff = textOf(screenDiffText);
const unifiedDiff = textOf(unifiedDiffText);

describe('maskLine', () => {
  test.each([
    ['      POSTGRES_PASSWORD: hunter2', '      POSTGRES_PASSWORD: ••••'],
    ['      - MYSQL_ROOT_PASSWORD=a=b # why', '      - MYSQL_ROOT_PASSWORD=•••• # why'],
    ['      - "API_KEY=x y"', '      - "API_KEY=••••"'],
    ["      JWT_SECRET: 'it''s'", "      JWT_SECRET: '••••'"],
    ['      GITHUB_TOKEN: "ghp_1"\r', '      GITHUB_TOKEN: "••••"\r'],
    ['      apikey: 17', '      apikey: ••••'],
    ['      DB_PASS: x', '      DB_PASS: ••••'],
    ['      password: 12', '      password: ••••'],
    ['      environment: { A: 1, PASSWORD: x, B: 2 }', '      environment: { A: 1, PASSWORD: ••••, B: 2 }'],
    ['    command: --requirepass x --password=y', '    command: --requirepass •••• --password=••••'],
    ['      DATABASE_URL: postgres://app:s3cret@db/app', '      DATABASE_URL: postgres://app:••••@db/app'],
    ['      - redis://:pw@cache', '      - redis://:••••@cache'],
    ['      SECRET: sOmE/base64==', '      SECRET: ••••'],
  ])('%s', (line, masked) => {
    expect(maskLine(line)).toBe(masked);
  });

  test.each([
    '      POSTGRES_PASSWORD: ${DB_PASSWORD}',
    '      - POSTGRES_PASSWORD=${DB_PASSWORD:?set it}',
    '      - TOKEN=$TOKEN',
    '      POSTGRES_PASSWORD_FILE: /run/secrets/db',
    '      SECRET_PATH: /x',
    '      SECRET: /run/secrets/db',
    '      ALLOW_EMPTY_PASSWORD: "yes"',
    '      - ALLOW_EMPTY_PASSWORD=true',
    '      - RANDOM_ROOT_PASSWORD=1',
    '      PASSWORD: ""',
    '      PASSWORD:',
    '      - PASSWORD',
    '    secrets:',
    '      KEYBOARD: de',
    '      COMPASS: north',
    '      URL: postgres://app:${DB_PASSWORD}@db/app',
    '      URL: http://example.org:80/a@b',
    '    image: org/token-service:1',
  ])('leaves %s alone', (line) => {
    expect(maskLine(line)).toBe(line);
  });
});

test('a private key block is masked over its lines', () => {
  const lines = [
    '  key: |',
    '    -----BEGIN RSA PRIVATE KEY-----',
    '    MIIEow',
    '    abc==',
    '    -----END RSA PRIVATE KEY-----',
    '  a: 1',
  ];
  expect(maskLines(lines)).toEqual([lines[0], lines[1], '    ••••', '    ••••', lines[4], lines[5]]);
});

describe('a diff', () => {
  const file = { path: 'compose.yaml', before: 'a:\n  TOKEN: one\n  b: 1\n', after: 'a:\n  TOKEN: two\n  b: 1\n  c: 2\n' };

  test('on the screen is masked on both sides and keeps its structure', () => {
    expect(screenDiff(file, createColors(false), { header: false }).split('\n')).toEqual([
      '@@ -1,3 +1,4 @@',
      ' a:',
      '-  TOKEN: ••••',
      '+  TOKEN: ••••',
      '   b: 1',
      '+  c: 2',
      '',
    ]);
  });

  test('for a program is not', () => {
    expect(unifiedDiff(file)).toContain('-  TOKEN: one\n+  TOKEN: two\n');
  });

  test('is empty without a change', () => {
    expect(unifiedDiff({ ...file, after: file.before }) + screenDiff({ ...file, after: file.before }, createColors(true))).toBe('');
  });

  test('a key block that begins above the lines shown is masked', () => {
    const key = ['one', 'two', 'three', 'four', 'five', 'six'].map((line) => `    ${line}`).join('\n');
    const before = `k: |\n    -----BEGIN PRIVATE KEY-----\n${key}\n    -----END PRIVATE KEY-----\na: 1\n`;
    const shown = screenDiff({ path: 'c', before, after: before.replace('a: 1', 'a: 2') }, createColors(false));
    expect(shown).toContain('-a: 1\n+a: 2');
    expect(shown).toContain('     ••••\n     -----END');
    expect(shown).not.toMatch(/one|two|three|four|five|six/);
  });

  test('shows neither carriage returns nor a BOM, and says where a final newline is missing', () => {
    const shown = screenDiff({ path: 'c', before: '\uFEFFa: 1\r\nb: 2', after: '\uFEFFa: 3\r\nb: 2' }, createColors(false), {
      header: false,
    });
    expect(shown).toBe('@@ -1,2 +1,2 @@\n-a: 1\n+a: 3\n b: 2\n\\ No newline at end of file\n');
  });
});

test('a block scalar is masked over its lines', () => {
  const lines = ['  DB_PASSWORD: |', '    hunter2', '', '    more', '  OTHER: 1'];
  expect(maskLines(lines)).toEqual([lines[0], '    ••••', '', '    ••••', lines[4]]);
});
