import { EngineError } from '../../errors';
import type { Engine } from '../client/engine';
import { compareAll, type Habits } from '../observe/compare';
import type { Exercise } from '../observe/probes';
import type { Failure } from '../observe/types';
import { Baseline } from '../prove/baseline';
import { requireImages } from '../prove/images';
import { modelOf, type RunExtras, type Running, runStack } from '../prove/run-stack';
import { type RunningSetup, withRunning } from '../prove/running';
import { Laboratory } from '../search/laboratory';
import type { Plan } from '../search/plan';
import { tmpfsFor } from '../search/tmpfs';
import { capabilitiesSeen, Tracer } from '../trace/tracer';
import type { Conversion } from '../trial/convert';
import { needsOf } from '../trial/depends';
import type { ImageFiles } from '../trial/image-files';
import { apparmorFor } from './apparmor';
import { capabilitiesOf, keptBy } from './capabilities';
import { confirmTogether, giveCapabilities, type Settings } from './confirm';
import { describe } from './describe';
import type { LearnedService, LearnReport } from './report';
import { profilesThatRun } from './seccomp';
import { limitsFor } from './usage';
import { traceOf, watch } from './watch';

export interface LearnSetup extends RunningSetup {
  /** Only these services are learnt about; all are run. */
  services?: readonly string[];
  /** Whether the kernel is asked, where that is possible. */
  trace: boolean;
  /** Whether to make seccomp profiles, which takes the kernel. */
  seccomp: boolean;
  /** Whether to make AppArmor profiles. */
  apparmor: boolean;
}

/**
 * Runs a project as it is and watches; then drops capabilities until something fails, and runs what follows together. Nothing of the person's is
 * touched, and everything it makes is removed.
 *
 * @throws EngineError when there is nothing to run it with, or when Compose cannot load it.
 */
export function learn(setup: LearnSetup): Promise<LearnReport> {
  return withRunning(setup, (running, files, known) => learnFrom(setup, running, files, known));
}

async function learnFrom(
  setup: LearnSetup,
  running: Running,
  files: ImageFiles,
  known: Map<string, Exercise | undefined>,
): Promise<LearnReport> {
  const { listener, signal } = setup;
  const { engine, compose } = running.bench;
  if (setup.seccomp) requireTrace(engine, setup.trace);
  const { services: all } = await modelOf(running, new Map(), 'images');
  listener({ kind: 'services', services: Object.keys(all) });
  requireImages(running.images);
  listener({ kind: 'run', run: 1, what: 'as it is' });
  const watched = await watch(running, files, setup.trace, (service) => listener({ kind: 'phase', service, phase: 'baseline' }));
  const { run: baseline, traced, seen } = watched;
  signal.throwIfAborted();
  const asItIs = new Baseline({ ...setup, running, known });
  for (const [name, lives] of baseline.lives) asItIs.first(name, lives);
  const { habits } = asItIs;
  const wanted = (name: string): boolean => setup.services?.includes(name) ?? true;
  const chosen = [...habits.keys()].filter(wanted);
  const needs = needsOf(baseline.model);
  const lab = new Laboratory(
    (plans, asked) => {
      listener({ kind: 'run', run: lab.runs + 1, what: 'with fewer capabilities' });
      return withoutCapabilities(running, plans, habits, asked);
    },
    needs,
    [...baseline.lives.keys()],
  );
  const settings = new Map<string, Settings>();
  await Promise.all(
    chosen.map(async (service) => {
      listener({ kind: 'phase', service, phase: 'bisecting', detail: 'capabilities' });
      const kept = await capabilitiesOf(service, capabilitiesSeen(traced, service), lab);
      const { usage, written } = seen.get(service) ?? {};
      settings.set(service, {
        ...(kept && { capabilities: kept.sort() }),
        ...(written?.every(({ baked }) => !baked) && { tmpfs: tmpfsFor(written, undefined).split(' ') }),
        ...(usage && { limits: limitsFor(usage) }),
      });
      listener({ kind: 'phase', service, phase: 'confirming' });
    }),
  );
  signal.throwIfAborted();
  listener({ kind: 'run', run: lab.runs + 2, what: 'with all of it' });
  const { confirmed, runs } = await confirmTogether(running, settings, habits);
  signal.throwIfAborted();
  const profiles = setup.seccomp
    ? await profilesThatRun(
        {
          ...{ running, habits, settings, confirmed, needs },
          begins: (round) => listener({ kind: 'run', run: lab.runs + runs + 1 + round, what: 'with seccomp profiles' }),
        },
        new Map(chosen.flatMap((name) => asList(name, traceOf(traced, name)))),
      )
    : undefined;
  for (const service of chosen) listener({ kind: 'phase', service, phase: 'settled' });
  signal.throwIfAborted();
  const services: LearnedService[] = [];
  for (const name of [...baseline.lives.keys()].filter(wanted)) {
    const apparmor = setup.apparmor && chosen.includes(name) ? await apparmorFor(running, watched, name, settings.get(name)!) : undefined;
    // A service the kernel saw nothing of has no profile, which has to be said.
    const seccomp = profiles && chosen.includes(name) ? (profiles.profiles.get(name) ?? { allowed: 0, added: [] }) : undefined;
    const own = { ...(seccomp && { seccomp }), ...(apparmor && { apparmor }) };
    services.push(describe(name, watched, habits.get(name), settings.get(name), confirmed.get(name), own));
  }
  return {
    version: 1,
    engine: engine.facts,
    compose: compose.version,
    date: new Date().toISOString(),
    tracing: { traced: traced !== undefined, ...(watched.untraced && { why: watched.untraced }), ...(traced && { lost: traced.lost }) },
    services,
    notes: [...running.images.notes, ...baseline.conversion.notes],
    runs: 1 + lab.runs + runs + (profiles?.runs ?? 0),
  };
}

/** @throws EngineError when the kernel cannot be asked: a profile is made of what it saw. */
function requireTrace(engine: Engine, wanted: boolean): void {
  if (!engine.facts.security.includes('seccomp')) throw new EngineError('this Engine has no seccomp: a profile would hold nothing back');
  const why = wanted ? Tracer.refusal(engine) : '--no-trace forbids it';
  if (why === undefined) return;
  const hint = wanted ? 'docs/learn.md says what a trace takes' : 'leave one of the two options out';
  throw new EngineError(`a seccomp profile takes a trace of the kernel: ${why}`, { hint });
}

const asList = <T>(name: string, value: T | undefined): [string, T][] => (value === undefined ? [] : [[name, value]]);

/** One run in which services keep only the capabilities of their plans. */
async function withoutCapabilities(
  running: Running,
  plans: ReadonlyMap<string, Plan>,
  habits: ReadonlyMap<string, Habits>,
  asked: readonly string[],
): Promise<Map<string, Failure[]>> {
  const adjust = ({ model }: Conversion): void => {
    for (const [name, plan] of plans) {
      const kept = keptBy(plan);
      if (kept) giveCapabilities(model, name, kept);
    }
  };
  const decided: RunExtras['decided'] = ({ lives }) => {
    const failures = compareAll(habits, lives);
    return asked.every((name) => failures.get(name)!.length > 0);
  };
  const run = await runStack(running, new Map(), { adjust, decided });
  return compareAll(habits, run.lives);
}
