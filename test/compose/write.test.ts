import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ANYWHERE } from '../../src/compose/bounds';
import { writeFileAtomic } from '../../src/compose/write';
import { InputError } from '../../src/errors';
import { asNobody, plant, remove, temporaryDirectory, thrownBy } from './temporary';

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => remove(directory));

const at = (name: string) => join(directory, name);
const content = (name: string) => readFileSync(at(name), 'utf8');

test('replaces the bytes, BOM and CRLF included, and leaves nothing beside', () => {
  plant(directory, { 'a.yml': '\uFEFFa: 1\r\n' });
  writeFileAtomic(at('a.yml'), '\uFEFFa: ü\r\nb: 2', { within: ANYWHERE, expectedText: '\uFEFFa: 1\r\n' });
  expect(readFileSync(at('a.yml'))).toEqual(Buffer.from('\uFEFFa: ü\r\nb: 2'));
  expect(readdirSync(directory)).toEqual(['a.yml']);
});

test.each([0o640, 0o600, 0o664, 0o755])('keeps the mode %o', (mode) => {
  plant(directory, { 'a.yml': 'old' });
  chmodSync(at('a.yml'), mode);
  writeFileAtomic(at('a.yml'), 'new', { within: ANYWHERE, expectedText: 'old', backup: true });
  expect(statSync(at('a.yml')).mode & 0o7777).toBe(mode);
  expect(statSync(at('a.yml.bak')).mode & 0o7777).toBe(mode);
});

(process.geteuid?.() === 0 ? test : test.skip)('keeps the owner', () => {
  plant(directory, { 'a.yml': 'old' });
  chownSync(at('a.yml'), 1234, 2345);
  writeFileAtomic(at('a.yml'), 'new', { within: ANYWHERE, expectedText: 'old' });
  expect(statSync(at('a.yml'))).toMatchObject({ uid: 1234, gid: 2345 });
});

test('writes through a symbolic link, which stays', () => {
  plant(directory, { 'real/a.yml': 'old' });
  mkdirSync(at('links'));
  symlinkSync('../real/a.yml', at('links/a.yml'));
  writeFileAtomic(at('links/a.yml'), 'new', { within: ANYWHERE, expectedText: 'old', backup: true });
  expect(lstatSync(at('links/a.yml')).isSymbolicLink()).toBe(true);
  expect(readlinkSync(at('links/a.yml'))).toBe('../real/a.yml');
  expect(content('real/a.yml')).toBe('new');
  expect(readdirSync(at('real'))).toEqual(['a.yml']);
  expect(content('links/a.yml.bak')).toBe('old');
});

test('keeps the old bytes as a backup', () => {
  plant(directory, { 'a.yml': 'old\r\n', 'a.yml.bak': 'older' });
  writeFileAtomic(at('a.yml'), 'new', { within: ANYWHERE, expectedText: 'old\r\n', backup: true });
  expect([content('a.yml'), content('a.yml.bak')]).toEqual(['new', 'old\r\n']);
});

test('another reader keeps the old file: it is replaced, not rewritten', () => {
  plant(directory, { 'a.yml': 'old' });
  const before = statSync(at('a.yml')).ino;
  writeFileAtomic(at('a.yml'), 'new', { within: ANYWHERE, expectedText: 'old' });
  expect(statSync(at('a.yml')).ino).not.toBe(before);
});

test('text that is there already is not written again', () => {
  plant(directory, { 'a.yml': 'same' });
  const before = statSync(at('a.yml'));
  writeFileAtomic(at('a.yml'), 'same', { within: ANYWHERE, expectedText: 'same', backup: true });
  expect(statSync(at('a.yml'))).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
  expect(readdirSync(directory)).toEqual(['a.yml']);
});

test('refuses a file that changed or went since it was read', () => {
  plant(directory, { 'a.yml': 'edited meanwhile' });
  const options = { within: ANYWHERE, expectedText: 'old', backup: true, shown: 'a.yml' };
  expect(thrownBy(() => writeFileAtomic(at('a.yml'), 'new', options))).toMatchObject({ code: 'changed', file: 'a.yml', exitCode: 2 });
  expect(thrownBy(() => writeFileAtomic(at('gone.yml'), 'new', options))).toMatchObject({ code: 'changed' });
  expect(content('a.yml')).toBe('edited meanwhile');
  expect(readdirSync(directory)).toEqual(['a.yml']);
});

test('a BOM that came or went counts as a change', () => {
  plant(directory, { 'a.yml': '\uFEFFold' });
  expect(thrownBy(() => writeFileAtomic(at('a.yml'), 'new', { within: ANYWHERE, expectedText: 'old' }))).toMatchObject({ code: 'changed' });
});

test('without an expected text a file may be new or anything', () => {
  plant(directory, { 'a.yml': 'anything' });
  writeFileAtomic(at('a.yml'), 'new', { within: ANYWHERE });
  writeFileAtomic(at('b.yml'), 'first', { within: ANYWHERE });
  expect([content('a.yml'), content('b.yml')]).toEqual(['new', 'first']);
  expect(statSync(at('b.yml')).mode & 0o111).toBe(0);
});

test('a read-only file or directory is left alone, with a hint', () => {
  plant(directory, { 'open/a.yml': 'old', 'closed/a.yml': 'old' });
  chmodSync(at('open'), 0o777);
  chmodSync(at('open/a.yml'), 0o444);
  chmodSync(at('closed'), 0o555);
  chmodSync(at('closed/a.yml'), 0o666);
  for (const name of ['open/a.yml', 'closed/a.yml']) {
    const error = thrownBy(() =>
      asNobody(() => writeFileAtomic(at(name), 'new', { within: ANYWHERE, expectedText: 'old', backup: true, shown: name })),
    );
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({ code: 'not-writable', file: name, hint: expect.stringContaining('--output') });
    expect(content(name)).toBe('old');
  }
  expect(readdirSync(at('open'))).toEqual(['a.yml']);
  expect(readdirSync(at('closed'))).toEqual(['a.yml']);
});

test('a failed rename leaves no temporary file', () => {
  plant(directory, { 'a.yml': 'old' });
  // The backup cannot replace a directory, so the write stops half-way.
  mkdirSync(at('a.yml.bak'));
  expect(thrownBy(() => writeFileAtomic(at('a.yml'), 'new', { within: ANYWHERE, expectedText: 'old', backup: true }))).toMatchObject({
    code: 'write-failed',
  });
  expect(content('a.yml')).toBe('old');
  expect(readdirSync(directory).sort()).toEqual(['a.yml', 'a.yml.bak']);
});

test('a missing directory and a directory in place of the file are named', () => {
  mkdirSync(at('sub'));
  expect(thrownBy(() => writeFileAtomic(at('none/a.yml'), 'new', { within: ANYWHERE }))).toMatchObject({ code: 'not-found' });
  expect(thrownBy(() => writeFileAtomic(at('sub'), 'new', { within: ANYWHERE }))).toMatchObject({ code: 'not-writable' });
});

/** Node has no call for them. */
const python = (...lines: string[]) => spawnSync('python3', ['-c', `import os\n${lines.join('\n')}`], { encoding: 'utf8' });

test('keeps extended attributes where the system has a tool for it', () => {
  plant(directory, { 'a.yml': 'a: 1\n' });
  const set = python(`os.setxattr(${JSON.stringify(at('a.yml'))}, 'user.origin', b'mine')`);
  if (set.status !== 0 || process.platform !== 'linux') return;
  chmodSync(at('a.yml'), 0o640);
  writeFileAtomic(at('a.yml'), 'a: 2\n', { within: ANYWHERE, expectedText: 'a: 1\n' });
  const got = python(`print(os.getxattr(${JSON.stringify(at('a.yml'))}, 'user.origin').decode())`);
  expect([content('a.yml'), got.stdout, statSync(at('a.yml')).mode & 0o777]).toEqual(['a: 2\n', 'mine\n', 0o640]);
});
