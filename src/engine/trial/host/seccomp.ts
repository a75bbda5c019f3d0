import { isMap } from '../../../compose/data';
import { table } from '../../../table';
import type { Data } from '../../../yaml/types';
import { FAMILIES } from '../../trace/sockets';
import { syscallsOf } from '../../trace/syscalls';
import { NAMESPACES } from '../../trace/tree';

/*
 * Profiles for trials. Docker's own is inside the Engine and cannot be asked for, so what it refuses is told here by name, with what takes some
 * of it back. Source: https://github.com/moby/profiles/blob/cd3bed80/seccomp/default.json
 */

/** What Docker's own profile refuses a container without further capabilities, by name. */
const REFUSED = new Set(
  `_sysctl acct add_key afs_syscall bpf clock_settime create_module delete_module fanotify_init finit_module fsconfig fsmount fsopen fspick
   get_kernel_syms get_mempolicy getpmsg init_module io_uring_enter io_uring_register io_uring_setup ioperm iopl kcmp kexec_file_load kexec_load
   keyctl lookup_dcookie lsm_get_self_attr lsm_list_modules lsm_set_self_attr mbind migrate_pages mount mount_setattr move_mount move_pages
   nfsservctl open_by_handle_at open_tree perf_event_open pidfd_getfd pivot_root process_madvise putpmsg query_module quotactl quotactl_fd reboot
   request_key security set_mempolicy set_mempolicy_home_node setdomainname sethostname setns settimeofday swapoff swapon sysfs syslog tuxcall
   umount umount2 unshare userfaultfd uselib ustat vhangup vserver`.split(/\s+/),
);

/** What it gives back to who has a capability, of those a trial gives. */
const GIVEN_BACK: Readonly<Record<string, readonly string[]>> = table({
  SYS_CHROOT: ['chroot'],
  SYS_PTRACE: ['kcmp', 'pidfd_getfd', 'process_madvise'],
  SYS_NICE: ['get_mempolicy', 'mbind', 'set_mempolicy', 'set_mempolicy_home_node'],
});

/** Calls whose arguments decide. */
const BY_ARGUMENT = new Set(['clone', 'clone3', 'personality', 'socket', 'chroot']);

/** Plain Linux, its variants, and the question which it is. */
const PERSONALITIES = [0x0, 0x0008, 0x20000, 0x20008, 0xffffffff];

const ARCHITECTURE: Readonly<Record<string, string>> = table({ x64: 'SCMP_ARCH_X86_64', arm64: 'SCMP_ARCH_AARCH64' });
const ENOSYS = 38;

type Rule = { [key: string]: Data };

const allow = (names: string[], args?: Data[]): Rule => ({ names, action: 'SCMP_ACT_ALLOW', ...(args && { args }) });
const compare = (op: string, value: number, valueTwo?: number): Data => ({
  index: 0,
  value,
  op,
  ...(valueTwo !== undefined && { valueTwo }),
});

/** The calls that are allowed by their arguments, as Docker's own profile has them: no namespaces, no odd personality, no socket to the hypervisor. */
function limited(allowed: ReadonlySet<string>): Rule[] {
  const [alg, vsock] = ['alg', 'vsock'].map((family) =>
    Number(Object.keys(FAMILIES).find((number) => FAMILIES[Number(number)] === family)),
  );
  return [
    ...(allowed.has('clone') ? [allow(['clone'], [compare('SCMP_CMP_MASKED_EQ', NAMESPACES, 0)])] : []),
    ...(allowed.has('clone3') || allowed.has('clone') ? [{ names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS }] : []),
    ...(allowed.has('personality') ? PERSONALITIES.map((value) => allow(['personality'], [compare('SCMP_CMP_EQ', value)])) : []),
    ...(allowed.has('socket')
      ? [
          allow(['socket'], [compare('SCMP_CMP_LT', alg!)]),
          allow(['socket'], [compare('SCMP_CMP_EQ', alg! + 1)]),
          allow(['socket'], [compare('SCMP_CMP_GT', vsock!)]),
        ]
      : []),
    ...(allowed.has('chroot') ? [allow(['chroot'])] : []),
  ];
}

/** The names a container with these capabilities may call; undefined for a machine whose calls are not known. */
function callable(machine: string, capabilities: readonly string[]): Set<string> | undefined {
  const table = Object.hasOwn(ARCHITECTURE, machine) ? syscallsOf(machine) : undefined;
  if (!table) return undefined;
  const back = capabilities.flatMap((name) => (Object.hasOwn(GIVEN_BACK, name) ? GIVEN_BACK[name]! : []));
  const names = Object.keys(table.numbers).filter((name) => !REFUSED.has(name) && (name !== 'chroot' || back.includes(name)));
  return new Set([...names, ...back]);
}

function profile(machine: string, rules: readonly Rule[]): string {
  return JSON.stringify({
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: 1,
    archMap: [{ architecture: ARCHITECTURE[machine]!, subArchitectures: [] }],
    syscalls: rules,
  });
}

/**
 * The profile of a container that may read everywhere: what Docker's own allows without open_by_handle_at, which it would get with that capability.
 *
 * @param machine as Node calls it.
 * @returns the text of the profile; undefined for a machine whose calls are not known.
 */
export function guardedProfile(machine: string, capabilities: readonly string[]): string | undefined {
  const names = callable(machine, capabilities);
  return names && profile(machine, [allow([...names].filter((name) => !BY_ARGUMENT.has(name)).sort()), ...limited(names)]);
}

/** A profile of the person's, as far as a trial can have it. */
export interface Narrowed {
  text: string;
  /** What it allows and the trial does not. */
  removed: string[];
}

/**
 * What a profile of the project's allows and Docker's own would allow, too: a file that comes with a project may say anything. Undefined for one that
 * allows what it does not name, asks somebody outside, or is no profile.
 */
export function narrowedProfile(text: string, machine: string, capabilities: readonly string[]): Narrowed | undefined {
  const names = callable(machine, capabilities);
  const written = parsed(text);
  if (!names || !isMap(written) || !/^SCMP_ACT_(?:ERRNO|KILL|KILL_PROCESS|KILL_THREAD|TRAP)$/.test(String(written.defaultAction)))
    return undefined;
  const rules = Array.isArray(written.syscalls) ? written.syscalls : [];
  const removed = new Set<string>();
  const kept: Rule[] = [];
  for (const rule of rules) {
    if (!isMap(rule)) return undefined;
    const all = [...(Array.isArray(rule.names) ? rule.names : []), ...(typeof rule.name === 'string' ? [rule.name] : [])].map(String);
    if (/^SCMP_ACT_(?:ERRNO|KILL|KILL_PROCESS|KILL_THREAD|TRAP)$/.test(String(rule.action))) {
      kept.push({ ...plain(rule), names: all });
      continue;
    }
    if (rule.action !== 'SCMP_ACT_ALLOW') return undefined;
    const free = all.filter((name) => names.has(name) && !BY_ARGUMENT.has(name));
    for (const name of all) if (!names.has(name) && name !== 'clone3') removed.add(name);
    if (free.length > 0) kept.push({ ...plain(rule), names: free });
    const argued = new Set(all.filter((name) => names.has(name) && BY_ARGUMENT.has(name)));
    // One that is limited already may be limited to less than Docker's own is.
    if (argued.size > 0) kept.push(...(isNarrow(rule) ? [{ ...plain(rule), names: [...argued] }] : limited(argued)));
  }
  return { text: profile(machine, kept), removed: [...removed].sort() };
}

/** Whether a rule about one call limits its first argument to what Docker's own profile allows. */
function isNarrow({ names, args }: Rule): boolean {
  const [name, ...others] = Array.isArray(names) ? names : [];
  const [first, ...more] = Array.isArray(args) ? args : [];
  if (others.length > 0 || more.length > 0 || !isMap(first) || first.index !== 0) return false;
  const { op, value, valueTwo } = first as Record<string, Data>;
  if (name === 'clone') return op === 'SCMP_CMP_MASKED_EQ' && value === NAMESPACES && (valueTwo ?? 0) === 0;
  if (op !== 'SCMP_CMP_EQ') return false;
  const family = FAMILIES[Number(value)];
  return name === 'personality' ? PERSONALITIES.includes(Number(value)) : name === 'socket' && family !== 'alg' && family !== 'vsock';
}

/** The parts of a rule that limit it. */
function plain({ action, errnoRet, args, comment }: Rule): Rule {
  return {
    action: action!,
    ...(errnoRet !== undefined && { errnoRet }),
    ...(args !== undefined && args !== null && { args }),
    ...(comment !== undefined && { comment }),
  };
}

function parsed(text: string): Data {
  try {
    return JSON.parse(text) as Data;
  } catch {
    return null;
  }
}
