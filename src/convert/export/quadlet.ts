import { isMap } from '../../compose/data';
import { isCredentialName } from '../../harden/credentials';
import { table } from '../../table';
import { type Keys, type Loss, literal } from '../stack';
import { partsOf, plainText } from '../text';
import { type Option, type RunService, runService } from './options';
import { absolutePath, type ExportProject, inOrder, needs, realName } from './project';
import { type Exported, networkOptions } from './run';

/**
 * Options of podman run that a key of a `.container` file says (Podman 5.0 and newer); others go to `PodmanArgs`.
 * Source: https://docs.podman.io/en/latest/markdown/podman-systemd.unit.5.html
 */
const KEYS: Readonly<Record<string, string>> = table({
  'add-host': 'AddHost',
  annotation: 'Annotation',
  'cap-add': 'AddCapability',
  'cap-drop': 'DropCapability',
  device: 'AddDevice',
  dns: 'DNS',
  'dns-option': 'DNSOption',
  'dns-search': 'DNSSearch',
  entrypoint: 'Entrypoint',
  env: 'Environment',
  'env-file': 'EnvironmentFile',
  'group-add': 'GroupAdd',
  'health-cmd': 'HealthCmd',
  'health-interval': 'HealthInterval',
  'health-retries': 'HealthRetries',
  'health-start-period': 'HealthStartPeriod',
  'health-timeout': 'HealthTimeout',
  hostname: 'HostName',
  ip: 'IP',
  ip6: 'IP6',
  label: 'Label',
  'log-driver': 'LogDriver',
  'log-opt': 'LogOpt',
  mount: 'Mount',
  name: 'ContainerName',
  network: 'Network',
  'network-alias': 'NetworkAlias',
  'pids-limit': 'PidsLimit',
  publish: 'PublishPort',
  pull: 'Pull',
  'shm-size': 'ShmSize',
  'stop-signal': 'StopSignal',
  'stop-timeout': 'StopTimeout',
  sysctl: 'Sysctl',
  tmpfs: 'Tmpfs',
  ulimit: 'Ulimit',
  userns: 'UserNS',
  volume: 'Volume',
  workdir: 'WorkingDir',
});

/** Options of docker run that podman run does not have. */
const UNKNOWN: Readonly<Record<string, string>> = table({
  link: 'Podman has no links: containers of a network find each other by name',
  isolation: 'it is for Windows',
  'cpu-count': 'it is for Windows',
  'cpu-percent': 'it is for Windows',
  'use-api-socket': 'mount the socket of Podman',
  domainname: 'podman run has no option for it',
  'oom-kill-disable': 'podman run has it for cgroups of version 1 only',
  'link-local-ip': 'podman run has no option for it',
  runtime: 'it is an option of podman itself',
  'health-start-interval': 'podman run has no option for it',
});

/** An empty word: systemd makes one of a variable that holds nothing. */
const EMPTY = '${EMPTY}';

/** Values that mean the same whether systemd, Podman's generator or nobody reads them. */
const SIMPLE = /^[\w./:=,@+-]+$/;

/**
 * Quadlet files of Podman: a `.container` for each service, a `.network` and a `.volume` for those of the project. systemd starts them in the order
 * of what they need. What systemd would read something else into is quoted, with `%` and `$` doubled.
 */
export function exportQuadlet(project: ExportProject): Exported {
  const losses: Loss[] = [...project.losses];
  const files: Exported['files'] = [];
  const services = inOrder(project).map((name) => runService(project, name));
  const used = new Set<string>();
  for (const each of services) files.push({ path: `${each.service}.container`, text: container(each, project, losses, used) });
  for (const key of new Set([...project.networks.keys(), 'default'])) {
    if (!project.networks.get(key)?.external && used.has(`network ${key}`))
      files.push({ path: `${key}.network`, text: network(key, project, losses) });
  }
  for (const [key, keys] of project.volumes)
    if (!keys.external && used.has(`volume ${key}`)) files.push({ path: `${key}.volume`, text: volume(key, project) });
  return { files, losses };
}

function container(
  { service, options, joins, image, command, losses: own }: RunService,
  project: ExportProject,
  losses: Loss[],
  used: Set<string>,
): string {
  const lose = (what: string, reason: string, code: Loss['code'] = 'unsupported'): void =>
    void losses.push({ code, service, what, reason });
  // A unit of systemd waits for the others.
  for (const loss of own)
    if (!['depends_on', 'healthcheck.test'].includes(loss.what) && !(loss.what === 'env_file' && loss.code === 'decision'))
      losses.push(loss);
  const keys = project.services.get(service)!;
  const lines: string[] = [];
  const put = (key: string, value: string): void => void lines.push(`${key}=${value}`);
  const say = (key: string, text: string): void => {
    const plain = plainText(text);
    if (plain !== undefined && SIMPLE.test(plain)) put(key, plain);
    else if (key === 'Volume' && /^%h[\w./:,@+-]*$/.test(word(text, () => undefined))) put(key, word(text, lose));
    else put('PodmanArgs', word(`--${optionOf(key)}=${text}`, lose));
  };
  put('Image', qualified(plainText(image) ?? word(image, lose)));
  const networks = new Map<string, Option[]>();
  for (const option of [...options, ...joins.flatMap(({ network: name, options: more }) => [{ name: 'network', value: name }, ...more])]) {
    const { name, value } = option;
    if (UNKNOWN[name] !== undefined) lose(`--${name}`, UNKNOWN[name]);
    else if (name === 'network' && value !== undefined) networks.set(value, []);
    else if (['alias', 'driver-opt', 'gw-priority'].includes(name) || (networks.size > 1 && (name === 'ip' || name === 'ip6')))
      [...networks.values()].at(-1)!.push(option);
    else if (name === 'restart' || name === 'pull') continue;
    else if (name === 'env' && value !== undefined) environment(value, service, put, lose);
    else if (name === 'read-only' && value === undefined) put('ReadOnly', 'true');
    // Podman makes a tmpfs of /run, /tmp and /var/tmp of a read-only container by itself.
    else if (name === 'init' && value === undefined) put('RunInit', 'true');
    else if (name === 'health-cmd' && value !== undefined) healthCommand(keys, value, say);
    else if (name === 'env-file' && value !== undefined) say('EnvironmentFile', absolutePath(value, project));
    else if (name === 'user' && value !== undefined) user(value, say);
    else if (name === 'security-opt' && value !== undefined) security(value, project, put, say, lose);
    else if (name === 'volume' && value !== undefined) volumeLine(value, project, used, put, say);
    else if (name === 'mount' && value !== undefined)
      mountLine(value, project, used, put, (text) => put('PodmanArgs', word(`--mount=${text}`, lose)));
    else if (value !== undefined && KEYS[name] !== undefined) {
      if (name === 'label' || name === 'annotation') put(KEYS[name], word(value.includes('=') ? value : `${value}=`, lose));
      else say(KEYS[name], value);
    } else put('PodmanArgs', word(value === undefined ? `--${name}` : `--${name}=${value}`, lose));
  }
  if (keys.read_only === true) put('ReadOnlyTmpfs', 'false');
  for (const [name, endpoint] of networks) {
    const key = [...project.networks.keys(), 'default'].find((each) => realName(project.networks, each, project.name) === name);
    const isOwn = key !== undefined && !project.networks.get(key)?.external && keys.network_mode === undefined;
    if (isOwn) used.add(`network ${key}`);
    const more = endpoint.map(({ name: option, value }) => `${option}=${String(value)}`);
    const called = isOwn ? `${key}.network` : name.startsWith('container:') ? shared(name, project) : name;
    put('Network', [called, ...(more.length > 0 ? [more.join(',')] : [])].join(':'));
  }
  const waits = waitedFor(service, project);
  // Who depends on its health waits until it is.
  if (waits.has('service_healthy')) put('Notify', 'healthy');
  if (command.length > 0) put('Exec', command.map((each) => word(each, lose)).join(' '));
  const restart = String(keys.restart ?? 'no');
  const after = needs(keys).filter((name) => project.services.has(name));
  const unit = [
    `Description=${service} of ${project.name}`,
    ...after.flatMap((name) => [`Requires=${name}.service`, `After=${name}.service`]),
  ];
  const conditions = isMap(keys.depends_on) ? Object.entries(keys.depends_on) : [];
  for (const [name, condition] of conditions) {
    const wanted = isMap(condition) ? condition.condition : undefined;
    if (wanted === 'service_healthy' && !project.services.has(name)) lose('depends_on', `${name} is not exported`);
  }
  const [policy = '', times] = restart.split(':');
  const served = [
    ...(waits.has('service_completed_successfully') ? ['Type=oneshot', 'RemainAfterExit=yes'] : []),
    `Restart=${policy === 'unless-stopped' ? 'always' : policy}`,
    // systemd stops after five starts in ten seconds, which Docker does not.
    ...(policy === 'no' ? [] : ['RestartSec=1']),
    'TimeoutStartSec=900',
    ...(lines.some((line) => line.includes(EMPTY)) ? ['Environment=EMPTY='] : []),
  ];
  if (times !== undefined) unit.push(`StartLimitBurst=${times}`, 'StartLimitIntervalSec=3600');
  else if (policy !== 'no') unit.push('StartLimitIntervalSec=0');
  return sections([
    ['Unit', unit],
    ['Container', lines],
    ['Service', served],
    ['Install', ['WantedBy=multi-user.target default.target']],
  ]);
}

/** What other services wait for in one. */
function waitedFor(service: string, { services }: ExportProject): Set<string> {
  return new Set(
    [...services.values()].flatMap(({ depends_on: all }) => {
      const one = isMap(all) ? all[service] : undefined;
      return isMap(one) && typeof one.condition === 'string' ? [one.condition] : [];
    }),
  );
}

/** The full name of an image of Docker Hub: Podman asks which registry a short one is from. */
function qualified(image: string): string {
  const [first = '', ...rest] = image.split('/');
  if (rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')) return image;
  return rest.length > 0 ? `docker.io/${image}` : `docker.io/library/${image}`;
}

function optionOf(key: string): string {
  return Object.keys(KEYS).find((name) => KEYS[name] === key) ?? key;
}

/** A variable; what holds a credential is a secret of Podman. */
function environment(
  text: string,
  service: string,
  put: (key: string, value: string) => void,
  lose: (what: string, reason: string, code?: Loss['code']) => void,
): void {
  const at = text.indexOf('=');
  if (at < 0) {
    put('PodmanArgs', `--env=${text}`);
    return;
  }
  const name = text.slice(0, at);
  const isSecret = partsOf(text).some((part) => 'name' in part && isCredentialName(part.name));
  if (!isSecret) {
    put('Environment', word(text, lose));
    return;
  }
  const secret = `${service}-${name}`;
  put('Secret', `${secret},type=env,target=${name}`);
  lose(name, `it holds a variable: podman secret create ${secret} - with its value`, 'decision');
}

/** `User=` and `Group=`; podman run has them in one. */
function user(value: string, say: (key: string, text: string) => void): void {
  say('User', value);
}

function security(
  value: string,
  project: ExportProject,
  put: (key: string, value: string) => void,
  say: (key: string, text: string) => void,
  lose: (what: string, reason: string) => void,
): void {
  if (/^no-new-privileges(?:[:=]true)?$/.test(value)) put('NoNewPrivileges', 'true');
  else if (/^seccomp[=:]/.test(value)) say('SeccompProfile', seccompFile(value.slice('seccomp='.length), project));
  else if (/^label[=:]disable$/.test(value)) put('SecurityLabelDisable', 'true');
  else if (/^systempaths[=:]unconfined$/.test(value)) put('Unmask', 'ALL');
  else put('PodmanArgs', word(`--security-opt=${value}`, lose));
}

function seccompFile(file: string, project: ExportProject): string {
  return file === 'unconfined' ? file : absolutePath(file, project);
}

/** Podman runs a command without a shell when it is a list. */
function healthCommand({ healthcheck }: Keys, value: string, say: (key: string, text: string) => void): void {
  const test = isMap(healthcheck) && Array.isArray(healthcheck.test) ? healthcheck.test.map(String) : [];
  say('HealthCmd', test[0] === 'CMD' ? literal(JSON.stringify(test.map((each) => plainText(each) ?? each))) : value);
}

function shared(mode: string, project: ExportProject): string {
  const name = mode.slice('container:'.length);
  return project.services.has(name) ? `${name}.container` : mode;
}

type Put = (key: string, value: string) => void;

function volumeLine(value: string, project: ExportProject, used: Set<string>, put: Put, say: Put): void {
  const [source = '', ...rest] = value.split(':');
  const key = ownVolume(source, project);
  if (key === undefined || rest.length === 0) {
    say('Volume', rest.length === 0 ? value : [absolutePath(source, project), ...rest].join(':'));
    return;
  }
  used.add(`volume ${key}`);
  put('Volume', [`${key}.volume`, ...rest].join(':'));
}

function mountLine(value: string, project: ExportProject, used: Set<string>, put: Put, args: (value: string) => void): void {
  const source = /(?:^|,)source=([^,"]+)/.exec(value)?.[1];
  const key = source !== undefined && /^type=volume,/.test(value) ? ownVolume(source, project) : undefined;
  if (key === undefined || !SIMPLE.test(value)) {
    // The generator does not read a mount without a source.
    args(
      source !== undefined && /^type=bind,/.test(value)
        ? value.replace(`source=${source}`, () => `source=${absolutePath(source, project)}`)
        : value,
    );
    return;
  }
  used.add(`volume ${key}`);
  put('Mount', value.replace(`source=${source}`, `source=${key}.volume`));
}

function ownVolume(name: string, { volumes, name: project }: ExportProject): string | undefined {
  return [...volumes].find(([key, keys]) => !keys.external && realName(volumes, key, project) === name)?.[0];
}

/** A word as systemd reads it from a unit: in quotes where it needs some, with nothing that it would replace. */
function word(text: string, lose: (what: string, reason: string, code?: Loss['code']) => void): string {
  let doubled = '';
  for (const part of partsOf(text)) {
    if ('literal' in part) doubled += part.literal.replaceAll('%', '%%').replaceAll('$', '$$$$');
    else if (part.name === 'HOME') doubled += '%h';
    else {
      // systemd puts it there when it starts the container.
      doubled += `\${${part.name}}`;
      lose(part.name, `set it: Environment="${part.name}=…" below [Service]`, 'decision');
    }
  }
  // Podman's generator (5.4) drops what comes behind an empty word.
  if (doubled === '') return EMPTY;
  if (SIMPLE.test(doubled) || /^%h[\w./:-]*$/.test(doubled)) return doubled;
  const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\t': '\\t', '\r': '\\r' };
  return `"${doubled.replace(/[\\"\n\t\r]/g, (char) => escapes[char]!)}"`;
}

function network(key: string, project: ExportProject, losses: Loss[]): string {
  const lines = [`NetworkName=${realName(project.networks, key, project.name)}`];
  const names: Readonly<Record<string, string>> = {
    ...{ driver: 'Driver', internal: 'Internal', ipv6: 'IPv6', opt: 'Options', label: 'Label' },
    ...{ subnet: 'Subnet', 'ip-range': 'IPRange', gateway: 'Gateway', 'ipam-driver': 'IPAMDriver' },
  };
  for (const [name, value] of networkOptions(project.networks.get(key) ?? {})) {
    if (names[name] !== undefined) lines.push(`${names[name]}=${value === undefined ? 'true' : word(String(value), () => undefined)}`);
    else if (name !== 'attachable')
      losses.push({ code: 'unsupported', what: `networks.${key} --${name}`, reason: 'a .network file has no key for it' });
  }
  return sections([['Network', lines]]);
}

function volume(key: string, project: ExportProject): string {
  const { driver, driver_opts: options, labels } = project.volumes.get(key) ?? {};
  const lines = [`VolumeName=${realName(project.volumes, key, project.name)}`];
  if (driver !== undefined) lines.push(`Driver=${String(driver)}`);
  const known: Readonly<Record<string, string>> = { type: 'Type', device: 'Device', o: 'Options' };
  if (isMap(options))
    for (const [name, value] of Object.entries(options))
      lines.push(
        known[name] === undefined
          ? `PodmanArgs=${word(`--opt=${name}=${String(value)}`, () => undefined)}`
          : `${known[name]}=${String(value)}`,
      );
  if (isMap(labels))
    for (const [name, value] of Object.entries(labels)) lines.push(`Label=${word(`${name}=${String(value)}`, () => undefined)}`);
  return sections([['Volume', lines]]);
}

function sections(all: readonly (readonly [name: string, lines: readonly string[]])[]): string {
  return `${all.map(([name, lines]) => [`[${name}]`, ...lines].join('\n')).join('\n\n')}\n`;
}
