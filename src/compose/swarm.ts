/**
 * Keys of a service that `docker stack deploy` reads over without a word. What is honoured there: user, read_only, cap_add, cap_drop,
 * sysctls, ulimits, init, and limits under `deploy`.
 * Source: https://github.com/docker/cli/blob/master/cli/compose/types/types.go (UnsupportedProperties, DeprecatedProperties)
 */
export const IGNORED_IN_SWARM: ReadonlySet<string> = new Set([
  'build',
  'cgroup',
  'cgroup_parent',
  'container_name',
  'devices',
  'domainname',
  'expose',
  'external_links',
  'ipc',
  'links',
  'mac_address',
  'network_mode',
  'pid',
  'privileged',
  'restart',
  'security_opt',
  'shm_size',
  'userns_mode',
]);
