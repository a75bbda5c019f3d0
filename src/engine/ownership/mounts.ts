import path from 'node:path';
import type { Person } from '../../ownership/access';
import type { MountUse } from '../../ownership/plan';
import type { Engine } from '../client/engine';
import type { ContainerInfo, Listed } from '../client/types';
import { listOf, type Model, type ModelService, mapOf } from '../compose/model';
import { isReadOnly } from '../trial/copies';
import { realPathOf } from './places';
import type { WorkerMount } from './worker';

/** A mount of a project that holds something, with all services that use it. */
export interface UsedMount {
  mount: WorkerMount;
  /** As a person calls it: `volume data`, `./config`. */
  shown: string;
  uses: MountUse[];
}

/** As whom each service runs, before and after; a service of which that is not known is missing. */
export type Crew = ReadonlyMap<string, { before: Person; after: Person }>;

/** What a mount is told from others by. */
export function keyOf(mount: WorkerMount): string {
  return mount.type === 'bind' ? `bind ${mount.path}` : `volume ${mount.name} ${mount.subpath ?? ''}`;
}

/** The containers of a project, with their service. */
export async function containersOf(engine: Engine, project: string): Promise<{ service: string; listed: Listed }[]> {
  return (await engine.containers(`com.docker.compose.project=${project}`)).flatMap((listed) => {
    const service = listed.Labels['com.docker.compose.service'];
    return service === undefined || listed.Labels['com.docker.compose.oneoff'] === 'True' ? [] : [{ service, listed }];
  });
}

/** The mounts of a project's services that exist: what is not there yet gets its owner from the image, or is made by the Engine. */
export async function mountsOf(engine: Engine, model: Model, crew: Crew): Promise<UsedMount[]> {
  const found = new Map<string, UsedMount>();
  const add = (mount: WorkerMount, shown: string, use: MountUse): void => {
    const key = keyOf(mount);
    const known = found.get(key);
    if (known) known.uses.push(use);
    else found.set(key, { mount, shown, uses: [use] });
  };
  for (const [service, own] of Object.entries(model.services)) {
    const people = crew.get(service);
    if (!people) continue;
    for (const { mount, target, writable, shown } of declared(own, model)) {
      if (mount.type === 'bind') {
        // The Engine makes what is missing, and it belongs to root then.
        const real = realPathOf(mount.path);
        if (real !== undefined) add({ type: 'bind', path: real }, shown, { service, target, writable, ...people });
      } else {
        const place = await placeOfVolume(engine, mount);
        if (place) add(place, shown, { service, target, writable, ...people });
      }
    }
  }
  // What an image declares and nobody names is known from the containers alone.
  for (const { service, listed } of await containersOf(engine, String(model.name))) {
    const people = crew.get(service);
    const info = await engine.container(listed.Id).catch(() => undefined);
    if (!people || !info) continue;
    for (const { name, target, writable } of anonymousOf(info, model))
      add({ type: 'volume', name }, `the anonymous volume at ${target} of ${service}`, { service, target, writable, ...people });
  }
  return [...found.values()];
}

/** Where a volume is: a directory of the host when it is bound to one, nowhere when it is not there yet. */
async function placeOfVolume(engine: Engine, mount: WorkerMount & { type: 'volume' }): Promise<WorkerMount | undefined> {
  const volume = await engine.volume(mount.name);
  const { o = '', device = '' } = volume?.Options ?? {};
  if (volume?.Driver !== 'local' || !/(?:^|,)r?bind(?:,|$)/.test(o) || !path.isAbsolute(device)) return volume && mount;
  const real = realPathOf(path.join(device, mount.subpath ?? ''));
  return real === undefined ? undefined : { type: 'bind', path: real };
}

interface Declared {
  mount: WorkerMount;
  target: string;
  writable: boolean;
  shown: string;
}

/** The volumes, directories and files that a service names, `volumes_from` included. */
function declared(service: ModelService, model: Model, depth = 0): Declared[] {
  const own = listOf(service.volumes).flatMap((item): Declared[] => {
    const mount = mapOf(item);
    const { type, source } = mount;
    const target = String(mount.target ?? '');
    const writable = !isReadOnly(mount, model);
    if (type === 'bind' && typeof source === 'string') return [{ mount: { type, path: source }, target, writable, shown: source }];
    if (type !== 'volume' || typeof source !== 'string') return [];
    const name = volumeName(model, source);
    const subpath = mapOf(mount.volume).subpath;
    return [
      {
        mount: { type, name, ...(typeof subpath === 'string' && { subpath }) },
        target,
        writable,
        shown: `volume ${source}`,
      },
    ];
  });
  const files = (['secrets', 'configs'] as const).flatMap((kind) =>
    listOf(service[kind]).flatMap((item): Declared[] => {
      const name = typeof item === 'string' ? item : String(mapOf(item).source);
      const { file } = mapOf(model[kind]?.[name]);
      if (typeof file !== 'string') return [];
      return [{ mount: { type: 'bind', path: file }, target: String(mapOf(item).target ?? name), writable: false, shown: file }];
    }),
  );
  const others = listOf(service.volumes_from).flatMap((item): Declared[] => {
    const [name = '', mode] = String(item).split(':');
    const other = model.services[name];
    if (!other || depth > 20) return [];
    return declared(other, model, depth + 1).map((each) => (mode === 'ro' ? { ...each, writable: false } : each));
  });
  return [...own, ...files, ...others];
}

/** What the Engine calls a volume of the project. */
function volumeName(model: Model, key: string): string {
  return String(model.volumes?.[key]?.name ?? `${model.name ?? ''}_${key}`);
}

function anonymousOf({ Mounts }: ContainerInfo, model: Model): { name: string; target: string; writable: boolean }[] {
  const named = new Set(Object.keys(model.volumes ?? {}).map((key) => volumeName(model, key)));
  return Mounts.flatMap(({ Type, Name, Destination, RW }) =>
    Type === 'volume' && Name !== undefined && /^[0-9a-f]{64}$/.test(Name) && !named.has(Name)
      ? [{ name: Name, target: Destination, writable: RW }]
      : [],
  );
}

/** Containers that use a mount while they run, by the name of each. */
export function usersOf(mount: WorkerMount, containers: readonly ContainerInfo[]): string[] {
  return containers
    .filter(({ Mounts }) =>
      Mounts.some(({ Type, Name, Source }) =>
        mount.type === 'volume'
          ? Type === 'volume' && Name === mount.name
          : Type === 'bind' && overlaps(realPathOf(Source) ?? Source, mount.path),
      ),
    )
    .map(({ Name }) => Name.replace(/^\//, ''));
}

/** Whether one directory is the other, or in it. */
export function overlaps(a: string, b: string): boolean {
  return a === b || a.startsWith(b === '/' ? b : `${b}/`) || b.startsWith(a === '/' ? a : `${a}/`);
}
