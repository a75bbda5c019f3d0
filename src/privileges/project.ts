import { placeOf } from '../../transforms/sensitive-mounts/places';
import { isMap, isTrue } from '../compose/data';
import { effectiveModel } from '../compose/effective';
import { engineSocket } from '../compose/engine-socket';
import { type Keys, MergeClash } from '../compose/merge';
import type { Model } from '../compose/model';
import type { ComposeProject } from '../compose/project';
import { InputError } from '../errors';
import type { Privilege, PrivilegeKind } from '../harden/privileges';
import type { Severity } from '../harden/types';
import { processPrivileges } from './container';
import { hostPrivileges } from './host';
import { networkPrivileges } from './reachable';
import { canonicalOf, hostPath, Scope, shown } from './scope';
import { supplyPrivileges } from './supply';

/** All that a project may, by service. */
export interface ProjectPrivileges {
  services: ReadonlyMap<string, readonly Privilege[]>;
  /** What is defined for all of them: networks, volumes, secrets and configs. */
  shared: readonly Privilege[];
  /** What a service has of which nothing is said but its name. */
  plain(service: string): readonly Privilege[];
}

/**
 * Reads what a project may off its effective model.
 *
 * @throws InputError `merge-clash` where Compose would refuse what its files come to together
 */
export function privilegesOf(project: ComposeProject): ProjectPrivileges {
  const model = read(project);
  const scope = (name: string, keys: Keys): Scope => new Scope(name, keys, model, project, project.service(name));
  return {
    services: new Map([...model.services].map(([name, keys]) => [name, ofService(scope(name, keys ?? {}))])),
    shared: shared(project, model),
    plain: (name) => ofService(scope(name, {})),
  };
}

function read(project: ComposeProject): Model {
  try {
    return effectiveModel(project);
  } catch (error) {
    if (!(error instanceof MergeClash)) throw error;
    throw new InputError('merge-clash', `${error.message}, so it loads nothing of this project`, {
      file: project.files[0]!.path,
      hint: 'ask "docker compose config" what it comes to',
      cause: error,
    });
  }
}

function ofService(scope: Scope): Privilege[] {
  return [...processPrivileges(scope), ...hostPrivileges(scope), ...networkPrivileges(scope), ...supplyPrivileges(scope)];
}

function shared(project: ComposeProject, model: Model): Privilege[] {
  const used = usedBy(model);
  const found: Privilege[] = [];
  const add = (
    kind: PrivilegeKind,
    section: 'networks' | 'volumes' | 'secrets' | 'configs',
    name: string,
    { severity, what, key, value = '', rank = 0 }: { severity: Severity; what: string; key: string; value?: string; rank?: number },
  ): void => {
    found.push({ kind, key: `${section} ${name} ${key}`, value, rank, severity, what, place: () => placed(project, section, name) });
  };
  for (const name of used.networks) {
    const data = model.networks.get(name) ?? {};
    const internal = isTrue(shown(data.internal));
    const where = internal ? `network ${name}, which is internal` : `a way out of network ${name}, which is not internal`;
    add('network', 'networks', name, { severity: 'medium', what: where, key: OUTSIDE, rank: internal ? 0 : 1 });
    const rest = JSON.stringify(canonicalOf(without(data, ['internal', 'labels', 'external', 'name', 'driver'])));
    const driver = shown(data.driver);
    if (driver !== '' && driver !== 'bridge') {
      const severity = /^(?:host|macvlan|ipvlan)$/.test(driver) ? 'high' : 'medium';
      add('network', 'networks', name, { severity, what: `network ${name} of the driver ${driver}`, key: 'driver', value: driver });
    }
    if (rest !== '{}')
      add('network', 'networks', name, { severity: 'medium', what: `network ${name} with ${rest}`, key: 'settings', value: rest });
    outside(name, data, (what, value) => add('network', 'networks', name, { severity: 'medium', what, key: 'external', value }), 'network');
  }
  for (const name of used.volumes) {
    const data = model.volumes.get(name) ?? {};
    outside(name, data, (what, value) => add('mount', 'volumes', name, { severity: 'medium', what, key: 'external', value }), 'volume');
    const rest = without(data, ['external', 'name', 'labels']);
    const value = JSON.stringify(canonicalOf(rest.driver === 'local' ? without(rest, ['driver']) : rest));
    if (value === '{}') continue;
    const device = isMap(data.driver_opts) ? shown(data.driver_opts.device) : '';
    const socket =
      device === ''
        ? undefined
        : engineSocket({ kind: 'bind', source: device, target: '/', readOnly: false, options: [], long: false, known: true, path: [] });
    const place = device === '' ? undefined : placeOf(device);
    const severity = socket || device === '/' ? 'critical' : (place?.writable ?? 'medium');
    add(socket ? 'socket' : 'mount', 'volumes', name, { severity, what: `volume ${name} with ${value}`, key: 'definition', value });
  }
  for (const section of ['secrets', 'configs'] as const) {
    for (const name of used[section]) {
      const data = model[section].get(name);
      if (!data) continue;
      const kind = section === 'secrets' ? 'secret' : 'config';
      const file = data.file === undefined || data.file === null ? undefined : hostPath(shown(data.file));
      // The text of one is nobody's to read.
      const value = JSON.stringify(canonicalOf({ ...without(data, ['labels', 'content']), ...(file !== undefined && { file }) }));
      const severity = file !== undefined && /^(?:[/~]|\.\.(?:\/|$))/.test(file) ? (placeOf(file)?.writable ?? 'medium') : 'low';
      const from = file ?? (data.environment === undefined ? 'elsewhere' : `the variable ${shown(data.environment)}`);
      add(kind, section, name, {
        severity,
        what: `${kind} ${name} from ${data.content === undefined ? from : 'the file'}`,
        key: 'definition',
        value,
      });
    }
  }
  const { name } = project;
  if (name !== undefined)
    found.push({
      kind: 'other',
      key: 'name',
      value: name,
      rank: 0,
      severity: 'low',
      what: `the name ${name}, which its volumes and networks begin with`,
      place: () => ({ ...project.placeOf(['name']), file: project.files[0]!.path }),
    });
  return found;
}

/** What is said of every network that is used. */
export const OUTSIDE = 'outside';

/** What is not of this project, or is called by a name that others may use too. */
function outside(name: string, data: Keys, add: (what: string, value: string) => void, what: string): void {
  const { external } = data;
  const isExternal = isMap(external) || isTrue(shown(external));
  const real = isMap(external) ? shown(external.name ?? data.name ?? name) : shown(data.name ?? (isExternal ? name : ''));
  if (isExternal) add(`the ${what} ${real} of somebody else`, `external ${real}`);
  else if (real !== '') add(`the ${what} ${real}, by a name of its own`, real);
}

function without(data: Keys, keys: readonly string[]): { [key: string]: Keys[string] } {
  return Object.fromEntries(Object.entries(data).filter(([key]) => !keys.includes(key) && !key.startsWith('x-')));
}

/** The names of what services use. What nobody uses gives nobody anything. */
function usedBy({ services }: Model): Record<'networks' | 'volumes' | 'secrets' | 'configs', ReadonlySet<string>> {
  const used = { networks: new Set<string>(), volumes: new Set<string>(), secrets: new Set<string>(), configs: new Set<string>() };
  for (const [, keys] of services) {
    const { networks, volumes, secrets, configs } = keys ?? {};
    if (!keys?.network_mode)
      for (const name of Array.isArray(networks) ? networks.map(shown) : isMap(networks) ? Object.keys(networks) : ['default'])
        used.networks.add(name);
    for (const item of Array.isArray(volumes) ? volumes : [])
      used.volumes.add(isMap(item) ? shown(item.source) : shown(item).split(':')[0]!);
    for (const [section, list] of [
      ['secrets', secrets],
      ['configs', configs],
    ] as const) {
      for (const item of Array.isArray(list) ? list : []) used[section].add(isMap(item) ? shown(item.source) : shown(item));
    }
    const build = isMap(keys?.build) && Array.isArray(keys.build.secrets) ? keys.build.secrets : [];
    for (const item of build) used.secrets.add(isMap(item) ? shown(item.source) : shown(item));
  }
  return used;
}

function placed(project: ComposeProject, section: string, name: string) {
  const place = project.placeOf(project.topAt(section, name));
  return { ...place, file: place.file ?? project.files[0]!.path };
}
