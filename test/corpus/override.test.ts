import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BattenError, batten } from '../../src';
import type { FileResult } from '../../src/harden/types';
import { type CorpusFile, corpus, describeWith, some } from './corpus';
import { differentViews, keyOf } from './views';

/*
 * Compose itself merges the override file with its Compose file, and must come to the very project that the same changes made in place come
 * to. What the override says it cannot do is left out in place too, so there is nothing that may differ. Without BATTEN_FULL=1 an even
 * sample is taken.
 */

const binary = process.env.BATTEN_COMPOSE;
const files = corpus();
const MODES = [
  { tags: false, name: 'without tags' },
  { tags: true, name: 'with !reset and !override' },
];

interface Answer {
  ok: boolean;
  out: string;
}

interface Checked {
  loaded: number;
  written: number;
  fixed: number;
  left: number;
  problems: string[];
}

describeWith('an override file', [...(files ? [] : ['BATTEN_CORPUS']), ...(binary ? [] : ['BATTEN_COMPOSE'])], () => {
  const temporary = mkdtempSync(path.join(tmpdir(), 'batten-override-'));
  afterAll(() => rmSync(temporary, { recursive: true, force: true }));

  test.each(MODES)(
    'comes to what the changes in place come to, $name',
    async ({ tags, name }) => {
      const checked: Checked = { loaded: 0, written: 0, fixed: 0, left: 0, problems: [] };
      const queue = some(files!, 20);
      const worker = async (number: number): Promise<void> => {
        const override = path.join(temporary, `override-${tags}-${number}.yaml`);
        for (let file = queue.shift(); file; file = queue.shift()) await check(file, tags, override, checked);
      };
      await Promise.all([worker(1), worker(2)]);
      const { loaded, written, fixed, left } = checked;
      console.log(`override ${name}: ${loaded} files load, ${written} get one, with ${fixed} changes; ${left} are left to the person`);
      expect(checked.problems).toEqual([]);
      expect(written).toBeGreaterThan(loaded / 2);
    },
    3_600_000,
  );
});

const old = process.env.BATTEN_COMPOSE_V1;

describeWith('an override file without tags', [...(files ? [] : ['BATTEN_CORPUS']), ...(old ? [] : ['BATTEN_COMPOSE_V1'])], () => {
  const temporary = mkdtempSync(path.join(tmpdir(), 'batten-override-'));
  afterAll(() => rmSync(temporary, { recursive: true, force: true }));

  test('loads in docker-compose 1.29 with the file it is for', async () => {
    // The old one takes standard input alone, or not at all.
    const [main, override] = [path.join(temporary, 'main.yaml'), path.join(temporary, 'override.yaml')];
    const problems: string[] = [];
    let written = 0;
    for (const file of some(files!, 10)) {
      const run = (...names: string[]): Promise<Answer> => {
        const named = names.flatMap((name) => ['-f', name]);
        return ask(old!, ['--project-directory', file.directory, ...named, 'config', '-q'], '', file.directory);
      };
      const result = harden(file, false);
      writeFileSync(main, file.text);
      if (!result || result.after === result.before || !(await run(main)).ok) continue;
      written++;
      writeFileSync(override, result.after);
      const merged = await run(main, override);
      if (!merged.ok) problems.push(`${file.name}: ${merged.out.trim()}`);
    }
    expect(problems).toEqual([]);
    expect(written).toBeGreaterThan(0);
  }, 3_600_000);
});

async function check(file: CorpusFile, tags: boolean, override: string, checked: Checked): Promise<void> {
  if (!(await config(file, file.text)).ok) return;
  checked.loaded++;
  const result = harden(file, tags);
  if (!result) return;
  checked.left += result.findings.filter(({ refusal }) => refusal?.message.startsWith('an override file cannot')).length;
  if (result.after === result.before) return;
  checked.written++;
  checked.fixed += result.findings.filter(({ status }) => status === 'fixed').length;
  writeFileSync(override, result.after);
  const [merged, inPlace] = [await config(file, file.text, override), await config(file, alike(file, result))];
  checked.problems.push(...compare(merged, inPlace).map((problem) => `${file.name}: ${problem}`));
}

function harden({ name, text }: CorpusFile, tags: boolean): FileResult | undefined {
  try {
    return batten.run(
      { path: name, text },
      { confidence: 'guess', preset: 'strict', apply: true, override: { path: 'override.yaml', tags } },
    );
  } catch (error) {
    // corpus.test.ts looks at the files that are refused.
    if (error instanceof BattenError) return undefined;
    throw error;
  }
}

/** The file itself with the changes that the override file has taken. */
function alike({ name, text }: CorpusFile, { findings }: FileResult): string {
  const taken = new Set(findings.filter(({ status }) => status === 'fixed').map(keyOf));
  const session = batten.session({ path: name, text }, { confidence: 'guess', preset: 'strict' });
  for (let question = session.current(); question; question = session.current()) {
    session.answer({ kind: taken.has(keyOf(question.finding)) ? 'apply' : 'skip' });
  }
  return session.finish()[0]!.after;
}

function compare(merged: Answer, inPlace: Answer): string[] {
  if (!inPlace.ok || !merged.ok) return merged.ok === inPlace.ok ? [] : [`one does not load: ${merged.out} ${inPlace.out}`];
  return differentViews(merged.out, inPlace.out);
}

/** What Compose makes of a text, given through standard input so that its relative paths resolve, and of an override file. */
function config({ directory }: CorpusFile, text: string, override?: string): Promise<Answer> {
  // With standard input Compose would take the directory of the second file for the project's.
  const project = ['--project-directory', directory, '--profile', '*', '-p', 'batten'];
  const args = [...project, '-f', '-', ...(override ? ['-f', override] : []), 'config', '--format', 'json'];
  return ask(binary!, args, text, directory);
}

function ask(command: string, args: readonly string[], input: string, cwd: string): Promise<Answer> {
  return new Promise((resolve) => {
    const child = execFile(command, args, { cwd, maxBuffer: 64 << 20, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve(error ? { ok: false, out: stderr || error.message } : { ok: true, out: stdout }),
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
