import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BattenError, batten } from '../../src';
import { makePatch as makePatchText } from '../../src/report/patch';
import { textOf } from '../report/text-of';
import { corpus, describeWith, sample } from './corpus';

const makePatch = textOf(makePatchText);

/*
 * Real `git apply` and `patch -p1` must give the very bytes a fix writes, from the root of a repository and from below, for files as they
 * are out there: CRLF, a byte order mark, no final newline, blanks in the name.
 */

const files = corpus();

interface Odd {
  kind: string;
  name: string;
  vary(text: string): string;
}

const KINDS: Odd[] = [
  { kind: 'LF', name: 'compose.yaml', vary: (text) => text },
  { kind: 'CRLF', name: 'compose.yaml', vary: (text) => text.replaceAll('\r\n', '\n').replaceAll('\n', '\r\n') },
  { kind: 'a byte order mark', name: 'compose.yaml', vary: (text) => `\uFEFF${text.replace(/^\uFEFF/, '')}` },
  { kind: 'no final newline', name: 'compose.yaml', vary: (text) => text.replace(/[\r\n]+$/, '') },
  { kind: 'blanks in the name', name: 'my stack/docker compose.yml', vary: (text) => text },
];

const TOOLS: [string, string[]][] = [
  ['git', ['apply', '--whitespace=nowarn', 'changes.patch']],
  ['patch', ['--binary', '-p1', '-i', 'changes.patch']],
];

describeWith('patches of the corpus', files ? [] : ['BATTEN_CORPUS'], () => {
  let root = '';
  beforeAll(() => {
    root = mkdtempSync(path.join(tmpdir(), 'batten patch '));
    expect(spawnSync('git', ['init', '-q'], { cwd: root }).status).toBe(0);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const chosen = sample(
    (files ?? []).filter(({ text }) => /\S/.test(text)),
    process.env.BATTEN_FULL === '1' ? 400 : 25,
  );

  describe.each(KINDS)('with $kind', ({ name, vary }) => {
    test.each(['.', 'sub/directory'])(
      'apply in %s',
      (below) => {
        const wrong: string[] = [];
        for (const file of chosen) {
          const before = vary(file.text);
          const after = hardened(before);
          if (after === undefined) continue;
          for (const [tool, args] of TOOLS) {
            const cwd = path.join(root, below);
            const target = path.join(cwd, name);
            mkdirSync(path.dirname(target), { recursive: true });
            writeFileSync(target, before);
            writeFileSync(path.join(cwd, 'changes.patch'), makePatch([{ path: target, before, after }], cwd));
            const done = spawnSync(tool, args, { cwd, encoding: 'utf8' });
            if (done.status !== 0 || readFileSync(target, 'utf8') !== after)
              wrong.push(`${tool}: ${file.name} ${done.stderr}${done.stdout}`);
          }
        }
        expect(wrong).toEqual([]);
      },
      300_000,
    );
  });
});

function hardened(text: string): string | undefined {
  try {
    const { after } = batten.run({ path: 'compose.yaml', text }, { confidence: 'guess', apply: true });
    return after === text ? undefined : after;
  } catch (error) {
    if (error instanceof BattenError) return undefined;
    throw error;
  }
}
