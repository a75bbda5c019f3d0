import type { Environment } from '../client/endpoint';
import type { Engine } from '../client/engine';
import type { Answer, ComposeCommand, RunSetup } from '../compose/cli';
import { run } from '../compose/cli';
import type { Scratch } from './scratch';

/** What every trial of a run works with. */
export interface Bench {
  engine: Engine;
  compose: ComposeCommand;
  scratch: Scratch;
  /** The project's own directory, which relative paths and `.env` belong to. */
  directory: string;
  env: Environment;
  /** Seconds a service may take to be ready, before anything is known of it. */
  timeout: number;
  signal: AbortSignal;
}

export function setupOf({ directory, env, signal, scratch }: Bench, timeout?: number): RunSetup {
  return { cwd: directory, env, signal, timeout, started: (pid) => scratch.started(pid) };
}

/** Runs Compose on the files of a trial. All paths in them are absolute and all variables replaced, so the person's directory, with its `.env`, is none of theirs. */
export function composeOn(bench: Bench, project: string, file: string, args: readonly string[], timeout: number): Promise<Answer> {
  const words = ['--project-name', project, '--project-directory', bench.scratch.directory, '-f', file, ...args];
  return run(bench.compose.words, words, { ...setupOf(bench, timeout), cwd: bench.scratch.directory });
}
