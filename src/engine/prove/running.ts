import type { Environment } from '../client/endpoint';
import { Engine } from '../client/engine';
import { findCompose } from '../compose/cli';
import type { ProjectFilesOnDisk } from '../compose/resolve';
import { type Exercise, knownExercise, type Probe } from '../observe/probes';
import { ImageFiles } from '../trial/image-files';
import type { TrialOptions } from '../trial/options';
import { Scratch } from '../trial/scratch';
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
 * @throws EngineError when there is no Engine or no Compose.
 */
export async function withRunning<T>(
  setup: RunningSetup,
  work: (running: Running, files: ImageFiles, known: Map<string, Exercise | undefined>) => Promise<T>,
): Promise<T> {
  const { project, env, signal, listener } = setup;
  const engine = await Engine.connect(env);
  const compose = await findCompose({ cwd: project.directory, env, signal });
  const scratch = Scratch.create();
  try {
    const bench = { engine, compose, scratch, directory: project.directory, env, timeout: setup.timeout, signal };
    const known = new Map<string, Exercise | undefined>();
    const running: Running = {
      bench,
      project,
      images: new Images(bench, project.files, project.profiles, (service, detail) =>
        listener({ kind: 'phase', service, phase: 'image', detail }),
      ),
      options: setup.trial,
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
