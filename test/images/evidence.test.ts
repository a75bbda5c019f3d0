import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { advise } from '../../src/images';
import { service } from './service-factory';

const ROOT = path.join(__dirname, '..', '..');
const [HEAD = '', ...LINES] = readFileSync(path.join(ROOT, 'templates', 'evidence', 'hardened.tsv'), 'utf8')
  .trimEnd()
  .split('\n');
const COLUMNS = HEAD.split('\t');
const ROWS = LINES.map((line) => Object.fromEntries(line.split('\t').map((value, index) => [COLUMNS[index], value])));

test('docs/evidence.md says what the templates say', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/evidence-table.mjs', '--check'], { cwd: ROOT, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test('every line of the evidence can be looked up and is about an image with a template', () => {
  expect(ROWS.length).toBeGreaterThan(200);
  for (const row of ROWS) {
    expect(row.source).toMatch(/^https:\/\/github\.com\/[\w.-]+\/[\w.-]+/);
    expect(row.kind).toMatch(/^(file|example|catalogue|thread|failure|run-volume|run-bind)$/);
    expect(row.user).toMatch(/^(|any|\d+(:\d+)?)$/);
    expect(advise(service({ image: row.image })).family).toBeDefined();
  }
});

describe('what our own runs of entrypoints needed', () => {
  const runs = ROWS.filter(({ kind }) => kind?.startsWith('run-'));

  test.each(runs.map((row) => [`${row.image}:${row.tag}`, row.kind, row.cap_add ?? ''] as const))(
    '%s, %s, is granted',
    (image, kind, needed) => {
      const data = image.includes('postgres') ? '/var/lib/postgresql' : image.includes('mongo') ? '/data/db' : '/data';
      const { capabilities } = advise(service({ image, mounts: [kind === 'run-bind' ? `bind ./d:${data}` : `volume d:${data}`] }));
      expect(capabilities.value).toEqual(expect.arrayContaining(needed.split(' ').filter(Boolean)));
    },
  );
});
