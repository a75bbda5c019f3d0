import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { usedBy } from '../../../src/engine/trace/capabilities';
import { parseFormat, parsePageFormat } from '../../../src/engine/trace/format';
import { EVENTS, type EventName, type Formats, formatsOf, Reader, type Told } from '../../../src/engine/trace/reader';
import { familyAndType } from '../../../src/engine/trace/sockets';
import { syscallsOf } from '../../../src/engine/trace/syscalls';
import { instances, removeInstance, tracefs } from '../../../src/engine/trace/tracefs';
import { type Trace, Tree } from '../../../src/engine/trace/tree';

const recorded = (name: string): string => readFileSync(path.join(__dirname, 'recorded', name), 'utf8');

/** The formats of the kernel the page was recorded on. */
function formats(): Formats {
  const texts = new Map(
    recorded('formats.txt')
      .split(/^=== /m)
      .slice(1)
      .map((part): [string, string] => [part.slice(0, part.indexOf('\n')), part]),
  );
  const of = (name: string): string => (name === 'events/header_page' ? 'header_page' : name.replace(/^events\/(.*)\/format$/, '$1'));
  return formatsOf({ has: (name) => texts.has(of(name)), read: (name) => texts.get(of(name))! });
}

/** Writes down what a reader tells. */
function listener(): Told & { said: string[] } {
  const said: string[] = [];
  return {
    said,
    fork: (parent, child, thread) => void said.push(`${parent} forks ${child}${thread ? ' as a thread' : ''}`),
    exec: (pid, before, program) => void said.push(`${pid} (${before}) becomes ${program}`),
    exit: (pid) => void said.push(`${pid} ends`),
    call: (pid, number, first, second) => void said.push(`${pid} calls ${number} (${first.toString(16)}, ${second.toString(16)})`),
    refuse: (pid, number) => void said.push(`${pid} is refused ${number}`),
    capability: (pid, _credentials, capability, granted) => void said.push(`${pid} asks for ${capability}: ${granted}`),
  };
}

describe('a page of the buffer', () => {
  test('is read as the kernel itself prints it', () => {
    const told = listener();
    const reader = new Reader(formats(), told);
    reader.page(Buffer.from(recorded('page.base64'), 'base64'));
    reader.tell(Number.POSITIVE_INFINITY);
    const printed = recorded('as-text.txt').trimEnd().split('\n').map(asSaid);
    expect(told.said).toEqual(printed);
    expect(printed).toHaveLength(19);
  });

  test('of one processor waits for what happened before on another', () => {
    const told = listener();
    const reader = new Reader(formats(), told);
    reader.page(page(formats(), 200, [{ event: 'exit', pid: 8 }]));
    reader.tell(150);
    expect(told.said).toEqual([]);
    reader.page(page(formats(), 100, [{ event: 'exit', pid: 7 }]));
    reader.tell(300);
    expect(told.said).toEqual(['7 ends', '8 ends']);
  });

  test('that follows lost ones says so', () => {
    const reader = new Reader(formats(), listener());
    const bytes = page(formats(), 100, [{ event: 'exit', pid: 7 }]);
    bytes.writeUInt32LE((bytes.readUInt32LE(8) | 0x80000000) >>> 0, 8);
    reader.page(bytes);
    expect(reader.gaps).toBe(1);
  });
});

test('formats are what the kernel says, whatever the offsets', () => {
  expect(parseFormat('name: x\nID: 7\nformat:\n\tfield:__data_loc char[] filename;\toffset:24;\tsize:4;\tsigned:0;\n')).toEqual({
    id: 7,
    fields: { filename: { offset: 24, size: 4, signed: false, elsewhere: true } },
  });
  // A kernel with pages of 64 KiB.
  const header = 'field: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\nfield: char data;\toffset:16;\tsize:65520;\tsigned:0;';
  expect(parsePageFormat(header)).toMatchObject({ data: 16, size: 65536 });
  expect(() => parsePageFormat('')).toThrow('not known');
});

describe('the tree of processes', () => {
  const ID = 'a'.repeat(64);
  const CALLS = { seccomp: 317, prctl: 157, socket: 41, clone: 56 };
  /** A shim (10) that starts runc (20), which starts itself in the container (30), whose third step (32) is the container's first program. */
  const started = (): Tree => {
    const tree = new Tree(CALLS, (shim) => (shim === 10 ? ID : undefined));
    tree.fork(1, 10, false);
    tree.exec(10, 10, '/usr/bin/containerd-shim-runc-v2');
    tree.fork(10, 20, false);
    tree.exec(20, 20, '/usr/sbin/runc');
    tree.fork(20, 30, false);
    tree.exec(30, 30, '/proc/self/exe');
    tree.fork(30, 31, false);
    tree.fork(31, 32, false);
    return tree;
  };
  const of = (tree: Tree): Trace | undefined => tree.containers.get(ID);

  test('tells what the runtime calls before its filter, behind it, and what the program calls', () => {
    const tree = started();
    tree.call(20, 1, 0, 0, true);
    tree.call(32, 2, 0, 0, true);
    tree.call(32, CALLS.seccomp, 2, 0, true);
    tree.call(32, CALLS.seccomp, 1, 0, false);
    tree.call(32, 3, 0, 0, true);
    expect(of(tree)).toBeUndefined();
    tree.call(32, CALLS.seccomp, 1, 0, true);
    tree.call(32, 4, 0, 0, true);
    tree.exec(32, 32, '/entrypoint.sh');
    tree.call(32, 5, 0, 0, true);
    tree.call(20, 6, 0, 0, true);
    expect(of(tree)).toMatchObject({ starting: new Set([4]), syscalls: new Set([5]), programs: new Set(['/entrypoint.sh']) });
  });

  test('knows the older way to load a filter, too', () => {
    const tree = started();
    tree.call(32, CALLS.prctl, 38, 1, true);
    tree.call(32, 3, 0, 0, true);
    tree.call(32, CALLS.prctl, 22, 2, true);
    tree.call(32, 4, 0, 0, true);
    expect(of(tree)!.starting).toEqual(new Set([4]));
  });

  test('knows threads, which share the filter, and children, which come with the container', () => {
    const tree = started();
    tree.fork(32, 33, true);
    tree.call(33, CALLS.seccomp, 1, 0, true);
    tree.call(32, 4, 0, 0, true);
    tree.exec(32, 33, '/usr/bin/app');
    tree.fork(32, 40, false);
    tree.fork(40, 41, false);
    tree.call(41, CALLS.clone, 0x1200011, 0, true);
    tree.call(41, CALLS.socket, 10, 0x80801, true);
    expect(of(tree)!.namespaces).toBe(false);
    tree.call(40, CALLS.clone, 0x10000011, 0, true);
    tree.exit(41);
    tree.call(41, 99, 0, 0, true);
    expect(of(tree)).toMatchObject({
      starting: new Set([4]),
      syscalls: new Set([CALLS.clone, CALLS.socket]),
      namespaces: true,
      sockets: new Set(['10:1']),
      most: 3,
    });
  });

  test('leaves hooks, other containers and strangers out', () => {
    const tree = started();
    tree.fork(20, 50, false);
    tree.exec(50, 50, '/proc/77/exe');
    tree.call(50, 7, 0, 0, true);
    tree.exec(60, 60, '/usr/bin/containerd-shim-runc-v2');
    tree.fork(60, 61, false);
    tree.call(61, 8, 0, 0, true);
    tree.call(1234, 9, 0, 0, true);
    expect([...tree.containers.keys()]).toEqual([]);
  });

  test('follows a command that is run in the container later', () => {
    const tree = started();
    tree.fork(10, 70, false);
    tree.exec(70, 70, '/usr/sbin/runc');
    tree.fork(70, 71, false);
    tree.exec(71, 71, '/proc/self/exe');
    tree.exec(71, 71, '/dev/fd/5');
    tree.fork(71, 72, false);
    tree.exec(72, 72, '/usr/bin/redis-cli');
    tree.capability(72, 1, 6, true);
    tree.capability(71, 1, 7, true);
    expect(of(tree)!.programs).toEqual(new Set(['/usr/bin/redis-cli']));
    expect(of(tree)!.credentials.get(1)!.granted).toEqual(new Set([6]));
  });
});

describe('capabilities that were used', () => {
  const CHOWN = 0;
  const [DAC_OVERRIDE, DAC_READ_SEARCH, SETGID, SETUID, NET_ADMIN, SYS_ADMIN] = [1, 2, 6, 7, 12, 21] as const;
  const trace = (...credentials: [granted: number[], denied?: number[]][]): Trace => ({
    ...{
      syscalls: new Set(),
      starting: new Set(),
      refused: new Set(),
      namespaces: false,
      sockets: new Set(),
      programs: new Set(),
      most: 1,
    },
    credentials: new Map(credentials.map(([granted, denied = []], at) => [at, { granted: new Set(granted), denied: new Set(denied) }])),
  });
  const plain = { CapAdd: null, Privileged: false };

  test('are those of the container, not those of the file system that acts for the Engine', () => {
    const seen = trace([[SETUID], [SYS_ADMIN]], [[SETGID]], [[SYS_ADMIN, CHOWN, DAC_OVERRIDE]]);
    expect(usedBy(seen, plain)).toEqual({ used: ['SETGID', 'SETUID'], looks: false });
  });

  test('may be more where the file gives more', () => {
    expect(usedBy(trace([[SETUID, NET_ADMIN]]), plain).used).toEqual([]);
    expect(usedBy(trace([[SETUID, NET_ADMIN]]), { CapAdd: ['CAP_NET_ADMIN'], Privileged: false }).used).toEqual(['SETUID']);
  });

  test('say when looking was tried before writing', () => {
    expect(usedBy(trace([[DAC_OVERRIDE], [DAC_READ_SEARCH]]), plain)).toEqual({ used: ['DAC_OVERRIDE'], looks: true });
  });
});

test('system calls have the numbers of the machine', () => {
  const [x64, arm64] = ['x64', 'arm64'].map((machine) => syscallsOf(machine)!);
  expect([0, 257, 317, 334, 424, 435].map(x64!.nameOf)).toEqual(['read', 'openat', 'seccomp', 'rseq', 'pidfd_send_signal', 'clone3']);
  expect([56, 63, 277, 291, 424].map(arm64!.nameOf)).toEqual(['openat', 'read', 'seccomp', 'statx', 'pidfd_send_signal']);
  expect(x64!.numbers).toMatchObject({ seccomp: 317, socket: 41 });
  expect(arm64!.nameOf(400)).toBeUndefined();
  expect(syscallsOf('toString')).toBeUndefined();
});

test('sockets are named as AppArmor names them', () => {
  expect(['2:1', '10:2', '16:3', '99:77'].map(familyAndType)).toEqual(['inet stream', 'inet6 dgram', 'netlink raw', '99 77']);
});

describe('the place where tracing is', () => {
  const place = mkdtempSync(path.join(tmpdir(), 'batten-tracefs-'));
  afterAll(() => rmSync(place, { recursive: true, force: true }));

  test('is named, or what is missing is said', () => {
    expect(tracefs([path.join(place, 'nowhere')])).toMatchObject({ why: expect.stringMatching(/not mounted at|only root|not the one/) });
    mkdirSync(path.join(place, 'instances'));
    expect(tracefs([place])).toEqual(process.getuid?.() === 0 ? { root: place } : { why: 'only root may trace' });
  });

  test('holds instances of ours, by the id of the run, and others that are left alone', () => {
    for (const name of ['batten-1-ab', 'somebody']) mkdirSync(path.join(place, 'instances', name));
    const ours = instances([place]);
    expect(ours).toEqual([{ id: '1-ab', directory: path.join(place, 'instances', 'batten-1-ab') }]);
    expect(removeInstance(path.join(place, 'instances', 'gone'))).toBe(true);
    // A directory of an ordinary file system is not empty once something was written there.
    writeFileSync(path.join(ours[0]!.directory, 'busy'), '');
    expect(removeInstance(ours[0]!.directory)).toBe(false);
  });
});

/** A line of the kernel's own text, in the words of `listener`. */
function asSaid(line: string): string {
  const [, pid, event, rest = ''] = /-(\d+)\s+\[\d+\] \S+\s+[\d.]+: (\w+): (.*)$/.exec(line)!;
  const value = (name: string): string => new RegExp(`\\b${name}[= ](\\S+?)(?:,|$| )`).exec(`${rest} `)![1]!;
  if (event === 'task_newtask') return `${pid} forks ${value('pid')}`;
  if (event === 'sched_process_exec') return `${value('pid')} (${value('old_pid')}) becomes ${value('filename')}`;
  if (event === 'sched_process_exit') return `${pid} ends`;
  if (event === 'cap_capable') return `${pid} asks for ${value('cap')}: ${value('ret') === '0'}`;
  const [, number, first, second] = /^NR (\d+) \((\w+), (\w+)/.exec(rest)!;
  return `${pid} calls ${number} (${low(first!)}, ${low(second!)})`;
}

/** The lower 32 bits of a hexadecimal number. */
const low = (hex: string): string => hex.slice(-8).replace(/^0+(?=.)/, '');

/** A page as the kernel would write it, with records of one moment. */
function page({ page: format, events }: Formats, time: number, records: { event: EventName; pid: number }[]): Buffer {
  expect(Object.keys(EVENTS)).toEqual(expect.arrayContaining(records.map(({ event }) => event)));
  const bytes = Buffer.alloc(format.size);
  let at = format.data;
  for (const { event, pid } of records) {
    const { id, fields } = events[event]!;
    const length = Math.max(...Object.values(fields).map(({ offset, size }) => offset + size));
    const words = Math.ceil(length / 4);
    bytes.writeUInt32LE(words, at);
    bytes.writeUInt16LE(id, at + 4 + fields.common_type!.offset);
    bytes.writeInt32LE(pid, at + 4 + fields.common_pid!.offset);
    at += 4 + words * 4;
  }
  bytes.writeUInt32LE(time, 0);
  bytes.writeUInt32LE(at - format.data, format.commit.offset);
  return bytes;
}
