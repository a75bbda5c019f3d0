import { execFile } from 'node:child_process';

export interface Answer {
  /** The exit code of the docker command, or undefined when it was ended because it took too long. */
  code: number | undefined;
  stdout: string;
  stderr: string;
}

/**
 * Runs the docker client with these arguments, never through a shell. `timeout` is in seconds; a command that takes longer is ended.
 * A command that fails is an answer, not an error.
 */
export function docker(args: readonly string[], timeout = 60): Promise<Answer> {
  return new Promise((resolve) => {
    const env = { ...process.env, DOCKER_BUILDKIT: '0', DOCKER_CLI_HINTS: 'false' };
    const options = { timeout: timeout * 1000, killSignal: 'SIGKILL' as const, env, maxBuffer: 16 * 1024 * 1024 };
    execFile('docker', [...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : undefined;
      resolve({ code, stdout, stderr: stderr || (error && code === undefined ? error.message : '') });
    });
  });
}

/** Like `docker`, for commands that have to succeed: their output, trimmed. Throws with the output when they do not. */
export async function mustDocker(args: readonly string[], timeout?: number): Promise<string> {
  const { code, stdout, stderr } = await docker(args, timeout);
  if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${code ?? 'took too long'}\n${(stdout + stderr).slice(-2000)}`);
  return stdout.trim();
}

/** Runs jobs with at most `width` at a time, in the order they came. */
export function limiter(width: number): <T>(job: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (job) => {
    if (running >= width) await new Promise<void>((go) => waiting.push(go));
    else running += 1;
    try {
      return await job();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
