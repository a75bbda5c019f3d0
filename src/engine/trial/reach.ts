import { effectiveCapabilities } from '../../compose/capabilities';
import { table } from '../../table';
import type { Data } from '../../yaml/types';
import { listOf, type ModelService, mapOf } from '../compose/model';
import { fateOf, overridesAnyway, reachOf } from './host/capabilities';
import { guardedProfile } from './host/seccomp';
import { confine } from './host/security-options';
import { RUNTIMES, SERVICE_KEYS } from './host/service-keys';
import type { World } from './host/world';
import type { TrialOptions } from './options';
import type { Holding, Reach } from './withheld';

/** What the settings of one service are converted with. */
export interface ReachSetup {
  name: string;
  options: TrialOptions;
  world: World;
  holding: Holding;
  /** Texts that the Engine gets as files. */
  texts: Map<string, string>;
}

/** What keys of the host's reach, as `Reach` calls it. */
const HOST_KEYS: Readonly<Record<string, Reach>> = table({
  devices: 'devices',
  device_cgroup_rules: 'devices',
  gpus: 'devices',
  use_api_socket: 'sockets',
  credential_spec: 'secrets',
});

/** The keys that say what a service is, and those that take something of the host where that is allowed. */
export function kept(service: ModelService, { options, holding }: ReachSetup): ModelService {
  const out: ModelService = {};
  for (const [key, value] of Object.entries(service)) {
    const fate = key.startsWith('x-') ? 'dropped' : SERVICE_KEYS.get(key);
    if (value === undefined || value === null || fate === 'made' || fate === 'dropped') continue;
    if (fate === 'kept' || (fate === 'host' && options.allowPrivileged)) out[key] = value;
    else if (!isNothing(value)) {
      const why = fate === undefined ? { why: 'it is not known to batten', hint: '' } : {};
      holding.hold(HOST_KEYS[key] ?? 'privileges', key, why);
    }
  }
  return out;
}

const isNothing = (value: Data): boolean => value === false || value === '' || value === 0 || (Array.isArray(value) && value.length === 0);

/** Namespaces of its own, or of a service beside it; the host's where that is allowed; those of somebody else's container never. */
export function namespaces(service: ModelService, { options, holding }: ReachSetup): ModelService {
  const out: ModelService = {};
  for (const key of ['pid', 'ipc', 'uts', 'userns_mode', 'cgroup'] as const) {
    const value = service[key];
    if (typeof value !== 'string' || value === '') continue;
    if (/^(?:service:.+|private|shareable|none)$/.test(value) || (options.allowPrivileged && !value.startsWith('container:')))
      out[key] = value;
    else
      holding.hold(
        value.startsWith('container:') ? 'containers' : 'namespaces',
        `${key}: ${value}`,
        value.startsWith('container:') ? { hint: '' } : {},
      );
  }
  const mode = typeof service.network_mode === 'string' ? service.network_mode : '';
  if (/^(?:service:.+|none)$/.test(mode) || (mode === 'host' && options.allowPrivileged)) out.network_mode = mode;
  else if (mode === 'host')
    holding.lessen('host-network', 'network_mode: host', 'network_mode: host became a network of the trial (--allow-privileged gives it)');
  else if (mode !== '') {
    const what = `network_mode: ${mode}`;
    if (mode === 'bridge' || mode === 'default') holding.note(`${what} became a network of the trial`);
    else holding.lessen('containers', what, `${what} became a network of the trial`);
  }
  const runtime = service.runtime;
  if (typeof runtime === 'string' && runtime !== '') {
    if (RUNTIMES.has(runtime) || options.allowPrivileged) out.runtime = runtime;
    else holding.hold('devices', `runtime: ${runtime}`);
  }
  return out;
}

/** Commands that Compose runs in the container, without all privileges. */
export function hooks(service: ModelService, { options, holding }: ReachSetup): ModelService {
  const out: ModelService = {};
  for (const key of ['pre_start', 'post_start', 'pre_stop'] as const) {
    if (listOf(service[key]).length === 0) continue;
    out[key] = listOf(service[key]).map((hook) => {
      const { command, user, privileged, working_dir, environment } = mapOf(hook);
      const own = { command, user, working_dir, environment };
      if (privileged === true && !options.allowPrivileged) holding.hold('privileges', `${key} with all privileges`);
      const given = privileged === true && options.allowPrivileged ? { ...own, privileged } : own;
      return Object.fromEntries(Object.entries(given).filter((entry): entry is [string, Data] => entry[1] !== undefined));
    });
  }
  return out;
}

/** Capabilities and what the security modules are told. */
export function confinement(service: ModelService, { name, options, world, holding, texts }: ReachSetup): ModelService {
  const added = listOf(service.cap_add).map(String);
  const written = listOf(service.security_opt).map(String);
  if (options.allowPrivileged) return { ...(added.length > 0 && { cap_add: added }), ...(written.length > 0 && { security_opt: written }) };
  const dropped = listOf(service.cap_drop).map(String);
  const given = added.filter((each) => {
    const fate = fateOf(each);
    if (fate === 'given' || (fate === 'guarded' && !overridesAnyway(added, dropped) && guardedProfile(world.machine, []) !== undefined))
      return true;
    holding.hold('capabilities', each, { why: `it reaches ${reachOf(each) ?? 'nobody knows what'}` });
    return false;
  });
  const { options: kept, profile, withheld, narrowed } = confine(written, effectiveCapabilities(given, dropped), world);
  for (const what of withheld) holding.hold('confinement', what);
  for (const text of narrowed) holding.lessen('confinement', text, text);
  const file = world.textPath(`seccomp-${name}.json`);
  if (profile !== undefined) texts.set(file, profile);
  const all = profile === undefined ? kept : [...kept, `seccomp=${file}`];
  return { ...(given.length > 0 && { cap_add: given }), ...(all.length > 0 && { security_opt: all }) };
}
