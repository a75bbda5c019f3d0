import { resolve } from 'node:path';
import { writeFileAtomic } from '../../compose/write';
import type { Proof } from '../../engine';
import { UsageError } from '../../errors';
import type { RunOptions } from '../../harden/api';
import { createColors } from '../../report/colors';
import { type Context, prepare, runOf } from '../context';
import { EXIT } from '../exit-codes';
import type { Opened } from '../inputs';
import { progressOn } from '../progress';
import { rewriterOf } from '../rewriter';
import { loadEngine, ours, proveOne, trialSettings } from '../trial';

/**
 * `batten prove`: the project as it is and hardened, run on the person's Engine. The Compose file stays as it is; what was found is kept in
 * `.batten/proof.json`, which `fix` and `check` take into account.
 */
export async function prove(context: Context, paths: readonly string[]): Promise<number> {
  const { host, options } = context;
  if (options.cleanup) return cleanUp(context);
  const settings = trialSettings(context);
  const { batten, opened, run: given } = await prepare(context, paths);
  // A guess that a run would settle is worth the run.
  const runs = opened.map((each): RunOptions => ({ ...runOf(each, given), confidence: options.confidence ?? 'guess' }));
  const unread = opened.find(({ failure }) => failure);
  if (unread) throw new UsageError(`${unread.path}: ${unread.failure?.error?.message ?? 'cannot be read'}`);
  if (opened.some(({ path }) => path === '-')) {
    throw new UsageError('standard input has no directory that its paths could be relative to', { hint: 'name the file' });
  }
  const progress = progressOn(host.stderr, context.screen(host.stderr).colors, options.quiet === true);
  const proofs: Proof[] = [];
  try {
    await inTurns(opened, settings.jobs, async (each, index) => {
      proofs[index] = await proveOne(context, batten, each, runs[index]!, settings, progress.listener);
    });
  } finally {
    progress.end();
  }
  const after = (index: number): ReadonlyMap<string, string> =>
    rewriterOf(batten, opened[index]!, runs[index]!, host.cwd)(proofs[index]!.plans).texts;
  write(context, reportText(context, opened, proofs, after));
  return proofs.every(({ report }) => report.works) ? EXIT.ok : EXIT.unproven;
}

async function cleanUp({ host, options }: Context): Promise<number> {
  const engine = loadEngine();
  try {
    const { containers, networks, volumes, images, folders, left } = await engine.cleanUp(await engine.Engine.connect(host.env));
    if (options.format === 'json') host.stdout.write(`${JSON.stringify({ containers, networks, volumes, images, folders, left })}\n`);
    else {
      host.stdout.write(
        `removed ${containers} containers, ${networks} networks, ${volumes} volumes, ${images} images, ${folders} folders\n`,
      );
      for (const text of left) host.stdout.write(`left: ${text}\n`);
    }
    return EXIT.ok;
  } catch (error) {
    throw ours(error);
  }
}

/** At most `width` at a time, in order. */
async function inTurns<T>(items: readonly T[], width: number, work: (item: T, index: number) => Promise<void>): Promise<void> {
  const queue = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) await work(next[1], next[0]);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
}

function reportText(
  context: Context,
  opened: readonly Opened[],
  proofs: readonly Proof[],
  after: (index: number) => ReadonlyMap<string, string>,
): string {
  const { options, host } = context;
  const reports = proofs.map(({ report }) => report);
  if (options.format === 'json') {
    return `${JSON.stringify({ version: 1, tool: { name: 'batten', version: host.version }, proofs: reports }, null, 2)}\n`;
  }
  if (options.format === 'markdown') {
    return (require('../../report/prove-markdown') as typeof import('../../report/prove-markdown')).markdownProof(reports);
  }
  if (options.format === 'html') {
    const { htmlProof } = require('../../report/prove-html') as typeof import('../../report/prove-html');
    const { screenDiff } = require('../../report/diff') as typeof import('../../report/diff');
    const changed = opened.flatMap(({ input, path, absolute }, index) => {
      const texts = after(index);
      const files = [{ path, absolute: resolve(host.cwd, absolute), text: input!.text }, ...(input!.overrides ?? [])];
      return files.flatMap((file) => {
        const text = texts.get(file.absolute);
        return text === undefined
          ? []
          : [{ path: file.path, diff: screenDiff({ path: file.path, before: file.text, after: text }, createColors(false)) }];
      });
    });
    return htmlProof(reports, changed);
  }
  const { prettyProof } = require('../../report/prove') as typeof import('../../report/prove');
  const screen = { ...context.screen(host.stdout), verbose: options.verbose };
  return options.quiet ? '' : reports.map((report) => prettyProof(report, screen)).join('\n');
}

function write({ host, options }: Context, text: string): void {
  if (options.output === undefined) host.stdout.write(text);
  else writeFileAtomic(resolve(host.cwd, options.output), text, { shown: options.output });
}
