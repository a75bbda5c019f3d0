import { recordedRows } from '../../engine/inspected/record';

/** What ran last of images that were only looked into: see docs/inspected.md. */
const rows = Object.entries(recordedRows());
const mean = (of: (row: (typeof rows)[number][1]) => number): number => rows.reduce((sum, [, row]) => sum + of(row), 0) / rows.length;
const share = (is: (row: (typeof rows)[number][1]) => boolean): number => rows.filter(([, row]) => is(row)).length / rows.length;

test('25 images and more work with what is written without templates', () => {
  expect(rows.length).toBeGreaterThanOrEqual(25);
  expect(rows.filter(([, { failure }]) => failure !== undefined)).toEqual([]);
});

test('are on average within one capability and one tmpfs of the least', () => {
  expect(mean(({ spare }) => spare.cap_add.length)).toBeLessThanOrEqual(1);
  expect(mean(({ spare }) => spare.tmpfs.length)).toBeLessThanOrEqual(1);
});

test('seven of ten have a user decided, and as many a read-only root', () => {
  expect(share((row) => row.user_decided)).toBeGreaterThanOrEqual(0.7);
  expect(share((row) => row.read_only)).toBeGreaterThanOrEqual(0.7);
});
