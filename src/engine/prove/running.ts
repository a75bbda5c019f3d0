import path from 'node:path';
import type { Environment } from '../client/endpoint';
import { Engine } from '../client/engine';
import { findCompose } from '../compose/cli';
import { composeEnvironment } from '../compose/environment';
import type { ProjectFilesOnDisk } from '../compose/resolve';
import { type Exercise, knownExercise, type Probe } from '../observe/probes';
import type { Machine } from '../trial/host/world';
import { ImageFiles } from '../trial/image-files';
import type { TrialOptions } from '../trial/options';
import { Scratch } from '../trial/scratch';
import { admit } from './admission';
import { removeRun } from './cleanup';
import type { Listener } from './events';
import { Images } from './images';
import type { Running } from './run-stack';

/** A project, and how it is to be tried. */
export interface RunningSetup {
  project: ProjectFilesOnDisk;
  env: Environment;
  trial: TrialOptions;
  /** What to do with services, by name. */
  exercises: ReadonlyMap<string, Exercise>;
  /** Health checks that are known for the images of services that have none of their own, by service. */
  checks?: ReadonlyMap<string, Probe>;
  /** Seconds a service may take to be ready the first time. */
  timeout: number;
  /** Leave the last stack running. */
  keep: boolean;
  listener: Listener;
  signal: AbortSignal;
}

/**
 * Does something with a project on the person's Engine, and removes all it made, whatever comes of it.
 *
 * @param work gets also what to do with services batten knows itself: undefined once that did not work before hardening.
 * @throws EngineError when the project reaches further than a trial reads, or there is no Engine or no Compose.
 */
export async function withRunning<T>(
  setup: RunningSetup,
  work: (running: Running, files: ImageFiles, known: Map<string, Exercise | undefined>) => Promise<T>,
): Promise<T> {
  const { project, signal, listener } = setup;
  admit(project, setup.env, setup.trial);
  const engine = await Engine.connect(setup.env);
  const env = composeEnvironment(setup.env, engine.facts.address);
  const compose = await findCompose({ cwd: project.directory, env, signal });
  const scratch = Scratch.create();
  try {
    const bench = { engine, compose, scratch, directory: project.directory, env, timeout: setup.timeout, signal };
    const known = new Map<string, Exercise | undefined>();
    const shared = { bench, project, options: setup.trial, machine: machineOf(engine, scratch, project.directory) };
    const running: Running = {
      ...shared,
      images: new Images(shared, (service, detail) => listener({ kind: 'phase', service, phase: 'image', detail })),
      exerciseOf: (name, processes) =>
        setup.exercises.get(name) ?? (known.has(name) ? known.get(name) : knownExercise(processes, setup.checks?.get(name))),
      expected: new Map(),
      deaf: new Set(),
      ignored: new Set(),
      keep: setup.keep,
      listener,
    };
    return await work(running, new ImageFiles(engine, scratch.id), known);
  } finally {
    if (setup.keep && !signal.aborted) {
      const text = `kept: docker ps --filter label=batten.trial=${scratch.id}; batten prove --cleanup removes it`;
      listener({ kind: 'note', text });
    } else {
      const left = await removeRun(engine, scratch);
      if (left) listener({ kind: 'note', text: `left: ${left}` });
    }
  }
}

/** The machine of the Engine, as a trial asks about it. */
function machineOf(engine: Engine, scratch: Scratch, directory: string): Machine {
  const { platform, security } = engine.facts;
  const named = { 'linux/x86_64': 'x64', 'linux/amd64': 'x64', 'linux/aarch64': 'arm64', 'linux/arm64': 'arm64' } as const;
  return {
    local: engine.sharesFiles,
    // Without seccomp no call can be held back.
    machine: security.includes('seccomp') ? (named[platform as keyof typeof named] ?? '') : '',
    directory,
    own: [scratch.directory],
    engine: [engine.home.data, engine.client.socket ?? ''].filter((each) => path.isAbsolute(each)),
    surveys: new Map(),
    shared: path.join(scratch.directory, 'shared'),
  };
}
