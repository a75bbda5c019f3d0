import type { Finding } from '../../harden/types';
import type { ContainerInfo, EngineFacts } from '../client/types';
import { compare, expectedOf, type Habits, habitsOf, ownFault } from '../observe/compare';
import { knownExercise } from '../observe/probes';
import type { Failure, Life, Lives } from '../observe/types';
import { requireImages } from '../prove/images';
import { modelOf, type Running, runStack, type StackRun } from '../prove/run-stack';
import { type RunningSetup, withRunning } from '../prove/running';
import { Laboratory } from '../search/laboratory';
import { type Plan, skips } from '../search/plan';
import { DEFAULT_CAPABILITIES, settle } from '../search/settle';
import { tmpfsFor } from '../search/tmpfs';
import { becomes, type WrittenDirectory, writtenBy } from '../search/written';
import type { Conversion } from '../trial/convert';
import { needsOf } from '../trial/depends';
import type { ImageFiles } from '../trial/image-files';
import { peersOf } from './connections';
import { limitsFor, type Usage, usageOf } from './usage';

export interface LearnSetup extends RunningSetup {
  /** Only these services are learnt about; all are run. */
  services?: readonly string[];
}

/** What was seen of one service, and the tightest settings that follow from it. */
export interface LearnedService {
  name: string;
  image: string;
  /** Why nothing can be said: it does not work as it is. */
  fault?: string;
  /** The processes and the users they act as. */
  processes: Record<string, number[]>;
  listening: number[];
  /** The user all processes have become by themselves. */
  user?: string;
  written: WrittenDirectory[];
  /** A tmpfs for each of those that hides nothing; undefined when something else has to stay writable. */
  tmpfs?: string[];
  /** The least with which it still did everything, found by leaving out one after the other; undefined when that was not tried. */
  capabilities?: string[];
  usage?: Usage;
  limits?: { mem_limit: string; pids_limit: number };
  /** Services it talked to, and whether it talked to anybody else. */
  talksTo: string[];
  outside: boolean;
  exercised: string[];
  notExercised: string[];
}

export interface LearnReport {
  version: 1;
  engine: EngineFacts;
  compose: string;
  date: string;
  services: LearnedService[];
  notes: string[];
  runs: number;
}

interface Seen {
  written: WrittenDirectory[];
  user?: string;
  usage?: Usage;
  peers: string[];
}

/**
 * Runs a project as it is and watches; then drops capabilities until something fails. Nothing of the person's is touched, and everything it makes is
 * removed.
 *
 * @throws EngineError when there is nothing to run it with, or when Compose cannot load it.
 */
export function learn(setup: LearnSetup): Promise<LearnReport> {
  return withRunning(setup, (running, files, known) => watch(setup, running, files, known));
}

async function watch(setup: LearnSetup, running: Running, files: ImageFiles, known: Map<string, unknown>): Promise<LearnReport> {
  const { engine, compose } = running.bench;
  await modelOf(running, new Map(), 'images');
  requireImages(running.images);
  const seen = new Map<string, Seen>();
  const addresses = new Map<string, string>();
  const during = async (containers: ReadonlyMap<string, ContainerInfo>): Promise<void> => {
    for (const [name, { NetworkSettings }] of containers) {
      for (const { IPAddress } of Object.values(NetworkSettings.Networks)) if (IPAddress) addresses.set(IPAddress, name);
    }
    for (const [name, container] of containers) {
      setup.listener({ kind: 'phase', service: name, phase: 'baseline' });
      if (container.State.Running) seen.set(name, await look(running, container, files));
    }
  };
  const baseline = await runStack(running, new Map(), { during });
  setup.signal.throwIfAborted();
  const habits = new Map<string, Habits>();
  for (const [name, lives] of baseline.lives) {
    if (!setup.exercises.has(name) && !worked(lives)) {
      known.set(name, undefined);
      lives.first.steps = [];
      if (lives.second) lives.second.steps = [];
    }
    if (ownFault(lives)) continue;
    const own = habitsOf(lives);
    habits.set(name, own);
    running.expected.set(name, expectedOf(own, setup.timeout));
    if (own.stopsWith.includes(137)) running.deaf.add(name);
  }
  const chosen = [...habits.keys()].filter((name) => setup.services?.includes(name) ?? true);
  const lab = new Laboratory((plans, asked) => withoutCapabilities(running, plans, habits, asked), needsOf(baseline.model), [
    ...baseline.lives.keys(),
  ]);
  const capabilities = new Map<string, string[]>();
  await Promise.all(
    chosen.map(async (name) => {
      setup.listener({ kind: 'phase', service: name, phase: 'bisecting', detail: 'capabilities' });
      const { plan } = await settle(
        {
          service: name,
          findings: (of) => (skips(of, 'cap-drop') ? [] : [finding(name)]),
          written: [],
          directory: async () => undefined,
          bisecting: () => undefined,
        },
        lab,
      );
      lab.settle(name, plan);
      if (!skips(plan, 'cap-drop'))
        capabilities.set(name, (plan.values['cap-drop'] ?? finding(name).editable!.value).split(' ').filter(Boolean).sort());
      setup.listener({ kind: 'phase', service: name, phase: 'settled' });
    }),
  );
  setup.signal.throwIfAborted();
  const services = [...baseline.lives.keys()]
    .filter((name) => setup.services?.includes(name) ?? true)
    .map((name) => learned(name, baseline, seen.get(name), habits.get(name), capabilities.get(name), addresses));
  return {
    version: 1,
    engine: engine.facts,
    compose: compose.version,
    date: new Date().toISOString(),
    services,
    notes: baseline.conversion.notes,
    runs: lab.runs + 1,
  };
}

const worked = ({ first, second }: Lives): boolean => [...first.steps, ...(second?.steps ?? [])].every(({ ok }) => ok);

async function look({ bench: { engine } }: Running, container: ContainerInfo, files: ImageFiles): Promise<Seen> {
  return {
    written: await writtenBy(engine, container, container.Config.Image, files).catch(() => []),
    user: await becomes(engine, container.Id).catch(() => undefined),
    usage: await usageOf(engine, container.Id).catch(() => undefined),
    peers: await peersOf(engine, container).catch(() => []),
  };
}

/** One run in which services keep only the capabilities of their plans. What the file gives them beside the default they keep. */
async function withoutCapabilities(
  running: Running,
  plans: ReadonlyMap<string, Plan>,
  habits: ReadonlyMap<string, Habits>,
  asked: readonly string[],
): Promise<Map<string, Failure[]>> {
  const adjust = ({ model }: Conversion): void => {
    for (const [name, plan] of plans) {
      const service = model.services[name];
      if (!service || plan.skip === 'all' || skips(plan, 'cap-drop')) continue;
      const kept = (plan.values['cap-drop'] ?? DEFAULT_CAPABILITIES.join(' ')).split(' ').filter(Boolean);
      service.cap_drop = ['ALL'];
      service.cap_add = [...new Set([...((service.cap_add as string[] | undefined) ?? []), ...kept])];
    }
  };
  const decided = (first: ReadonlyMap<string, Life>): boolean =>
    asked.every((name) => first.has(name) && compare(habits.get(name)!, { first: first.get(name)! }, undefined).length > 0);
  const run = await runStack(running, new Map(), { adjust, decided });
  const failures = [...habits].map(([name, own]): [string, Failure[]] => [
    name,
    run.lives.has(name) ? compare(own, run.lives.get(name)!, undefined) : [],
  ]);
  return new Map(failures);
}

/** The question of the search: which of Docker's default capabilities does it take? */
function finding(service: string): Finding {
  const value = DEFAULT_CAPABILITIES.join(' ');
  return {
    service,
    transform: 'cap-drop',
    confidence: 'guess',
    editable: { label: 'capabilities', value, rebuild: () => [] },
  } as unknown as Finding;
}

function learned(
  name: string,
  { lives, model }: StackRun,
  seen: Seen | undefined,
  habits: Habits | undefined,
  capabilities: string[] | undefined,
  addresses: ReadonlyMap<string, string>,
): LearnedService {
  const { first, second } = lives.get(name)!;
  const fault = habits ? undefined : ownFault(lives.get(name)!);
  const peers = (seen?.peers ?? []).map((address) => addresses.get(address));
  const steps = [...first.steps, ...(second?.steps ?? [])].map(({ what }) => what);
  const own = knownExercise(first.processes)?.own;
  const open = seen?.written.every(({ baked }) => !baked) ?? false;
  return {
    name,
    image: String(model.services[name]?.image ?? `${model.name}-${name}, built`),
    ...(fault && { fault }),
    processes: habits?.processes ?? first.processes,
    listening: habits?.listening ?? [],
    ...(seen?.user && { user: seen.user }),
    written: seen?.written ?? [],
    ...(open && seen && habits && { tmpfs: tmpfsFor(seen.written, undefined).split(' ') }),
    ...(capabilities && { capabilities }),
    ...(seen?.usage && { usage: seen.usage, limits: limitsFor(seen.usage) }),
    talksTo: [...new Set(peers.filter((peer): peer is string => peer !== undefined && peer !== name))].sort(),
    outside: peers.includes(undefined),
    exercised: [
      ...(steps.length > 0 && own ? [own] : [...new Set(steps)]),
      ...(habits?.twice ? ['a stop, and a second start on the same volumes'] : []),
    ],
    notExercised: steps.length > 0 ? ['whatever these steps do not reach'] : ['any request or write: no probe does (--probe)'],
  };
}
