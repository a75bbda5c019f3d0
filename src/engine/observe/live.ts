import type { ContainerInfo } from '../client/types';
import type { Bench } from '../trial/bench';
import type { Stack } from '../trial/stack';
import { answersOf, netOwner } from './answers';
import { listeningPorts } from './listening';
import { ask, describeProbe, type Exercise, type Probes, probesOf } from './probes';
import { processesOf } from './processes';
import { symptomsIn } from './symptoms';
import type { Life, StepName, StepResult } from './types';

/** What a service has to show to count as ready, from what was seen of it before; undefined when nothing was. */
export interface Expected {
  /** Its status when it is done starting: `running`, or `exited` for a one-off job. */
  status: string;
  listening: readonly number[];
  processes: readonly string[];
  /** Ports that are asked for a page. */
  web: readonly number[];
  /** Seconds it may take. */
  patience: number;
}

export interface LifeSetup {
  bench: Bench;
  stack: Stack;
  /** What to do with a service; told by its processes where the person says nothing. */
  exerciseOf(service: string, processes: Readonly<Record<string, unknown>>): Exercise | undefined;
  expected: ReadonlyMap<string, Expected>;
  /** Services that do not work by themselves: nobody waits for them, or asks them anything. */
  ignored: ReadonlySet<string>;
  /** TCP ports that a service is said to listen on, by its image or its file. */
  declared: ReadonlyMap<string, readonly number[]>;
  /** What is written in this life, and what an earlier one wrote. */
  word: string;
  earlier?: string;
}

/** Without a health check or an expectation, a service that did not change for this long is ready. Milliseconds. */
const QUIET = 2000;
/** The same while it listens on nothing, and while it listens on nothing though it is said to: it may be about to. */
const QUIET_DEAF = 5000;
const QUIET_DECLARED = 30_000;
const POLL = 250;

/** Follows all services of a stack that was just started until each is ready or will not be, exercises them, and looks at them. */
export async function liveOf(setup: LifeSetup): Promise<Map<string, Life>> {
  const begin = Date.now();
  const readyAt = new Map<string, number>();
  const made = await setup.stack.containers();
  // Each question takes the Engine a process or two: many services are asked less often.
  const poll = Math.max(POLL, made.size * 50);
  await Promise.all(
    setup.stack.services.map(async (name) => {
      const id = made.get(name)?.Id;
      if (id !== undefined && (await untilReady(name, id, poll, setup))) readyAt.set(name, (Date.now() - begin) / 1000);
    }),
  );
  // One that dies right after it said to be ready is not.
  await sleep(500);
  const containers = await setup.stack.containers();
  const lives = await Promise.all(
    setup.stack.services.map(
      async (name): Promise<[string, Life]> => [name, await look(name, containers.get(name), readyAt.get(name), setup)],
    ),
  );
  return new Map(lives);
}

async function untilReady(name: string, id: string, poll: number, setup: LifeSetup): Promise<boolean> {
  const { bench, stack } = setup;
  if (stack.errors.has(name) || setup.ignored.has(name)) return false;
  const expected = setup.expected.get(name);
  const declared = setup.declared.get(name) ?? [];
  const deadline = Date.now() + (expected?.patience ?? bench.timeout) * 1000;
  let seen = '';
  let since = Date.now();
  let started = { at: '', seen: Date.now() };
  let lastly = false;
  while (Date.now() < deadline && !bench.signal.aborted) {
    const info = await bench.engine.container(id).catch(() => undefined);
    if (!info) return false;
    const { State } = info;
    lastly = false;
    if (State.Status === 'exited' || State.Status === 'dead') {
      if (expected?.status === 'exited' || expected === undefined) return State.ExitCode === 0;
      return false;
    }
    if (State.Status === 'running' && expected?.status !== 'exited') {
      const state = await snapshot(info, setup, expected);
      // One that ends and is started again looks the same each time.
      if (State.StartedAt !== started.at) {
        started = { at: State.StartedAt, seen: Date.now() };
        seen = '';
      }
      const needed = quietFor(state.listening, declared, State.Health !== undefined);
      // Who listens already may talk and work; who does not is not done while it does.
      const doing = expected === undefined && needed > QUIET ? await activityOf(info, setup) : '';
      if (state.text + doing !== seen) {
        seen = state.text + doing;
        since = Date.now();
      }
      const healthy = State.Health === undefined || State.Health.Status === 'none' || State.Health.Status === 'healthy';
      const complete = expected === undefined ? Date.now() - since >= needed : state.complete;
      if (healthy && complete && (await holds(setup, info, setup.exerciseOf(name, {})?.ready))) return true;
      lastly = healthy && expected === undefined && State.Health === undefined && Date.now() - started.seen >= QUIET_DEAF;
    }
    await sleep(poll);
  }
  // It runs, and nobody says what more it should do: one that never rests, or never listens where its image says, works like that.
  return lastly && !bench.signal.aborted && setup.exerciseOf(name, {})?.ready === undefined;
}

function quietFor(listening: readonly number[] | undefined, declared: readonly number[], checked: boolean): number {
  if (checked) return POLL;
  if (listening === undefined || declared.some((port) => listening.includes(port))) return QUIET;
  return declared.length > 0 ? QUIET_DECLARED : listening.length > 0 ? QUIET : QUIET_DEAF;
}

/** Something that differs while a service is at work: the end of its log, and the processor time it takes, in steps too big for one that waits. */
async function activityOf({ Id }: ContainerInfo, { bench: { engine } }: LifeSetup): Promise<string> {
  const [log, time] = await Promise.all([engine.logs(Id, { tail: 5 }).catch(() => ''), engine.processorTime(Id).catch(() => 0)]);
  return JSON.stringify([log, Math.round(time / 3e8)]);
}

async function snapshot(
  info: ContainerInfo,
  { bench: { engine } }: LifeSetup,
  expected: Expected | undefined,
): Promise<{ text: string; listening: number[] | undefined; complete: boolean }> {
  const listening = await listeningPorts(engine, info).catch(() => undefined);
  // Ports are cheap to see. The Engine starts a `ps` to tell of processes: it is asked once the ports are there.
  if (expected && listening && !expected.listening.every((port) => listening.includes(port)))
    return { text: '', listening, complete: false };
  const processes = await processesOf(engine, info.Id);
  const complete = expected?.processes.every((name) => name in processes) ?? false;
  return { text: JSON.stringify([Object.keys(processes), listening]), listening, complete };
}

async function holds({ bench, word }: LifeSetup, info: ContainerInfo, probes: Probes | undefined): Promise<boolean> {
  for (const probe of probesOf(probes)) if ((await ask(bench.engine, info, probe, word, 5)).code !== 0) return false;
  return true;
}

async function look(name: string, info: ContainerInfo | undefined, ready: number | undefined, setup: LifeSetup): Promise<Life> {
  const { bench, stack, exerciseOf, expected } = setup;
  const empty: Life = {
    status: 'missing',
    exitCode: 0,
    oomKilled: false,
    restarts: 0,
    processes: {},
    answers: {},
    steps: [],
    symptoms: [],
    log: '',
  };
  if (!info) return { ...empty, createError: stack.errors.get(name) ?? 'it was not made' };
  const { engine } = bench;
  const runs = info.State.Status === 'running';
  const before = runs ? await processesOf(engine, info.Id) : {};
  const steps = runs && ready !== undefined ? await exercise(info, exerciseOf(name, before), setup) : [];
  const listening = runs ? await listeningPorts(engine, info).catch(() => undefined) : [];
  const web = expected.get(name)?.web ?? listening ?? [];
  const answers =
    runs && ready !== undefined
      ? await answersOf(
          await netOwner(engine, info),
          web.filter((port) => listening?.includes(port) ?? true),
        )
      : {};
  const processes = runs ? await processesOf(engine, info.Id) : {};
  const after = await engine.container(info.Id).catch(() => info);
  const log = await engine.logs(info.Id).catch(() => '');
  const health = after.State.Health;
  const error =
    stack.errors.get(name) ?? (after.State.Status === 'created' ? after.State.Error || 'it was made and not started' : undefined);
  return {
    ...(error && { createError: error }),
    status: after.State.Status,
    exitCode: after.State.ExitCode,
    oomKilled: after.State.OOMKilled,
    restarts: after.RestartCount,
    ...(health &&
      health.Status !== 'none' && {
        health: health.Status,
        ...(health.Status !== 'healthy' && { healthOutput: health.Log?.at(-1)?.Output.trim().slice(-300) }),
      }),
    ready,
    processes,
    listening,
    answers,
    steps,
    symptoms: symptomsIn(log),
    log: log.slice(-6000),
  };
}

async function exercise(info: ContainerInfo, steps: Exercise | undefined, { bench, word, earlier }: LifeSetup): Promise<StepResult[]> {
  if (!steps) return [];
  const plan: [StepName, Probes | undefined, string][] =
    earlier === undefined
      ? [
          ['check', steps.check, word],
          ['write', steps.write, word],
          ['read', steps.write && steps.read, word],
        ]
      : [
          ['check', steps.check, word],
          ['again', steps.again ?? (steps.write && steps.read), earlier],
          ['write', steps.write, word],
        ];
  const out: StepResult[] = [];
  const all = plan.flatMap(([step, probes, what]) => probesOf(probes).map((probe) => [step, probe, what] as const));
  for (const [step, probe, what] of all) {
    const { code, output } = await patiently(() => ask(bench.engine, info, probe, what));
    out.push({ step, what: describeProbe(probe), ok: code === 0, said: lastLine(output) });
    if (code !== 0) break;
  }
  return out;
}

/** A server that has just come up may refuse at first: a failure counts when it lasts. */
async function patiently<T extends { code: number | undefined }>(work: () => Promise<T>): Promise<T> {
  let answer = await work();
  for (let left = 4; answer.code !== 0 && left > 0; left--) {
    await sleep(500);
    answer = await work();
  }
  return answer;
}

/** Stops every service within the grace period it has, and adds how that went. */
export async function stopAll({ stack, bench }: LifeSetup, lives: Map<string, Life>): Promise<void> {
  const before = await stack.containers();
  const begin = Date.now();
  await stack.compose(['stop'], 120);
  const seconds = (Date.now() - begin) / 1000;
  for (const [name, info] of await stack.containers()) {
    const life = lives.get(name);
    if (!life || before.get(name)?.State.Status !== 'running') continue;
    life.stoppedWith = info.State.ExitCode;
    life.stopSeconds = Math.min(seconds, (Date.parse(info.State.FinishedAt) - begin) / 1000);
    life.symptoms = [...new Set([...life.symptoms, ...symptomsIn(await bench.engine.logs(info.Id).catch(() => ''))])];
  }
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.slice(0, 300) ?? '';

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
