import type { Data } from '../../yaml/types';
import { listOf, type Model, type ModelService, type ModelThing, mapOf } from '../compose/model';
import type { ImageNeeds } from './convert';
import type { TrialOptions } from './options';

/** What is at a path of the host. */
export type Kind = 'file' | 'directory' | 'socket' | 'device' | 'missing' | 'unreadable';

/** What the conversion asks of the machine. */
export interface World {
  kindOf(path: string): Kind;
  /** Whether a copy would be small enough to make for every start. */
  small(path: string): boolean;
  /** Where the copy of a mount goes, for this stack. */
  copyPath(mount: string): string;
  /** False when the Engine is elsewhere, where paths of this machine mean nothing. */
  local: boolean;
}

/** A copy that has to be made before the stack starts. */
export interface BindPlan {
  from: string;
  to: string;
}

interface Setup {
  options: TrialOptions;
  world: World;
  model: Model;
  note(text: string): void;
}

/** Parts of a host that are shown to a container, never copied. */
const SYSTEM =
  /^\/(?:proc|sys|dev|run|var\/run|etc|boot|usr|lib|lib64|bin|sbin|root|home|var|var\/lib|var\/log|var\/lib\/docker|mnt|media)?$|^\/(?:proc|sys|dev|lib\/modules|var\/lib\/docker|run\/udev)\//;

/** The mounts of a service in a trial, the copies they need, and a volume for each path the image declares one for. */
export function trialMounts(
  name: string,
  service: ModelService,
  need: ImageNeeds,
  setup: Setup,
): { mounts: Data[]; binds: BindPlan[]; volumes: Record<string, ModelThing> } {
  const binds: BindPlan[] = [];
  const mounts: Data[] = [];
  for (const [index, item] of listOf(service.volumes).entries()) {
    const mount = mapOf(item);
    const device = mount.type === 'volume' ? boundDevice(setup.model, mount.source) : undefined;
    if (mount.type !== 'bind' && device === undefined) {
      mounts.push(item);
      continue;
    }
    const bound = bind(name, { ...mount, source: device ?? mount.source ?? '' }, index, setup);
    if (!bound) continue;
    mounts.push(bound.mount);
    if (bound.copy) binds.push(bound.copy);
  }
  // An anonymous volume would carry no label. A named one starts with the same files of the image.
  const volumes: Record<string, ModelThing> = {};
  const taken = new Set([...mounts.map(targetOf), ...tmpfsPaths(service)]);
  for (const [index, item] of mounts.entries()) {
    const mount = mapOf(item);
    if (mount.type !== 'volume' || mount.source !== undefined) continue;
    const key = `${name}-anonymous-${index}`;
    volumes[key] = {};
    mounts[index] = { ...mount, source: key };
  }
  for (const [index, target] of need.volumes.entries()) {
    if (taken.has(clean(target))) continue;
    const key = `${name}-image-${index}`;
    volumes[key] = {};
    mounts.push({ type: 'volume', source: key, target });
  }
  return { mounts, binds, volumes };
}

function bind(
  name: string,
  mount: Record<string, Data>,
  index: number,
  { options, world, note }: Setup,
): { mount: Data; copy?: BindPlan } | undefined {
  const source = String(mount.source);
  const kind = world.local ? world.kindOf(source) : 'unreadable';
  const base = { type: 'bind', source, target: mount.target ?? '', ...(mount.read_only === true && { read_only: true }) };
  const readOnly = { ...base, read_only: true };
  if (kind === 'socket' || /docker\.sock$|containerd\.sock$|podman\.sock$/.test(source)) {
    if (options.allowPrivileged) return { mount: base };
    note(`the socket ${source} is not given in a trial (--allow-privileged gives it)`);
    return undefined;
  }
  if (mount.read_only === true)
    return kind === 'missing' && world.local ? { mount: made(world.copyPath(`${name}-${index}`), mount, ':ro') } : { mount: base };
  if (options.binds === 'as-is') return { mount: base };
  if (!world.local || kind === 'device' || kind === 'unreadable' || SYSTEM.test(clean(source))) {
    note(`${source} is read-only in a trial`);
    return { mount: readOnly };
  }
  const to = world.copyPath(`${name}-${index}`);
  // Docker makes a missing one, as root's, in the place of the copy.
  if (kind === 'missing') return { mount: made(to, mount, '') };
  if (options.binds === 'ro') return { mount: readOnly };
  if (!world.small(source)) {
    note(`${source} is too big to be copied, so it is read-only in a trial (--binds as-is gives it)`);
    return { mount: readOnly };
  }
  return { mount: { ...base, source: to }, copy: { from: source, to } };
}

/** In the short form, for which a directory that is missing is made. */
function made(source: string, { target }: Record<string, Data>, mode: string): Data {
  return `${source}:${String(target)}${mode}`;
}

/** The container path of a mount of a trial. */
function targetOf(mount: Data): string {
  return clean(typeof mount === 'string' ? mount.split(':')[1]! : String(mapOf(mount).target));
}

/** The directory a named volume of the local driver binds, if it does. */
function boundDevice(model: Model, source: Data | undefined): string | undefined {
  const options = mapOf(model.volumes?.[String(source)]?.driver_opts);
  return /(?:^|,)r?bind(?:,|$)/.test(String(options.o ?? '')) && options.device ? String(options.device) : undefined;
}

function tmpfsPaths(service: ModelService): string[] {
  return listOf(service.tmpfs).map((item) => clean(String(item).split(':')[0]!));
}

/** A container path without a slash at the end. */
export const clean = (path: string): string => (path.length > 1 ? path.replace(/\/+$/, '') : path);
