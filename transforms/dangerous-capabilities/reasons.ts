import type { ComposeService } from '../../src/compose/service';
import type { Advice } from '../../src/images/types';

/** Why a service may have a capability, as far as its configuration or its image shows it; undefined when nothing does. */
export function reasonFor(name: string, service: ComposeService, advice: Advice): string | undefined {
  const { privileged } = advice;
  if (privileged.value === 'needed') return privileged.why;
  const job = (kind: Parameters<Advice['hostAccess']>[0], what: string): string | undefined => {
    const { value, why } = advice.hostAccess(kind, what);
    return value === 'needed' || value === 'optional' ? why : undefined;
  };
  const has = (pattern: RegExp): string | undefined => {
    const device = service.devices.find(({ text }) => pattern.test(text))?.text;
    const mount = service.mounts.find(({ kind, source }) => kind === 'bind' && source !== undefined && pattern.test(source))?.source;
    const path = device ?? mount;
    return path && `it is given ${path}`;
  };
  const runs = (pattern: RegExp): string | undefined => {
    const program = pattern.exec([...(service.entrypoint ?? []), ...(service.command ?? [])].join(' '))?.[0];
    return program && `its command runs ${program}`;
  };
  switch (name) {
    case 'NET_ADMIN':
      return (
        has(/^\/dev\/net\/tun/) ??
        job('network', 'host') ??
        runs(/\b(ip6?tables|nft|wg|wg-quick|tc|ip (addr|link|route|rule))\b/) ??
        routes(service)
      );
    case 'SYS_MODULE':
      return has(/^\/lib\/modules/) ?? job('network', 'host');
    case 'SYS_RAWIO':
      return has(/^\/dev\//) ?? job('device', '/dev');
    case 'SYS_ADMIN':
      return (
        has(/^\/dev\/(fuse|sg|sr|nvme|dri)/) ??
        job('seccomp', 'unconfined') ??
        job('cgroup', 'host') ??
        runs(/\b(mount|mergerfs|rclone mount|sshfs|smbd|unshare|bwrap)\b/)
      );
    case 'SYS_PTRACE':
      return job('pid', 'host') ?? runs(/\b(strace|gdb|gdbserver|dlv|perf|py-spy)\b/);
    case 'DAC_READ_SEARCH':
      return job('mount', '/');
    case 'BPF':
    case 'PERFMON':
    case 'SYSLOG':
    case 'AUDIT_READ':
    case 'AUDIT_CONTROL':
      return job('pid', 'host');
    case 'IPC_LOCK':
      return (
        job('ulimit', 'memlock=-1') ??
        (JSON.stringify(service.data('ulimits') ?? '').includes('memlock') ? 'its ulimits let it lock memory' : undefined)
      );
    case 'SYS_TIME':
      return runs(/\b(chronyd?|ntpd)\b/);
    default:
      return undefined;
  }
}

/** Settings of the network that only a router has. */
function routes(service: ComposeService): string | undefined {
  const text = JSON.stringify(service.data('sysctls') ?? '');
  return /net\.ipv[46]\.(ip_forward|conf\.\w+\.(forwarding|src_valid_mark))/.test(text) ? 'its sysctls make a router of it' : undefined;
}
