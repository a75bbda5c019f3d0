import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeSideFiles } from '../../src/cli/side-files';
import type { FileChange } from '../../src/harden/types';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'batten-side-'));
  writeFileSync(path.join(directory, '.gitignore'), 'a\n');
});
afterEach(() => rmSync(directory, { recursive: true }));

const SECRET: FileChange = { path: 'secrets/db', before: undefined, after: 'hunter2', mode: 0o600, secret: true };
const IGNORE: FileChange = { path: '.gitignore', before: 'a\n', after: 'a\nsecrets/\n', secret: false };
const read = (name: string) => readFileSync(path.join(directory, name), 'utf8');

describe('writing side files', () => {
  test('makes directories and keeps a secret to its owner', () => {
    writeSideFiles(directory, [SECRET, IGNORE]);
    expect(read('secrets/db')).toBe('hunter2');
    expect(statSync(path.join(directory, 'secrets/db')).mode & 0o777).toBe(0o600);
    expect(read('.gitignore')).toBe('a\nsecrets/\n');
  });

  test('takes all of it back', () => {
    writeSideFiles(directory, [SECRET, IGNORE])();
    expect(readdirSync(directory)).toEqual(['.gitignore']);
    expect(read('.gitignore')).toBe('a\n');
  });

  test('writes none when one cannot be written', () => {
    writeFileSync(path.join(directory, '.gitignore'), 'edited meanwhile\n');
    expect(() => writeSideFiles(directory, [SECRET, IGNORE])).toThrow(/changed since it was read/);
    expect(existsSync(path.join(directory, 'secrets'))).toBe(false);
    expect(read('.gitignore')).toBe('edited meanwhile\n');
  });

  test('never replaces a file that was not there when it was looked for', () => {
    mkdirSync(path.join(directory, 'secrets'));
    writeFileSync(path.join(directory, 'secrets/db'), 'somebody else');
    expect(() => writeSideFiles(directory, [SECRET])).toThrow(/appeared since/);
    expect(read('secrets/db')).toBe('somebody else');
  });
});
