import type { Data } from '../../yaml/types';
import { append, type Keys, literal, setEntry } from '../stack';
import type { Around } from './read';
import type { ContainerHostConfig, DeviceRequest } from './types';

/** Fields that a key of Compose says as they are, and what they are when nobody said anything. */
const FIELDS: readonly [field: string, key: string, defaults: readonly unknown[]][] = [
  ['CapAdd', 'cap_add', []],
  ['CapDrop', 'cap_drop', []],
  ['GroupAdd', 'group_add', []],
  ['Dns', 'dns', []],
  ['DnsOptions', 'dns_opt', []],
  ['DnsSearch', 'dns_search', []],
  ['DeviceCgroupRules', 'device_cgroup_rules', []],
  ['Privileged', 'privileged', [false]],
  ['ReadonlyRootfs', 'read_only', [false]],
  ['Init', 'init', []],
  ['OomKillDisable', 'oom_kill_disable', [false]],
  ['OomScoreAdj', 'oom_score_adj', [0]],
  ['CgroupParent', 'cgroup_parent', ['']],
  ['UTSMode', 'uts', ['']],
  ['UsernsMode', 'userns_mode', ['']],
  ['Isolation', 'isolation', ['', 'default']],
  ['CpuShares', 'cpu_shares', [0]],
  ['CpuPeriod', 'cpu_period', [0]],
  ['CpuQuota', 'cpu_quota', [0]],
  ['CpuRealtimePeriod', 'cpu_rt_period', [0]],
  ['CpuRealtimeRuntime', 'cpu_rt_runtime', [0]],
  ['CpuCount', 'cpu_count', [0]],
  ['CpuPercent', 'cpu_percent', [0]],
  ['CpusetCpus', 'cpuset', ['']],
  ['MemorySwappiness', 'mem_swappiness', [-1]],
  ['PidsLimit', 'pids_limit', [0]],
];
const SIZES: readonly [field: string, key: string, defaults: readonly unknown[]][] = [
  ['Memory', 'mem_limit', [0]],
  ['MemoryReservation', 'mem_reservation', [0]],
  ['ShmSize', 'shm_size', [0, 64 * 2 ** 20]],
];
const MAPS: readonly [field: string, key: string][] = [
  ['Sysctls', 'sysctls'],
  ['StorageOpt', 'storage_opt'],
  ['Annotations', 'annotations'],
];
/** Fields that Compose has no key for. */
const LOST: readonly [field: string, defaults: readonly unknown[], reason: string][] = [
  ['AutoRemove', [false], 'a service stays until docker compose down'],
  ['CpusetMems', [''], 'Compose has no key for memory nodes'],
  ['KernelMemory', [0], 'Compose has no key for it, and Engines of today ignore it'],
  ['KernelMemoryTCP', [0], 'Compose has no key for it'],
  ['IOMaximumIOps', [0], 'Compose has no key for this limit of Windows'],
  ['IOMaximumBandwidth', [0], 'Compose has no key for this limit of Windows'],
  ['Cgroup', [''], 'Compose has no key for it'],
  ['ContainerIDFile', [''], 'the id of the container is what docker compose ps -q says'],
  ['VolumeDriver', ['', 'local'], 'the driver belongs to each volume'],
];

/** What the HostConfig of a container says of its service, but for mounts, ports and networks. */
export function hostKeys(host: ContainerHostConfig, keys: Keys, service: string, around: Around): void {
  const { info, stack } = around;
  const lost = (field: string, reason: string): void =>
    void stack.losses.push({ code: 'unsupported', service, what: `HostConfig.${field}`, reason });
  for (const [field, key, defaults] of FIELDS) {
    const value = host[field];
    if (value === undefined || value === null || defaults.includes(value)) continue;
    if (Array.isArray(value)) {
      for (const each of value) append(keys, key, literal(String(each)));
    } else keys[key] = typeof value === 'string' ? literal(value) : (value as Data);
  }
  for (const [field, key, defaults] of SIZES) {
    const value = host[field];
    if (typeof value === 'number' && !defaults.includes(value)) keys[key] = size(value);
  }
  // Twice the memory is what the Engine takes when nobody says anything.
  const { Memory: memory = 0, MemorySwap: swap = 0 } = host as { Memory?: number; MemorySwap?: number };
  if (swap !== 0 && swap !== memory * 2) keys.memswap_limit = swap === -1 ? -1 : size(swap);
  for (const [field, key] of MAPS)
    for (const [name, value] of Object.entries((host[field] as Record<string, string> | null | undefined) ?? {}))
      setEntry(keys, key, name, literal(String(value)));
  const cpus = host.NanoCpus as number | undefined;
  if (cpus) keys.cpus = cpus / 1e9;
  for (const [field, defaults, reason] of LOST) if (host[field] && !defaults.includes(host[field])) lost(field, reason);

  const { Name: restart = '', MaximumRetryCount: times = 0 } = host.RestartPolicy ?? {};
  if (restart !== '' && restart !== 'no') keys.restart = times > 0 ? `${restart}:${times}` : restart;
  const { Type: driver = '', Config: options } = host.LogConfig ?? {};
  const given = Object.entries(options ?? {});
  if (given.length > 0 || (driver !== '' && driver !== info.LoggingDriver)) {
    keys.logging = {
      driver,
      ...(given.length > 0 && { options: Object.fromEntries(given.map(([name, value]) => [name, literal(value)])) }),
    };
  }
  if (typeof host.Runtime === 'string' && host.Runtime !== '' && host.Runtime !== info.DefaultRuntime) keys.runtime = host.Runtime;
  const cgroup = host.CgroupnsMode;
  const usual = info.CgroupVersion === '2' ? 'private' : 'host';
  if (typeof cgroup === 'string' && cgroup !== '' && cgroup !== usual) keys.cgroup = cgroup;
  if (typeof host.IpcMode === 'string' && !['', 'private'].includes(host.IpcMode)) keys.ipc = sharedWith(host.IpcMode, around);
  if (typeof host.PidMode === 'string' && host.PidMode !== '') keys.pid = sharedWith(host.PidMode, around);
  for (const from of host.VolumesFrom ?? []) {
    const [name = '', ...mode] = from.split(':');
    const other = around.services.get(name);
    if (other === undefined && mode.includes('ro'))
      lost('VolumesFrom', 'of a container that is no service Compose mounts the volumes to be written');
    append(keys, 'volumes_from', [...(other === undefined ? ['container', around.names.get(name) ?? name] : [other]), ...mode].join(':'));
  }
  // "/other:/this/alias".
  for (const link of host.Links ?? []) {
    const [name = '', alias = ''] = link.split(':');
    append(keys, 'external_links', `${name.replace(/^\//, '')}:${alias.slice(alias.lastIndexOf('/') + 1)}`);
  }
  for (const { PathOnHost: from, PathInContainer: to, CgroupPermissions: mode } of host.Devices ?? []) {
    const words = mode !== 'rwm' ? [from, to, mode] : from === to ? [from] : [from, to];
    append(keys, 'devices', literal(words.join(':')));
  }
  const requests = (host.DeviceRequests ?? []).map(gpus);
  if (requests.length === 1 && requests[0] === 'all') keys.gpus = 'all';
  else for (const each of requests) append(keys, 'gpus', each === 'all' ? { count: 'all' } : each);
  for (const { Name: name, Soft: soft, Hard: hard } of host.Ulimits ?? [])
    setEntry(keys, 'ulimits', name, soft === hard ? soft : { soft, hard });
  blockIo(host, keys);
  security(host, keys, service, around);
  for (const entry of (host.ExtraHosts as string[] | null | undefined) ?? []) {
    const at = entry.indexOf(':');
    const [name, address] = [entry.slice(0, at), entry.slice(at + 1)];
    append(keys, 'extra_hosts', `${name}${address.includes(':') ? '=' : ':'}${address}`);
  }
  for (const [target, mode] of Object.entries(host.Tmpfs ?? {})) append(keys, 'tmpfs', literal(mode === '' ? target : `${target}:${mode}`));
}

/** A namespace that is another container's. */
export function sharedWith(mode: string, { services, names }: Pick<Around, 'services' | 'names'>): string {
  const id = /^container:(.+)$/.exec(mode)?.[1];
  if (id === undefined) return mode;
  const service = services.get(id);
  return service === undefined ? `container:${names.get(id) ?? id}` : `service:${service}`;
}

function gpus({ Driver, Count, DeviceIDs, Capabilities, Options }: DeviceRequest): 'all' | Keys {
  const capabilities = (Capabilities ?? []).flat().filter((each) => each !== 'gpu');
  const request: Keys = {
    ...(Driver && { driver: Driver }),
    ...(Count && { count: Count === -1 ? 'all' : Count }),
    ...((DeviceIDs ?? []).length > 0 && { device_ids: DeviceIDs! }),
    ...(capabilities.length > 0 && { capabilities }),
    ...(Options && Object.keys(Options).length > 0 && { options: { ...Options } }),
  };
  return Object.keys(request).length === 1 && request.count === 'all' ? 'all' : request;
}

function blockIo(host: ContainerHostConfig, keys: Keys): void {
  const blkio: Keys = {};
  if (host.BlkioWeight) blkio.weight = host.BlkioWeight;
  for (const { Path: path, Weight: weight } of host.BlkioWeightDevice ?? []) append(blkio, 'weight_device', { path, weight });
  for (const [key, rates] of [
    ['device_read_bps', host.BlkioDeviceReadBps],
    ['device_write_bps', host.BlkioDeviceWriteBps],
    ['device_read_iops', host.BlkioDeviceReadIOps],
    ['device_write_iops', host.BlkioDeviceWriteIOps],
  ] as const)
    for (const { Path: path, Rate: rate } of rates ?? []) append(blkio, key, { path, rate });
  if (Object.keys(blkio).length > 0) keys.blkio_config = blkio;
}

function security(host: ContainerHostConfig, keys: Keys, service: string, { stack }: Around): void {
  for (const option of host.SecurityOpt ?? []) {
    if (/^seccomp[=:]\s*\{/.test(option)) {
      // The client sends the profile itself: Compose reads it from a file.
      const path = `seccomp-${service}.json`;
      stack.files.push({ path, text: `${option.slice('seccomp='.length)}\n` });
      append(keys, 'security_opt', `seccomp=./${path}`);
    } else append(keys, 'security_opt', literal(option));
  }
  if (host.Privileged === true) return;
  const [masked, readOnly] = [host.MaskedPaths, host.ReadonlyPaths];
  if (Array.isArray(masked) && Array.isArray(readOnly) && masked.length === 0 && readOnly.length === 0)
    append(keys, 'security_opt', 'systempaths=unconfined');
}

/** Bytes as people write them, to the byte: `512m`, `1g`, `1000000b`. */
export function size(bytes: number): string {
  for (const [unit, count] of [
    ['g', 2 ** 30],
    ['m', 2 ** 20],
    ['k', 2 ** 10],
  ] as const)
    if (bytes % count === 0) return `${bytes / count}${unit}`;
  return `${bytes}b`;
}
