// The table of README.md about the checks of other tools: docs/checks.yaml joined with the transforms there are and with their fixtures.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

/**
 * @param root of the repository.
 * @param transforms those of the library.
 * @returns the rows, with the fixtures that show what they say.
 */
export function checkRows(root, transforms) {
  const known = new Set(transforms.map(({ id }) => id));
  return parse(readFileSync(path.join(root, 'docs', 'checks.yaml'), 'utf8')).map((row) => {
    const { check, transform, instead, trial } = row;
    if (!transform || !known.has(transform)) return { check, instead, later: instead ? undefined : transform };
    const fixtures = fixturesOf(root, transform).filter(
      ({ name, input }) => count(row.has ?? '', input) > 0 && name.startsWith(row.fixture ?? ''),
    );
    const mended = fixtures.find(({ input, expected }) => expected !== undefined && mends(row, input, expected))?.name;
    const shows = ({ name, expected }) => !name.startsWith('allows-') && (expected !== undefined || name.startsWith('refuses-'));
    const found = mended ?? (row.has || row.fixture ? fixtures.find(shows)?.name : undefined);
    return { check, transform, trial, found, mended };
  });
}

/** Without `gets` and `loses` a row claims no mending. */
function mends({ gets, loses }, input, expected) {
  if (gets === undefined && loses === undefined) return false;
  const more = gets === undefined || count(gets, expected) > count(gets, input);
  return more && (loses === undefined || count(loses, expected) < count(loses, input));
}

function count(pattern, text) {
  return [...text.matchAll(new RegExp(pattern, 'gm'))].length;
}

function fixturesOf(root, transform) {
  const folder = path.join(root, 'test', 'fixtures', transform);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const text = (file) => (existsSync(path.join(folder, name, file)) ? readFileSync(path.join(folder, name, file), 'utf8') : undefined);
      return { name, input: text('input.yaml') ?? '', expected: text('expected.yaml') };
    });
}

/** The cells of the table: who answers, and whether it is found, mended, and tried by `batten prove`. */
export function checkCells(rows, transforms) {
  const readme = new Map(transforms.map(({ id, readme: file }) => [id, file]));
  return [
    ['check', 'transform', 'found', 'mended', 'tried'],
    ...rows.map(({ check, transform, instead, later, trial, found, mended }) => {
      if (instead) return [check, `no: ${instead}`, '', '', ''];
      if (later !== undefined) return [check, 'not yet', '', '', ''];
      const yes = (fixture) => (fixture ? 'yes' : '');
      return [check, `[\`${transform}\`](${readme.get(transform)})`, yes(found), yes(mended), mended && trial ? 'yes' : ''];
    }),
  ];
}
