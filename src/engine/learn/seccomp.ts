import { compareAll, type Habits } from '../observe/compare';
import type { Failure } from '../observe/types';
import { type Running, runStack } from '../prove/run-stack';
import type { KernelTrace } from '../trace/kernel-trace';
import { type Allowed, allowedBy, profileOf, type SeccompProfile } from '../trace/profile';
import { syscallsOf } from '../trace/syscalls';
import { type Traced, Tracer, whileTraced } from '../trace/tracer';
import type { Conversion } from '../trial/convert';
import { give, type Settings } from './confirm';
import { type ProfileRun, refine } from './refine';
import type { Confirmation } from './report';

/** A profile of one service, and what a run made of it. */
export interface LearnedProfile {
  /** Undefined when no profile was found with which the service works. */
  profile?: SeccompProfile;
  /** The file it was written to, as a Compose file names it. */
  file?: string;
  /** System calls that it allows. */
  allowed: number;
  /** What a run asked for besides what was seen. */
  added: string[];
  /** Why there is none. */
  why?: Failure;
}

export interface ProfileSetup {
  running: Running;
  habits: ReadonlyMap<string, Habits>;
  /** What each service is given besides its profile: what held. */
  settings: ReadonlyMap<string, Settings>;
  confirmed: ReadonlyMap<string, Confirmation>;
  /** Whom each service needs. */
  needs: ReadonlyMap<string, ReadonlySet<string>>;
  /** Told of each run. */
  begins(round: number): void;
}

/** Runs with a profile, before it is given up. */
const ROUNDS = 4;

/**
 * Makes a profile for each service of what the kernel saw it call, and runs the stack with all of them, twice from empty volumes. Where a service does
 * not work, what that run was refused is added; a service for which nothing can be added gets none.
 */
export async function profilesThatRun(
  setup: ProfileSetup,
  traces: ReadonlyMap<string, KernelTrace>,
  rounds = ROUNDS,
): Promise<{ profiles: Map<string, LearnedProfile>; runs: number }> {
  const start = new Map([...traces].map(([name, trace]): [string, Allowed] => [name, allowedBy(trace)]));
  const run = (allowed: ReadonlyMap<string, Allowed>, round: number): Promise<ProfileRun> => {
    setup.running.bench.signal.throwIfAborted();
    setup.begins(round);
    return runWith(setup, allowed);
  };
  const { found, runs } = await refine(start, run, setup.needs, rounds);
  const profiles = [...found].map(([name, { allowed, added, why }]): [string, LearnedProfile] => [
    name,
    {
      ...(why ? { why } : { profile: profileOf(allowed, process.arch) }),
      ...{ allowed: allowed.syscalls.size, added },
    },
  ]);
  return { profiles: new Map(profiles), runs };
}

/** One run of the stack, traced, with a profile for each of these services. */
async function runWith(setup: ProfileSetup, allowed: ReadonlyMap<string, Allowed>): Promise<ProfileRun> {
  const { running, habits, settings, confirmed } = setup;
  const { engine, scratch } = running.bench;
  const adjust = ({ model }: Conversion): void => {
    for (const [name, each] of settings) give(model, name, each, confirmed.get(name)?.failed.map(({ what }) => what) ?? []);
    for (const [name, each] of allowed) {
      const service = model.services[name];
      if (!service) continue;
      const file = scratch.write(`seccomp/${name}.json`, JSON.stringify(profileOf(each, process.arch)));
      const others = ((service.security_opt as string[] | undefined) ?? []).filter((option) => !/^seccomp[:=]/.test(option));
      service.security_opt = [...others, `seccomp=${file}`];
    }
  };
  const { result: run, traced } = await whileTraced(Tracer.start(engine, scratch.id), () => runStack(running, new Map(), { adjust }));
  return { failures: compareAll(habits, run.lives), refused: refusedIn(traced) };
}

function refusedIn(traced: Traced | undefined): Map<string, string[]> {
  const table = syscallsOf(process.arch);
  return new Map(
    [...(traced?.services ?? [])].map(([name, containers]) => {
      const numbers = new Set(containers.flatMap(({ trace }) => [...trace.refused]));
      return [name, [...numbers].flatMap((number) => table?.nameOf(number) ?? [])];
    }),
  );
}
