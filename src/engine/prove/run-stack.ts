import path from 'node:path';
import type { ContainerInfo } from '../client/types';
import { listOf, type Model, mapOf } from '../compose/model';
import { type ProjectFilesOnDisk, resolveProject } from '../compose/resolve';
import { type Expected, type LifeSetup, liveOf, stopAll } from '../observe/live';
import type { Life, Lives } from '../observe/types';
import { type Bench, setupOf } from '../trial/bench';
import { type Conversion, toTrial } from '../trial/convert';
import { type Machine, worldOf } from '../trial/host/world';
import type { TrialOptions } from '../trial/options';
import { seal } from '../trial/seal';
import { nextName, Stack } from '../trial/stack';
import { fillCopies, fillVolumes } from '../trial/volumes';
import type { Listener } from './events';
import type { Images } from './images';
import { leadBeside, place } from './place';
import type { NewTexts } from './rewriter';

/** How stacks of this project are run. */
export interface Running {
  bench: Bench;
  project: ProjectFilesOnDisk;
  images: Images;
  options: TrialOptions;
  machine: Machine;
  exerciseOf: LifeSetup['exerciseOf'];
  expected: Map<string, Expected>;
  /** Services that are killed at the end of their grace period whatever happens: it is not waited for again. */
  deaf: Set<string>;
  /** Services that do not work by themselves: nobody waits for them any more. */
  ignored: Set<string>;
  /** Leave the last stack running. */
  keep: boolean;
  /** Told how far each run is. */
  listener: Listener;
}

/** What one run of the stack showed. */
export interface StackRun {
  lives: Map<string, Lives>;
  /** The containers of the first life, for what the Engine says about them. */
  containers: Map<string, ContainerInfo>;
  conversion: Conversion;
  model: Model;
}

/** The model of the project with some of its files' texts replaced. */
export async function modelOf({ bench, project, images }: Running, texts: NewTexts, name: string): Promise<Model> {
  const { files, envFile, beside } = place(bench.scratch, name, project, texts);
  const model = leadBeside(await resolveProject(bench.compose, { ...project, files, envFile }, setupOf(bench)), beside);
  await images.of(model);
  return model;
}

/** The trial project for a model. */
export async function conversionOf({ bench, images, options, machine }: Running, model: Model, name: string): Promise<Conversion> {
  const world = worldOf(path.join(bench.scratch.directory, name), machine);
  return toTrial(model, await images.of(model), options, bench.scratch.id, world);
}

let words = 0;

/** What else a run of a stack does. */
export interface RunExtras {
  /** Changes the trial before it starts. */
  adjust?(conversion: Conversion): void;
  /** Looks at the containers of the first life before they are stopped. */
  during?(containers: ReadonlyMap<string, ContainerInfo>): Promise<void>;
  /** Looks at the containers of the second life before they are stopped. */
  later?(containers: ReadonlyMap<string, ContainerInfo>): Promise<void>;
  /** Whether the first life says all there is to know, so that the stack can be removed at once. */
  decided?(sofar: Pick<StackRun, 'lives' | 'conversion'>): boolean;
  /** Leave it running. */
  keep?: boolean;
}

/**
 * Runs a stack from empty volumes: start, exercise, stop; new containers on the same volumes, exercise, stop; and removes it.
 */
export async function runStack(
  running: Running,
  texts: NewTexts,
  { adjust, during, later, decided, keep = false }: RunExtras = {},
): Promise<StackRun> {
  const { bench, expected, exerciseOf } = running;
  const step = (what: string): void => running.listener({ kind: 'step', what });
  const name = nextName(bench);
  const model = await modelOf(running, texts, name);
  // What was looked through for an earlier stack may hold something else by now.
  running.machine.surveys.clear();
  const conversion = await conversionOf(running, model, name);
  adjust?.(conversion);
  seal(conversion, running.options, worldOf(path.join(bench.scratch.directory, name), running.machine));
  for (const service of running.deaf) {
    const trial = conversion.model.services[service];
    if (trial) trial.stop_grace_period = '1s';
  }
  const filled = await fillCopies(bench, conversion, name);
  if (running.options.volumes === 'copy') filled.push(...(await fillVolumes(bench, model, conversion, name)));
  const stack = new Stack(bench, name, conversion);
  try {
    const patience = Math.max(...stack.services.map((service) => expected.get(service)?.patience ?? bench.timeout));
    const word = (): string => `word${process.pid}x${words++}`;
    const setup: LifeSetup = {
      bench,
      stack,
      exerciseOf,
      expected,
      ignored: running.ignored,
      declared: declaredPorts(model, running.images),
      word: word(),
    };
    step('first start');
    await stack.up(false, patience);
    const first = await liveOf(setup);
    const containers = await stack.containers();
    await during?.(containers);
    const enough = decided?.({ lives: livesOf(first), conversion }) ?? false;
    if (!enough) {
      step('stopping');
      await stopAll(setup, first);
    }
    const worthIt = [...first.values()].some(({ ready }) => ready !== undefined);
    let second = new Map<string, Life>();
    if (!enough && worthIt && !bench.signal.aborted) {
      const again: LifeSetup = { ...setup, word: word(), earlier: setup.word };
      step('second start');
      await stack.up(true, patience);
      second = await liveOf(again);
      await later?.(await stack.containers());
      step('stopping');
      if (!keep) await stopAll(again, second);
    }
    return { lives: livesOf(first, second), containers, conversion, model };
  } finally {
    step('removing');
    if (!keep) {
      await stack.down();
      // Compose leaves alone what it did not make.
      for (const volume of filled) await bench.engine.removeVolume(volume);
    }
  }
}

function livesOf(first: ReadonlyMap<string, Life>, second?: ReadonlyMap<string, Life>): Map<string, Lives> {
  return new Map([...first].map(([service, life]) => [service, { first: life, second: second?.get(service) }]));
}

/** TCP ports a service is said to listen on: those it publishes, else those of its image. */
function declaredPorts(model: Model, images: Images): Map<string, number[]> {
  const tcp = (port: string): number[] => (/^\d+(?:\/tcp)?$/.test(port) ? [Number.parseInt(port, 10)] : []);
  return new Map(
    Object.entries(model.services).map(([name, { ports, expose }]) => {
      const published = listOf(ports).flatMap((port) => tcp(`${String(mapOf(port).target)}/${String(mapOf(port).protocol ?? 'tcp')}`));
      const own = [...published, ...listOf(expose).flatMap((port) => tcp(String(port)))];
      return [name, own.length > 0 ? own : Object.keys(images.info(name)?.Config?.ExposedPorts ?? {}).flatMap(tcp)];
    }),
  );
}
