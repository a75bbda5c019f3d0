import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { copyTree, isAlive, leftovers, Scratch, worldOf } from '../../../src/engine/trial/scratch';

const directory = mkdtempSync(path.join(tmpdir(), 'batten-scratch-test-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('a run that goes on is known to, and one that is gone is not', () => {
  const scratch = Scratch.create();
  try {
    expect(isAlive(scratch.id)).toBe(true);
    expect(leftovers().find(({ id }) => id === scratch.id)).toMatchObject({ alive: true, directory: scratch.directory });
  } finally {
    expect(scratch.remove()).toBeUndefined();
  }
  expect(existsSync(scratch.directory)).toBe(false);
  // The largest pid Linux gives is 2^22.
  expect(isAlive('4194305-abcdef')).toBe(false);
  expect(isAlive('abcdef')).toBe(false);
});

test('the processes a run started are remembered, and its files are nobody else’s to read', () => {
  const scratch = Scratch.create();
  try {
    scratch.started(123);
    scratch.started(456);
    expect(leftovers().find(({ id }) => id === scratch.id)!.started).toEqual([123, 456]);
    const file = scratch.write('one/compose.yaml', 'x');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(scratch.directory).mode & 0o777).toBe(0o700);
  } finally {
    scratch.remove();
  }
});

test('a copy keeps modes and links, and follows none of them out', () => {
  const from = path.join(directory, 'from');
  mkdirSync(path.join(from, 'inner'), { recursive: true, mode: 0o750 });
  writeFileSync(path.join(from, 'inner/key'), 'secret', { mode: 0o640 });
  symlinkSync('/etc/passwd', path.join(from, 'link'));
  const to = path.join(directory, 'to');
  copyTree(from, to);
  expect(statSync(path.join(to, 'inner/key')).mode & 0o777).toBe(0o640);
  expect(readFileSync(path.join(to, 'inner/key'), 'utf8')).toBe('secret');
  expect(require('node:fs').readlinkSync(path.join(to, 'link'))).toBe('/etc/passwd');
});

test('what is at a path of the host is told apart', () => {
  const world = worldOf(directory, true);
  expect(['/nonexistent', directory, '/dev/null', __filename].map((each) => world.kindOf(each))).toEqual([
    'missing',
    'directory',
    'device',
    'file',
  ]);
  expect(world.copyPath('/srv/my app')).toMatch(/binds\/[\da-f]{8}-my_app$/);
  expect(world.copyPath('/srv/my app')).not.toBe(world.copyPath('/opt/my app'));
});
