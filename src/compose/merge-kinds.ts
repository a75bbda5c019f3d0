import { table } from '../table';
/**
 * How Compose merges the value of a key with that of a file (or of an extended service) below it:
 * - `value`: the upper one counts; null changes nothing.
 * - `replace`: the same, but null takes the lower one away.
 * - `union`: a list of the items of both, each once.
 * - `strict`: the same, but a double is an error.
 * - `list`: the items of both, one after the other.
 * - `keyed`: a list in which an item takes the place of the one with the same target.
 * - `tmpfs`: `union`, but one target with two sets of options is an error.
 * - `names`: a map by name, in which a list stands for names without settings.
 * - `pairs`: a map by name, in which a list holds `NAME=value`.
 * - `map`: merged key by key.
 *
 * Measured with Compose 2.40. Source: https://github.com/compose-spec/compose-go/tree/main/override, merge.go and uncity.go
 */
export type MergeKind = 'value' | 'replace' | 'union' | 'strict' | 'list' | 'keyed' | 'tmpfs' | 'names' | 'pairs' | 'map';

const LISTS: ReadonlySet<MergeKind> = new Set(['union', 'strict', 'keyed', 'tmpfs', 'list']);

const SERVICE_KEYS: Readonly<Record<string, MergeKind>> = table({
  annotations: 'pairs',
  blkio_config: 'map',
  build: 'map',
  cap_add: 'union',
  cap_drop: 'union',
  command: 'replace',
  configs: 'keyed',
  credential_spec: 'map',
  depends_on: 'names',
  deploy: 'map',
  develop: 'map',
  device_cgroup_rules: 'strict',
  devices: 'keyed',
  dns: 'union',
  dns_opt: 'union',
  dns_search: 'union',
  entrypoint: 'replace',
  env_file: 'list',
  environment: 'pairs',
  expose: 'union',
  external_links: 'union',
  extra_hosts: 'union',
  gpus: 'list',
  group_add: 'strict',
  healthcheck: 'map',
  label_file: 'list',
  labels: 'pairs',
  links: 'union',
  logging: 'map',
  models: 'names',
  networks: 'names',
  ports: 'union',
  post_start: 'list',
  pre_stop: 'list',
  profiles: 'union',
  secrets: 'keyed',
  security_opt: 'strict',
  storage_opt: 'map',
  sysctls: 'pairs',
  tmpfs: 'tmpfs',
  ulimits: 'map',
  volumes: 'keyed',
  volumes_from: 'strict',
});

/** Deeper keys that do not follow from what their value looks like. */
const DEEPER: readonly (readonly [RegExp, MergeKind])[] = [
  [/^healthcheck\.test$/, 'replace'],
  [/^ulimits\.[^.]+$/, 'value'],
  [/^build\.(?:args|labels|additional_contexts)$/, 'pairs'],
  [/^deploy\.labels$/, 'pairs'],
];

/** Whether the items of a list come on top of those below it, rather than in their place. */
export function isAppended(key: string): boolean {
  return isListKind(kindOfServiceKey([key]));
}

/** Whether it is a kind of list that grows. */
export function isListKind(kind: MergeKind | undefined): boolean {
  return kind !== undefined && LISTS.has(kind);
}

/** The kind of a key of a service, by its path below the service; undefined = as its value looks: maps merge, lists are joined. */
export function kindOfServiceKey(path: readonly string[]): MergeKind | undefined {
  const [key, ...deeper] = path;
  if (deeper.length === 0) return SERVICE_KEYS[key!] ?? 'value';
  const text = path.join('.');
  return DEEPER.find(([pattern]) => pattern.test(text))?.[1];
}

/**
 * Values that come to the same as no value at all, for keys where Compose takes them. A file cannot remove a key of the file below it, but
 * it can set it to these.
 */
export const SAME_AS_ABSENT: Readonly<Record<string, false | '' | 0>> = table({
  'build.privileged': false,
  cgroup_parent: '',
  cpus: 0,
  hostname: '',
  ipc: '',
  mem_limit: 0,
  oom_score_adj: 0,
  pid: '',
  pids_limit: 0,
  privileged: false,
  read_only: false,
  restart: '',
  runtime: '',
  use_api_socket: false,
  user: '',
  userns_mode: '',
  uts: '',
});
