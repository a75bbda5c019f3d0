import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SideFiles } from '../../src/harden/side-files';
import type { SideFile } from '../../src/harden/types';
import { ProjectFiles } from '../../src/images';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'batten-side-'));
  writeFileSync(path.join(directory, '.gitignore'), 'node_modules\n');
});
afterEach(() => rmSync(directory, { recursive: true }));

const files = (mode: 'write' | 'patch' | 'none' = 'write') => new SideFiles(new ProjectFiles(directory), mode);
const line = (text: string, file = '.gitignore'): SideFile => ({ path: file, edit: (before = '') => `${before}${text}\n` });
const SECRET: SideFile = { path: 'secrets/db', edit: () => 'hunter2', mode: 0o600, secret: true };

describe('side files', () => {
  test('are made one change after the other, from what is on the disk', () => {
    const side = files();
    expect(side.apply([line('a'), SECRET])).toBeUndefined();
    expect(side.apply([line('b')])).toBeUndefined();
    expect(side.all()).toEqual([
      { path: '.gitignore', before: 'node_modules\n', after: 'node_modules\na\nb\n', mode: undefined, secret: false },
      { path: 'secrets/db', before: undefined, after: 'hunter2', mode: 0o600, secret: true },
    ]);
    expect(readFileSync(path.join(directory, '.gitignore'), 'utf8')).toBe('node_modules\n');
  });

  test('tell what one change adds to those before it', () => {
    const side = files();
    side.apply([line('a')]);
    const next = side.fork();
    next.apply([line('b')]);
    expect(next.since(side)).toEqual([expect.objectContaining({ before: 'node_modules\na\n', after: 'node_modules\na\nb\n' })]);
    expect(side.all()).toEqual([expect.objectContaining({ after: 'node_modules\na\n' })]);
  });

  test('are refused outside of the project, also through a link', () => {
    mkdirSync(path.join(directory, 'inside'));
    symlinkSync(tmpdir(), path.join(directory, 'inside', 'out'));
    for (const name of ['../x', '/etc/x', 'inside/out/x'])
      expect(files().apply([line('a', name)])?.message).toMatch(/outside of the project|link out/);
  });

  test('are refused without a directory, where the result goes elsewhere, and a secret in a patch', () => {
    expect(new SideFiles(undefined, 'write').apply([line('a')])?.message).toMatch(/no directory/);
    expect(files('none').apply([line('a')])?.message).toMatch(/leaves alone/);
    expect(files('patch').apply([SECRET])?.message).toMatch(/no patch may hold/);
    expect(files('patch').apply([line('a')])).toBeUndefined();
  });

  test('pass on why a text cannot be made', () => {
    expect(files().apply([{ path: 'Dockerfile', edit: () => ({ refusal: 'no FROM in it' }) }])).toEqual({
      code: 'needs-decision',
      message: 'no FROM in it',
    });
  });
});
