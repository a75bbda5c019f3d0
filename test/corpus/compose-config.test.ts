import { execFile } from 'node:child_process';
import { BattenError, batten } from '../../src';
import type { RunOptions } from '../../src/harden/api';
import type { FileResult } from '../../src/harden/types';
import { lostReach } from '../transforms/reachability';
import { type CorpusFile, corpus, describeWith, some } from './corpus';
import { faults } from './model';

/*
 * Compose itself is asked: what it loads before it must load after, and its own view of the result must hold water. BATTEN_COMPOSE names a
 * Compose v2 binary, BATTEN_COMPOSE_V1 a docker-compose 1.29; no Engine is needed. Without BATTEN_FULL=1 an even sample is taken.
 */

const files = corpus();
const WAYS: RunOptions[] = [
  { preset: 'strict', confidence: 'guess' },
  { preset: 'recommended', confidence: 'generic' },
];

interface Answer {
  ok: boolean;
  out: string;
}

interface Checked {
  /** How many files Compose loaded before. */
  loaded: number;
  /** How many of the results differ from their file. */
  changed: number;
  problems: string[];
}

suite(
  'Compose v2',
  process.env.BATTEN_COMPOSE,
  'BATTEN_COMPOSE',
  120,
  ['--profile', '*'],
  ['--format', 'json'],
  (before, after, result, way) => [
    ...faults(before, after, [result]),
    ...lostReach(before, after).filter((loss) => !meant(loss, way, before, after)),
  ],
);
// The old one prints YAML and knows no profile `*`; that it loads the file is what is asked of it.
suite('docker-compose 1.29', process.env.BATTEN_COMPOSE_V1, 'BATTEN_COMPOSE_V1', 15, [], ['-q'], () => []);

/**
 * What the preset `strict` takes away on purpose, as a guess: a connection between services of which none is said to depend on the other,
 * and ports that are no longer published at all.
 */
function meant(loss: string, way: RunOptions, before: string, after: string): boolean {
  if (way.preset !== 'strict') return false;
  const services = (json: string): Record<string, { depends_on?: object; ports?: unknown[] }> => JSON.parse(json).services ?? {};
  const pair = /^no longer reachable: (.*) -> (.*) as /.exec(loss);
  if (pair) return !(pair[2]! in (services(before)[pair[1]!]?.depends_on ?? {}));
  const name = loss.replace(/^.*: /, '');
  return services(after)[name]?.ports === undefined;
}

function suite(
  title: string,
  binary: string | undefined,
  variable: string,
  most: number,
  global: readonly string[],
  options: readonly string[],
  compare: (before: string, after: string, result: FileResult, way: RunOptions) => string[],
): void {
  const missing = [...(files ? [] : ['BATTEN_CORPUS']), ...(binary ? [] : [variable])];
  describeWith(title, missing, () => {
    test.each(WAYS)(
      'loads $preset at $confidence whatever it loaded before',
      async (way) => {
        const config = (text: string, { directory }: CorpusFile): Promise<Answer> =>
          ask(binary!, [...global, '-p', 'batten', '-f', '-', 'config', ...options], text, directory);
        const checked: Checked = { loaded: 0, changed: 0, problems: [] };
        const queue = some(files!, most);
        const total = queue.length;
        const worker = async (): Promise<void> => {
          for (let file = queue.shift(); file; file = queue.shift()) await check(file, way, config, compare, checked);
        };
        await Promise.all([worker(), worker()]);
        console.log(
          `${title}, ${way.preset} at ${way.confidence}: ${total} files, ${checked.loaded} load, ${checked.changed} of these change`,
        );
        expect(checked.problems).toEqual([]);
        expect(checked.changed).toBeGreaterThan(0);
      },
      3_600_000,
    );
  });
}

async function check(
  file: CorpusFile,
  way: RunOptions,
  config: (text: string, file: CorpusFile) => Promise<Answer>,
  compare: (before: string, after: string, result: FileResult, way: RunOptions) => string[],
  checked: Checked,
): Promise<void> {
  const before = await config(file.text, file);
  if (!before.ok) return;
  checked.loaded++;
  const result = harden(file, way);
  if (result === undefined || result.after === file.text) return;
  checked.changed++;
  const after = await config(result.after, file);
  const problems = after.ok ? compare(before.out, after.out, result, way) : newer(after.out) ? [] : [after.out.trim()];
  checked.problems.push(...problems.map((problem) => `${file.name}: ${problem}`));
}

/**
 * Whether all that docker-compose 1.29 says against a file is that it does not know a limit of processes below `deploy`. There is no way to
 * write one beside other limits that both it and Compose v2 take.
 */
function newer(said: string): boolean {
  const lines = said.trim().split('\n');
  const reasons = lines.slice(lines.findIndex((line) => line.endsWith('is invalid because:')) + 1);
  // Above it there may be warnings about variables.
  return reasons.length > 0 && reasons.every((line) => line.includes("limits value 'pids' does not match"));
}

function harden({ name, text }: CorpusFile, way: RunOptions): FileResult | undefined {
  try {
    return batten.run({ path: name, text }, { ...way, apply: true });
  } catch (error) {
    // corpus.test.ts looks at the files that are refused.
    if (error instanceof BattenError) return undefined;
    throw error;
  }
}

/** The file goes in through standard input, so that its relative paths resolve and nothing is written beside it. */
function ask(binary: string, args: readonly string[], input: string, cwd: string): Promise<Answer> {
  return new Promise((resolve) => {
    const child = execFile(binary, args, { cwd, maxBuffer: 64 << 20, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve(error ? { ok: false, out: stderr || error.message } : { ok: true, out: stdout }),
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
