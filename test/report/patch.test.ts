import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UsageError } from '../../src/errors';
import { makePatch as makePatchText } from '../../src/report/patch';
import { textOf } from './text-of';

const makePatch = textOf(makePatchText);

const BEFORE = 'services:\n  web:\n    image: nginx\n    ports:\n      - "80:80"\n  db:\n    image: postgres\n';
const AFTER =
  'services:\n  web:\n    image: nginx\n    read_only: true\n    ports:\n      - "127.0.0.1:80:80"\n  db:\n    image: postgres\n    cap_drop:\n      - ALL\n';
const crlf = (text: string) => text.replaceAll('\n', '\r\n');
const withBom = (text: string) => `\uFEFF${text}`;
const open = (text: string) => text.replace(/\r?\n$/, '');

interface Case {
  name: string;
  files: { path: string; before: string; after: string }[];
}

const file = (name: string, change: (text: string) => string = (text) => text) => ({
  path: name,
  before: change(BEFORE),
  after: change(AFTER),
});
const CASES: Case[] = [
  { name: 'LF', files: [file('compose.yaml')] },
  { name: 'CRLF', files: [file('compose.yaml', crlf)] },
  { name: 'a BOM', files: [file('compose.yaml', withBom)] },
  {
    name: 'a BOM with the change on the first line',
    files: [{ path: 'c.yaml', before: '\uFEFFa: 1\nb: 2\n', after: '\uFEFFa: 3\nb: 2\n' }],
  },
  { name: 'CRLF and a BOM', files: [file('compose.yaml', (text) => withBom(crlf(text)))] },
  { name: 'no final newline', files: [file('compose.yaml', open)] },
  { name: 'CRLF and no final newline', files: [file('compose.yaml', (text) => open(crlf(text)))] },
  { name: 'a final newline that goes', files: [{ path: 'compose.yaml', before: BEFORE, after: open(AFTER) }] },
  { name: 'mixed line endings', files: [file('compose.yaml', (text) => text.replace('nginx\n', 'nginx\r\n'))] },
  { name: 'lines that look like headers', files: [{ path: 'c.yaml', before: '-- a\n++ b\nc\n', after: '++ b\n-- c\nc\n' }] },
  { name: 'a name with spaces', files: [file('my stack/docker compose.yaml')] },
  { name: 'a name that is not ASCII', files: [file('größe.yaml')] },
  { name: 'two files, one with a space', files: [file('a/compose.yaml', crlf), file('b c/compose.yaml', open)] },
];

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'batten-patch-'));
  spawnSync('git', ['init', '-q'], { cwd: root });
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(cwd: string, { files }: Case): void {
  for (const { path: name, before } of files) {
    mkdirSync(path.dirname(path.join(cwd, name)), { recursive: true });
    writeFileSync(path.join(cwd, name), before);
  }
}

const TOOLS: [string, string[]][] = [
  ['git', ['apply']],
  ['patch', ['-p1', '--batch', '--no-backup-if-mismatch']],
];

describe.each(TOOLS)('%s accepts', (tool, args) => {
  describe.each(['', 'deploy/sub'])('in "%s"', (below) => {
    test.each(CASES)('$name', (each) => {
      const cwd = path.join(root, below);
      write(cwd, each);
      const patch = makePatch(each.files, cwd);
      const { status, stderr, stdout } = spawnSync(tool, args, { cwd, input: patch, encoding: 'utf8' });
      expect({ status, output: stdout + stderr }).toEqual({ status: 0, output: expect.not.stringMatching(/fuzz|offset|skipp/i) });
      for (const { path: name, after } of each.files) expect(readFileSync(path.join(cwd, name), 'utf8')).toBe(after);
    });
  });
});

describe('makePatch', () => {
  test('names files from the current directory, with a/ and b/ and no git line', () => {
    const patch = makePatch([{ ...file('x'), path: '/srv/app/stacks/compose.yaml' }], '/srv/app');
    expect(patch.split('\n').slice(0, 3)).toEqual(['--- a/stacks/compose.yaml', '+++ b/stacks/compose.yaml', '@@ -1,7 +1,10 @@']);
    expect(patch).not.toContain('diff --git');
  });

  test('ends a name with a space with a TAB', () => {
    expect(makePatch([file('my stack.yaml')], '/srv')).toMatch(/^--- a\/my stack\.yaml\t\n\+\+\+ b\/my stack\.yaml\t\n/);
  });

  test('leaves files without a change out', () => {
    expect(makePatch([{ path: 'a.yaml', before: BEFORE, after: BEFORE }], '/srv')).toBe('');
  });

  test.each(['/etc/compose.yaml', '../compose.yaml', 'a/../../compose.yaml'])(
    'refuses %s, which is outside of the current directory',
    (outside) => {
      expect(() => makePatch([{ ...file('x'), path: outside }], '/srv')).toThrow(UsageError);
    },
  );

  test('keeps a name that only begins with two dots', () => {
    expect(makePatch([file('..hidden.yaml')], '/srv')).toContain('--- a/..hidden.yaml');
  });

  test('refuses standard input', () => {
    expect(() => makePatch([file('-')], '/srv')).toThrow(/standard input has none/);
  });
});
