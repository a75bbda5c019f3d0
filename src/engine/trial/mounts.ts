import type { Data } from '../../yaml/types';
import { listOf, type Model, type ModelService, type ModelThing, mapOf } from '../compose/model';
import type { ImageNeeds } from './convert';
import { type Copies, clean, SYSTEM, sourceOf } from './copies';
import type { TrialOptions } from './options';

/** What is at a path of the host. */
export type Kind = 'file' | 'directory' | 'socket' | 'device' | 'missing' | 'unreadable';

/** What the conversion asks of the machine. */
export interface World {
  kindOf(path: string): Kind;
  /** Whether a copy would be small enough to make for every start. */
  small(path: string): boolean;
  /** Where the copy of a directory or file of the host goes, for this stack. */
  copyPath(source: string): string;
  /** Whether copies made here have the owners of what was copied: only root gives files away. */
  keepsOwners: boolean;
  /** False when the Engine is elsewhere, where paths of this machine mean nothing. */
  local: boolean;
}

interface Setup {
  options: TrialOptions;
  world: World;
  model: Model;
  copies: Copies;
  note(text: string): void;
}

/** Where the Engine's socket is. That a mount is read-only keeps nobody from speaking to it. */
const SOCKETS = /^\/(?:var\/)?run(?:\/docker)?$/;

/** The mounts of a service in a trial, and a volume for each path the image declares one for. */
export function trialMounts(
  name: string,
  service: ModelService,
  need: ImageNeeds,
  setup: Setup,
): { mounts: Data[]; volumes: Record<string, ModelThing> } {
  const mounts: Data[] = [];
  for (const item of listOf(service.volumes)) {
    const mount = mapOf(item);
    const source = sourceOf(mount, setup.model);
    const bound = source === undefined ? item : bind(source, mount, setup);
    if (bound !== undefined) mounts.push(bound);
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
  return { mounts, volumes };
}

/** A mount of the host as a trial has it; undefined when it has none. */
function bind(source: string, mount: Record<string, Data>, { options, world, copies, note }: Setup): Data | undefined {
  const kind = world.local ? world.kindOf(source) : 'unreadable';
  const base = { type: 'bind', source, target: mount.target ?? '', ...(mount.read_only === true && { read_only: true }) };
  const sockets = SOCKETS.test(clean(source));
  if (sockets || kind === 'socket' || /docker\.sock$|containerd\.sock$|podman\.sock$/.test(source)) {
    if (options.allowPrivileged) return base;
    note(
      `${sockets ? `${source}, with the sockets in it,` : `the socket ${source}`} is not given in a trial (--allow-privileged gives it)`,
    );
    return undefined;
  }
  const copy = copies.of(source);
  const mode = mount.read_only === true ? ['ro'] : [];
  // In the short form, because the old Compose knows no `nocopy` in the long one of some versions.
  if (copy && 'volume' in copy) return [copy.volume, String(mount.target), ['nocopy', ...mode].join(',')].join(':');
  // A directory that is missing is made for the short form only, as root's, by Docker.
  const short = (place: string): string => [place, String(mount.target), ...mode].join(':');
  if (copy) return kind === 'missing' ? short(copy.path) : { ...base, source: copy.path };
  if (mount.read_only === true) return kind === 'missing' && world.local ? short(world.copyPath(source)) : base;
  if (options.binds === 'as-is') return base;
  if (!world.local || kind === 'device' || kind === 'unreadable' || SYSTEM.test(source)) note(`${source} is read-only in a trial`);
  else if (kind === 'missing') return short(world.copyPath(source));
  else if (options.binds === 'copy') note(`${source} is too big to be copied, so it is read-only in a trial (--binds as-is gives it)`);
  return { ...base, read_only: true };
}

/** The container path of a mount of a trial. */
function targetOf(mount: Data): string {
  return clean(typeof mount === 'string' ? mount.split(':')[1]! : String(mapOf(mount).target));
}

function tmpfsPaths(service: ModelService): string[] {
  return listOf(service.tmpfs).map((item) => clean(String(item).split(':')[0]!));
}
