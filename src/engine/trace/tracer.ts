import { cpus } from 'node:os';
import type { Engine } from '../client/engine';
import type { ContainerInfo } from '../client/types';
import type { UsedCapabilities } from '../search/capabilities';
import { LABEL } from '../trial/options';
import { inOrder, usedBy } from './capabilities';
import { containerdOf, containerOfShim, threadsOf } from './daemons';
import { closeAll, EVENTS, type EventName, formatsOf, Reader } from './reader';
import { type SyscallTable, syscallsOf } from './syscalls';
import { Instance, tracefs } from './tracefs';
import { type Trace, Tree } from './tree';

/** What was traced in one run: by service, of all its containers. */
export interface Traced {
  services: Map<string, { container: ContainerInfo; trace: Trace }[]>;
  /** System calls that came too often to be told apart by service. */
  everywhere: number[];
  /** Events that were lost, because they came faster than they were read. */
  lost: number;
  /** Whether the kernel tells of capabilities. */
  capabilities: boolean;
}

/** Programs of the Engine, which act for containers and are none of them. The last step of runc inside a container is read. */
const RUNTIME = ['dockerd', 'containerd', 'containerd-shim', 'runc', 'runc:[0:PARENT]', 'runc:[1:CHILD]', 'exe', 'docker-proxy'];

const EPERM = 1;
const ENOSYS = 38;

/** A system call that came this often is not read any more. */
const OFTEN = 50_000;
/** Milliseconds between two readings: a shim has to be there still when its start is read. */
const EVERY = 25;
/** Bytes that all buffers may take together, and each at least and at most, in KiB. */
const BUFFERS = { all: 64 * 1024, least: 512, most: 4096 };

/** Traces containers while stacks run. It is there for one run of batten, and goes with it. */
export class Tracer {
  private readonly instance: Instance;
  private readonly buffers: number[];
  private readonly tree: Tree;
  private readonly reader: Reader;
  private readonly timer: NodeJS.Timeout;
  private readonly known = new Map<string, Promise<ContainerInfo | undefined>>();
  private readonly often = new Set<number>();
  private readonly capabilities: boolean;
  private broken = false;

  /** Why nothing can be traced here, in words that follow "not traced: ". */
  static refusal(engine: Engine): string | undefined {
    const found = prerequisites(engine);
    return 'why' in found ? found.why : undefined;
  }

  /**
   * @param wanted `capabilities` leaves out system calls, which come a thousand times as often.
   * @returns the tracer, or why there is none.
   */
  static start(engine: Engine, id: string, wanted: 'all' | 'capabilities' = 'all'): Tracer | { why: string } {
    const found = prerequisites(engine);
    if ('why' in found) return found;
    let instance: Instance | undefined;
    try {
      instance = Instance.create(found.root, id);
      return new Tracer(engine, id, instance, found.table, found.containerd, wanted);
    } catch (error) {
      instance?.remove();
      return { why: `the kernel refuses (${error instanceof Error ? error.message : String(error)})` };
    }
  }

  private constructor(
    private readonly engine: Engine,
    private readonly id: string,
    instance: Instance,
    private readonly table: SyscallTable,
    containerd: number,
    private readonly wanted: 'all' | 'capabilities',
  ) {
    this.instance = instance;
    this.tree = new Tree(table.numbers, (shim) => this.ask(containerOfShim(shim)));
    const formats = formatsOf(instance);
    this.reader = new Reader(formats, this.tree);
    this.capabilities = formats.events.capability !== undefined;
    instance.write('trace_clock', 'mono');
    const each = Math.floor(BUFFERS.all / cpus().length);
    instance.write('buffer_size_kb', String(Math.max(BUFFERS.least, Math.min(BUFFERS.most, each))));
    instance.write('options/event-fork', '1');
    // Threads that come while these are written down are those of the next round.
    for (let round = 0, known = new Set<number>(); round < 5; round++) {
      const fresh = threadsOf(containerd).filter((thread) => !known.has(thread));
      if (fresh.length === 0) break;
      instance.append('set_event_pid', fresh.join(' '));
      known = new Set([...known, ...fresh]);
    }
    this.filter();
    for (const name of Object.keys(formats.events) as EventName[])
      if (name !== 'refusal' || this.wanted === 'all') instance.write(`events/${EVENTS[name]}/enable`, '1');
    this.buffers = instance.openBuffers();
    this.timer = setInterval(() => this.readOrStop(), EVERY);
    this.timer.unref();
  }

  /** Ends it, and says what was seen. What has not been read yet is. */
  async stop(): Promise<Traced> {
    let lost = 0;
    try {
      this.instance.write('tracing_on', '0');
      this.readOrStop();
      this.reader.tell(Number.POSITIVE_INFINITY);
      lost = this.instance.lost();
    } catch {
      this.broken = true;
    } finally {
      this.remove();
    }
    lost = Math.max(lost, this.reader.gaps, this.broken ? 1 : 0);
    const services: Traced['services'] = new Map();
    for (const [id, trace] of this.tree.containers) {
      const container = await this.known.get(id);
      const service = container?.Config.Labels['com.docker.compose.service'];
      if (!container || !service || container.Config.Labels[LABEL] !== this.id) continue;
      services.set(service, [...(services.get(service) ?? []), { container, trace }]);
    }
    return { services, everywhere: [...this.often], lost, capabilities: this.capabilities };
  }

  /** Programs that were started so far in a container, by the path they were started with. */
  programsOf(container: string): ReadonlySet<string> {
    return this.tree.containers.get(container)?.programs ?? new Set();
  }

  /** Ends it, whatever was seen. */
  remove(): void {
    clearInterval(this.timer);
    if (this.buffers.length > 0) closeAll(this.buffers.splice(0));
    this.instance.remove();
  }

  /** What goes wrong here must not end the run: the trace is then one that lost something. */
  private readOrStop(): void {
    try {
      this.read();
    } catch {
      this.broken = true;
      clearInterval(this.timer);
    }
  }

  private read(): void {
    const before = process.hrtime.bigint();
    this.reader.read(this.buffers, Number(before));
    const { seccomp, prctl, socket, clone } = this.table.numbers;
    const size = this.often.size;
    for (const [number, count] of this.reader.calls) {
      if (count > OFTEN && ![seccomp, prctl, socket, clone].includes(number)) this.often.add(number);
    }
    if (this.often.size > size) this.filter();
  }

  /** Leaves the Engine's own programs out, and system calls of which enough was seen. */
  private filter(): void {
    const programs = RUNTIME.map((name) => `comm != "${name}"`).join(' && ');
    // Those that load the filter tell where the container's own life begins.
    const { seccomp, prctl } = this.table.numbers;
    const calls =
      this.wanted === 'capabilities'
        ? ` && (id == ${seccomp} || id == ${prctl})`
        : [...this.often].map((number) => ` && id != ${number}`).join('');
    this.instance.write(`events/${EVENTS.call}/filter`, `${programs}${calls}`);
    this.instance.write(`events/${EVENTS.refusal}/filter`, `${programs} && (ret == -${EPERM} || ret == -${ENOSYS})`);
    if (this.capabilities) this.instance.write(`events/${EVENTS.capability}/filter`, programs);
  }

  /** Asks the Engine about a container as soon as it is seen: it may be gone at the end. */
  private ask(id: string | undefined): string | undefined {
    if (id !== undefined && !this.known.has(id))
      this.known.set(
        id,
        this.engine.container(id).catch(() => undefined),
      );
    return id;
  }
}

/** Does something while containers are traced, if they can be. The trace ends with it, whatever comes of it. */
export async function whileTraced<T>(
  tracer: Tracer | { why: string } | undefined,
  work: () => Promise<T>,
): Promise<{ result: T; traced?: Traced }> {
  const tracing = tracer instanceof Tracer ? tracer : undefined;
  try {
    const result = await work();
    return { result, ...(tracing && { traced: await tracing.stop() }) };
  } finally {
    tracing?.remove();
  }
}

/** The capabilities a service used in all its lives; undefined when the kernel did not say. */
export function capabilitiesSeen(traced: Traced | undefined, service: string): UsedCapabilities | undefined {
  const containers = traced?.services.get(service);
  if (!traced?.capabilities || traced.lost > 0 || !containers) return undefined;
  const all = containers.map(({ container, trace }) => usedBy(trace, container.HostConfig));
  return { used: inOrder(all.flatMap(({ used }) => used)), looks: all.some(({ looks }) => looks) };
}

/** All a trace takes, or what is missing. */
function prerequisites(engine: Engine): { root: string; table: SyscallTable; containerd: number } | { why: string } {
  const place = tracefs();
  if ('why' in place) return place;
  const table = syscallsOf(process.arch);
  if (!table) return { why: `the system calls of ${process.arch} are not known here` };
  if (!engine.client.socket) return { why: 'the Engine is on another machine' };
  if (engine.facts.runtime !== 'runc') return { why: `containers are started by ${engine.facts.runtime}, which is followed no further` };
  const containerd = containerdOf(engine.client.socket);
  return containerd === undefined ? { why: "the Engine's containerd is no process of this machine" } : { ...place, table, containerd };
}
