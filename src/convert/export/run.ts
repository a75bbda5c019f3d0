import { isMap } from '../../compose/data';
import type { Data } from '../../yaml/types';
import type { Keys, Loss } from '../stack';
import { partsOf, shellWord } from '../text';
import { type Option, type RunService, runService } from './options';
import { type ExportProject, inOrder, realName } from './project';

/** What an export comes to: files by their names, and what they do not say. */
export interface Exported {
  files: { path: string; text: string }[];
  losses: Loss[];
}

/** A script of `docker` lines that makes what the services of a project are: networks and volumes of its own, then the containers in the order of what they need. */
export function exportRun(project: ExportProject): Exported {
  const services = inOrder(project).map((name) => runService(project, name));
  const variables = [...new Set(services.flatMap(variablesOf))];
  const lines = [...networkLines(project), ...volumeLines(project), ...services.map(containerLines)];
  const unset: Loss[] =
    variables.length === 0
      ? []
      : [{ code: 'decision', what: variables.join(', '), reason: 'variables of the shell: set -a; . ./.env; set +a takes them from .env' }];
  return {
    files: [{ path: 'run.sh', text: `${lines.join('\n\n')}\n` }],
    losses: [...project.losses, ...unset, ...services.flatMap(({ losses }) => losses)],
  };
}

function variablesOf({ options, joins, image, command }: RunService): string[] {
  const texts = [...options, ...joins.flatMap((join) => join.options)].flatMap(({ value }) => value ?? []);
  return [...texts, image, ...command].flatMap((text) => partsOf(text).flatMap((part) => ('name' in part ? [part.name] : [])));
}

function containerLines({ container, options, joins, image, command }: RunService): string {
  const start = joins.length > 0 ? ['docker create'] : ['docker run -d'];
  const lines = [...start, ...options.map(optionText), [image, ...command].map(shellWord).join(' ')];
  const made = lines.map((line, at) => (at === 0 ? line : `  ${line}`)).join(' \\\n');
  const joined = joins.map(({ network, options: own }) =>
    ['docker network connect', ...own.map(optionText), shellWord(network), shellWord(container)].join(' '),
  );
  return [made, ...joined, ...(joins.length > 0 ? [`docker start ${shellWord(container)}`] : [])].join('\n');
}

function optionText({ name, value }: Option): string {
  if (value === undefined) return `--${name}`;
  // A switch with a value, and a value that begins with a dash, stand together.
  return name === 'init' || value === '' || value.startsWith('-')
    ? `--${name}=${value === '' ? "''" : shellWord(value)}`
    : `--${name} ${shellWord(value)}`;
}

function networkLines(project: ExportProject): string[] {
  const used = new Set(
    [...project.services.values()].flatMap((keys) =>
      keys.network_mode === undefined ? Object.keys((keys.networks as Keys | undefined) ?? { default: null }) : [],
    ),
  );
  return [...used].flatMap((key) => {
    const keys = project.networks.get(key) ?? {};
    if (keys.external) return [];
    const words = ['docker network create'];
    const add = (name: string, value?: Data): void =>
      void words.push(value === undefined ? `--${name}` : `--${name} ${shellWord(String(value))}`);
    for (const [name, value] of networkOptions(keys)) add(name, value);
    const name = shellWord(realName(project.networks, key, project.name));
    return [`docker network inspect ${name} >/dev/null 2>&1 || ${[...words, name].join(' ')}`];
  });
}

/** What a network of the top level says, as options of `docker network create`; one without a value is a switch. */
export function networkOptions(keys: Keys): [name: string, value?: Data][] {
  const options: [string, Data?][] = [];
  if (keys.driver !== undefined && keys.driver !== 'default') options.push(['driver', keys.driver]);
  for (const [key, name] of [
    ['internal', 'internal'],
    ['attachable', 'attachable'],
    ['enable_ipv6', 'ipv6'],
  ] as const)
    if (keys[key] === true) options.push([name]);
  for (const [key, name] of [
    ['driver_opts', 'opt'],
    ['labels', 'label'],
  ] as const)
    if (isMap(keys[key])) for (const [option, each] of Object.entries(keys[key])) options.push([name, `${option}=${String(each)}`]);
  const ipam = isMap(keys.ipam) ? keys.ipam : {};
  if (ipam.driver !== undefined && ipam.driver !== 'default') options.push(['ipam-driver', ipam.driver]);
  for (const each of Array.isArray(ipam.config) ? ipam.config : []) {
    if (!isMap(each)) continue;
    for (const [key, name] of [
      ['subnet', 'subnet'],
      ['ip_range', 'ip-range'],
      ['gateway', 'gateway'],
    ] as const)
      if (each[key] !== undefined) options.push([name, each[key]]);
    if (isMap(each.aux_addresses))
      for (const [host, one] of Object.entries(each.aux_addresses)) options.push(['aux-address', `${host}=${String(one)}`]);
  }
  if (isMap(ipam.options))
    for (const [option, each] of Object.entries(ipam.options)) options.push(['ipam-opt', `${option}=${String(each)}`]);
  return options;
}

/** Volumes that are more than a name; others the line that uses them makes. */
function volumeLines(project: ExportProject): string[] {
  return [...project.volumes].flatMap(([key, keys]) => {
    if (keys.external || (keys.driver === undefined && keys.driver_opts === undefined && keys.labels === undefined)) return [];
    const words = ['docker volume create'];
    if (keys.driver !== undefined) words.push(`--driver ${shellWord(String(keys.driver))}`);
    if (isMap(keys.driver_opts))
      for (const [name, each] of Object.entries(keys.driver_opts)) words.push(`--opt ${shellWord(`${name}=${String(each)}`)}`);
    if (isMap(keys.labels))
      for (const [name, each] of Object.entries(keys.labels)) words.push(`--label ${shellWord(`${name}=${String(each)}`)}`);
    return [[...words, shellWord(realName(project.volumes, key, project.name))].join(' ')];
  });
}
