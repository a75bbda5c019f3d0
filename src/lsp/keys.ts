import { table } from '../table';

/** Which transforms a key is for: of a service, or of the top level. Hover tells of them also where there is nothing to find. */
const TRANSFORMS: Readonly<Record<string, readonly string[]>> = table({
  build: ['build-privileges', 'dockerfile-user'],
  cap_add: ['cap-drop', 'dangerous-capabilities', 'init'],
  cap_drop: ['cap-drop'],
  cgroup: ['host-namespaces'],
  cgroup_parent: ['limits'],
  command: ['plaintext-secrets', 'docker-socket'],
  depends_on: ['start-order', 'docker-socket'],
  deploy: ['limits', 'restart'],
  device_cgroup_rules: ['devices'],
  devices: ['devices'],
  environment: ['plaintext-secrets', 'docker-socket'],
  healthcheck: ['healthcheck', 'plaintext-secrets'],
  image: ['image-pin', 'registry-allowlist'],
  init: ['init'],
  ipc: ['host-namespaces'],
  labels: ['segment'],
  logging: ['logging'],
  mem_limit: ['limits'],
  network_mode: ['host-namespaces'],
  networks: ['segment', 'docker-socket'],
  oom_kill_disable: ['limits'],
  oom_score_adj: ['limits'],
  pid: ['host-namespaces'],
  pids: ['limits'],
  pids_limit: ['limits'],
  ports: ['ports'],
  post_start: ['hooks'],
  pre_stop: ['hooks'],
  privileged: ['privileged'],
  read_only: ['read-only'],
  restart: ['restart'],
  secrets: ['plaintext-secrets'],
  security_opt: ['no-new-privileges', 'confinement'],
  shm_size: ['host-namespaces', 'sensitive-mounts'],
  sysctls: ['sysctls'],
  tmpfs: ['read-only', 'tmpfs-options'],
  ulimits: ['ulimits'],
  use_api_socket: ['docker-socket'],
  user: ['user'],
  userns_mode: ['userns'],
  uts: ['host-namespaces'],
  volumes: ['sensitive-mounts', 'docker-socket', 'selinux-labels'],
});

/** The ids of the transforms that a key is for; none when it is for none. */
export function transformsOf(key: string): readonly string[] {
  return TRANSFORMS[key] ?? [];
}
