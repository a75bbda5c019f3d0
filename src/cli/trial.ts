import { dirname, resolve } from 'node:path';
import type { LearnReport, Proof } from '../engine';
import { type Exercise, withProbe } from '../engine/observe/probes';
import type { Listener } from '../engine/prove/events';
import type { NewTexts } from '../engine/prove/rewriter';
import { BattenError, UsageError } from '../errors';
import type { Batten, RunOptions } from '../harden/api';
import { configuredExercises } from './configured-probes';
import { type Context, runOf } from './context';
import { EXIT } from './exit-codes';
import type { Opened } from './inputs';
import { knownChecks } from './known-checks';
import { Interrupted } from './messages';
import { positive } from './numbers';
import { progressOn } from './progress';
import { requireProofPlace, storeProof } from './proof-file';
import { rewriterOf } from './rewriter';
import { requireServices } from './selection';

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

const STEPS = ['ready', 'check', 'write', 'read', 'again'] as const;

/**
 * `service=command` or `service:step=command`: what has to hold before the rest (`ready`), in both lives (`check`), what writes and reads back
 * in a life (`write`, `read`), and what finds it after the restart (`again`, else `read`).
 */
export function exercisesOf(words: readonly string[]): Map<string, Exercise> {
  const found = new Map<string, Exercise>();
  for (const word of words) {
    const [, service = '', step = 'check', command = ''] = /^([\w.-]+)(?::(\w+))?=(.+)$/s.exec(word) ?? [];
    if (command === '' || !STEPS.includes(step as 'check')) {
      throw new UsageError(`--probe ${word} is not service=command or service:step=command`, {
        hint: `write --probe web='curl -f http://localhost/'; a step is one of ${STEPS.join(', ')}`,
      });
    }
    found.set(service, withProbe(found.get(service), step as 'check', { exec: command }));
  }
  return found;
}

/** The engine room, loaded by those who need it. */
export function loadEngine(): typeof import('../engine') {
  return require('../engine') as typeof import('../engine');
}

/** One project that was proven, and the texts of its files with all that works, by absolute path. */
export interface Proven {
  opened: Opened;
  proof: Proof;
  texts: NewTexts;
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
  for (const each of opened) requireProofPlace(each, host.cwd);
  if (settings.exercises.size > 0) requireServices(batten, opened, [...settings.exercises.keys()]);
  const progress = progressOn(context.err, options.quiet === true);
  const proven: Proven[] = [];
  try {
    await inTurns(opened, settings.jobs, async (each, index) => {
      const run = runOf(each, given);
      // A guess that a run would settle is worth the run.
      const tried: RunOptions = { ...run, confidence: options.confidence ?? 'guess' };
      const listener = progress.of(opened.length > 1 ? each.path : undefined);
      const proof = await proveOne(context, batten, each, tried, settings, listener);
      const problem = storeProof(batten, each, proof, run, host.cwd, context.proofKey);
      if (problem)
        listener({ kind: 'note', text: `what ran counts as proven in this run only, because its key cannot be kept: ${problem}` });
      proven[index] = { opened: each, proof, texts: rewriterOf(batten, each, tried, host.cwd)(proof.plans).texts };
    });
  } finally {
    progress.end();
  }
  return proven;
}

/** @throws UsageError for an input that cannot be run. */
export function requireProvable(opened: readonly Opened[]): void {
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

/** Learns about one input; see `proveOne`. */
export async function learnOne(context: Context, opened: Opened, services: readonly string[]): Promise<LearnReport> {
  const { options } = context;
  const progress = progressOn(context.err, options.quiet === true);
  try {
    const listener = progress.of();
    return await interruptible(listener, (signal) =>
      loadEngine().learn({
        ...runningSetup(context, opened, trialSettings(context), listener, signal),
        ...(services.length > 0 && { services }),
        trace: options.trace,
        seccomp: options.seccomp !== undefined,
        apparmor: options.apparmor !== undefined,
      }),
    );
  } finally {
    progress.end();
  }
}

/** Proves one input. */
function proveOne(
  context: Context,
  batten: Batten,
  opened: Opened,
  run: RunOptions,
  settings: TrialSettings,
  listener: Listener,
): Promise<Proof> {
  const { host, options } = context;
  return interruptible(listener, (signal) =>
    loadEngine().prove({
      ...runningSetup(context, opened, settings, listener, signal),
      rewriter: rewriterOf(batten, opened, run, host.cwd),
      checks: knownChecks(batten, opened, run),
      services: options.service,
      trace: options.trace,
    }),
  );
}

function runningSetup(
  { host, options }: Context,
  { absolute, input, configured }: Opened,
  settings: TrialSettings,
  listener: Listener,
  signal: AbortSignal,
) {
  const file = resolve(host.cwd, absolute);
  return {
    project: {
      files: [file, ...(input?.overrides ?? []).map((each) => each.absolute)],
      directory: dirname(file),
      profiles: options.profile ?? [],
    },
    env: host.env,
    trial: { volumes: options.volumes ?? 'fresh', binds: options.binds ?? 'copy', allowPrivileged: options.allowPrivileged === true },
    exercises: new Map([...configuredExercises(configured), ...settings.exercises]),
    timeout: settings.timeout,
    keep: options.keep === true,
    listener,
    signal,
  } as const;
}

/**
 * Runs something that Ctrl-C ends and that cleans up after itself; a second one ends it at once and leaves what `prove --cleanup` removes.
 *
 * @throws Interrupted; EngineError, also when it comes from the engine's own bundle.
 */
async function interruptible<T>(listener: Listener, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    listener({ kind: 'note', text: 'stopping: what the trial made is being removed' });
    controller.abort(new Interrupted());
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, interrupt);
  try {
    return await work(controller.signal);
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
