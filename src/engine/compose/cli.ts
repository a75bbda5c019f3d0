import { type ChildProcess, spawn } from 'node:child_process';
import { EngineError } from '../../errors';
import type { Environment } from '../client/endpoint';

/** A Compose that can be run: the words it is called by, and its version. */
export interface ComposeCommand {
  words: readonly string[];
  /** `2.40.3`, `1.29.2`. */
  version: string;
}

export interface Answer {
  /** The exit code, or undefined when it was ended because it took too long or the trial was given up. */
  code: number | undefined;
  stdout: string;
  stderr: string;
}

export interface RunSetup {
  cwd: string;
  env: Environment;
  /** Seconds. */
  timeout?: number;
  signal?: AbortSignal;
  /** Told of each process as it starts, so that what outlives a crash can be found again. */
  started?(pid: number): void;
}

/**
 * The Compose to use: BATTEN_COMPOSE when it is set, else the plugin of the docker command, else docker-compose.
 *
 * @throws EngineError when there is none.
 */
export async function findCompose(setup: RunSetup): Promise<ComposeCommand> {
  const named = setup.env.BATTEN_COMPOSE;
  const candidates = named ? [[named]] : [['docker', 'compose'], ['docker-compose']];
  for (const words of candidates) {
    const { code, stdout } = await run(words, ['version', '--short'], { ...setup, timeout: 20 });
    const version = /\d{1,9}\.\d+[\w.+-]*/.exec(stdout)?.[0];
    if (code === 0 && version) return { words, version };
  }
  throw new EngineError(named ? `${named} is no Compose` : 'neither "docker compose" nor "docker-compose" is installed', {
    hint: 'install the Compose plugin, or name a docker-compose program in BATTEN_COMPOSE',
  });
}

/** Whether it is the old Python one, which writes YAML only and lacks some options. */
export const isOld = ({ version }: ComposeCommand): boolean => version.startsWith('1.');

/** Runs a program, never through a shell. One that fails is an answer, not an error. */
export function run(
  words: readonly string[],
  args: readonly string[],
  { cwd, env, timeout = 600, signal, started }: RunSetup,
): Promise<Answer> {
  const [program, ...before] = words as [string, ...string[]];
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      child = spawn(program, [...before, ...args], { cwd, env: env as NodeJS.ProcessEnv, stdio: ['ignore', 'pipe', 'pipe'] });
    } catch (error) {
      resolve({ code: undefined, stdout: '', stderr: String(error) });
      return;
    }
    if (child.pid !== undefined) started?.(child.pid);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout!.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr!.on('data', (chunk: Buffer) => err.push(chunk));
    const end = (): void => void child.kill('SIGKILL');
    const timer = setTimeout(end, timeout * 1000);
    signal?.addEventListener('abort', end, { once: true });
    const done = (code: number | undefined, more = ''): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve({ code, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') + more });
    };
    child.on('error', (error) => done(undefined, error.message));
    child.on('close', (code) => done(code ?? undefined));
  });
}
