import { words } from '../../compose/command';
import { cleanContainerPath } from '../../compose/container-path';
import { isMap } from '../../compose/data';
import { evaluate, variablesIn } from '../../compose/interpolate';
import { flat, type Layer } from '../../compose/layer';
import { modelOf } from '../../compose/model';
import { parseLongPort, parseShortPort } from '../../compose/ports';
import type { ComposeProject } from '../../compose/project';
import { isCredentialName } from '../../harden/credentials';
import type { Data } from '../../yaml/types';
import { takeSecretsOut } from '../secrets';
import { type Keys, type Loss, literal } from '../stack';

/**
 * A project as it is written somewhere else. Keys have one form each: lists of texts, maps of texts, ports and commands as they are after
 * the short and the long syntax, `deploy.resources` in the keys of a single host. Texts are as in a Compose file, with `$$` for a dollar; of variables only
 * those are left that hold a credential or have no value.
 */
export interface ExportProject {
  name: string;
  /** What relative paths count from, absolute. */
  directory: string;
  services: Map<string, Keys>;
  networks: Map<string, Keys>;
  volumes: Map<string, Keys>;
  secrets: Map<string, Keys>;
  configs: Map<string, Keys>;
  losses: Loss[];
}

export interface ExportOptions {
  /** The directory of the project, of which its name is made when it has none: absolute. */
  directory: string;
  /** Services to export; default all. */
  services?: readonly string[];
}

/** Reads a project for export. Credentials that are written in it become variables. @throws MergeClash where Compose would refuse what files come to */
export function exportProject(project: ComposeProject, { directory, services: wanted }: ExportOptions): ExportProject {
  const model = modelOf(project);
  const base = directory.split(/[/\\]/).filter(Boolean).at(-1) ?? '';
  const name =
    project.name ??
    (base
      .toLowerCase()
      .replace(/[^a-z0-9_-]/g, '')
      .replace(/^[_-]+/, '') ||
      'stack');
  const losses: Loss[] = [];
  const read = (layer: Layer | null): Keys => {
    const data = layer === null ? {} : flat(layer);
    return isMap(data) ? (resolved(data, project) as Keys) : {};
  };
  const section = (things: ReadonlyMap<string, Layer | null>): Map<string, Keys> =>
    new Map([...things].map(([key, layer]) => [key, read(layer)]));
  const all = [...model.services].filter(([key]) => wanted === undefined || wanted.includes(key));
  const out: ExportProject = {
    name,
    directory,
    services: new Map(all.map(([key, layer]) => [key, normal(read(layer as Layer), key, losses)])),
    networks: section(model.networks),
    volumes: section(model.volumes),
    secrets: section(model.secrets),
    configs: section(model.configs),
    losses,
  };
  for (const { name: variable, service, key } of takeSecretsOut({ ...out, files: [] }, undefined)) {
    losses.push({
      code: 'decision',
      service,
      what: variable,
      reason: `a credential of ${key}: it is not written, set ${variable} yourself`,
    });
  }
  return out;
}

/** Variables replaced where all of a text are known and none of them holds a credential. */
function resolved(data: Data, project: ComposeProject): Data {
  if (typeof data === 'string') {
    if (!data.includes('$')) return data;
    const isSecret = variablesIn(data).some(({ name }) => isCredentialName(name));
    const { text, known } = isSecret ? { text: '', known: false } : project.evaluate(data);
    return known ? literal(text) : data;
  }
  if (Array.isArray(data)) return data.map((each) => resolved(each, project));
  return isMap(data) ? Object.fromEntries(Object.entries(data).map(([key, value]) => [key, resolved(value, project)])) : data;
}

const MAPS = new Set(['environment', 'labels', 'annotations', 'sysctls', 'storage_opt', 'extra_hosts']);
const LISTS = new Set(['dns', 'dns_search', 'tmpfs', 'env_file', 'label_file', 'dns_opt']);

function normal(keys: Keys, service: string, losses: Loss[]): Keys {
  const out: Keys = {};
  for (const [key, value] of Object.entries(keys)) {
    if (value === null || key.startsWith('x-')) continue;
    if (MAPS.has(key)) out[key] = asMap(value);
    else if (LISTS.has(key)) out[key] = Array.isArray(value) ? value : [value];
    else if (key === 'command' || key === 'entrypoint') out[key] = commandOf(value);
    else if (key === 'ports') out[key] = asList(value).flatMap((port) => portText(port, service, losses));
    else if (key === 'networks') out[key] = Array.isArray(value) ? Object.fromEntries(value.map((each) => [String(each), null])) : value;
    else if (key === 'depends_on') out[key] = Array.isArray(value) ? Object.fromEntries(value.map((each) => [String(each), {}])) : value;
    else if (key === 'healthcheck' && isMap(value))
      out[key] = { ...value, ...(typeof value.test === 'string' && { test: ['CMD-SHELL', value.test] }) };
    else if (key === 'secrets' || key === 'configs')
      out[key] = asList(value).map((each) => (isMap(each) ? each : { source: String(each) }));
    else out[key] = value;
  }
  deployed(out, service, losses);
  return out;
}

function asList(value: Data): Data[] {
  return Array.isArray(value) ? value : [value];
}

/** `NAME=value` lines as a map. A host may have several addresses, so that hosts stay a list. */
function asMap(value: Data): Data {
  if (isMap(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, each === null ? null : Array.isArray(each) ? each : String(each)]),
    );
  return Object.fromEntries(
    asList(value).map((item) => {
      const text = String(item);
      const at = text.indexOf('=');
      return at < 0 ? [text, null] : [evaluate(text.slice(0, at)).text, text.slice(at + 1)];
    }),
  );
}

/** A line is split as Compose splits it, which is after variables are replaced: what has some is left whole to a shell. */
function commandOf(value: Data): Data {
  if (Array.isArray(value)) return value.map(String);
  const text = String(value);
  const { text: plain, known } = evaluate(text);
  return known ? (words(plain) ?? []).map(literal) : (words(text) ?? []);
}

function portText(port: Data, service: string, losses: Loss[]): string[] {
  if (typeof port !== 'object' || port === null) {
    const text = String(port);
    return parseShortPort(text) === undefined ? [] : [text];
  }
  const parsed = parseLongPort(port);
  if (!parsed) {
    losses.push({ code: 'unsupported', service, what: 'ports', reason: 'a port without a target' });
    return [];
  }
  return [parsed.raw];
}

/** What `deploy` says of a single host, in the keys of one. */
function deployed(keys: Keys, service: string, losses: Loss[]): void {
  const { deploy } = keys;
  if (!isMap(deploy)) return;
  delete keys.deploy;
  const resources = isMap(deploy.resources) ? deploy.resources : {};
  const limits = isMap(resources.limits) ? resources.limits : {};
  const reserved = isMap(resources.reservations) ? resources.reservations : {};
  const set = (key: string, value: Data | undefined): void => {
    if (value !== undefined && value !== null) keys[key] ??= value;
  };
  set('cpus', limits.cpus);
  set('mem_limit', limits.memory);
  set('pids_limit', limits.pids);
  set('mem_reservation', reserved.memory);
  set('cpu_reservation', reserved.cpus);
  set('gpus', Array.isArray(reserved.devices) ? reserved.devices : undefined);
  if (typeof deploy.replicas === 'number' && deploy.mode !== 'global') set('scale', deploy.replicas);
  if (isMap(deploy.labels))
    losses.push({ code: 'unsupported', service, what: 'deploy.labels', reason: 'they are labels of a service of the Swarm' });
  for (const key of Object.keys(deploy)) {
    if (['resources', 'replicas', 'labels'].includes(key) || (key === 'mode' && deploy.mode === 'replicated')) continue;
    losses.push({ code: 'unsupported', service, what: `deploy.${key}`, reason: 'it is for a Swarm' });
  }
}

/** Services in an order in which each comes after those it needs. */
export function inOrder({ services }: Pick<ExportProject, 'services'>): string[] {
  const done = new Set<string>();
  const visit = (name: string, above: ReadonlySet<string>): void => {
    if (done.has(name) || above.has(name) || !services.has(name)) return;
    for (const other of needs(services.get(name)!)) visit(other, new Set([...above, name]));
    done.add(name);
  };
  for (const name of services.keys()) visit(name, new Set());
  return [...done];
}

/** The services that one needs to be there before it. */
export function needs(keys: Keys): string[] {
  const shared = ['network_mode', 'pid', 'ipc'].flatMap((key) => /^service:(.+)$/.exec(String(keys[key] ?? ''))?.[1] ?? []);
  const from = asList(keys.volumes_from ?? []).flatMap((each) =>
    String(each).startsWith('container:') ? [] : [String(each).split(':')[0]!],
  );
  const links = asList(keys.links ?? []).map((each) => String(each).split(':')[0]!);
  return [...new Set([...(isMap(keys.depends_on) ? Object.keys(keys.depends_on) : []), ...shared, ...from, ...links])];
}

/** What a network or volume of the top level is called. */
export function realName(section: ReadonlyMap<string, Keys>, key: string, project: string): string {
  const keys = section.get(key);
  const { name, external } = keys ?? {};
  if (typeof name === 'string') return name;
  if (isMap(external) && typeof external.name === 'string') return external.name;
  return external ? key : `${project}_${key}`;
}

/** A relative path of the host, made absolute; a name alone is one as well. */
export function absolutePath(path: string, { directory }: Pick<ExportProject, 'directory'>): string {
  return /^[/~$%]|^[A-Za-z]:/.test(path) ? path : cleanContainerPath(`${directory}/${path}`);
}
