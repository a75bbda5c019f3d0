/**
 * Capabilities by their numbers, without `CAP_`. Source: include/uapi/linux/capability.h
 */
const BY_NUMBER: readonly string[] = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_ADMIN',
  'NET_RAW',
  'IPC_LOCK',
  'IPC_OWNER',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_PACCT',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'MKNOD',
  'LEASE',
  'AUDIT_WRITE',
  'AUDIT_CONTROL',
  'SETFCAP',
  'MAC_OVERRIDE',
  'MAC_ADMIN',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
  'AUDIT_READ',
  'PERFMON',
  'BPF',
  'CHECKPOINT_RESTORE',
];

/** What a program file is given when it is executed, names sorted and without `CAP_`. */
export interface FileCapabilitySet {
  permitted: string[];
  inheritable: string[];
  /** Whether the program has them at once, rather than having to raise them: without all of them in the bounding set it cannot be executed. */
  effective: boolean;
  /** The user who is root in the namespace they hold in; only version 3 says it. */
  rootid?: number;
}

/** The lengths of each version: version 1 knew 32 capabilities. */
const LENGTHS: Readonly<Record<number, number>> = { 1: 12, 2: 20, 3: 24 };

/** `security.capability` as the kernel stores it; undefined for what is none. Source: capabilities(7) */
export function decodeFileCapabilities(bytes: Buffer): FileCapabilitySet | undefined {
  if (bytes.length < 4) return undefined;
  const magic = bytes.readUInt32LE(0);
  const version = magic >>> 24;
  if (bytes.length !== LENGTHS[version]) return undefined;
  const has = (at: number, number: number): boolean =>
    (number < 32 || version > 1) && ((bytes.readUInt32LE(number < 32 ? at : at + 8) >>> (number % 32)) & 1) === 1;
  const names = (at: number): string[] => BY_NUMBER.filter((_, number) => has(at, number)).sort();
  return {
    permitted: names(4),
    inheritable: names(8),
    effective: (magic & 1) === 1,
    ...(version === 3 && { rootid: bytes.readUInt32LE(20) }),
  };
}
