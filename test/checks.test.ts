import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { batten } from '../src';
import { normalise } from '../src/engine/compose/normalise';
import { toTrial } from '../src/engine/trial/convert';
import { fakeWorld } from './engine/fake-world';

/*
 * docs/checks.yaml claims, and scripts/checks-table.mjs reads the claims off the fixtures, for the table of README.md. Here the table is held
 * against what batten really does with those fixtures.
 */

const ROOT = path.join(__dirname, '..');
const IDS = batten.transforms().map(({ id }) => id);
const ROWS = parse(readFileSync(path.join(ROOT, 'docs', 'checks.yaml'), 'utf8')) as Row[];

interface Row {
  check: string;
  transform?: string;
  has?: string;
  gets?: string;
  loses?: string;
  trial?: Record<string, unknown>;
  instead?: string;
}
interface Shown extends Row {
  later?: string;
  found?: string;
  mended?: string;
}

/** The rows as the script joins them. Jest does not load modules of this kind, so that a process of its own says them. */
function shown(): Shown[] {
  const { spawnSync } = require('node:child_process') as typeof import('node:child_process');
  const script = `import { checkRows } from ${JSON.stringify(path.join(ROOT, 'scripts', 'checks-table.mjs'))};
console.log(JSON.stringify(checkRows(${JSON.stringify(ROOT)}, ${JSON.stringify(IDS.map((id) => ({ id })))})));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Shown[];
}

const SHOWN = shown();

test('every row is answered, or says why not', () => {
  expect(ROWS).toHaveLength(50);
  expect(new Set(ROWS.map(({ check }) => check)).size).toBe(50);
  for (const { check, transform, instead } of ROWS) expect([check, Boolean(transform) !== Boolean(instead)]).toEqual([check, true]);
});

test('what a transform is named for is shown by one of its fixtures', () => {
  const unshown = SHOWN.filter(({ transform, found }) => transform !== undefined && found === undefined).map(({ check }) => check);
  expect(unshown).toEqual([]);
  const unmended = SHOWN.filter(({ transform, mended }, at) => transform && !mended && (ROWS[at]!.gets || ROWS[at]!.loses)).map(
    ({ check }) => check,
  );
  expect(unmended).toEqual([]);
});

describe('a claim of the table holds', () => {
  const claims = SHOWN.flatMap(({ check, transform, found, mended }) => [
    ...(found ? [[check, transform!, found, false] as const] : []),
    ...(mended ? [[check, transform!, mended, true] as const] : []),
  ]);

  test.each(claims)('%s: %s %s', (_, transform, fixture, mended) => {
    const directory = path.join(ROOT, 'test', 'fixtures', transform, fixture);
    const text = readFileSync(path.join(directory, 'input.yaml'), 'utf8');
    const options = settingsOf(directory);
    const { findings, after } = batten.run(
      { path: 'compose.yaml', text, directory },
      { only: [transform], confidence: 'guess', ...options },
    );
    expect(findings.some((finding) => finding.transform === transform && finding.status !== 'suppressed')).toBe(true);
    if (mended) expect(after).not.toBe(text);
  });
});

function settingsOf(directory: string): object {
  try {
    return JSON.parse(readFileSync(path.join(directory, 'case.json'), 'utf8')).options ?? {};
  } catch {
    return {};
  }
}

test.each(ROWS.flatMap(({ check, trial }) => (trial ? [[check, trial] as const] : [])))('%s: a trial keeps %j', (_, keys) => {
  const model = normalise({ services: { app: { image: 'acme/app:1', ...keys } as never } });
  const needs = new Map([['app', { image: 'acme/app:1', volumes: [], healthcheck: false }]]);
  const { model: made } = toTrial(model, needs, { volumes: 'fresh', binds: 'copy', allowPrivileged: false }, 'id', fakeWorld());
  const before = model.services.app!;
  expect(made.services.app).toMatchObject(Object.fromEntries(Object.keys(keys).map((key) => [key, before[key]])));
});
