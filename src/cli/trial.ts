import { dirname, resolve } from 'node:path';
import type { Proof } from '../engine';
import type { Exercise } from '../engine/observe/probes';
import type { Listener } from '../engine/prove/events';
import { BattenError, UsageError } from '../errors';
import type { Batten, RunOptions } from '../harden/api';
import { configuredExercises } from './configured-probes';
import { type Context, runOf } from './context';
import type { Opened } from './inputs';
import { Interrupted } from './messages';
import { progressOn } from './progress';
import { storeProof } from './proof-file';
import { rewriterOf } from './rewriter';

/** What the options of `prove` say, checked. */
export interface TrialSettings {
  exercises: ReadonlyMap<string, Exercise>;
  timeout: number;
  jobs: number;
}

/** @throws UsageError for a probe without a service, or a number that is none. */
export function trialSettings({ options }: Context): TrialSettings {
  return {
    exercises: exercisesOf(options.probe ?? []),
    timeout: positive('--timeout', options.timeout ?? '60'),
    jobs: positive('--jobs', options.jobs ?? '1'),
  };
}

/** `service=command`; of several for one service the last counts. */
export function exercisesOf(words: readonly string[]): Map<string, Exercise> {
  return new Map(
    words.map((word): [string, Exercise] => {
      const at = word.indexOf('=');
      if (at < 1 || at === word.length - 1) {
        throw new UsageError(`--probe ${word} is not a service and a command`, { hint: "write --probe web='curl -f http://localhost/'" });
      }
      return [word.slice(0, at), { check: { exec: word.slice(at + 1) } }];
    }),
  );
}

function positive(flag: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new UsageError(`${flag} ${text} is no number from 1 up`);
  return number;
}

/** The engine room, loaded by those who need it. */
export function loadEngine(): typeof import('../engine') {
  return require('../engine') as typeof import('../engine');
}

/** One project that was proven, and the texts of its files with all that works, by absolute path. */
export interface Proven {
  opened: Opened;
  proof: Proof;
  texts: ReadonlyMap<string, string>;
}

/**
 * Proves all inputs, shows how far each is, and keeps what was found beside each.
 *
 * @throws UsageError for what cannot be run; Interrupted; EngineError, also when it comes from the engine's own bundle.
 */
export async function proveAll(context: Context, batten: Batten, opened: readonly Opened[], given: RunOptions): Promise<Proven[]> {
  const { host, options } = context;
  const settings = trialSettings(context);
  requireProvable(opened);
  const progress = progressOn(host.stderr, context.screen(host.stderr).colors, options.quiet === true);
  const proven: Proven[] = [];
  try {
    await inTurns(opened, settings.jobs, async (each, index) => {
      const run = runOf(each, given);
      // A guess that a run would settle is worth the run.
      const tried: RunOptions = { ...run, confidence: options.confidence ?? 'guess' };
      const proof = await proveOne(context, batten, each, tried, settings, progress.listener);
      storeProof(batten, each, proof, run, host.cwd);
      proven[index] = { opened: each, proof, texts: rewriterOf(batten, each, tried, host.cwd)(proof.plans).texts };
    });
  } finally {
    progress.end();
  }
  return proven;
}

function requireProvable(opened: readonly Opened[]): void {
  for (const { path, failure } of opened) {
    if (path === '-')
      throw new UsageError('standard input has no directory that its paths could be relative to', { hint: 'name the file' });
    if (failure) throw new UsageError(`${path} cannot be tried: ${failure.error?.message ?? 'it cannot be read'}`);
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

/**
 * Proves one input. Ctrl-C ends the trial and removes it; a second one ends at once and leaves what `prove --cleanup` removes.
 *
 * @throws Interrupted; EngineError, also when it comes from the engine's own bundle.
 */
async function proveOne(
  { host, options }: Context,
  batten: Batten,
  opened: Opened,
  run: RunOptions,
  { exercises, timeout }: TrialSettings,
  listener: Listener,
): Promise<Proof> {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(130);
    listener({ kind: 'note', text: 'stopping: what the trial made is being removed' });
    controller.abort(new Interrupted());
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, interrupt);
  const file = resolve(host.cwd, opened.absolute);
  try {
    return await loadEngine().prove({
      project: {
        files: [file, ...(opened.input?.overrides ?? []).map(({ absolute }) => absolute)],
        directory: dirname(file),
        profiles: options.profile ?? [],
      },
      env: host.env,
      rewriter: rewriterOf(batten, opened, run, host.cwd),
      trial: { volumes: options.volumes ?? 'fresh', binds: options.binds ?? 'copy', allowPrivileged: options.allowPrivileged === true },
      exercises: new Map([...configuredExercises(opened.configured), ...exercises]),
      timeout,
      keep: options.keep === true,
      services: options.service,
      listener,
      signal: controller.signal,
    });
  } catch (error) {
    throw controller.signal.aborted ? new Interrupted() : ours(error);
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}

/** The engine is a file of its own in the build, with error classes of its own. */
export function ours(error: unknown): unknown {
  if (error instanceof BattenError || !(error instanceof Error) || !('exitCode' in error)) return error;
  const { code, message, exitCode, file, position, hint, cause } = error as BattenError;
  return new BattenError(code, message, exitCode, { file, position, hint, cause });
}
