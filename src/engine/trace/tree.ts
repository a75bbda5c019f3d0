/** What the processes of one container were seen to do. Numbers are the kernel's own. */
export interface Trace {
  syscalls: Set<number>;
  /** What the runtime itself called between loading the container's seccomp filter and the first program. */
  starting: Set<number>;
  /** What was refused with EPERM or ENOSYS, by the filter or by the kernel itself. */
  refused: Set<number>;
  /** It made namespaces with clone, which Docker's own profile keeps from nearly everybody. */
  namespaces: boolean;
  /** Families and types of sockets that were opened: `2:1`. */
  sockets: Set<string>;
  /** Programs, by the path they were started with. */
  programs: Set<string>;
  /** For each set of credentials, the capabilities that were asked for with it, and whether they were granted. */
  credentials: Map<number, { granted: Set<number>; denied: Set<number> }>;
  /** The most processes and threads there were at a time. */
  most: number;
}

interface Task {
  container: string;
  /** The runtime's own process; its last step inside the container; a program of the container. */
  stage: 'runtime' | 'init' | 'inside';
  /** It has loaded the seccomp filter: what it calls from now on needs to be allowed. */
  filtered: boolean;
}

/** How runc starts itself again inside the container: by its own file, or by a copy of it that has no name. */
const ITSELF = /^(?:\/proc\/self\/(?:exe|fd\/\d+)|\/dev\/fd\/\d+)$/;

/** Arguments that load a filter, by either of two ways. Source: seccomp(2), and PR_SET_SECCOMP in prctl(2). */
const SET_MODE_FILTER = 1;
const SET_SECCOMP = 22;
const MODE_FILTER = 2;

export interface CallNumbers {
  seccomp: number;
  prctl: number;
  socket: number;
  clone: number;
}

/** Bits of clone(2) that make namespaces. */
export const NAMESPACES = 0x7e020000;

/**
 * Follows processes from the Engine's daemon into containers. A shim is started for each container, with its id among the arguments; the shim
 * starts runc, which starts itself again in the container, loads the filter, and becomes the first program. All that descends from that one,
 * and from those of `docker exec`, is the container's.
 */
export class Tree {
  private readonly tasks = new Map<number, Task>();
  private readonly alive = new Map<string, Set<number>>();
  readonly containers = new Map<string, Trace>();

  /** @param idOf the container a shim was just started for. */
  constructor(
    private readonly calls: CallNumbers,
    private readonly idOf: (shim: number) => string | undefined,
  ) {}

  fork(parent: number, child: number, thread: boolean): void {
    const task = this.tasks.get(parent);
    // Threads share what they are: one of them loads the filter for all.
    if (!task) return;
    this.tasks.set(child, thread ? task : { ...task });
    if (task.stage === 'inside') this.born(child, task);
  }

  exec(pid: number, before: number, program: string): void {
    if (/(?:^|\/)containerd-shim[^/]*$/.test(program)) {
      const container = this.idOf(pid);
      if (container !== undefined) this.tasks.set(pid, { container, stage: 'runtime', filtered: false });
      return;
    }
    const task = this.tasks.get(before) ?? this.tasks.get(pid);
    if (!task) return;
    if (task.stage === 'runtime') {
      if (ITSELF.test(program)) task.stage = 'init';
    } else if (task.stage === 'init' && (task.filtered || !ITSELF.test(program))) {
      task.stage = 'inside';
    }
    // A thread that starts a program takes the number of its process.
    this.tasks.set(pid, task);
    if (task.stage !== 'inside') return;
    this.born(pid, task);
    this.of(task).programs.add(program);
  }

  exit(pid: number): void {
    const task = this.tasks.get(pid);
    this.tasks.delete(pid);
    if (task) this.alive.get(task.container)?.delete(pid);
  }

  /** @param third whether the third argument is anything but nothing. */
  call(pid: number, number: number, first: number, second: number, third: boolean): void {
    const task = this.tasks.get(pid);
    if (!task || task.stage === 'runtime') return;
    if (task.stage === 'init') {
      if (task.filtered) this.of(task).starting.add(number);
      else task.filtered = this.loads(number, first, second, third);
      return;
    }
    const seen = this.of(task);
    seen.syscalls.add(number);
    // The upper bits of the type are flags.
    if (number === this.calls.clone && (first & NAMESPACES) !== 0) seen.namespaces = true;
    if (number === this.calls.socket) seen.sockets.add(`${first}:${second & 0xf}`);
  }

  refuse(pid: number, number: number): void {
    const task = this.tasks.get(pid);
    if (task?.stage === 'inside' || (task?.stage === 'init' && task.filtered)) this.of(task).refused.add(number);
  }

  capability(pid: number, credentials: number, capability: number, granted: boolean): void {
    const task = this.tasks.get(pid);
    if (task?.stage !== 'inside') return;
    const all = this.of(task).credentials;
    let asked = all.get(credentials);
    if (!asked) {
      asked = { granted: new Set(), denied: new Set() };
      all.set(credentials, asked);
    }
    asked[granted ? 'granted' : 'denied'].add(capability);
  }

  /** Without a filter it only asks what the kernel can do. */
  private loads(number: number, first: number, second: number, third: boolean): boolean {
    if (number === this.calls.prctl) return first === SET_SECCOMP && second === MODE_FILTER && third;
    return number === this.calls.seccomp && first === SET_MODE_FILTER && third;
  }

  private born(pid: number, task: Task): void {
    const alive = this.alive.get(task.container) ?? new Set();
    this.alive.set(task.container, alive.add(pid));
    const seen = this.of(task);
    seen.most = Math.max(seen.most, alive.size);
  }

  private of({ container }: Task): Trace {
    let seen = this.containers.get(container);
    if (!seen) {
      seen = {
        syscalls: new Set(),
        starting: new Set(),
        refused: new Set(),
        namespaces: false,
        sockets: new Set(),
        programs: new Set(),
        credentials: new Map(),
        most: 0,
      };
      this.containers.set(container, seen);
    }
    return seen;
  }
}
