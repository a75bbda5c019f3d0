/** Every capability of Linux that runc knows, sorted, without `CAP_`. Source: capabilities(7). */
export const CAPABILITIES: readonly string[] = [
  'AUDIT_CONTROL',
  'AUDIT_READ',
  'AUDIT_WRITE',
  'BLOCK_SUSPEND',
  'BPF',
  'CHECKPOINT_RESTORE',
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'IPC_LOCK',
  'IPC_OWNER',
  'KILL',
  'LEASE',
  'LINUX_IMMUTABLE',
  'MAC_ADMIN',
  'MAC_OVERRIDE',
  'MKNOD',
  'NET_ADMIN',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_RAW',
  'PERFMON',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYSLOG',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_CHROOT',
  'SYS_MODULE',
  'SYS_NICE',
  'SYS_PACCT',
  'SYS_PTRACE',
  'SYS_RAWIO',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'WAKE_ALARM',
];

/** What a container gets when nothing is said. Source: https://github.com/moby/moby/blob/master/oci/caps/defaults.go */
export const DEFAULT_CAPABILITIES: readonly string[] = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];

const ALL = 'ALL';

/** The one name of a capability: upper case, without `CAP_`. `ALL` stays; the Engine knows no `CAP_ALL`, so that stays too. */
export function normaliseCapability(name: string): string {
  const upper = name.toUpperCase();
  return upper === 'CAP_ALL' ? upper : upper.replace(/^CAP_/, '');
}

/** Whether the Engine knows the capability, in any spelling. `ALL` counts. An unknown one makes `docker create` fail. */
export function isKnownCapability(name: string): boolean {
  const normal = normaliseCapability(name);
  return normal === ALL || CAPABILITIES.includes(normal);
}

/**
 * The capabilities a container's bounding set holds, sorted, without `CAP_`. As the Engine resolves them: privileged has all, whatever is
 * dropped; `ALL` added is all but those dropped by name (so `ALL` in both is all); `ALL` dropped leaves what is added; else the
 * defaults, less the dropped, plus the added. Unknown names are left out.
 *
 * Rule: https://github.com/moby/moby/blob/master/oci/caps/utils.go, TweakCapabilities
 */
export function effectiveCapabilities(capAdd: readonly string[], capDrop: readonly string[], privileged = false): string[] {
  const added = capAdd.map(normaliseCapability);
  const dropped = new Set(capDrop.map(normaliseCapability));
  if (privileged) return [...CAPABILITIES];
  if (added.includes(ALL)) return CAPABILITIES.filter((name) => !dropped.has(name));
  const base = dropped.has(ALL) ? [] : DEFAULT_CAPABILITIES.filter((name) => !dropped.has(name));
  const effective = new Set([...base, ...added]);
  return CAPABILITIES.filter((name) => effective.has(name));
}
