import { readFileSync } from 'node:fs';
import { EngineError } from '../../errors';
import type { Environment } from '../client/endpoint';
import type { Engine } from '../client/engine';
import { type ComposeCommand, run } from '../compose/cli';
import { type ProjectFilesOnDisk, projectWords, said } from '../compose/resolve';
import { containersOf } from './mounts';

/** How many containers of each service run. */
export type RunningServices = Readonly<Record<string, number>>;

/** How long the Engine may take for what it was asked last, in milliseconds. */
const SETTLES = 2000;

/** How long Compose may take to stop or start a stack, in seconds. */
const PATIENCE = 900;

/** The processes of Compose, kept where they outlive this one: after a run that was killed, one may still be stopping or starting the stack. */
export interface Processes {
  started(pid: number): void;
  all(): readonly number[];
}

/** The person's own stack, stopped and started by Compose. */
export class OwnStack {
  constructor(
    private readonly engine: Engine,
    private readonly compose: ComposeCommand,
    private readonly project: ProjectFilesOnDisk,
    readonly name: string,
    private readonly env: Environment,
    private readonly processes: Processes,
  ) {}

  async running(): Promise<RunningServices> {
    const counts: Record<string, number> = Object.create(null) as Record<string, number>;
    for (const { service, listed } of await containersOf(this.engine, this.name))
      if (listed.State === 'running' || listed.State === 'restarting' || listed.State === 'paused')
        counts[service] = (counts[service] ?? 0) + 1;
    return counts;
  }

  /** Ends what a run that was killed had begun, so that nothing is started any more. */
  async settle(): Promise<void> {
    const left = this.processes.all().filter(isCompose);
    for (const pid of left.flatMap((each) => [each, ...childrenOf(each)])) kill(pid);
    // What the Engine was asked for already it still does.
    if (left.length > 0) await new Promise((resolve) => setTimeout(resolve, SETTLES));
  }

  /** @throws EngineError when something of it still runs. */
  async stop(): Promise<void> {
    await this.settle();
    if (Object.keys(await this.running()).length === 0) return;
    const { code, stderr } = await this.call(['stop']);
    const left = Object.keys(await this.running());
    if (code !== 0 || left.length > 0)
      throw new EngineError(`the stack cannot be stopped: ${code === 0 ? `${left.join(', ')} still runs` : said(stderr)}`);
  }

  /** Starts services as the files say now. @throws EngineError with what Compose says. */
  async start(services: RunningServices): Promise<void> {
    const names = Object.keys(services);
    if (names.length === 0) return;
    const scale = names.flatMap((name) => (services[name]! > 1 ? ['--scale', `${name}=${services[name]}`] : []));
    const { code, stderr } = await this.call(['up', '-d', '--no-build', '--no-deps', ...scale, '--', ...names]);
    if (code !== 0) throw new EngineError(`the stack does not start: ${said(stderr)}`);
  }

  /** Services that do not run a while after they were started, with what the Engine says of them. */
  async unwell(services: readonly string[], seconds: number): Promise<Map<string, string>> {
    const wrong = new Map<string, string>();
    if (services.length === 0) return wrong;
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    for (const { service, listed } of await containersOf(this.engine, this.name)) {
      if (!services.includes(service)) continue;
      const { State, RestartCount } = await this.engine.container(listed.Id);
      if (State.Running && State.Status !== 'restarting' && RestartCount === 0) continue;
      const lines = (await this.engine.logs(listed.Id, { tail: 5 })).trim().split('\n');
      wrong.set(
        service,
        `${State.Status === 'exited' ? `it ended with ${State.ExitCode}` : `it is ${State.Status}`}: ${lines.at(-1) ?? ''}`,
      );
    }
    return wrong;
  }

  private call(words: readonly string[]): ReturnType<typeof run> {
    const { directory } = this.project;
    const started = (pid: number): void => this.processes.started(pid);
    return run(this.compose.words, [...projectWords(this.project), ...words], {
      cwd: directory,
      env: this.env,
      timeout: PATIENCE,
      started,
    });
  }
}

/** Whether a process is one of Compose, and no other that has its number by now. */
function isCompose(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('compose');
  } catch {
    return false;
  }
}

/** The docker command runs Compose as a process of its own. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
