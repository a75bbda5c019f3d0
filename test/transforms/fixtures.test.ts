import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { applyPatch, createPatch } from 'diff';
import { batten } from '../../src';
import type { RunOptions } from '../../src/harden/api';
import type { FileResult } from '../../src/harden/types';
import { misfit } from '../../src/images/evidence-kind';
import { violations } from './compose-schema';
import { lostReach } from './reachability';
import { undeclaredChanges } from './undeclared';

/*
 * test/fixtures/<transform>/<case>/
 *   input.yaml     the file as it was
 *   expected.yaml  the file as it must be, byte for byte; when missing, nothing may change
 *   case.json      optional: { "options": RunOptions, "findings": [partial findings, all of which must be there] }
 *
 * The folder `chain` runs every transform, every other folder only the one it is named after, applying everything down to guesses.
 * A case says by its name what it shows: `flags-` something is mended, `refuses-` it is left to the person, with the reason, `allows-`
 * there is nothing to say, `b013-` what broke when others hardened that way does not break here. One that changes nothing names its findings.
 * The folder `field` is another kind: see field.test.ts.
 * UPDATE_FIXTURES=1 writes expected.yaml; CI never does.
 */

const ROOT = path.join(__dirname, '..', 'fixtures');
const UPDATE = process.env.UPDATE_FIXTURES === '1' && !process.env.CI;

interface Case {
  options?: RunOptions;
  findings?: Record<string, unknown>[];
}

function folders(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

for (const transform of folders(ROOT).filter((name) => name !== 'field')) {
  describe(transform, () => {
    for (const name of folders(path.join(ROOT, transform))) {
      const directory = path.join(ROOT, transform, name);
      describe(name, () => fixture(transform, name, directory));
    }
  });
}

function fixture(transform: string, name: string, directory: string): void {
  const input = readFileSync(path.join(directory, 'input.yaml'), 'utf8');
  const expectedFile = path.join(directory, 'expected.yaml');
  const setting: Case = existsSync(path.join(directory, 'case.json'))
    ? JSON.parse(readFileSync(path.join(directory, 'case.json'), 'utf8'))
    : {};
  const options: RunOptions = {
    confidence: 'guess',
    apply: true,
    ...(transform === 'chain' ? {} : { only: [transform] }),
    ...setting.options,
  };
  const run = (text: string): FileResult => batten.run({ path: 'compose.yaml', text, directory }, options);
  if (UPDATE) {
    const { after } = run(input);
    if (after !== input) writeFileSync(expectedFile, after);
    else rmSync(expectedFile, { force: true });
  }
  const expected = existsSync(expectedFile) ? readFileSync(expectedFile, 'utf8') : input;

  test('gives the expected bytes', () => {
    expect(run(input).after).toBe(expected);
  });

  test('is what its name says', () => {
    const { findings } = run(input);
    if (name.startsWith('flags-')) expect(expected).not.toBe(input);
    if (name.startsWith('refuses-')) expect(findings.some(({ status }) => status === 'manual')).toBe(true);
    if (name.startsWith('allows-')) expect(findings.filter(({ status }) => status !== 'suppressed')).toEqual([]);
    else if (expected === input) expect(setting.findings ?? []).not.toEqual([]);
  });

  test('reports what the case names', () => {
    const { findings } = run(input);
    for (const wanted of setting.findings ?? []) expect(findings).toContainEqual(expect.objectContaining(nested(wanted)));
    for (const { message, plan, evidence, status, refusal } of findings) {
      expect(message).not.toBe('');
      expect(plan).not.toBe('');
      if (status === 'fixed') expect(evidence.length).toBeGreaterThan(0);
      for (const { kind, ref } of evidence) expect([kind, ref, misfit(kind, ref)]).toEqual([kind, ref, undefined]);
      if (status === 'manual') expect(refusal?.message).toBeTruthy();
      expect(refusal?.message ?? '').not.toMatch(/internal/);
    }
  });

  test('changes nothing when it runs again', () => {
    expect(run(expected).after).toBe(expected);
  });

  test.each([
    ['CRLF', (text: string) => text.replaceAll('\r\n', '\n').replaceAll('\n', '\r\n')],
    ['a byte order mark', (text: string) => `\uFEFF${text.replace(/^\uFEFF/, '')}`],
    ['no final newline', (text: string) => text.replace(/(?:\r?\n)+$/, '')],
  ])('does the same with %s', (_, vary) => {
    expect(run(vary(input)).after).toBe(vary(expected));
  });

  test('keeps every value it did not declare, under YAML 1.2 and 1.1', () => {
    expect(undeclaredChanges(input, expected, run(input).findings)).toEqual([]);
  });

  test('is reproduced by its patch', () => {
    expect(applyPatch(input, createPatch('compose.yaml', input, expected))).toBe(expected);
  });

  test('breaks no rule of the Compose schema', () => {
    const known = violations(input);
    expect(violations(expected).filter((problem) => !known.includes(problem))).toEqual([]);
  });

  test('loses no connection and no published port', () => {
    expect(lostReach(input, expected, { strict: setting.options?.preset === 'strict' })).toEqual([]);
  });
}

function nested(wanted: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(wanted).map(([key, value]) => [
      key,
      value !== null && typeof value === 'object' && !Array.isArray(value) ? expect.objectContaining(value) : value,
    ]),
  );
}
