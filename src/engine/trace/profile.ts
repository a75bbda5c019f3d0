import { table } from '../../table';
import type { KernelTrace } from './kernel-trace';
import { FAMILIES } from './sockets';
import { NAMESPACES } from './tree';

/** A seccomp profile as the Engine reads it. Source: https://github.com/moby/profiles/blob/main/seccomp/seccomp.go */
export interface SeccompProfile {
  defaultAction: 'SCMP_ACT_ERRNO';
  defaultErrnoRet: number;
  archMap: { architecture: string; subArchitectures: string[] }[];
  syscalls: SeccompRule[];
}

export interface SeccompRule {
  names: string[];
  action: 'SCMP_ACT_ALLOW' | 'SCMP_ACT_ERRNO';
  errnoRet?: number;
  args?: { index: number; value: number; valueTwo?: number; op: string }[];
  comment?: string;
}

/**
 * What runc calls in a container after it has loaded the filter and before the first program: without it nothing starts. Traced on runc 1.1.5, for
 * root and others, with and without new privileges, with a terminal, an init and a working directory.
 */
const TRACED =
  'capget capset chdir close epoll_ctl epoll_pwait execve faccessat2 fchown fcntl fstat fstatfs futex getcwd getdents64 getpid getppid nanosleep newfstatat openat prctl read rt_sigreturn sched_yield setgid setgroups setuid tgkill write';
/** What its runtime, Go, calls when it takes another thread, which it does when it likes. */
const THREADS = 'clone exit exit_group gettid madvise mmap mprotect munmap rseq rt_sigprocmask set_robust_list sigaltstack';
/** What later versions of runc open and close files with. */
const LATER = 'close_range faccessat openat2 readlinkat stat';

export const RUNTIME: readonly string[] = [TRACED, THREADS, LATER].flatMap((names) => names.split(' '));

/** Names of the machine, and of those whose programs it runs as well: what Docker's own profile has. */
const ARCHITECTURES: Readonly<Record<string, { architecture: string; subArchitectures: string[] }>> = table({
  x64: { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
  arm64: { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
});

/** Families that the C library itself opens: the resolver, the list of addresses. */
const USUAL = ['unix', 'inet', 'inet6', 'netlink'];

/** What personality(2) may be asked for by Docker's own profile: plain Linux, its variants, and the question. */
const PERSONALITIES = [0x0, 0x0008, 0x20000, 0x20008, 0xffffffff];
const EPERM = 1;
const ENOSYS = 38;

/** What a profile allows, before it is written as one. */
export interface Allowed {
  /** Names of system calls. */
  syscalls: ReadonlySet<string>;
  /** Namespaces may be made with clone. */
  namespaces: boolean;
  /** Families of sockets; undefined = every one. */
  families?: ReadonlySet<string>;
}

/** What a service was seen to call, with what the runtime needs before it. */
export function allowedBy({ syscalls, runtime, sockets, namespaces }: KernelTrace): Allowed {
  return {
    syscalls: new Set([...RUNTIME, ...runtime, ...syscalls].filter((name) => !/^\d+$/.test(name))),
    namespaces,
    families: new Set([...USUAL, ...sockets.map((each) => each.split(' ')[0]!)]),
  };
}

/**
 * Writes a profile. It never allows more than Docker's own does by the same name, unless it was seen: no namespaces, and clone3, whose arguments no
 * filter can read, is said not to exist, so that the C library takes clone.
 */
export function profileOf({ syscalls, families, namespaces }: Allowed, machine: string): SeccompProfile {
  const names = new Set(syscalls);
  if (names.delete('clone3')) names.add('clone');
  const limited: SeccompRule[] = [];
  const limit = (name: string, ...rules: Omit<SeccompRule, 'names' | 'action'>[]): void => {
    if (names.delete(name)) limited.push(...rules.map((rule): SeccompRule => ({ names: [name], action: 'SCMP_ACT_ALLOW', ...rule })));
  };
  const equal = (value: number) => ({ args: [{ index: 0, value, op: 'SCMP_CMP_EQ' }] });
  if (!namespaces) limit('clone', { args: [{ index: 0, value: NAMESPACES, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }] });
  limit('personality', ...PERSONALITIES.map(equal));
  const numbers = Object.entries(FAMILIES).filter(([, name]) => families?.has(name));
  const named = families === undefined || [...families].every((family) => numbers.some(([, name]) => name === family));
  if (families && named) limit('socket', ...numbers.map(([number, comment]) => ({ ...equal(Number(number)), comment })));
  const own = ARCHITECTURES[machine];
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    archMap: own ? [own] : [],
    syscalls: [
      { names: [...names].sort(), action: 'SCMP_ACT_ALLOW' },
      ...limited,
      { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS },
    ],
  };
}
