import { table } from '../../table';

/** How an option of `docker run` is read, and where in Compose it goes. */
export interface RunOption {
  /** Whether it takes a value; a switch takes one only as `--init=false`. */
  takes: 'value' | 'nothing';
  /** What becomes of it: the reader that `read-options.ts` has for it, with the key it is about; or why nothing does. */
  to:
    | { text: string }
    | { number: string }
    | { list: string }
    | { pairs: string }
    | { onOff: string }
    | { reader: ReaderName }
    | { lost: 'unsupported' | 'client'; reason: string }
    /** Says what Compose does anyway. */
    | { nothing: true };
  /** Podman only. */
  podman?: true;
}

/** Options that take more than a key. */
export type ReaderName =
  | 'addHost'
  | 'blkioDevice'
  | 'blkioWeight'
  | 'endpoint'
  | 'entrypoint'
  | 'env'
  | 'envFile'
  | 'expose'
  | 'gpus'
  | 'health'
  | 'link'
  | 'logOption'
  | 'logDriver'
  | 'mount'
  | 'name'
  | 'namespace'
  | 'network'
  | 'noHealthcheck'
  | 'publish'
  | 'pull'
  | 'stopTimeout'
  | 'swap'
  | 'ulimit'
  | 'volume'
  | 'volumeDriver'
  | 'volumesFrom';

const text = (key: string): RunOption => ({ takes: 'value', to: { text: key } });
const number = (key: string): RunOption => ({ takes: 'value', to: { number: key } });
const list = (key: string): RunOption => ({ takes: 'value', to: { list: key } });
const pairs = (key: string): RunOption => ({ takes: 'value', to: { pairs: key } });
const onOff = (key: string): RunOption => ({ takes: 'nothing', to: { onOff: key } });
const reader = (name: ReaderName): RunOption => ({ takes: 'value', to: { reader: name } });
const client = (takes: RunOption['takes'], reason: string): RunOption => ({ takes, to: { lost: 'client', reason } });
const unsupported = (takes: RunOption['takes'], reason: string): RunOption => ({ takes, to: { lost: 'unsupported', reason } });
const podman = (option: RunOption): RunOption => ({ ...option, podman: true });

/**
 * Every option of `docker run`, and those of `podman run` that it does not have.
 *
 * Sources: https://docs.docker.com/reference/cli/docker/container/run/ (28.2), https://docs.podman.io/en/latest/markdown/podman-run.1.html
 */
export const RUN_OPTIONS: Readonly<Record<string, RunOption>> = table({
  'add-host': reader('addHost'),
  annotation: pairs('annotations'),
  attach: client('value', 'what a terminal is attached to is said to docker compose up'),
  'blkio-weight': reader('blkioWeight'),
  'blkio-weight-device': reader('blkioDevice'),
  'cap-add': list('cap_add'),
  'cap-drop': list('cap_drop'),
  'cgroup-parent': text('cgroup_parent'),
  cgroupns: text('cgroup'),
  cidfile: client('value', 'the id of the container is what docker compose ps -q says'),
  'cpu-count': number('cpu_count'),
  'cpu-percent': number('cpu_percent'),
  'cpu-period': number('cpu_period'),
  'cpu-quota': number('cpu_quota'),
  'cpu-rt-period': number('cpu_rt_period'),
  'cpu-rt-runtime': number('cpu_rt_runtime'),
  'cpu-shares': number('cpu_shares'),
  cpus: number('cpus'),
  'cpuset-cpus': text('cpuset'),
  'cpuset-mems': unsupported('value', 'Compose has no key for memory nodes'),
  detach: { takes: 'nothing', to: { nothing: true } },
  'detach-keys': client('value', 'the keys that detach are said to docker attach'),
  device: list('devices'),
  'device-cgroup-rule': list('device_cgroup_rules'),
  'device-read-bps': reader('blkioDevice'),
  'device-read-iops': reader('blkioDevice'),
  'device-write-bps': reader('blkioDevice'),
  'device-write-iops': reader('blkioDevice'),
  'disable-content-trust': client('nothing', 'whether signatures are checked is said by DOCKER_CONTENT_TRUST'),
  dns: list('dns'),
  'dns-option': list('dns_opt'),
  'dns-search': list('dns_search'),
  domainname: text('domainname'),
  entrypoint: reader('entrypoint'),
  env: reader('env'),
  'env-file': reader('envFile'),
  expose: reader('expose'),
  gpus: reader('gpus'),
  'group-add': list('group_add'),
  'health-cmd': reader('health'),
  'health-interval': reader('health'),
  'health-retries': reader('health'),
  'health-start-interval': reader('health'),
  'health-start-period': reader('health'),
  'health-timeout': reader('health'),
  hostname: text('hostname'),
  init: onOff('init'),
  interactive: onOff('stdin_open'),
  'io-maxbandwidth': unsupported('value', 'Compose has no key for this limit of Windows'),
  'io-maxiops': unsupported('value', 'Compose has no key for this limit of Windows'),
  ip: reader('endpoint'),
  ip6: reader('endpoint'),
  ipc: reader('namespace'),
  isolation: text('isolation'),
  'kernel-memory': unsupported('value', 'Compose has no key for it, and Engines of today ignore it'),
  label: pairs('labels'),
  'label-file': list('label_file'),
  link: reader('link'),
  'link-local-ip': reader('endpoint'),
  'log-driver': reader('logDriver'),
  'log-opt': reader('logOption'),
  'mac-address': text('mac_address'),
  memory: text('mem_limit'),
  'memory-reservation': text('mem_reservation'),
  'memory-swap': reader('swap'),
  'memory-swappiness': number('mem_swappiness'),
  mount: reader('mount'),
  name: reader('name'),
  network: reader('network'),
  'network-alias': reader('endpoint'),
  'no-healthcheck': { takes: 'nothing', to: { reader: 'noHealthcheck' } },
  'oom-kill-disable': onOff('oom_kill_disable'),
  'oom-score-adj': number('oom_score_adj'),
  pid: reader('namespace'),
  'pids-limit': number('pids_limit'),
  platform: text('platform'),
  privileged: onOff('privileged'),
  publish: reader('publish'),
  'publish-all': unsupported(
    'nothing',
    'only the image says which ports that are: publish them one by one, "80" for a free port of the host',
  ),
  pull: reader('pull'),
  quiet: { takes: 'nothing', to: { nothing: true } },
  'read-only': onOff('read_only'),
  restart: text('restart'),
  rm: unsupported('nothing', 'a service stays until docker compose down; docker compose run --rm runs one that does not'),
  runtime: text('runtime'),
  'security-opt': list('security_opt'),
  'shm-size': text('shm_size'),
  'sig-proxy': client('nothing', 'who gets the signals of a terminal is said to docker attach'),
  'stop-signal': text('stop_signal'),
  'stop-timeout': reader('stopTimeout'),
  'storage-opt': pairs('storage_opt'),
  sysctl: pairs('sysctls'),
  tmpfs: list('tmpfs'),
  tty: onOff('tty'),
  ulimit: reader('ulimit'),
  'use-api-socket': onOff('use_api_socket'),
  user: text('user'),
  userns: text('userns_mode'),
  uts: text('uts'),
  volume: reader('volume'),
  'volume-driver': reader('volumeDriver'),
  'volumes-from': reader('volumesFrom'),
  workdir: text('working_dir'),

  arch: podman(unsupported('value', 'write the platform, as linux/arm64')),
  authfile: podman(client('value', 'which credentials pull an image is said by docker login')),
  cgroups: podman(unsupported('value', 'Compose has no key for it')),
  'conmon-pidfile': podman(client('value', 'Compose writes no such file')),
  'env-host': podman(unsupported('nothing', 'name the variables that are passed on, one by one')),
  gidmap: podman(unsupported('value', 'Compose has no key for mappings of groups')),
  'group-entry': podman(unsupported('value', 'Compose has no key for it')),
  'health-on-failure': podman(unsupported('value', 'Compose has no key for what an unhealthy container comes to')),
  hostuser: podman(unsupported('value', 'Compose has no key for it')),
  'http-proxy': podman(unsupported('nothing', 'name the variables of the proxy in environment')),
  'image-volume': podman(unsupported('value', 'Compose has no key for it')),
  'init-path': podman(unsupported('value', 'the Engine has its own init')),
  'no-hosts': podman(unsupported('nothing', 'Compose has no key for it')),
  passwd: podman(unsupported('nothing', 'Compose has no key for it')),
  'passwd-entry': podman(unsupported('value', 'Compose has no key for it')),
  pidfile: podman(client('value', 'Compose writes no such file')),
  pod: podman(unsupported('value', 'Compose has no pods: network_mode: service:NAME shares a network')),
  'read-only-tmpfs': podman(unsupported('nothing', 'name the directories under tmpfs')),
  replace: podman(client('nothing', 'docker compose up replaces the container of a service by itself')),
  requires: podman(unsupported('value', 'write depends_on')),
  rootfs: podman(unsupported('nothing', 'Compose starts images only')),
  sdnotify: podman(unsupported('value', 'Compose has no key for it')),
  secret: podman(unsupported('value', 'write a secret of Compose, with the file it comes from')),
  'shm-size-systemd': podman(unsupported('value', 'Compose has no key for it')),
  subgidname: podman(unsupported('value', 'Compose has no key for mappings of groups')),
  subuidname: podman(unsupported('value', 'Compose has no key for mappings of users')),
  systemd: podman(unsupported('value', 'Compose has no key for it')),
  timeout: podman(unsupported('value', 'Compose has no key for the longest a container may run')),
  'tls-verify': podman(client('nothing', 'which registries are trusted is said to the Engine')),
  tz: podman(unsupported('value', 'set TZ in environment')),
  uidmap: podman(unsupported('value', 'Compose has no key for mappings of users')),
  umask: podman(unsupported('value', 'Compose has no key for it')),
  unsetenv: podman(unsupported('value', 'Compose cannot take a variable of the image away')),
  'unsetenv-all': podman(unsupported('nothing', 'Compose cannot take the variables of the image away')),
});

/** Options of one letter. */
export const SHORT_OPTIONS: Readonly<Record<string, string>> = table({
  a: 'attach',
  c: 'cpu-shares',
  d: 'detach',
  e: 'env',
  h: 'hostname',
  i: 'interactive',
  l: 'label',
  m: 'memory',
  p: 'publish',
  P: 'publish-all',
  q: 'quiet',
  t: 'tty',
  u: 'user',
  v: 'volume',
  w: 'workdir',
});

/** Other names of options. */
export const OTHER_NAMES: Readonly<Record<string, string>> = table({
  net: 'network',
  'net-alias': 'network-alias',
  'dns-opt': 'dns-option',
});
