import type { Data } from '../yaml/types';

/** A service, network or volume as Compose writes it. Texts are as they stand in a file: `$$` is a dollar, `${NAME}` a variable. */
export type Keys = { [key: string]: Data };

/** Something the result does not say, or that a person has to settle. */
export interface Loss {
  /**
   * `unsupported`: the target has no way to say it · `unknown`: no such option is known · `client`: it is about the command that was run, not
   * the container · `decision`: the person has to say something · `skipped`: a command that makes no container.
   */
  code: 'unsupported' | 'unknown' | 'client' | 'decision' | 'skipped';
  /** Whose it is; undefined = nobody's in particular. */
  service?: string;
  /** What it is, as it was written: `--rm`, `HostConfig.CpusetMems`. Holds no value. */
  what: string;
  /** A sentence without a full stop. */
  reason: string;
  /** Where it is, in what was read; both count from 1. */
  line?: number;
  column?: number;
}

/** A file that a stack needs beside its Compose file: a seccomp profile. */
export interface NeededFile {
  /** Relative to the Compose file. */
  path: string;
  text: string;
}

/** What was read of containers, ready to be written as a Compose file. */
export interface Stack {
  services: Map<string, Keys>;
  networks: Map<string, Keys>;
  volumes: Map<string, Keys>;
  losses: Loss[];
  files: NeededFile[];
}

export function emptyStack(): Stack {
  return { services: new Map(), networks: new Map(), volumes: new Map(), losses: [], files: [] };
}

/** A text of which every dollar is one. */
export function literal(text: string): string {
  return text.replaceAll('$', '$$$$');
}

/** A name for a service that no other of the stack has; what Compose does not allow in one becomes `-`. */
export function serviceName(stack: Pick<Stack, 'services'>, wanted: string): string {
  const base = wanted.replace(/[^\w.-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '') || 'service';
  let name = base;
  for (let number = 2; stack.services.has(name); number++) name = `${base}-${number}`;
  return name;
}

/** What an image is called, without registry, tag and digest: `ghcr.io/acme/api:1` is `api`. */
export function imageBaseName(image: string): string {
  const path = image.split('@')[0]!;
  const last = path.slice(path.lastIndexOf('/') + 1);
  return last.split(':')[0]!;
}

/** Adds an item to a list of a service, in which nothing is twice: Compose refuses that in some lists, and it says nothing more in the others. */
export function append(keys: Keys, key: string, item: Data): void {
  const list = keys[key];
  if (!Array.isArray(list)) keys[key] = [item];
  else if (!list.includes(item)) list.push(item);
}

/** Sets an entry of a map of a service; a name such as `__proto__` is one like any other. */
export function setEntry(keys: Keys, key: string, name: string, value: Data): void {
  keys[key] = { ...(keys[key] as Keys | undefined), [name]: value };
}

/** The order in which people write the keys of a service. */
const ORDER =
  `image platform pull_policy container_name hostname domainname user working_dir entrypoint command environment env_file labels label_file annotations
  restart init stdin_open tty stop_signal stop_grace_period healthcheck ports expose networks network_mode mac_address dns dns_search dns_opt
  extra_hosts external_links volumes volumes_from tmpfs devices gpus use_api_socket privileged read_only cap_drop cap_add security_opt
  group_add userns_mode pid ipc uts cgroup cgroup_parent isolation runtime device_cgroup_rules sysctls ulimits mem_limit mem_reservation memswap_limit
  mem_swappiness oom_kill_disable oom_score_adj shm_size cpus cpu_shares cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_count cpu_percent
  cpuset pids_limit blkio_config storage_opt logging`.split(/\s+/);

/** The same keys in the order people write them. */
export function ordered(keys: Keys): Keys {
  const at = (key: string): number => (ORDER.includes(key) ? ORDER.indexOf(key) : ORDER.length);
  return Object.fromEntries(Object.entries(keys).sort(([a], [b]) => at(a) - at(b)));
}
