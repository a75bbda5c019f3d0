import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isPlainlyLinear, made, type Pattern, patterns } from './patterns';

/**
 * What somebody else wrote is read with patterns that take time of its length, and no more: a value of 26 variables once took minutes. recheck
 * finds the others, and a text for which they take long.
 *
 * It takes seconds for some patterns, so that what it found linear is noted in `linear-patterns.json`; a pattern that is not there is asked about. To
 * ask about all of them and write the notes: `UPDATE_PATTERNS=1 npx jest test/security/patterns`.
 */
const NOTES = path.join(__dirname, 'linear-patterns.json');
const UPDATE = process.env.UPDATE_PATTERNS === '1';

/** Files whose patterns may take longer than that, and what bounds the text. */
const BOUNDED: Readonly<Record<string, string>> = {
  'src/engine/observe/symptoms.ts': 'MAX_LINE of a line of a log',
  'src/engine/trace/format.ts': 'the descriptions of events of the kernel itself',
  'src/engine/trace/daemons.ts': 'a line of /proc/PID/stat: comm has 15 bytes',
  'src/engine/registry.ts': 'a header, of which Node takes 16 KB',
  'src/images/commands.ts': 'MAX_PATH of the name of a program',
  'scripts/update-docs.mjs': 'the documentation of this project',
};

/** Patterns that are put together: why they are linear too. */
const MADE: Readonly<Record<string, string>> = {
  'src/engine/inspect.ts': 'a reference to an image, each part of which ends at a character that is in no other',
  'src/engine/prove/secrets.ts': 'a literal',
  'src/engine/trial/depends.ts': 'a literal between two characters',
  'src/harden/intent/names.ts': 'literals; of DOMAIN, words that begin where no word goes on',
  'src/images/check.ts': 'a pattern of a template, to see whether it is one: those are of this project',
  'src/images/match.ts': 'a pattern of a template',
  'src/images/version.ts': 'a pattern of a template, on a tag',
  'transforms/plaintext-secrets/to-file.ts': 'a literal',
  'transforms/sensitive-mounts/places.ts': 'begins at the begin, and each part ends at a slash',
  'scripts/checks-table.mjs': 'written in the file',
};

jest.setTimeout(1_800_000);

const ALL = patterns();
const asked = ALL.filter((pattern) => !isPlainlyLinear(pattern));
const isBounded = ({ places }: Pattern): boolean => places.every((at) => BOUNDED[at.slice(0, at.lastIndexOf(':'))] !== undefined);

test('every pattern is linear', () => {
  // recheck looks for its own program, the one that is fast, when it is loaded.
  process.env.RECHECK_BACKEND = 'native';
  const { checkSync } = require('recheck') as typeof import('recheck');
  const linear = new Set(UPDATE ? [] : (JSON.parse(readFileSync(NOTES, 'utf8')) as string[]));
  const slow = asked.flatMap((pattern) => {
    if (linear.has(pattern.text) || isBounded(pattern)) return [];
    const found = checkSync(pattern.source, pattern.flags, { timeout: 60_000 });
    if (found.status === 'safe') linear.add(pattern.text);
    return found.status === 'safe'
      ? []
      : [`${pattern.places.join(', ')} ${pattern.text} ${found.status === 'vulnerable' ? found.attack.pattern : ''}`];
  });
  if (UPDATE) writeFileSync(NOTES, `${JSON.stringify([...linear].sort(), null, 2)}\n`);
  expect(slow).toEqual([]);
});

test('the checker is asked, and finds slow ones', () => {
  const { checkSync } = require('recheck') as typeof import('recheck');
  for (const [source, linear] of [
    ['^(a|a)*$', false],
    [String.raw`\s+$`, false],
    ['^a+b+c$', true],
  ] as const) {
    expect(isPlainlyLinear({ source, flags: '' })).toBe(false);
    expect(checkSync(source, '', { timeout: 60_000 }).status === 'safe').toBe(linear);
  }
});

test('what is plainly linear begins once and goes round one character', () => {
  const plain = [String.raw`^\s*`, 'abc', '^[a-z]+$', '(a|b)c?', String.raw`^a{2,}\\`];
  const others = ['a+', '^a+b+', '^(a+)+$', '^(ab)*', 'x|^a*', String.raw`^(.)\1*`, '^(?:a|b+){5}'];
  expect(plain.filter((source) => !isPlainlyLinear({ source, flags: '' }))).toEqual([]);
  expect(others.filter((source) => isPlainlyLinear({ source, flags: '' }))).toEqual([]);
  expect(isPlainlyLinear({ source: '^a+', flags: 'm' })).toBe(false);
});

test('what puts patterns together is known', () => {
  const files = new Set(made().map((each) => each.slice(0, each.indexOf(': '))));
  expect([...files].sort()).toEqual(Object.keys(MADE).sort());
});

test('the lists of exceptions are current', () => {
  const files = new Set(asked.flatMap(({ places }) => places.map((at) => at.slice(0, at.lastIndexOf(':')))));
  expect(Object.keys(BOUNDED).filter((file) => !files.has(file))).toEqual([]);
  expect(ALL.length).toBeGreaterThan(600);
});
