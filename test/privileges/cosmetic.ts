import type { Data } from '../../src/yaml/types';
import { Alias, Anchor, type Mapping, type Plan, type Random, type Value } from './projects';

/** A way to say the same otherwise. Changes the plan. */
type Edit = (plan: Plan, random: Random) => void;

const EDITS: Readonly<Record<string, Edit>> = {
  'anchors written out': (plan) => {
    for (const [file, data] of Object.entries(plan.files)) plan.files[file] = written(data, new Map()) as Mapping;
  },
  'long and short syntax': (plan, random) => eachService(plan, (service) => respell(service, random)),
  'lists and maps': (plan, random) => eachService(plan, (service) => reshape(service, random)),
  'the override folded in': fold,
  'what is extended written out': unextend,
  'values in variables': (plan, random) => eachService(plan, (service) => intoVariables(service, plan, random)),
  'keys moved to the override': (plan, random) => split(plan, random),
  'nothing but looks': () => {},
};

/** The same project in other words: one to three edits, and always another look. */
export function cosmetic(plan: Plan, random: Random): { plan: Plan; name: string } {
  const copy = cloned(plan) as Plan;
  const names = random.shuffled(Object.keys(EDITS)).slice(0, 1 + random.below(3));
  // What is written out has no anchors that others could still be changed through.
  const ordered = ['anchors written out', ...names.filter((name) => name !== 'anchors written out')];
  const chosen = names.length === 1 && names[0] === 'nothing but looks' ? names : ordered;
  for (const name of chosen) EDITS[name]!(copy, random);
  return { plan: copy, name: chosen.join(', ') };
}

function cloned(value: unknown): unknown {
  if (value instanceof Anchor) return new Anchor(value.name, cloned(value.value) as Value);
  if (value instanceof Alias) return new Alias(value.name);
  if (Array.isArray(value)) return value.map(cloned);
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, cloned(each)]));
  return value;
}

function written(value: Value, anchors: Map<string, Value>): Value {
  if (value instanceof Anchor) {
    const inner = written(value.value, anchors);
    anchors.set(value.name, inner);
    return inner;
  }
  if (value instanceof Alias) return cloned(anchors.get(value.name)) as Value;
  if (Array.isArray(value)) return value.map((each) => written(each, anchors)) as Value;
  if (value === null || typeof value !== 'object') return value;
  const own = Object.entries(value).map(([key, each]): [string, Value] => [key, written(each, anchors)]);
  const merged = own.find(([key]) => key === '<<')?.[1];
  return Object.fromEntries([...(merged ? Object.entries(merged as Mapping) : []), ...own.filter(([key]) => key !== '<<')]);
}

function eachService(plan: Plan, work: (service: Mapping) => void): void {
  for (const data of Object.values(plan.files)) {
    for (const service of Object.values((data.services ?? {}) as Mapping))
      if (!(service instanceof Alias) && !(service instanceof Anchor)) work(service as Mapping);
  }
}

function isMap(value: unknown): value is { [key: string]: Data } {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function respell(service: Mapping, random: Random): void {
  const each = (key: string, change: (item: Data) => Data): void => {
    if (Array.isArray(service[key]))
      service[key] = (service[key] as Data[]).map((item) =>
        random.chance(0.7) && !String(item).includes('$') ? change(item) : item,
      ) as Value;
  };
  each('ports', (item) => {
    if (isMap(item)) return item;
    const [, ip, published, target, protocol] = /^(?:(\d+\.[\d.]+):)?(?:(\d+):)?(\d+)(?:\/(\w+))?$/.exec(String(item)) ?? [];
    if (target === undefined) return item;
    return {
      mode: 'ingress',
      target: Number(target),
      ...(published && { published }),
      ...(ip && { host_ip: ip }),
      protocol: protocol ?? 'tcp',
    };
  });
  each('volumes', (item) => {
    if (isMap(item)) return item;
    const [source = '', target = '', option = ''] = String(item).split(':');
    if (target === '' || source.includes('$')) return item;
    const bind = /^[./~]/.test(source);
    return {
      type: bind ? 'bind' : 'volume',
      source,
      target,
      ...(option === 'ro' && { read_only: true }),
      ...(bind ? { bind: { create_host_path: true } } : { volume: {} }),
    };
  });
  each('secrets', (item) => (isMap(item) ? item : { source: item as string, target: `/run/secrets/${item}` }));
  each('devices', (item) => {
    const [source = '', target, permissions] = String(item).split(':');
    return `${source}:${target ?? source}:${permissions ?? 'rwm'}`;
  });
  if (typeof service.build === 'string') service.build = { context: service.build, dockerfile: 'Dockerfile' };
  if (service.mem_limit === '512m') service.mem_limit = String(512 * 1024 * 1024);
  if (service.privileged === false) delete service.privileged;
  for (const key of ['cap_add', 'cap_drop', 'security_opt', 'group_add', 'dns'])
    if (Array.isArray(service[key])) service[key] = random.shuffled(service[key] as Data[]) as Value;
}

function reshape(service: Mapping, random: Random): void {
  for (const key of ['environment', 'labels', 'sysctls', 'annotations']) {
    const value = service[key];
    if (value === undefined || !random.chance(0.7)) continue;
    if (Array.isArray(value)) service[key] = Object.fromEntries((value as string[]).map((item) => item.split('=') as [string, string]));
    else service[key] = Object.entries(value as Mapping).map(([name, each]) => `${name}=${each}`);
  }
  const { networks, extra_hosts: hosts, env_file: file, ulimits } = service;
  if (Array.isArray(networks) && !networks.some((name) => String(name).includes('$')))
    service.networks = Object.fromEntries((networks as string[]).map((name) => [name, null]));
  if (Array.isArray(hosts) && !hosts.some((each) => String(each).includes('$')))
    service.extra_hosts = Object.fromEntries((hosts as string[]).map((item) => item.split(':') as [string, string]));
  if (Array.isArray(file) && file.length === 1)
    service.env_file = random.chance(0.5) ? (file[0] as string) : [{ path: file[0] as string, required: true }];
  if (isMap(ulimits) && typeof ulimits.nofile === 'number') service.ulimits = { ...ulimits, nofile: ulimits.nofile };
  if (typeof service.dns === 'string') service.dns = [service.dns];
  if (typeof service.extends === 'string') service.extends = { service: service.extends };
}

/** What the override says of a service is said by the main file: only keys that it alone has, so that nothing has to be merged. */
function fold(plan: Plan): void {
  const over = (plan.files['compose.override.yaml']?.services ?? {}) as Mapping;
  const main = plan.files['compose.yaml']!.services as Mapping;
  for (const [name, keys] of Object.entries(over)) {
    const service = main[name];
    if (!service || service instanceof Alias || service instanceof Anchor) continue;
    for (const [key, value] of Object.entries(keys as Mapping)) {
      if (key in (service as Mapping)) continue;
      (service as Mapping)[key] = value;
      delete (keys as Mapping)[key];
    }
  }
}

/** The service of another file is written out where it is extended; its paths count from there. */
function unextend(plan: Plan): void {
  const main = plan.files['compose.yaml']!.services as Mapping;
  const job = main.job as Mapping;
  const from = (plan.files['common/base.yaml']!.services as Mapping).job as Mapping;
  if (!('extends' in job) || Object.values(from).some((value) => value instanceof Alias)) return;
  delete job.extends;
  for (const [key, value] of Object.entries(from)) if (!(key in job)) job[key] = moved(key, cloned(value) as Data);
}

function moved(key: string, value: Data): Value {
  const path = (text: string): string => (/^\.{1,2}(?=\/|$)/.test(text) ? `./common/${text}` : text);
  if (key === 'volumes' && Array.isArray(value))
    return value.map((item) =>
      isMap(item)
        ? { ...item, ...(item.type === 'bind' && { source: path(String(item.source)) }) }
        : /^\./.test(String(item))
          ? path(String(item))
          : item,
    ) as Value;
  if (key === 'env_file')
    return (Array.isArray(value) ? value : [value]).map((item) =>
      isMap(item) ? { ...item, path: path(String(item.path)) } : path(String(item)),
    ) as Value;
  if (key === 'build') return isMap(value) ? { ...value, context: path(String(value.context)) } : path(String(value));
  return value as Value;
}

/** Some texts come from `.env`, or from a default. */
function intoVariables(service: Mapping, plan: Plan, random: Random): void {
  for (const [key, value] of Object.entries(service)) {
    if (
      typeof value !== 'string' ||
      value.includes('$') ||
      value.includes('}') ||
      key === 'extends' ||
      key === 'container_name' ||
      !random.chance(0.4)
    )
      continue;
    const name = `V${Object.keys(plan.env).length}`;
    if (random.chance(0.5)) {
      service[key] = `\${${name}:-${value}}`;
      plan.env[`N${name}`] = '';
    } else {
      plan.env[name] = `"${value}"`;
      service[key] = random.chance(0.5) ? `\${${name}}` : `$${name}`;
    }
  }
}

/** Keys that a service of the main file alone has are said by the override instead. */
function split(plan: Plan, random: Random): void {
  const file = plan.files['compose.override.yaml']!;
  const over = (file.services ?? {}) as Mapping;
  for (const name of ['web', 'mail', 'queue']) {
    const service = (plan.files['compose.yaml']!.services as Mapping)[name] as Mapping;
    const above = { ...((over[name] ?? {}) as Mapping) };
    for (const [key, value] of Object.entries(service)) {
      if (key === 'image' || key === 'extends' || key in above || value instanceof Alias || value instanceof Anchor || !random.chance(0.5))
        continue;
      above[key] = value;
      delete service[key];
    }
    over[name] = above;
  }
  file.services = over;
}
