import type { HostConfig } from '../client/types';
import { USUAL_FIRST, type UsedCapabilities } from '../search/capabilities';
import type { Trace } from './tree';

/** By the kernel's number. Source: include/uapi/linux/capability.h */
const NAMES: readonly string[] = [
  ...['CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP', 'LINUX_IMMUTABLE'],
  ...['NET_BIND_SERVICE', 'NET_BROADCAST', 'NET_ADMIN', 'NET_RAW', 'IPC_LOCK', 'IPC_OWNER', 'SYS_MODULE', 'SYS_RAWIO', 'SYS_CHROOT'],
  ...['SYS_PTRACE', 'SYS_PACCT', 'SYS_ADMIN', 'SYS_BOOT', 'SYS_NICE', 'SYS_RESOURCE', 'SYS_TIME', 'SYS_TTY_CONFIG', 'MKNOD', 'LEASE'],
  ...['AUDIT_WRITE', 'AUDIT_CONTROL', 'SETFCAP', 'MAC_OVERRIDE', 'MAC_ADMIN', 'SYSLOG', 'WAKE_ALARM', 'BLOCK_SUSPEND', 'AUDIT_READ'],
  ...['PERFMON', 'BPF', 'CHECKPOINT_RESTORE'],
];

/**
 * The capabilities a container's processes used. A layered file system acts with the credentials of who mounted it, the Engine, in the middle
 * of what a process of the container does: credentials that were granted something the container does not have are not the container's.
 */
export function usedBy(trace: Trace, settings: Pick<HostConfig, 'CapAdd' | 'Privileged'>): UsedCapabilities {
  const own = new Set([...USUAL_FIRST, ...(settings.CapAdd ?? []).map(plain)]);
  const all = settings.Privileged || own.has('ALL');
  const used = new Set<string>();
  let looks = false;
  for (const { granted, denied } of trace.credentials.values()) {
    const names = [...granted].map((number) => NAMES[number] ?? String(number));
    if (!all && names.some((name) => !own.has(name))) continue;
    for (const name of names) if (USUAL_FIRST.includes(name)) used.add(name);
    looks ||= denied.has(NAMES.indexOf('DAC_READ_SEARCH'));
  }
  return { used: inOrder([...used]), looks };
}

/** What is needed the most often first. */
export function inOrder(names: readonly string[]): string[] {
  return USUAL_FIRST.filter((name) => names.includes(name));
}

/** Without the prefix some Engines write. */
const plain = (name: string): string => name.replace(/^CAP_/, '');
