import type { Data } from '../../yaml/types';
import { append, type Keys, literal } from '../stack';
import { size } from './host-config';
import type { Around } from './read';
import type { ContainerConfig, EngineMount, InspectedContainer } from './types';

/** What a container has mounted, as its service says it. */
export function mountsOf(container: InspectedContainer, base: ContainerConfig, keys: Keys, service: string, { stack }: Around): void {
  const { HostConfig: host, Config: config, Mounts: mounts = [] } = container;
  const external = (name: string): void => void (stack.volumes.has(name) || stack.volumes.set(name, { name, external: true }));
  const seen = new Set<string>();
  for (const bind of host.Binds ?? []) {
    const [source = '', target = '', options] = splitBind(bind);
    seen.add(target);
    if (!isPath(source)) external(source);
    const words = [source, target, ...(options ? [options] : [])].map(literal);
    if (source.length > 1) append(keys, 'volumes', words.join(':'));
    // Compose takes a single letter before a colon for a drive.
    else append(keys, 'volumes', { type: 'volume', source, target, ...(options?.split(',').includes('ro') && { read_only: true }) });
  }
  for (const mount of host.Mounts ?? []) {
    seen.add(mount.Target);
    if (mount.Type === 'volume' && mount.Source) external(mount.Source);
    append(keys, 'volumes', longMount(mount));
  }
  for (const target of Object.keys(config.Volumes ?? {})) {
    if (seen.has(target) || Object.hasOwn(base.Volumes ?? {}, target)) continue;
    append(keys, 'volumes', literal(target));
  }
  for (const { Type, Name, Destination } of mounts) {
    if (Type !== 'volume' || Name === undefined || !/^[0-9a-f]{64}$/.test(Name)) continue;
    stack.losses.push({
      code: 'decision',
      service,
      what: Destination,
      reason: `its data is in a volume without a name, and a new container gets a new one: docker run --rm -v ${Name.slice(0, 12)}…:/from -v NAME:/to IMAGE cp -a /from/. /to copies it`,
    });
  }
}

function isPath(source: string): boolean {
  return /^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(source);
}

/** `source:target:options`, where a drive of Windows has a colon of its own. */
function splitBind(bind: string): string[] {
  const parts = bind.split(':');
  return /^[A-Za-z]$/.test(parts[0]!) && /^[\\/]/.test(parts[1] ?? '') && parts.length > 2 && parts[1]!.startsWith('\\')
    ? [`${parts[0]}:${parts[1]}`, ...parts.slice(2)]
    : parts;
}

function longMount({ Type, Source, Target, ReadOnly, Consistency, ...options }: EngineMount): Data {
  const item: Keys = { type: Type, ...(Source && { source: literal(Source) }), target: literal(Target) };
  if (ReadOnly) item.read_only = true;
  if (Consistency && Consistency !== 'default') item.consistency = Consistency;
  const { BindOptions: bind, VolumeOptions: volume, TmpfsOptions: tmpfs, ImageOptions: image } = options;
  if (Type === 'bind') {
    item.bind = {
      create_host_path: bind?.CreateMountpoint === true,
      ...(bind?.Propagation && { propagation: bind.Propagation }),
      ...(bind?.NonRecursive && { recursive: 'disabled' }),
    };
  }
  if (volume && (volume.NoCopy || volume.Subpath)) {
    item.volume = { ...(volume.NoCopy && { nocopy: true }), ...(volume.Subpath && { subpath: literal(volume.Subpath) }) };
  }
  if (tmpfs && (tmpfs.SizeBytes || tmpfs.Mode)) {
    item.tmpfs = { ...(tmpfs.SizeBytes && { size: size(tmpfs.SizeBytes) }), ...(tmpfs.Mode && { mode: tmpfs.Mode }) };
  }
  if (image?.Subpath) item.image = { subpath: literal(image.Subpath) };
  return item;
}
