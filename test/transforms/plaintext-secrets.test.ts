import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { batten } from '../../src';
import { evaluate } from '../../src/compose/interpolate';
import type { RunOptions } from '../../src/harden/api';
import type { FileResult } from '../../src/harden/types';
import { jsonReport as jsonReportText } from '../../src/report/json';
import { credentialsIn } from '../../transforms/plaintext-secrets/credentials';
import { textOf } from '../report/text-of';

const jsonReport = textOf(jsonReportText);

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'batten-secrets-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const OPTIONS: RunOptions = { only: ['plaintext-secrets'], preset: 'strict', apply: true };

function run(text: string, beside: Record<string, string> = {}, options: RunOptions = {}): FileResult {
  for (const [name, content] of Object.entries(beside)) writeFileSync(path.join(directory, name), content);
  return batten.run({ path: 'compose.yaml', text, directory }, { ...OPTIONS, ...options });
}

const STACK = `services:
  db:
    image: postgres:16
    environment:
      POSTGRES_PASSWORD: "it's $$5"
  app:
    build: .
    environment: [API_TOKEN=sk-0123456789]
`;

describe('the files beside it', () => {
  test('hold the values, each for those who have to read it', () => {
    expect(run(STACK).files).toEqual([
      { path: 'secrets/db_postgres_password', before: undefined, after: "it's $5", mode: 0o644, secret: true },
      { path: '.gitignore', before: undefined, after: '/secrets/\n/.env\n', mode: undefined, secret: false },
      { path: '.dockerignore', before: undefined, after: '/secrets/\n/.env\n', mode: undefined, secret: false },
      { path: '.env', before: undefined, after: 'API_TOKEN=sk-0123456789\n', mode: 0o600, secret: true },
    ]);
  });

  test('keep what is in them', () => {
    const { files } = run(STACK, { '.env': 'A=1\r\nAPI_TOKEN=other', '.gitignore': '.env\nsecrets' });
    expect(files.map(({ path: name }) => name)).toEqual(['secrets/db_postgres_password', '.dockerignore', '.env']);
    expect(files.at(-1)!.after).toBe('A=1\r\nAPI_TOKEN=other\r\nAPP_API_TOKEN=sk-0123456789\r\n');
    // A `.env` that was there may be meant for the image.
    expect(files[1]!.after).toBe('/secrets/\n');
  });

  test('are not overwritten', () => {
    mkdirSync(path.join(directory, 'secrets'));
    writeFileSync(path.join(directory, 'secrets/db_postgres_password'), 'another');
    const { findings } = run(STACK);
    expect(findings.map(({ service, status, refusal }) => [service, status, refusal?.message])).toEqual([
      ['db', 'manual', 'secrets/db_postgres_password is there and holds something else'],
      ['app', 'fixed', undefined],
    ]);
  });

  test('may be there already', () => {
    mkdirSync(path.join(directory, 'secrets'));
    writeFileSync(path.join(directory, 'secrets/db_postgres_password'), "it's $5\n");
    expect(run(STACK).files.map(({ path: name }) => name)).not.toContain('secrets/db_postgres_password');
  });
});

describe('how far it goes', () => {
  test('is held back in the preset that keeps what works working', () => {
    expect(run(STACK, {}, { preset: 'recommended' }).findings.map(({ status, confidence }) => [status, confidence])).toEqual([
      ['held', 'guess'],
      ['held', 'guess'],
    ]);
  });

  test.each(['patch', 'none'] as const)('is nothing where secrets cannot be written (%s)', (sideFiles) => {
    const result = run(STACK, {}, { sideFiles });
    expect(result.after).toBe(STACK);
    expect(result.files).toEqual([]);
    expect(result.findings.map(({ status }) => status)).toEqual(['manual', 'manual']);
  });
});

describe('the JSON report', () => {
  test('has no value in it, whatever it looks like', () => {
    const text = `x-env: &env
  DATABASE_URL: postgres://u:hunter2@db/x
services:
  a:
    image: acme/a:1
    environment: { <<: *env, PASSWORD: &pw "4711", OTHER_PASSWORD: *pw, KEY_SECRET: "tree" }
`;
    const json = jsonReport([run(text)], { name: 'batten', version: '0' });
    expect(JSON.parse(json).summary.fixed).toBe(4);
    for (const value of ['hunter2', '4711', 'tree']) expect(json).not.toContain(value);
    expect(json).toContain('postgres://u:••••@db/x');
  });
});

test('what is put in the place of a credential leaves the variables around it whole', () => {
  expect(credentialsIn('EMAIL', '${EMAIL:-admin@example.org}')).toEqual([]);
  const parts = [
    '${A:-',
    '${PASSWORD:-',
    '${PASSWORD}',
    '${B}',
    '}',
    'a',
    ':',
    '@',
    '/',
    'amqp://',
    'user',
    'password=',
    ',',
    ';',
    '-p',
    'mysql ',
    ' ',
    'curl -u ',
  ];
  const names = ['PASSWORD', 'URL', 'USERS', 'NAME'];
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.array(fc.constantFrom(...parts), { maxLength: 16 }), (name, pieces) => {
      const value = pieces.join('');
      fc.pre(readable(value));
      let moved = '';
      let from = 0;
      for (const { start, end } of credentialsIn(name, value)) {
        moved += `${value.slice(from, start)}\${MOVED:?}`;
        from = end;
      }
      moved += value.slice(from);
      expect([value, moved, readable(moved)]).toEqual([value, moved, true]);
    }),
    { numRuns: 5000 },
  );
});

/** Whether Compose takes a value, variables set and unset. */
function readable(value: string): boolean {
  const set = { A: 'x', B: 'x', PASSWORD: 'x', MOVED: 'x' };
  return evaluate(value, set).known && evaluate(value.replaceAll(/\$\{(?:B|PASSWORD|MOVED:\?)\}/g, ''), {}).known;
}
