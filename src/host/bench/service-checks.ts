import type { ComposeService } from '../../compose/service';
import type { Advice } from '../../images/types';
import type { Data } from '../../yaml/types';

/** A service with what is known of its image. */
export interface Judged {
  service: ComposeService;
  advice: Pick<Advice, 'startsAsRoot' | 'imageUser'>;
}

const host =
  (key: string) =>
  ({ service }: Judged): boolean =>
    textOf(service, key) !== 'host';

/** Capabilities docker-bench-security accepts in cap_add: those of Docker's default. */
const USUAL =
  /^(?:CAP_)?(?:AUDIT_WRITE|CHOWN|DAC_OVERRIDE|FOWNER|FSETID|KILL|MKNOD|NET_BIND_SERVICE|NET_RAW|SETFCAP|SETGID|SETPCAP|SETUID|SYS_CHROOT)$/i;
/** Directories of the host that no container should have writable; the list is docker-bench-security's. */
const SENSITIVE = /^\/(?:boot|dev|etc|lib|proc|sys|usr)?$/;

/** The checks of section 5, and of 4.1 and 4.6, over a service as its Compose file has it. */
export const SERVICE_CHECKS = {
  user: ({ service, advice }) => {
    const user = service.user?.text ?? advice.imageUser;
    return user !== undefined && !/^(?:|0|root)(?::|$)/.test(user);
  },
  health: ({ service }) => {
    const check = service.data('healthcheck');
    return isMap(check) && check.disable !== true && !(Array.isArray(check.test) && check.test[0] === 'NONE');
  },
  apparmor: ({ service }) => !option(service, /^apparmor[:=]unconfined$/),
  selinux: ({ service }) => !option(service, /^label[:=]disable$/),
  capabilities: ({ service }) =>
    service.capDrop.some(({ text }) => /^(?:CAP_)?ALL$/i.test(text)) && service.capAdd.every(({ text }) => USUAL.test(text)),
  privileged: ({ service }) => !service.privileged,
  mounts: ({ service }) =>
    !service.mounts.some(
      ({ kind, source = '', readOnly }) => kind === 'bind' && !readOnly && SENSITIVE.test(source === '/' ? '/' : source.replace(/\/$/, '')),
    ),
  sshd: ({ service }) =>
    !/(?:^|\/)(?:openssh-server|sshd)(?::|@|$)/.test(service.image?.text ?? '') && service.command?.[0]?.endsWith('sshd') !== true,
  network: host('network_mode'),
  memory: ({ service }) => isSet(service, 'mem_limit') || limitOf(service, 'memory') !== undefined,
  cpu: ({ service }) => ['cpus', 'cpu_shares', 'cpu_quota'].some((key) => isSet(service, key)) || limitOf(service, 'cpus') !== undefined,
  readOnly: ({ service }) => service.readOnly === true,
  ports: ({ service }) =>
    service.ports.every(
      ({ published, hostIp }) => published === undefined || (hostIp !== undefined && !/^(?:0\.0\.0\.0|::)$/.test(hostIp)),
    ),
  restart: ({ service }) => /^on-failure:[1-5]$/.test(textOf(service, 'restart') ?? ''),
  pid: host('pid'),
  ipc: host('ipc'),
  devices: ({ service }) => service.devices.length === 0,
  propagation: ({ service }) => !service.mounts.some(({ options }) => options.some((each) => /^r?shared$/.test(each))),
  uts: host('uts'),
  seccomp: ({ service }) => !option(service, /^seccomp[:=]unconfined$/),
  cgroup: ({ service }) => !isSet(service, 'cgroup_parent'),
  newPrivileges: ({ service }) => option(service, /^no-new-privileges(?:[:=]true)?$/),
  pids: ({ service }) => Number(service.data('pids_limit') ?? limitOf(service, 'pids') ?? 0) > 0,
  bridge: ({ service }) => !['bridge', 'default'].includes(textOf(service, 'network_mode') ?? ''),
  userns: host('userns_mode'),
  socket: ({ service }) => !service.mounts.some(({ source = '' }) => /docker\.sock$/.test(source)),
} as const satisfies Record<string, (judged: Judged) => boolean>;

export type ServiceCheck = keyof typeof SERVICE_CHECKS;

function textOf(service: ComposeService, key: string): string | undefined {
  const data = service.data(key);
  return data === undefined || data === null || typeof data === 'object' ? undefined : service.evaluate(String(data)).text;
}

function isSet(service: ComposeService, key: string): boolean {
  const text = textOf(service, key);
  return text !== undefined && text !== '' && text !== '0';
}

function option(service: ComposeService, pattern: RegExp): boolean {
  return service.securityOpt.some(({ text }) => pattern.test(text));
}

function limitOf(service: ComposeService, key: string): Data | undefined {
  const inside = (data: Data | undefined, name: string): Data | undefined => (isMap(data) ? data[name] : undefined);
  return inside(inside(inside(service.data('deploy'), 'resources'), 'limits'), key);
}

function isMap(data: Data | undefined): data is { [key: string]: Data } {
  return data !== null && typeof data === 'object' && !Array.isArray(data);
}
