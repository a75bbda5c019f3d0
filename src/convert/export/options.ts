import { isMap } from '../../compose/data';
import { table } from '../../table';
import type { Data } from '../../yaml/types';
import { RUN_OPTIONS } from '../run/options';
import type { Keys, Loss } from '../stack';
import { plainText, shellWord } from '../text';
import { type ExportProject, realName } from './project';

/** An option of `docker run`; one without a value is a switch. */
export interface Option {
  name: string;
  value?: string;
}

/** A service as a line of docker says it: texts as in a Compose file. */
export interface RunService {
  service: string;
  /** The name of its container. */
  container: string;
  options: Option[];
  /** Further networks, which are joined before the start. */
  joins: { network: string; options: Option[] }[];
  image: string;
  command: string[];
  losses: Loss[];
}

/** Keys that one option says, and how, by the table that reads them. */
const BY_KEY = new Map(
  Object.entries(RUN_OPTIONS).flatMap(([name, { to, podman }]) => {
    if (podman) return [];
    for (const kind of ['text', 'number', 'list', 'pairs', 'onOff'] as const)
      if (kind in to) return [[(to as Record<string, string>)[kind]!, { name, kind }] as const];
    return [];
  }),
);

/** Keys that say something to Compose, and nothing about a container. */
const NOTHING = new Set(['profiles', 'attach', 'develop', 'pull_refresh_after']);

/** Why keys go to no option. */
const REASONS: Readonly<Record<string, string>> = table({
  build: 'build the image first: docker build',
  scale: 'a line makes one container',
  depends_on: 'a line waits for nothing: the lines are in the order of what they need',
  provider: 'a provider of Compose makes it',
  models: 'models are Compose’s own',
  credential_spec: 'no option says it',
  post_start: 'run it with docker exec after the start',
  pre_start: 'run it before the start',
  pre_stop: 'run it with docker exec before the stop',
  mem_swappiness: 'no option says it',
  cpu_reservation: 'a single host reserves no processors',
});

/** What each service says, as options of `docker run`. */
export function runService(project: ExportProject, service: string): RunService {
  const keys = project.services.get(service)!;
  const losses: Loss[] = [];
  const lose = (what: string, reason: string, code: Loss['code'] = 'unsupported'): void =>
    void losses.push({ code, service, what, reason });
  const container = containerName(project, service);
  const options: Option[] = [{ name: 'name', value: container }];
  const add = (name: string, value?: Data): void => void options.push(value === undefined ? { name } : { name, value: String(value) });
  const joins: RunService['joins'] = [];
  const command = ((keys.command as string[] | undefined) ?? []).slice();
  for (const [key, value] of Object.entries(keys)) {
    const simple = BY_KEY.get(key);
    const special = SPECIAL[key];
    if (key === 'image' || key === 'command' || key === 'container_name' || NOTHING.has(key)) continue;
    if (key === 'networks' || key === 'network_mode') continue;
    if (special) special(value, { project, service, add, lose, command });
    else if (simple?.kind === 'list' && Array.isArray(value))
      for (const each of value) add(simple.name, isMap(each) ? deviceText(each) : each);
    else if (simple?.kind === 'pairs' && isMap(value))
      for (const [name, each] of Object.entries(value)) add(simple.name, each === null || each === '' ? name : `${name}=${String(each)}`);
    else if (simple?.kind === 'onOff') {
      if (value === true || value === 'true') add(simple.name);
      else if (key === 'init') options.push({ name: 'init', value: 'false' });
    } else if (simple && (simple.kind === 'text' || simple.kind === 'number')) add(simple.name, value);
    else lose(key, REASONS[key] ?? 'no option of docker run says it');
  }
  networkOptions(project, service, { options, joins, lose });
  if (keys.image === undefined) lose('image', 'it is built: build it first, and name it', 'decision');
  return { service, container, options, joins, image: String(keys.image ?? `${project.name}-${service}`), command, losses };
}

export function containerName({ services }: Pick<ExportProject, 'services'>, service: string): string {
  const named = services.get(service)?.container_name;
  return typeof named === 'string' ? named : service;
}

interface Saying {
  project: ExportProject;
  service: string;
  add(name: string, value?: Data): void;
  lose(what: string, reason: string, code?: Loss['code']): void;
  /** The words behind the image. */
  command: string[];
}

const list = (value: Data): Data[] => (Array.isArray(value) ? value : [value]);

/** Keys that take more than an option each. */
const SPECIAL: Readonly<Record<string, (value: Data, saying: Saying) => void>> = table({
  environment: (value, { add }) => {
    for (const [name, each] of Object.entries(value as Keys)) add('env', each === null ? name : `${name}=${String(each)}`);
  },
  env_file: (value, { add, lose }) => {
    for (const each of list(value)) {
      const { path, format, required } = isMap(each) ? each : { path: each, format: undefined, required: undefined };
      add('env-file', path);
      if (format !== 'raw')
        lose('env_file', 'docker takes what is behind "=" as it is: quotes and variables of the file are not read', 'decision');
      if (required === false) lose('env_file.required', 'docker refuses a file that is not there');
    }
  },
  entrypoint: (value, { add, command }) => {
    const words = value as string[];
    add('entrypoint', words[0] ?? '');
    command.unshift(...words.slice(1));
  },
  ports: (value, { add }) => {
    for (const each of list(value)) add('publish', each);
  },
  expose: (value, { add }) => {
    for (const each of list(value)) add('expose', each);
  },
  extra_hosts: (value, { add }) => {
    if (isMap(value)) {
      for (const [host, addresses] of Object.entries(value)) {
        // A line of the short form with a colon has all of it for its name.
        const colon = host.indexOf(':');
        if (addresses === null) add('add-host', colon < 0 ? host : host);
        else
          for (const address of list(addresses)) add('add-host', `${host}${String(address).includes(':') ? '=' : ':'}${String(address)}`);
      }
    }
  },
  external_links: (value, { add }) => {
    for (const each of list(value)) add('link', each);
  },
  links: (value, { project, add }) => {
    for (const each of list(value)) {
      const [name = '', alias = name] = String(each).split(':');
      add('link', `${containerName(project, name)}:${alias}`);
    }
  },
  gpus: (value, { add, lose }) => {
    if (value === 'all') {
      add('gpus', 'all');
      return;
    }
    for (const each of list(value)) {
      if (!isMap(each)) continue;
      const fields: string[] = [];
      if (each.count !== undefined) fields.push(String(each.count));
      if (each.driver !== undefined) fields.push(`driver=${String(each.driver)}`);
      if (Array.isArray(each.device_ids)) fields.push(quotedCsv(`device=${each.device_ids.join(',')}`));
      const capabilities = list(each.capabilities ?? []).filter((one) => one !== 'gpu');
      if (capabilities.length > 0) fields.push(quotedCsv(`capabilities=${capabilities.join(',')}`));
      if (isMap(each.options))
        fields.push(
          quotedCsv(
            `options=${Object.entries(each.options)
              .map(([name, one]) => `${name}=${String(one)}`)
              .join(',')}`,
          ),
        );
      add('gpus', fields.join(','));
    }
    if (list(value).length > 1) lose('gpus', 'docker takes one request for processors');
  },
  healthcheck: (value, { add, lose }) => {
    const check = value as Keys;
    if (check.disable === true) {
      add('no-healthcheck');
      return;
    }
    for (const [key, each] of Object.entries(check)) {
      if (key === 'test') {
        const [kind, ...words] = list(each).map(String);
        if (kind === 'NONE') add('no-healthcheck');
        else if (kind === 'CMD-SHELL') add('health-cmd', words.join(' '));
        else if (kind === 'CMD') {
          const plain = words.map((word) => plainText(word));
          add('health-cmd', words.map((word, at) => (plain[at] === undefined ? word : shellWord(word).replaceAll('$', '$$$$'))).join(' '));
          lose('healthcheck.test', 'docker runs it by the shell of the image, which has to have one');
        }
      } else if (key !== 'disable') add(`health-${key.replaceAll('_', '-')}`, each);
    }
  },
  logging: (value, { add }) => {
    const { driver, options } = value as Keys;
    if (driver !== undefined) add('log-driver', driver);
    if (isMap(options)) for (const [name, each] of Object.entries(options)) add('log-opt', `${name}=${String(each)}`);
  },
  pull_policy: (value, { add, lose }) => {
    const policy = value === 'if_not_present' ? 'missing' : String(value);
    if (['always', 'missing', 'never'].includes(policy)) add('pull', policy);
    else lose('pull_policy', `docker pulls always, when it is missing, or never, and not ${policy}`);
  },
  stop_grace_period: (value, { add, lose }) => {
    const seconds = secondsOf(String(value));
    if (seconds === undefined || !Number.isInteger(seconds)) lose('stop_grace_period', 'docker takes whole seconds');
    if (seconds !== undefined) add('stop-timeout', Math.ceil(seconds));
  },
  memswap_limit: (value, { add }) => add('memory-swap', value),
  ulimits: (value, { add }) => {
    for (const [name, each] of Object.entries(value as Keys))
      add('ulimit', `${name}=${isMap(each) ? `${String(each.soft)}:${String(each.hard)}` : String(each)}`);
  },
  blkio_config: (value, { add }) => {
    const blkio = value as Keys;
    if (blkio.weight !== undefined) add('blkio-weight', blkio.weight);
    for (const [key, option, field] of [
      ['weight_device', 'blkio-weight-device', 'weight'],
      ['device_read_bps', 'device-read-bps', 'rate'],
      ['device_read_iops', 'device-read-iops', 'rate'],
      ['device_write_bps', 'device-write-bps', 'rate'],
      ['device_write_iops', 'device-write-iops', 'rate'],
    ] as const)
      for (const each of list(blkio[key] ?? [])) if (isMap(each)) add(option, `${String(each.path)}:${String(each[field])}`);
  },
  pid: (value, saying) => saying.add('pid', sharedMode(String(value), saying.project)),
  ipc: (value, saying) => saying.add('ipc', sharedMode(String(value), saying.project)),
  volumes_from: (value, { project, add }) => {
    for (const each of list(value)) {
      const text = String(each);
      const [name = '', ...mode] = text.replace(/^container:/, '').split(':');
      add('volumes-from', [text.startsWith('container:') ? name : containerName(project, name), ...mode].join(':'));
    }
  },
  volumes: (value, { project, add, lose }) => {
    for (const each of list(value)) {
      if (isMap(each)) mountOption(each, project, { add, lose });
      else add('volume', shortVolume(String(each), project));
    }
  },
  secrets: (value, saying) => granted('secrets', value, saying),
  configs: (value, saying) => granted('configs', value, saying),
});

function sharedMode(mode: string, project: ExportProject): string {
  const service = /^service:(.+)$/.exec(mode)?.[1];
  return service === undefined ? mode : `container:${containerName(project, service)}`;
}

/** The short syntax with the name a volume really has. */
export function shortVolume(text: string, project: ExportProject): string {
  const [source = '', ...rest] = text.split(':');
  if (rest.length === 0 || /^[./~\\$]|^[A-Za-z]$/.test(source)) return text;
  return [realName(project.volumes, source, project.name), ...rest].join(':');
}

function mountOption(item: Keys, project: ExportProject, { add, lose }: Pick<Saying, 'add' | 'lose'>): void {
  const type = String(item.type ?? 'volume');
  const named = type === 'volume' && item.source !== undefined ? realName(project.volumes, String(item.source), project.name) : item.source;
  const bind = isMap(item.bind) ? item.bind : {};
  if (type === 'bind' && bind.create_host_path !== false && named !== undefined) {
    // Only the short form makes a directory that is not there.
    const words = [item.read_only ? 'ro' : '', bind.propagation ?? '', bind.selinux ?? ''].filter(Boolean).map(String);
    add('volume', [String(named), String(item.target), ...(words.length > 0 ? [words.join(',')] : [])].join(':'));
    return;
  }
  const volume = isMap(item.volume) ? item.volume : {};
  const tmpfs = isMap(item.tmpfs) ? item.tmpfs : {};
  const image = isMap(item.image) ? item.image : {};
  const fields: [string, Data | undefined][] = [
    ['type', type],
    ['source', named],
    ['target', item.target],
    ['readonly', item.read_only === true ? 'true' : undefined],
    ['consistency', item.consistency],
    ['bind-propagation', bind.propagation],
    ['bind-recursive', bind.recursive],
    ['volume-nocopy', volume.nocopy === true ? 'true' : undefined],
    ['volume-subpath', volume.subpath],
    ['tmpfs-size', tmpfs.size],
    ['tmpfs-mode', typeof tmpfs.mode === 'number' ? tmpfs.mode.toString(8) : tmpfs.mode],
    ['image-subpath', image.subpath],
  ];
  if (isMap(volume.labels))
    for (const [name, each] of Object.entries(volume.labels)) fields.push(['volume-label', `${name}=${String(each)}`]);
  if (bind.selinux !== undefined) lose('volumes.bind.selinux', '--mount has no field for it: write it as -v');
  add(
    'mount',
    fields.flatMap(([name, each]) => (each === undefined || each === null ? [] : [quotedCsv(`${name}=${String(each)}`)])).join(','),
  );
}

/** A field of a line of CSV. */
function quotedCsv(field: string): string {
  return /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** Secrets and configurations in files are mounts; others are made by Compose. */
function granted(kind: 'secrets' | 'configs', value: Data, { project, add, lose }: Saying): void {
  for (const each of list(value)) {
    const { source = '', target, uid, gid, mode } = each as Keys;
    const top = project[kind].get(String(source)) ?? {};
    const where = target === undefined ? (kind === 'secrets' ? `/run/secrets/${String(source)}` : `/${String(source)}`) : String(target);
    const path = where.startsWith('/') ? where : `/run/secrets/${where}`;
    if (typeof top.file === 'string') {
      add('mount', ['type=bind', quotedCsv(`source=${top.file}`), quotedCsv(`target=${path}`), 'readonly=true'].join(','));
      if (uid !== undefined || gid !== undefined || mode !== undefined)
        lose(`${kind}.mode`, 'a file that is mounted keeps its owner and its mode');
    } else lose(`${kind} ${String(source)}`, `Compose makes it: put it into a file, and mount that at ${path}`, 'decision');
  }
}

function deviceText({ source, target, permissions }: Keys): string {
  return [source, target, permissions]
    .filter((part) => part !== undefined)
    .map(String)
    .join(':');
}

function networkOptions(
  project: ExportProject,
  service: string,
  { options, joins, lose }: { options: Option[]; joins: RunService['joins']; lose: Saying['lose'] },
): void {
  const keys = project.services.get(service)!;
  const mode = keys.network_mode;
  if (typeof mode === 'string') {
    options.push({ name: 'network', value: sharedMode(mode, project) });
    return;
  }
  const networks = Object.entries((keys.networks as Keys | undefined) ?? { default: null });
  networks.forEach(([key, endpoint], index) => {
    const network = realName(project.networks, key, project.name);
    const own: Option[] = [];
    const { aliases, ipv4_address: ip, ipv6_address: ip6, link_local_ips: local, ...more } = isMap(endpoint) ? endpoint : {};
    const join = index > 0;
    // Others call it by the name of the service.
    const names = [...list(aliases ?? []).map(String), ...(containerName(project, service) === service ? [] : [service])];
    for (const alias of new Set(names)) own.push({ name: join ? 'alias' : 'network-alias', value: alias });
    if (ip !== undefined) own.push({ name: 'ip', value: String(ip) });
    if (ip6 !== undefined) own.push({ name: 'ip6', value: String(ip6) });
    for (const each of list(local ?? [])) own.push({ name: 'link-local-ip', value: String(each) });
    for (const [name, each] of Object.entries(more)) {
      if (name === 'driver_opts' && join && isMap(each))
        for (const [option, one] of Object.entries(each)) own.push({ name: 'driver-opt', value: `${option}=${String(one)}` });
      else if (name === 'mac_address' && !join) own.push({ name: 'mac-address', value: String(each) });
      else if (name === 'gw_priority' && join) own.push({ name: 'gw-priority', value: String(each) });
      else if (name !== 'priority') lose(`networks.${key}.${name}`, 'no option of docker run says it');
    }
    if (join) joins.push({ network, options: own });
    else options.push({ name: 'network', value: network }, ...own);
  });
}

/** Seconds of a duration such as `1m30s`; undefined for what is none. */
export function secondsOf(text: string): number | undefined {
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001, us: 1e-6, ns: 1e-9 };
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text);
  let total = 0;
  let rest = text;
  while (rest !== '') {
    const part = /^(\d+(?:\.\d+)?)(h|ms|us|ns|m|s)/.exec(rest);
    if (!part) return undefined;
    total += Number(part[1]) * units[part[2]!]!;
    rest = rest.slice(part[0].length);
  }
  return text === '' ? undefined : total;
}
