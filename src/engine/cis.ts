import { trimEndOf } from '../trim';
import type { ContainerInfo } from './client/types';
import { listOf, type ModelService, mapOf } from './compose/model';

/** One check of section 5 over all containers: how many pass. */
export interface CisRow {
  id: string;
  title: string;
  before: number;
  after: number;
  of: number;
  /** Read from the resolved file, because a trial itself differs here. */
  fromFile?: boolean;
}

/** A container as it ran, and the service as the person's file has it. */
export interface Subject {
  container: ContainerInfo;
  service: ModelService;
}

interface Check {
  id: string;
  title: string;
  fromFile?: boolean;
  passes(subject: Subject): boolean;
}

const host = (value: unknown): boolean => value === 'host';

/** Capabilities docker-bench-security accepts in CapAdd: those of Docker's default. */
const USUAL =
  /^(?:CAP_)?(?:AUDIT_WRITE|CHOWN|DAC_OVERRIDE|FOWNER|FSETID|KILL|MKNOD|NET_BIND_SERVICE|NET_RAW|SETFCAP|SETGID|SETPCAP|SETUID|SYS_CHROOT)$/i;

/** Directories of the host that no container should have writable; the list is docker-bench-security's. */
const SENSITIVE = /^\/(?:boot|dev|etc|lib|proc|sys|usr)?$/;

/**
 * The checks of docker-bench-security that look at a running container, done again on what the Engine says about it, by the numbers of the
 * CIS Docker Benchmark 1.7. What a trial changes (ports, restart policies, namespaces of the host, mounts) is read from the file instead.
 */
const CHECKS: readonly Check[] = [
  { id: '4.1', title: 'a user other than root', passes: ({ container: { Config } }) => !/^(?:|0|root)(?::|$)/.test(Config.User) },
  {
    id: '5.4',
    title: 'no capabilities beyond the default',
    passes: ({ container: { HostConfig } }) => (HostConfig.CapAdd ?? []).every((name) => USUAL.test(name)),
  },
  {
    id: '5.4',
    title: 'all capabilities dropped but those named',
    passes: ({ container: { HostConfig } }) => (HostConfig.CapDrop ?? []).some((name) => /^(?:CAP_)?ALL$/i.test(name)),
  },
  { id: '5.5', title: 'not privileged', fromFile: true, passes: ({ service }) => service.privileged !== true },
  {
    id: '5.6',
    title: 'no sensitive directory of the host writable',
    fromFile: true,
    passes: ({ service }) =>
      !mounts(service).some(
        ({ type, source, read_only }) => type === 'bind' && read_only !== true && SENSITIVE.test(trimEndOf(String(source), '/') || '/'),
      ),
  },
  { id: '5.10', title: 'not on the network of the host', fromFile: true, passes: ({ service }) => !host(service.network_mode) },
  { id: '5.11', title: 'memory limited', passes: ({ container: { HostConfig } }) => HostConfig.Memory > 0 },
  {
    id: '5.12',
    title: 'CPU share set',
    passes: ({ container: { HostConfig } }) => HostConfig.CpuShares > 0 || HostConfig.NanoCpus > 0 || HostConfig.CpuQuota > 0,
  },
  { id: '5.13', title: 'root filesystem read-only', passes: ({ container: { HostConfig } }) => HostConfig.ReadonlyRootfs },
  {
    id: '5.14',
    title: 'ports bound to one address',
    fromFile: true,
    passes: ({ service }) =>
      listOf(service.ports).every(
        (port) => mapOf(port).published === undefined || !/^(?:|0\.0\.0\.0|::)$/.test(String(mapOf(port).host_ip ?? '')),
      ),
  },
  {
    id: '5.15',
    title: 'restarted five times at most',
    fromFile: true,
    passes: ({ service }) => /^on-failure:[1-5]$/.test(String(service.restart ?? '')),
  },
  { id: '5.16', title: 'own process namespace', fromFile: true, passes: ({ service }) => !host(service.pid) },
  { id: '5.17', title: 'own IPC namespace', fromFile: true, passes: ({ service }) => !host(service.ipc) },
  { id: '5.18', title: 'no device of the host', fromFile: true, passes: ({ service }) => listOf(service.devices).length === 0 },
  {
    id: '5.20',
    title: 'no shared mount propagation',
    fromFile: true,
    passes: ({ service }) => !mounts(service).some(({ bind }) => /^r?shared$/.test(String(mapOf(bind).propagation ?? ''))),
  },
  { id: '5.21', title: 'own UTS namespace', fromFile: true, passes: ({ service }) => !host(service.uts) },
  {
    id: '5.22',
    title: 'seccomp not switched off',
    passes: ({ container: { HostConfig } }) => !(HostConfig.SecurityOpt ?? []).some((option) => /^seccomp[:=]unconfined$/.test(option)),
  },
  { id: '5.25', title: 'no cgroup of its own choice', passes: ({ container: { HostConfig } }) => HostConfig.CgroupParent === '' },
  {
    id: '5.26',
    title: 'no new privileges',
    passes: ({ container: { HostConfig } }) =>
      (HostConfig.SecurityOpt ?? []).some((option) => /^no-new-privileges(?:[:=]true)?$/.test(option)),
  },
  {
    id: '5.27',
    title: 'health checked',
    passes: ({ container: { State } }) => State.Health !== undefined && State.Health.Status !== 'none',
  },
  { id: '5.29', title: 'processes limited', passes: ({ container: { HostConfig } }) => (HostConfig.PidsLimit ?? 0) > 0 },
  {
    id: '5.30',
    title: 'not on the default bridge',
    fromFile: true,
    passes: ({ service }) => service.network_mode !== 'bridge' && service.network_mode !== 'default',
  },
  { id: '5.31', title: 'user namespace not shared', fromFile: true, passes: ({ service }) => !host(service.userns_mode) },
  {
    id: '5.32',
    title: 'no Docker socket',
    fromFile: true,
    passes: ({ service }) => !mounts(service).some(({ source }) => /docker\.sock$/.test(String(source))),
  },
];

function mounts(service: ModelService): Record<string, ReturnType<typeof mapOf>[string]>[] {
  return listOf(service.volumes).map(mapOf);
}

/** The table: for each check, how many services pass as they were and as they are now. Only services that are in both are counted. */
export function cisTable(before: ReadonlyMap<string, Subject>, after: ReadonlyMap<string, Subject>): CisRow[] {
  const names = [...before.keys()].filter((name) => after.has(name));
  return CHECKS.map(({ id, title, fromFile, passes }) => {
    const count = (subjects: ReadonlyMap<string, Subject>): number => names.filter((name) => passes(subjects.get(name)!)).length;
    return { id, title, before: count(before), after: count(after), of: names.length, ...(fromFile && { fromFile }) };
  });
}
