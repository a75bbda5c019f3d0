import type { Data } from '../../yaml/types';
import { listOf, type Model, type ModelService, type ModelThing, mapOf } from '../compose/model';
import { type BindPlan, Copies } from './copies';
import type { World } from './host/world';
import { trialMounts } from './mounts';
import { networkNotes, privateNetworks, trialNetworks, withAlias } from './networks';
import { labelsOf, type TrialOptions } from './options';
import { confinement, hooks, kept, namespaces, type ReachSetup } from './reach';
import { trialFiles } from './trial-files';
import { volumeNotes } from './volumes';
import { Holding, type Withheld } from './withheld';

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
  /** What is copied before the start. */
  binds: BindPlan[];
  /** Texts that the Engine gets as files, by where they go. */
  texts: Map<string, string>;
  /** What differs from the person's project, for the report. */
  notes: string[];
  /** What services were not given. */
  withheld: Withheld[];
}

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
  const copies = new Copies(resolved, options, world);
  const services: Record<string, ModelService> = {};
  const extraVolumes: Record<string, ModelThing> = {};
  const texts = new Map<string, string>();
  const files = trialFiles(resolved, copies, options, world);
  const held: Holding[] = [];
  for (const [name, service] of Object.entries(resolved.services)) {
    const need = needs.get(name);
    if (!need) continue;
    const holding = new Holding(name);
    held.push(holding);
    const mounts = trialMounts(name, service, need, { model: resolved, copies, holding });
    Object.assign(extraVolumes, mounts.volumes);
    services[name] = {
      ...trialService(service, need, { name, options, world, holding, texts }),
      ...files.of(service, holding),
      volumes: mounts.mounts,
      labels: labelsOf(id),
    };
  }
  const model: Model = {
    ...(resolved.version !== undefined && { version: resolved.version }),
    services,
    networks: trialNetworks(resolved, id),
    volumes: {
      ...label(Object.fromEntries(Object.keys(resolved.volumes ?? {}).map((name) => [name, {}])), id),
      ...label(extraVolumes, id),
      ...label(Object.fromEntries(copies.volumes.map((key) => [key, {}])), id),
    },
    ...files.things,
  };
  const notes = [...held.flatMap((each) => each.notes), ...networkNotes(resolved), ...volumeNotes(resolved)];
  return { model, binds: copies.plans, texts, notes: [...new Set(notes)], withheld: held.flatMap((each) => each.withheld) };
}

function trialService(service: ModelService, need: ImageNeeds, setup: ReachSetup): ModelService {
  const { options, holding } = setup;
  const out: ModelService = { ...kept(service, setup), image: need.image };
  Object.assign(out, namespaces(service, setup), hooks(service, setup), confinement(service, setup));
  // They hold what the person's containers work with, whatever else is allowed.
  const inside = listOf(service.volumes_from).filter((name) => !/^container:/.test(String(name)));
  if (inside.length < listOf(service.volumes_from).length)
    holding.hold('containers', 'the volumes of a container outside of the project', { hint: '' });
  if (inside.length > 0) out.volumes_from = inside;
  if (out.network_mode === undefined && service.networks !== undefined) out.networks = privateNetworks(service.networks, holding);
  // Containers that others know by name keep that name, inside the trial's networks.
  if (typeof service.container_name === 'string' && out.network_mode === undefined)
    out.networks = withAlias(out.networks, service.container_name);
  out.ports = listOf(service.ports).map(loopback);
  out.restart = restartOf(service);
  const deploy = deployOf(service.deploy, options, holding);
  if (deploy !== undefined) out.deploy = deploy;
  const healthcheck = healthcheckOf(service.healthcheck, need);
  if (healthcheck) out.healthcheck = healthcheck;
  return out;
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

function deployOf(deploy: Data | undefined, { allowPrivileged }: TrialOptions, holding: Holding): Data | undefined {
  const { resources, replicas } = mapOf(deploy);
  if (Number(replicas) > 1) holding.note(`its ${String(replicas)} replicas are one in a trial`);
  const { reservations, ...rest } = mapOf(resources);
  const { devices, ...reserved } = mapOf(reservations);
  if (devices === undefined || allowPrivileged) return resources === undefined ? undefined : { resources };
  holding.hold('devices', 'the devices it reserves');
  return { resources: { ...rest, ...(Object.keys(reserved).length > 0 && { reservations: reserved }) } };
}

/** The same question, asked every second and never given up: how long it may take is the trial's to say. */
function healthcheckOf(written: Data | undefined, need: ImageNeeds): Data | undefined {
  const own = mapOf(written);
  if (own.disable === true || (own.test === undefined && !need.healthcheck)) return written ?? undefined;
  const { start_period: _, start_interval: __, ...rest } = own;
  return { ...rest, interval: '1s', retries: 600 };
}

function label(things: Record<string, ModelThing>, id: string): Record<string, ModelThing> {
  return Object.fromEntries(Object.entries(things).map(([name, thing]) => [name, { ...thing, labels: labelsOf(id) }]));
}
