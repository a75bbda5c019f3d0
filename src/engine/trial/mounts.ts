import path from 'node:path';
import type { Data } from '../../yaml/types';
import { listOf, type Model, type ModelService, type ModelThing, mapOf } from '../compose/model';
import type { ImageNeeds } from './convert';
import { type Copies, clean, type Given, isReadOnly, sourceOf } from './copies';
import type { Holding } from './withheld';

interface Setup {
  model: Model;
  copies: Copies;
  holding: Holding;
}

/** The mounts of a service in a trial, and a volume for each path the image declares one for. */
export function trialMounts(
  name: string,
  service: ModelService,
  need: ImageNeeds,
  setup: Setup,
): { mounts: Data[]; volumes: Record<string, ModelThing> } {
  const mounts = listOf(service.volumes).flatMap((item) => mountOf(mapOf(item), setup));
  const seen = new Set(mounts.map(targetOf));
  for (const item of listOf(service.volumes)) {
    for (const inner of innerMounts(mapOf(item), setup)) if (!seen.has(targetOf(inner))) mounts.push(inner);
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

/** A mount as a trial has it: none where it is held back. */
function mountOf(mount: Record<string, Data>, { model, copies, holding }: Setup): Data[] {
  const source = sourceOf(mount, model);
  if (source === undefined) return ownMount(mount, holding);
  const target = String(mount.target ?? '');
  const given = copies.of(source);
  const readOnly = isReadOnly(mount, model);
  if (given.as === 'nothing') {
    holding.hold(given.reach, given.reach === 'sockets' ? `the socket ${source}` : source, given);
    return [];
  }
  if ((given.as === 'volume' || given.as === 'made') && target.includes(':')) {
    holding.hold('host-files', source, { why: 'the path it is mounted at has a colon', hint: '' });
    return [];
  }
  if (given.as === 'live' && given.readOnly && !readOnly) {
    holding.lessen('host-files', `writing to ${source}`, `${source} is read-only in a trial${given.why ? `: ${given.why}` : ''}`);
  }
  if ((given.as === 'copy' || given.as === 'volume') && given.left) {
    const { what, reach, own } = given.left;
    if (own) holding.note(`${what} is not in the copy of ${source}`);
    else holding.hold(reach, what, { hint: '' });
  }
  return [placed(given, target, readOnly)];
}

/** Directories that are in the one this mount shows, and are mounted elsewhere too: what is written to one is in the other. */
function innerMounts(mount: Record<string, Data>, { model, copies }: Setup): Data[] {
  const source = sourceOf(mount, model);
  const outer = source === undefined ? undefined : copies.of(source);
  if (source === undefined || outer === undefined || outer.as === 'nothing') return [];
  const readOnly = isReadOnly(mount, model);
  return copies.nested(source).flatMap(({ place, way }) => {
    const target = path.posix.join(String(mount.target ?? ''), way.split(path.sep).join('/'));
    // What nobody made cannot be mounted on: only where it can be written.
    if (place.as === 'nothing') return [];
    const impossible = target.includes(':') || (place.as === 'made' && readOnly && outer.as !== 'copy');
    return impossible ? [] : [placed(place, target, readOnly)];
  });
}

/** What is no mount of the host's: volumes, which are the trial's own, tmpfs, and files of images. */
function ownMount(mount: Record<string, Data>, holding: Holding): Data[] {
  if (mount.type === 'volume' || mount.type === 'tmpfs' || mount.type === 'image') return [mount];
  holding.hold(mount.type === 'npipe' ? 'sockets' : 'host-files', `the ${String(mount.type)} mount at ${String(mount.target)}`, {
    hint: '',
  });
  return [];
}

function placed(given: Exclude<Given, { as: 'nothing' }>, target: string, readOnly: boolean): Data {
  const mode = readOnly ? ['ro'] : [];
  // In the short form, because the old Compose knows no `nocopy` in the long one of some versions.
  if (given.as === 'volume') return [given.volume, target, ['nocopy', ...mode].join(',')].join(':');
  // A directory that is missing is made for the short form only, as root's, by Docker.
  if (given.as === 'made') return [given.path, target, ...mode].join(':');
  return { type: 'bind', source: given.path, target, ...((readOnly || (given.as === 'live' && given.readOnly)) && { read_only: true }) };
}

/** The container path of a mount of a trial. */
function targetOf(mount: Data): string {
  return clean(typeof mount === 'string' ? mount.split(':')[1]! : String(mapOf(mount).target));
}

function tmpfsPaths(service: ModelService): string[] {
  return listOf(service.tmpfs).map((item) => clean(String(item).split(':')[0]!));
}
