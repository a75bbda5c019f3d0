import { DEFAULT_CAPABILITIES, normaliseCapability } from '../../../compose/capabilities';
import { table } from '../../../table';

/** What becomes of a capability that a service asks for beyond Docker's own: `given`, `guarded` = given where a seccomp filter takes its teeth, or `held`. */
export type Fate = 'given' | 'guarded' | 'held';

/** Capabilities that stay inside the namespaces of a trial, and what they reach there. Source: capabilities(7). */
const GIVEN: Readonly<Record<string, string>> = table({
  CHECKPOINT_RESTORE: 'process ids and mapped files of its own pid namespace',
  IPC_LOCK: 'memory of its own, which its control group counts',
  IPC_OWNER: 'objects of its own IPC namespace',
  LEASE: 'leases on files it can open',
  NET_ADMIN: 'settings of its own network namespace',
  NET_BROADCAST: 'nothing: no kernel asks for it',
  SYS_NICE: 'priorities of its own processes',
  SYS_PTRACE: 'memory of the processes in its own pid namespace: one of the host is held back by itself',
  SYS_RESOURCE: 'limits of its own processes, within their control group',
});

/** Capabilities that are not kept to a container, and what they reach. Source: capabilities(7). */
const HELD: Readonly<Record<string, string>> = table({
  ALL: 'every other one',
  AUDIT_CONTROL: 'the rules of the audit subsystem, which the host has one of',
  AUDIT_READ: 'the audit log of the host',
  BLOCK_SUSPEND: 'whether the host sleeps',
  BPF: 'programs in the kernel',
  LINUX_IMMUTABLE: 'files that nobody can remove afterwards',
  MAC_ADMIN: 'the policy of the security module',
  MAC_OVERRIDE: 'what the security module forbids',
  PERFMON: 'the performance events of the whole machine',
  SYSLOG: 'the kernel log, and addresses in the kernel',
  SYS_ADMIN: 'mounts, namespaces and most of what else the kernel asks root for',
  SYS_BOOT: 'restarting the host into another kernel',
  SYS_MODULE: 'modules of the kernel',
  SYS_PACCT: 'process accounting',
  SYS_RAWIO: 'ports, memory and disks of the machine',
  SYS_TIME: 'the clock of the host',
  SYS_TTY_CONFIG: 'the virtual consoles of the host',
  WAKE_ALARM: 'waking the host',
});

/**
 * Reading and searching everywhere, which open_by_handle_at(2) turns into every file of a file system of which one file is mounted: each container has
 * /etc/hosts of the Engine's.
 */
const GUARDED = 'DAC_READ_SEARCH';

/** What a trial does with a capability of `cap_add`, in any spelling. One that nobody knows is held. */
export function fateOf(name: string): Fate {
  const normal = normaliseCapability(name);
  if (normal === GUARDED) return 'guarded';
  return DEFAULT_CAPABILITIES.includes(normal) || Object.hasOwn(GIVEN, normal) ? 'given' : 'held';
}

/** What a capability that is held reaches, in words; undefined for one that is given. */
export function reachOf(name: string): string | undefined {
  const normal = normaliseCapability(name);
  if (normal === GUARDED) return 'every file of a file system of which one is mounted';
  return Object.hasOwn(HELD, normal) ? HELD[normal] : undefined;
}

/** Whether a service has the guarded capability, given both lists. */
export function hasGuarded(capAdd: readonly string[]): boolean {
  return capAdd.some((name) => normaliseCapability(name) === GUARDED);
}

/** Whether a service may read everywhere anyway, so that the guarded capability gives it nothing but what it is guarded for. */
export function overridesAnyway(capAdd: readonly string[], capDrop: readonly string[]): boolean {
  const dropped = capDrop.map(normaliseCapability);
  const added = capAdd.map(normaliseCapability).includes('DAC_OVERRIDE');
  return !dropped.includes('DAC_OVERRIDE') && (added || !dropped.includes('ALL'));
}
