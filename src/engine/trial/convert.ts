import type { Data } from '../../yaml/types';
import { listOf, type Model, type ModelService, type ModelThing, mapOf } from '../compose/model';
import { type BindPlan, Copies } from './copies';
import { trialMounts, type World } from './mounts';
import { LABEL, type TrialOptions } from './options';

/** What the conversion has to know of the images: by service name. */
export interface ImageNeeds {
  /** What to start: the tag as it is written, or the one the trial built. */
  image: string;
  /** Paths the image declares as volumes. */
  volumes: readonly string[];
  healthcheck: boolean;
}

export interface Conversion {
  model: Model;
  /** Directories to copy before the start. */
  binds: BindPlan[];
  /** What differs from the person's project, for the report. */
  notes: string[];
}

/** Service keys that reach beyond the trial or say nothing in it. */
const DROPPED = [
  'build',
  'container_name',
  'labels',
  'label_file',
  'logging',
  'external_links',
  'mac_address',
  'scale',
  'develop',
  'profiles',
  'pull_policy',
  'provider',
];

/** Keys that take a namespace or a device of the host. */
const HOST_KEYS = [
  'privileged',
  'pid',
  'ipc',
  'uts',
  'userns_mode',
  'cgroup',
  'devices',
  'device_cgroup_rules',
  'gpus',
  'use_api_socket',
] as const;

/** Capabilities that are not kept to a container: with them it can load modules, set the clock of the host, or reach its memory and disks. */
const HOST_CAPABILITIES = /^(?:CAP_)?(?:ALL|SYS_MODULE|SYS_TIME|SYS_RAWIO|SYS_BOOT|MAC_ADMIN|MAC_OVERRIDE)$/i;

/**
 * Makes a project that can run beside the person's own: names of its own, no published port of theirs, private networks and volumes, nothing
 * of the host that it could harm. What a service is (image, command, environment, settings) stays.
 */
export function toTrial(
  resolved: Model,
  needs: ReadonlyMap<string, ImageNeeds>,
  options: TrialOptions,
  id: string,
  world: World,
): Conversion {
  const notes: string[] = [];
  const copies = new Copies(resolved, options, world);
  const services: Record<string, ModelService> = {};
  const extraVolumes: Record<string, ModelThing> = {};
  for (const [name, service] of Object.entries(resolved.services)) {
    const need = needs.get(name);
    if (!need) continue;
    const note = (text: string): void => void notes.push(`${name}: ${text}`);
    const mounts = trialMounts(name, service, need, { options, world, model: resolved, copies, note });
    Object.assign(extraVolumes, mounts.volumes);
    services[name] = { ...trialService(service, need, options, note), volumes: mounts.mounts, labels: { [LABEL]: id } };
  }
  const model: Model = {
    ...(resolved.version !== undefined && { version: resolved.version }),
    services,
    networks: trialNetworks(resolved, id, notes),
    volumes: {
      ...privateVolumes(resolved, id),
      ...label(extraVolumes, id),
      ...label(Object.fromEntries(copies.volumes.map((key) => [key, {}])), id),
    },
    ...(resolved.secrets && { secrets: private_(resolved.secrets) }),
    ...(resolved.configs && { configs: private_(resolved.configs) }),
  };
  return { model, binds: copies.plans, notes: [...new Set(notes)] };
}

function trialService(service: ModelService, need: ImageNeeds, options: TrialOptions, note: (text: string) => void): ModelService {
  const out: ModelService = { ...service, image: need.image };
  for (const key of DROPPED) delete out[key];
  if (!options.allowPrivileged) {
    for (const key of HOST_KEYS) {
      const value = out[key];
      if (
        value === undefined ||
        value === null ||
        value === false ||
        (typeof value === 'string' && /^(?:service:|private|shareable|none)/.test(value))
      )
        continue;
      if (Array.isArray(value) && value.length === 0) continue;
      note(`${key} is not given in a trial (--allow-privileged gives it)`);
      delete out[key];
    }
  }
  if (!options.allowPrivileged) withoutHost(out, note);
  // They hold what the person's containers work with, whatever else is allowed.
  const inside = listOf(out.volumes_from).filter((name) => !/^container:/.test(String(name)));
  if (inside.length < listOf(out.volumes_from).length) {
    note('volumes of a container outside of the project are not given in a trial');
    out.volumes_from = inside;
  }
  const mode = typeof out.network_mode === 'string' ? out.network_mode : undefined;
  if (mode?.startsWith('container:') || (mode === 'host' && !options.allowPrivileged)) {
    note(`network_mode: ${mode} became a network of the trial`);
    delete out.network_mode;
  }
  // Containers that others know by name keep that name, inside the trial's networks.
  if (typeof service.container_name === 'string' && out.network_mode === undefined)
    out.networks = withAlias(out.networks, service.container_name);
  if (out.networks !== undefined) out.networks = withoutAddresses(out.networks, note);
  out.ports = listOf(service.ports).map(loopback);
  out.restart = restartOf(service);
  out.deploy = deployOf(service.deploy, options, note);
  if (out.deploy === undefined) delete out.deploy;
  const healthcheck = healthcheckOf(service.healthcheck, need);
  if (healthcheck) out.healthcheck = healthcheck;
  return out;
}

/** Takes away what reaches the host by another way than a key of its own. */
function withoutHost(out: ModelService, note: (text: string) => void): void {
  const taken = listOf(out.cap_add).filter((name) => HOST_CAPABILITIES.test(String(name)));
  if (taken.length > 0) {
    note(`${taken.join(', ')} is not given in a trial (--allow-privileged gives it)`);
    out.cap_add = listOf(out.cap_add).filter((name) => !taken.includes(name));
  }
  for (const key of ['pre_start', 'post_start', 'pre_stop'] as const) {
    if (!listOf(out[key]).some((hook) => mapOf(hook).privileged === true)) continue;
    note(`${key} does not run with all privileges in a trial (--allow-privileged lets it)`);
    out[key] = listOf(out[key]).map((hook) => ({ ...mapOf(hook), privileged: false }));
  }
}

/** Any free port of the loopback address, in the short form: the old Compose knows no address in the long one. */
function loopback(port: Data): Data {
  const { target, protocol } = mapOf(port);
  return `127.0.0.1::${String(target)}/${String(protocol ?? 'tcp')}`;
}

/** A service that may fail at first is restarted a few times; one that never comes up is seen to end. */
function restartOf(service: ModelService): string {
  const policy = mapOf(mapOf(service.deploy).restart_policy).condition;
  const restart = String(service.restart ?? (policy === undefined ? 'no' : policy));
  return restart === 'no' || restart === 'none' || restart === 'false' ? 'no' : 'on-failure:5';
}

function deployOf(deploy: Data | undefined, { allowPrivileged }: TrialOptions, note: (text: string) => void): Data | undefined {
  const { resources, replicas } = mapOf(deploy);
  if (Number(replicas) > 1) note(`its ${String(replicas)} replicas are one in a trial`);
  const { reservations, ...rest } = mapOf(resources);
  const { devices, ...reserved } = mapOf(reservations);
  if (devices === undefined || allowPrivileged) return resources === undefined ? undefined : { resources };
  note('its reserved devices are not given in a trial (--allow-privileged gives them)');
  return { resources: { ...rest, ...(Object.keys(reserved).length > 0 && { reservations: reserved }) } };
}

/** The same question, asked every second and never given up: how long it may take is the trial's to say. */
function healthcheckOf(written: Data | undefined, need: ImageNeeds): Data | undefined {
  const own = mapOf(written);
  if (own.disable === true || (own.test === undefined && !need.healthcheck)) return written ?? undefined;
  const { start_period: _, start_interval: __, ...rest } = own;
  return { ...rest, interval: '1s', retries: 600 };
}

function withAlias(networks: Data | undefined, alias: string): Data {
  const map = networks === undefined ? { default: null } : mapOf(networks);
  return Object.fromEntries(
    Object.entries(map).map(([name, value]) => [
      name,
      { ...mapOf(value), aliases: [...new Set([...listOf(mapOf(value).aliases), alias])] },
    ]),
  );
}

function withoutAddresses(networks: Data, note: (text: string) => void): Data {
  return Object.fromEntries(
    Object.entries(mapOf(networks)).map(([name, value]) => {
      const { ipv4_address, ipv6_address, mac_address: _, link_local_ips: __, ...rest } = mapOf(value);
      if (ipv4_address !== undefined || ipv6_address !== undefined) note('its fixed address is not used in a trial');
      return [name, Object.keys(rest).length > 0 ? rest : null];
    }),
  );
}

function trialNetworks(resolved: Model, id: string, notes: string[]): Record<string, ModelThing> {
  const out: Record<string, ModelThing> = { default: { labels: { [LABEL]: id } } };
  for (const [name, network] of Object.entries(resolved.networks ?? {})) {
    const { internal, driver, external } = network ?? {};
    if (external) notes.push(`network ${name} is a private one in a trial: who else is on it takes no part`);
    else if (driver !== undefined && driver !== 'bridge') notes.push(`network ${name} is a bridge in a trial, not ${String(driver)}`);
    out[name] = { ...(internal && !external && { internal: true }), labels: { [LABEL]: id } };
  }
  return out;
}

function privateVolumes(resolved: Model, id: string): Record<string, ModelThing> {
  return label(Object.fromEntries(Object.keys(resolved.volumes ?? {}).map((name) => [name, {}])), id);
}

function label(things: Record<string, ModelThing>, id: string): Record<string, ModelThing> {
  return Object.fromEntries(Object.entries(things).map(([name, thing]) => [name, { ...thing, labels: { [LABEL]: id } }]));
}

/** Without the names they have in the person's project. */
function private_(things: Record<string, Data>): Record<string, Data> {
  return Object.fromEntries(
    Object.entries(things).map(([name, thing]) => {
      const { name: real, ...rest } = mapOf(thing);
      return [name, rest.external ? { ...rest, name: real ?? name } : rest];
    }),
  );
}
