import type { Severity } from '../../src/harden/types';
import { table } from '../../src/table';

/** What a capability gives somebody who got into the container, worst first. */
export type Reach = 'escape' | 'host' | 'availability' | 'disclosure' | 'bounded';

export const SEVERITY: Readonly<Record<Reach, Severity>> = {
  escape: 'critical',
  host: 'high',
  availability: 'medium',
  disclosure: 'medium',
  bounded: 'low',
};

export interface Grade {
  reach: Reach;
  /** What it gives: `it …`. */
  gives: string;
}

/** Capabilities beyond the default ones, by what they give. Source: capabilities(7), and the default seccomp profile of the Engine. */
const GRADES: Readonly<Record<string, Grade>> = table({
  ALL: { reach: 'escape', gives: 'it has every capability there is, which is root on the host' },
  SYS_ADMIN: {
    reach: 'escape',
    gives: 'it may mount file systems and leave its control group, which is enough to become root on the host',
  },
  SYS_MODULE: { reach: 'escape', gives: 'it may load code into the kernel of the host' },
  SYS_RAWIO: { reach: 'escape', gives: 'it may reach the ports, memory and disks of the machine past the file systems' },
  BPF: { reach: 'host', gives: 'it may load programs into the kernel of the host' },
  DAC_READ_SEARCH: {
    reach: 'host',
    gives: 'it may read any file of a file system of the host that it has a mount of, also outside of the mount',
  },
  MAC_ADMIN: { reach: 'host', gives: 'it may change the mandatory access control of the host' },
  MAC_OVERRIDE: { reach: 'host', gives: 'it may pass the mandatory access control of the host' },
  NET_ADMIN: { reach: 'bounded', gives: 'it may change interfaces, routes and firewall of its network' },
  SYS_PTRACE: { reach: 'host', gives: 'it may look into and change every process it sees, and asks for more system calls than others' },
  CHECKPOINT_RESTORE: { reach: 'availability', gives: 'it may freeze and restore processes' },
  IPC_LOCK: { reach: 'availability', gives: 'it may keep any amount of memory from being swapped' },
  LEASE: { reach: 'availability', gives: 'it may hold up others that open its files' },
  LINUX_IMMUTABLE: { reach: 'availability', gives: 'it may make files of mounts impossible to change' },
  SYS_BOOT: { reach: 'availability', gives: 'it may restart what shares its processes' },
  SYS_NICE: { reach: 'availability', gives: 'it may take processor time from everybody else' },
  SYS_PACCT: { reach: 'availability', gives: 'it may switch the accounting of processes' },
  SYS_RESOURCE: { reach: 'availability', gives: 'it may pass its limits on resources' },
  SYS_TIME: { reach: 'availability', gives: 'it may set the clock of the host' },
  BLOCK_SUSPEND: { reach: 'availability', gives: 'it may keep the host awake' },
  WAKE_ALARM: { reach: 'availability', gives: 'it may wake the host' },
  AUDIT_CONTROL: { reach: 'disclosure', gives: 'it may change what the host audits' },
  AUDIT_READ: { reach: 'disclosure', gives: 'it may read the audit log of the host' },
  PERFMON: { reach: 'disclosure', gives: 'it may observe the kernel and other processes' },
  SYSLOG: { reach: 'disclosure', gives: 'it may read the messages and addresses of the kernel' },
  IPC_OWNER: { reach: 'bounded', gives: 'it may use shared memory of other users in its namespace' },
  NET_BROADCAST: { reach: 'bounded', gives: 'it may send broadcasts' },
  SYS_TTY_CONFIG: { reach: 'bounded', gives: 'it may hang up terminals' },
});

/** How far a capability reaches in a container with these namespaces of the host; undefined for the default ones. */
export function gradeOf(name: string, host: { network: boolean; pid: boolean }): Grade | undefined {
  if (name === 'NET_ADMIN' && host.network) return { reach: 'host', gives: 'it may change interfaces, routes and firewall of the host' };
  if (name === 'SYS_PTRACE' && host.pid) return { reach: 'escape', gives: 'it may enter every process of the host, root’s too' };
  if (name === 'SYS_BOOT' && host.pid) return { reach: 'availability', gives: 'it may restart the host' };
  return GRADES[name];
}
