import type { ContainerInfo } from '../client/types';
import { type Running, runStack, type StackRun } from '../prove/run-stack';
import { becomes, type WrittenDirectory, writtenBy } from '../search/written';
import type { KernelTrace } from '../trace/kernel-trace';
import { programsIn } from '../trace/programs';
import { familyAndType } from '../trace/sockets';
import { syscallsOf } from '../trace/syscalls';
import { capabilitiesSeen, type Traced, Tracer, whileTraced } from '../trace/tracer';
import type { Trace } from '../trace/tree';
import type { ImageFiles } from '../trial/image-files';
import { peersOf } from './connections';
import { larger, type Usage, usageOf } from './usage';

/** What was seen of a service from outside while it lived. */
export interface Seen {
  written: WrittenDirectory[];
  user?: string;
  usage?: Usage;
  peers: string[];
  /** Programs that have to be allowed to start, where links lead, with the interpreters of scripts; undefined without a trace. */
  programs?: string[];
}

export interface Watched {
  run: StackRun;
  seen: Map<string, Seen>;
  /** Services by the address they had. */
  addresses: Map<string, string>;
  traced?: Traced;
  /** Why the kernel was not traced. */
  untraced?: string;
}

/** Runs the stack as it is, and watches it from outside and, where that is possible, from the kernel. */
export async function watch(running: Running, files: ImageFiles, trace: boolean, note: (service: string) => void): Promise<Watched> {
  const { engine, scratch } = running.bench;
  const tracer = trace ? Tracer.start(engine, scratch.id) : { why: 'it was not asked to (--no-trace)' };
  const tracing = tracer instanceof Tracer ? tracer : undefined;
  const seen = new Map<string, Seen>();
  const addresses = new Map<string, string>();
  /** While a container runs its files can be looked at. */
  const resolve = ({ Id, State }: ContainerInfo, at: Seen | undefined): void => {
    if (!tracing || !at || State.Pid === 0) return;
    at.programs = programsIn(`/proc/${State.Pid}/root`, [...(at.programs ?? []), ...tracing.programsOf(Id)]);
  };
  const during = async (containers: ReadonlyMap<string, ContainerInfo>): Promise<void> => {
    for (const [name, { NetworkSettings }] of containers) {
      for (const { IPAddress } of Object.values(NetworkSettings.Networks)) if (IPAddress) addresses.set(IPAddress, name);
    }
    for (const [name, container] of containers) {
      note(name);
      if (container.State.Running) seen.set(name, await look(running, container, files));
      resolve(container, seen.get(name));
    }
  };
  const later = async (containers: ReadonlyMap<string, ContainerInfo>): Promise<void> => {
    for (const [name, container] of containers) {
      const before = seen.get(name);
      if (!before || !container.State.Running) continue;
      resolve(container, before);
      const usage = await usageOf(engine, container).catch(() => undefined);
      if (usage) before.usage = larger(usage, before.usage);
    }
  };
  const { result: run, traced } = await whileTraced(tracer, () => runStack(running, new Map(), { during, later }));
  for (const [name, containers] of traced?.services ?? []) {
    const at = seen.get(name);
    if (at?.usage) at.usage = containers.reduce((most, each) => larger(most, { memory: 0, pids: each.trace.most }), at.usage);
  }
  return { run, seen, addresses, traced, ...('why' in tracer && { untraced: tracer.why }) };
}

async function look({ bench: { engine } }: Running, container: ContainerInfo, files: ImageFiles): Promise<Seen> {
  return {
    written: await writtenBy(engine, container, container.Config.Image, files).catch(() => []),
    user: await becomes(engine, container.Id).catch(() => undefined),
    usage: await usageOf(engine, container).catch(() => undefined),
    peers: await peersOf(engine, container).catch(() => []),
  };
}

/** What the kernel told about a service, in names. */
export function traceOf(traced: Traced | undefined, service: string): KernelTrace | undefined {
  const containers = traced?.services.get(service);
  const table = syscallsOf(process.arch);
  if (!traced || !containers || !table) return undefined;
  const union = <T>(of: (each: { trace: Trace }) => Iterable<T>): T[] => [...new Set(containers.flatMap((each) => [...of(each)]))];
  const nameOf = (number: number): string => table.nameOf(number) ?? String(number);
  const numbers = [...new Set([...union(({ trace }) => trace.syscalls), ...traced.everywhere])];
  return {
    capabilities: [...(capabilitiesSeen(traced, service)?.used ?? [])].sort(),
    runtime: union(({ trace }) => trace.starting)
      .map(nameOf)
      .sort(),
    namespaces: containers.some(({ trace }) => trace.namespaces),
    syscalls: numbers.map(nameOf).sort(),
    programs: union(({ trace }) => trace.programs).sort(),
    sockets: [...new Set(union(({ trace }) => trace.sockets).map(familyAndType))].sort(),
  };
}
