import { closeSync, readSync } from 'node:fs';
import { type EventFormat, type Field, numberAt, type PageFormat, parseFormat, parsePageFormat } from './format';
import { eachRecord } from './pages';
import type { Instance } from './tracefs';
import type { Tree } from './tree';

/** The events that are read, by what they are to us. */
export const EVENTS = {
  fork: 'task/task_newtask',
  exec: 'sched/sched_process_exec',
  exit: 'sched/sched_process_exit',
  call: 'raw_syscalls/sys_enter',
  refusal: 'raw_syscalls/sys_exit',
  capability: 'capability/cap_capable',
} as const;

export type EventName = keyof typeof EVENTS;

/** How the running kernel writes what is read: plain data, so that a recording can be read again. */
export interface Formats {
  page: PageFormat;
  events: Readonly<Partial<Record<EventName, EventFormat>>>;
}

export function formatsOf(instance: Pick<Instance, 'has' | 'read'>): Formats {
  const events: Partial<Record<EventName, EventFormat>> = {};
  for (const [name, event] of Object.entries(EVENTS) as [EventName, string][]) {
    if (instance.has(`events/${event}/format`)) events[name] = parseFormat(instance.read(`events/${event}/format`));
  }
  return { page: parsePageFormat(instance.read('events/header_page')), events };
}

/** Who is told of events. */
export type Told = Pick<Tree, 'fork' | 'exec' | 'exit' | 'call' | 'refuse' | 'capability'>;

/** An event whose turn has not come: buffers of several processors are read one after the other. */
interface Waiting {
  time: number;
  apply(): void;
}

const CLONE_THREAD = 0x10000;

/** Turns pages of the kernel's buffers into what a tree of processes is told, in the order in which it happened. */
export class Reader {
  private waiting: Waiting[] = [];
  /** Records that were read, by number of the system call they are about. */
  readonly calls = new Map<number, number>();
  /** Pages before which records are missing. */
  gaps = 0;
  private readonly handlers = new Map<number, (view: DataView, at: number, end: number, pid: number) => (() => void) | undefined>();
  private readonly common: Field;
  private readonly type: Field;

  constructor(
    private readonly formats: Formats,
    tree: Told,
  ) {
    const { fork, exec, exit, call, refusal, capability } = formats.events;
    const some = Object.values(formats.events)[0];
    this.common = fieldOf(some, 'common_pid');
    this.type = fieldOf(some, 'common_type');
    this.handle(fork, ({ pid, clone_flags }) => (view, at, _end, parent) => {
      const [child, flags] = [numberAt(view, at, pid!), view.getUint32(at + clone_flags!.offset, true)];
      return () => tree.fork(parent, child, (flags & CLONE_THREAD) !== 0);
    });
    this.handle(exec, ({ filename, pid, old_pid }) => (view, at, end) => {
      const [now, before] = [numberAt(view, at, pid!), numberAt(view, at, old_pid!)];
      const program = textAt(view, at, end, filename!);
      return () => tree.exec(now, before, program);
    });
    this.handle(exit, () => (_view, _at, _end, pid) => () => tree.exit(pid));
    this.handle(call, ({ id, args }) => (view, at, _end, pid) => {
      const number = numberAt(view, at, id!);
      this.calls.set(number, (this.calls.get(number) ?? 0) + 1);
      // The lower halves are enough to tell what matters apart; an address may have nothing there.
      const [first, second] = [0, 1].map((index) => view.getUint32(at + args!.offset + (index * args!.size) / 6, true)) as [number, number];
      const third = view.getBigUint64(at + args!.offset + args!.size / 3, true) !== 0n;
      return () => tree.call(pid, number, first, second, third);
    });
    // The instance's filter lets no other ends of calls through.
    this.handle(refusal, ({ id }) => (view, at, _end, pid) => {
      const number = numberAt(view, at, id!);
      return () => tree.refuse(pid, number);
    });
    this.handle(capability, ({ cred, cap, ret }) => (view, at, _end, pid) => {
      const granted = numberAt(view, at, ret!) === 0;
      const capabilityNumber = numberAt(view, at, cap!);
      // An address: what tells two apart fits in the lower 48 bits, and a number holds no more than 53.
      const address = view.getUint32(at + cred!.offset, true) + view.getUint16(at + cred!.offset + 4, true) * 2 ** 32;
      return () => tree.capability(pid, address, capabilityNumber, granted);
    });
  }

  /** Reads what the buffers hold. What happened before `until`, in nanoseconds, is told to the tree; the rest waits for the next time. */
  read(buffers: readonly number[], until: number, atMost = 4096): void {
    const page = Buffer.alloc(this.formats.page.size);
    for (const buffer of buffers) {
      for (let pages = 0; pages < atMost && fill(buffer, page); pages++) this.page(page);
    }
    this.tell(until);
  }

  page(page: Buffer): void {
    const view = new DataView(page.buffer, page.byteOffset, page.length);
    const { missed } = eachRecord(page, this.formats.page, (time, start, end) => {
      const apply = this.handlers.get(numberAt(view, start, this.type))?.(view, start, end, numberAt(view, start, this.common));
      if (apply) this.waiting.push({ time, apply });
    });
    if (missed) this.gaps += 1;
  }

  tell(until: number): void {
    const due = this.waiting.filter(({ time }) => time < until).sort((a, b) => a.time - b.time);
    this.waiting = this.waiting.filter(({ time }) => time >= until);
    for (const { apply } of due) apply();
  }

  private handle(
    format: EventFormat | undefined,
    make: (fields: EventFormat['fields']) => (view: DataView, at: number, end: number, pid: number) => (() => void) | undefined,
  ): void {
    if (format) this.handlers.set(format.id, make(format.fields));
  }
}

function fieldOf(format: EventFormat | undefined, name: string): Field {
  const field = format?.fields[name];
  if (!field) throw new Error(`the kernel's trace records have no field ${name}`);
  return field;
}

/** A text whose place is in the record: its length in the upper half of a word, its place in the lower. */
function textAt(view: DataView, at: number, end: number, { offset, elsewhere }: Field): string {
  const from = at + (elsewhere ? view.getUint32(at + offset, true) & 0xffff : offset);
  let to = from;
  while (to < end && view.getUint8(to) !== 0) to++;
  return Buffer.from(view.buffer, view.byteOffset + from, to - from).toString('utf8');
}

/** Takes one page of a buffer; false when there is none. */
function fill(buffer: number, page: Buffer): boolean {
  try {
    return readSync(buffer, page, 0, page.length, null) > 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return false;
    throw error;
  }
}

export function closeAll(buffers: readonly number[]): void {
  for (const buffer of buffers) closeSync(buffer);
}
