import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { batten } from '../src';
import type { FileResult } from '../src/harden/types';
import { pictureOf, svgFile as svgFileText } from '../src/report/graph';
import { makePatch as makePatchText } from '../src/report/patch';
import { textOf } from './report/text-of';
import { violations } from './transforms/compose-schema';

const svgFile = textOf(svgFileText);
const makePatch = textOf(makePatchText);

/*
 * examples/<name>/
 *   compose.yaml      the stack as it was
 *   hardened.yaml     what `batten fix` makes of it, byte for byte
 *   hardening.patch   what `batten patch compose.yaml` prints
 *   networks.svg      what `batten graph compose.yaml --format svg` draws
 *
 * UPDATE_EXAMPLES=1 writes the last three; CI never does.
 */

const ROOT = path.join(__dirname, '..', 'examples');
const UPDATE = process.env.UPDATE_EXAMPLES === '1' && !process.env.CI;

const examples = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

describe.each(examples)('the example %s', (name) => {
  const directory = path.join(ROOT, name);
  const file = (base: string): string => path.join(directory, base);
  const read = (base: string): string => readFileSync(file(base), 'utf8');
  const fix = (text: string): FileResult => batten.run({ path: 'compose.yaml', text, directory }, { apply: true });

  const before = read('compose.yaml');
  const result = fix(before);
  const patch = makePatch([{ path: file('compose.yaml'), before, after: result.after }], directory);
  const panels = (): string => {
    const { before: old, after } = batten.networks({ path: 'compose.yaml', text: before, directory });
    const shown = [
      { title: 'Before', picture: pictureOf(old, 'b') },
      { title: 'After', picture: pictureOf(after, 'a') },
    ];
    return svgFile(shown, 'Networks of compose.yaml');
  };
  if (UPDATE) {
    writeFileSync(file('networks.svg'), panels());
    writeFileSync(file('hardened.yaml'), result.after);
    writeFileSync(file('hardening.patch'), patch);
  }

  test('is what batten makes of it', () => {
    expect(result.after).toBe(read('hardened.yaml'));
    expect(result.after).not.toBe(before);
  });

  test('comes with its patch', () => {
    expect(patch).toBe(read('hardening.patch'));
  });

  test('comes with a drawing of its networks', () => {
    expect(panels()).toBe(read('networks.svg'));
  });

  test('needs no second run', () => {
    const hardened = read('hardened.yaml');
    expect(fix(hardened).after).toBe(hardened);
  });

  test('breaks no rule of the Compose schema', () => {
    // The published package is older than the top-level `name`.
    const known = violations(before);
    expect(violations(read('hardened.yaml')).filter((problem) => !known.includes(problem))).toEqual([]);
  });

  test('never fails to prove an edit', () => {
    for (const { refusal } of result.findings) expect(refusal?.message ?? '').not.toMatch(/^internal/);
  });
});
