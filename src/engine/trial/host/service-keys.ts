/**
 * What becomes of each key of a service in a trial. A key that is not here is not given: a new one may reach the host.
 *
 * - `kept`: says what the service is.
 * - `host`: takes something of the host, and is held back unless `--allow-privileged`.
 * - `made`: the trial says it itself, from what is written.
 * - `dropped`: says nothing inside a trial, or speaks to somebody outside of it.
 */
export type KeyFate = 'kept' | 'host' | 'made' | 'dropped';

const of = (fate: KeyFate, names: string): [string, KeyFate][] => names.split(/\s+/).map((name) => [name, fate]);

/** Source: https://github.com/compose-spec/compose-spec/blob/170098ba/schema/compose-spec.json */
export const SERVICE_KEYS: ReadonlyMap<string, KeyFate> = new Map([
  ...of('kept', 'command entrypoint environment working_dir user group_add tty stdin_open init hostname domainname platform'),
  ...of('kept', 'cap_drop read_only tmpfs sysctls ulimits shm_size stop_signal stop_grace_period depends_on links'),
  ...of('kept', 'cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset blkio_config'),
  ...of('kept', 'mem_limit mem_reservation mem_swappiness memswap_limit pids_limit storage_opt isolation'),
  ...of('kept', 'dns dns_opt dns_search expose extra_hosts'),
  ...of('host', 'privileged devices device_cgroup_rules gpus use_api_socket cgroup_parent credential_spec oom_kill_disable oom_score_adj'),
  // Namespaces, mounts and what a runtime is told: some values of these stay inside.
  ...of('made', 'image volumes volumes_from secrets configs networks network_mode ports pid ipc uts userns_mode cgroup runtime'),
  ...of('made', 'cap_add security_opt healthcheck restart deploy post_start pre_start pre_stop'),
  ...of(
    'dropped',
    'build container_name labels label_file annotations logging log_driver log_opt external_links mac_address scale develop',
  ),
  ...of('dropped', 'profiles pull_policy pull_refresh_after provider models attach env_file extends'),
]);

/** Runtimes that hold a container back as much as runc, or more. Any other may hand out devices, as NVIDIA's does. */
export const RUNTIMES: ReadonlySet<string> = new Set([
  'runc',
  'crun',
  'youki',
  'runsc',
  'kata',
  'kata-runtime',
  'sysbox-runc',
  'io.containerd.runc.v2',
]);
