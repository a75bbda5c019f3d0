import { EngineError } from '../../errors';
import type { Environment } from '../client/endpoint';
import type { Engine } from '../client/engine';
import { type ComposeCommand, run } from '../compose/cli';
import { type ProjectFilesOnDisk, projectWords, said } from '../compose/resolve';
import { containersOf } from './mounts';

/** How many containers of each service run. */
export type RunningServices = Readonly<Record<string, number>>;

/** How long Compose may take to stop or start a stack, in seconds. */
const PATIENCE = 900;

/** The person's own stack, stopped and started by Compose. */
export class OwnStack {
  constructor(
    private readonly engine: Engine,
    private readonly compose: ComposeCommand,
    private readonly project: ProjectFilesOnDisk,
    readonly name: string,
    private readonly env: Environment,
  ) {}

  async running(): Promise<RunningServices> {
    const counts: Record<string, number> = Object.create(null) as Record<string, number>;
    for (const { service, listed } of await containersOf(this.engine, this.name))
      if (listed.State === 'running' || listed.State === 'restarting' || listed.State === 'paused')
        counts[service] = (counts[service] ?? 0) + 1;
    return counts;
  }

  /** @throws EngineError when something of it still runs. */
  async stop(): Promise<void> {
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
    return run(this.compose.words, [...projectWords(this.project), ...words], { cwd: directory, env: this.env, timeout: PATIENCE });
  }
}
