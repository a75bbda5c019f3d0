import { hostname, release } from 'node:os';
import { platformOf, securityOf } from '../inspect';
import { EngineAnswer, EngineClient } from './client';
import { type Environment, endpointOf } from './endpoint';
import { demultiplex, type Streams, separate } from './streams';
import type { ContainerInfo, Described, EngineFacts, Exec, ImageInfo, Listed, Stats, VolumeInfo } from './types';

/** What runs a command inside a container answered. `code` is undefined when it took too long. */
export interface ExecResult {
  code: number | undefined;
  output: string;
}

/** What virtual machines that show the files of a desktop call themselves. */
const DESKTOP = /^(?:docker-desktop|orbstack|colima.*|lima-.*)$/;

/** An Engine, in the words of a trial. Everything is read except what a method says it does. */
export class Engine {
  private constructor(
    readonly client: EngineClient,
    readonly facts: EngineFacts,
    /** The name of the host it runs on, where it keeps its data there, and what it is told from others by. */
    readonly home: { name: string; data: string; id?: string },
  ) {}

  /** @throws EngineError with a hint when there is no Engine, or no permission to use it. */
  static async connect(env: Environment): Promise<Engine> {
    const client = new EngineClient(endpointOf(env));
    const info = await client.json<Described>('GET', '/info', { timeout: 20 });
    return new Engine(
      client,
      {
        address: client.address,
        version: info.ServerVersion,
        os: info.OperatingSystem,
        kernel: info.KernelVersion,
        cgroup: `v${info.CgroupVersion ?? '1'}`,
        platform: platformOf(info),
        security: securityOf(info.SecurityOptions),
        runtime: info.DefaultRuntime,
      },
      { name: info.Name ?? '', data: info.DockerRootDir ?? '', id: info.ID ?? '' },
    );
  }

  /** Whether its containers are processes of this very kernel, and its files are those of this machine. */
  get sharesKernel(): boolean {
    return this.client.local && this.home.name === hostname() && this.facts.kernel === release();
  }

  /**
   * Whether a path means the same there: on this machine, or in a virtual machine that shows files of it. A socket may also be that of another machine,
   * forwarded, or of the host of the container batten runs in.
   */
  get sharesFiles(): boolean {
    return this.sharesKernel || (this.client.local && (process.platform !== 'linux' || DESKTOP.test(this.home.name)));
  }

  containers(label: string, all = true): Promise<Listed[]> {
    return this.client.get('/containers/json', { all, filters: JSON.stringify({ label: [label] }) });
  }

  container(id: string): Promise<ContainerInfo> {
    return this.client.get(`/containers/${id}/json`);
  }

  /** The image, or undefined when it is not there. */
  image(name: string): Promise<ImageInfo | undefined> {
    return this.client.get<ImageInfo>(`/images/${encodeURI(name)}/json`).catch(absent);
  }

  /** The last lines a container wrote, both streams as they came. */
  async logs(id: string, { tail = 400, since }: { tail?: number; since?: number } = {}): Promise<string> {
    const info = await this.container(id);
    const bytes = await this.client.bytes('GET', `/containers/${id}/logs`, { query: { stdout: true, stderr: true, tail, since } });
    return info.Config.Tty ? bytes.toString('utf8') : demultiplex(bytes);
  }

  /** The columns of `ps` for the processes of a running container; undefined when it does not run. */
  async top(id: string, columns: string): Promise<string[][] | undefined> {
    const answer = await this.client
      .get<{ Processes: string[][] | null }>(`/containers/${id}/top`, { ps_args: `-o ${columns}` })
      .catch(absent);
    return answer?.Processes ?? undefined;
  }

  /** Nanoseconds of processor time a running container has taken. */
  async processorTime(id: string): Promise<number> {
    const stats = await this.client.get<Stats>(`/containers/${id}/stats`, { stream: false, 'one-shot': true });
    return stats.cpu_stats?.cpu_usage?.total_usage ?? 0;
  }

  /** Paths that differ from the image: `C`hanged, `A`dded or `D`eleted. */
  async diff(id: string): Promise<{ path: string; kind: 'C' | 'A' | 'D' }[]> {
    const changes = await this.client.get<{ Path: string; Kind: number }[] | null>(`/containers/${id}/changes`);
    return (changes ?? []).map(({ Path, Kind }) => ({ path: Path, kind: (['C', 'A', 'D'] as const)[Kind] ?? 'C' }));
  }

  /** Runs a command in a container. `timeout` in seconds; the command is left to the end of the container when it takes longer. */
  async exec(
    id: string,
    command: readonly string[],
    { user, timeout = 20, env }: { user?: string; timeout?: number; env?: string[] } = {},
  ): Promise<ExecResult> {
    const body = {
      Cmd: command,
      AttachStdout: true,
      AttachStderr: true,
      ...(user !== undefined && { User: user }),
      ...(env && { Env: env }),
    };
    try {
      const { Id } = await this.client.json<{ Id: string }>('POST', `/containers/${id}/exec`, { body });
      const start = this.client.bytes('POST', `/exec/${Id}/start`, { body: { Detach: false, Tty: false }, timeout });
      const output = demultiplex(await start);
      const { ExitCode } = await this.client.get<Exec>(`/exec/${Id}/json`);
      return { code: ExitCode ?? undefined, output };
    } catch (error) {
      return { code: undefined, output: error instanceof Error ? error.message : String(error) };
    }
  }

  /**
   * Runs a command in a container, with what it writes as bytes.
   *
   * @param timeout seconds in which nothing comes.
   * @throws EngineAnswer when the container does not run; EngineError when it takes too long.
   */
  async execBytes(
    id: string,
    command: readonly string[],
    { timeout = 600 }: { timeout?: number } = {},
  ): Promise<Streams & { code: number | undefined }> {
    const body = { Cmd: command, AttachStdout: true, AttachStderr: true };
    const { Id } = await this.client.json<{ Id: string }>('POST', `/containers/${id}/exec`, { body });
    const bytes = await this.client.bytes('POST', `/exec/${Id}/start`, { body: { Detach: false, Tty: false }, timeout });
    const { ExitCode } = await this.client.get<Exec>(`/exec/${Id}/json`);
    return { ...separate(bytes), code: ExitCode ?? undefined };
  }

  /** Starts a container that was made. @throws EngineAnswer when it cannot be: its program is not there, say. */
  async startContainer(id: string): Promise<void> {
    await this.client.bytes('POST', `/containers/${id}/start`);
  }

  /** A volume, or undefined when there is none of this name. */
  volume(name: string): Promise<VolumeInfo | undefined> {
    return this.client.get<VolumeInfo>(`/volumes/${encodeURIComponent(name)}`).catch(absent);
  }

  async createVolume(name: string, labels: Record<string, string>): Promise<void> {
    await this.client.json('POST', '/volumes/create', { body: { Name: name, Labels: labels } });
  }

  async removeVolume(name: string): Promise<void> {
    await this.client.bytes('DELETE', `/volumes/${name}`, { query: { force: true } }).catch(absent);
  }

  /** Makes a container without starting it. @returns its id */
  async createContainer(body: Record<string, unknown>): Promise<string> {
    return (await this.client.json<{ Id: string }>('POST', '/containers/create', { body })).Id;
  }

  /** Removes a container with its anonymous volumes, running or not. */
  async removeContainer(id: string): Promise<void> {
    await this.client.bytes('DELETE', `/containers/${id}`, { query: { force: true, v: true } });
  }

  /** The first bytes of the tar archive of a path in a container; undefined when there is no such path. */
  archiveStart(id: string, path: string, bytes: number): Promise<Buffer | undefined> {
    return this.client.bytes('GET', `/containers/${id}/archive`, { query: { path }, atMost: bytes }).catch(absent);
  }
}

/** Not there, or not running: an answer, not a failure. */
function absent(error: unknown): undefined {
  if (error instanceof EngineAnswer && (error.status === 404 || error.status === 409 || error.status === 500)) return undefined;
  throw error;
}
