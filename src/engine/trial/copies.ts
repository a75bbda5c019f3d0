import path from 'node:path';
import { listOf, type Model, mapOf } from '../compose/model';
import type { World } from './mounts';
import type { TrialOptions } from './options';

/** A copy that has to be made before the stack starts: into a directory, or into a volume of the trial by its key. */
export type BindPlan = { from: string; to: string } | { from: string; volume: string };

/** What a mount of the host becomes where it is copied. */
export type Place = { path: string } | { volume: string };

/** Parts of a host that are shown to a container, never copied. */
export const SYSTEM =
  /^\/(?:proc|sys|dev|run|var\/run|etc|boot|usr|lib|lib64|bin|sbin|root|home|var|var\/lib|var\/log|var\/lib\/docker|mnt|media)?$|^\/(?:proc|sys|dev|lib\/modules|var\/lib\/docker|run\/udev)\//;

/**
 * The directories and files of the host that a trial gets copies of: one for each that a service may write to, whoever else mounts it, so that
 * what one service writes is there for the other.
 *
 * Only root can make a copy with the owners of what is copied, and remove what a container leaves in it. For anybody else the Engine copies
 * directories, into volumes.
 */
export class Copies {
  private readonly places = new Map<string, Place>();
  private readonly used = new Set<string>();

  constructor(
    model: Model,
    { binds }: TrialOptions,
    private readonly world: World,
  ) {
    if (binds !== 'copy' || !world.local) return;
    for (const service of Object.values(model.services)) {
      for (const item of listOf(service.volumes)) {
        const mount = mapOf(item);
        const source = sourceOf(mount, model);
        if (source === undefined || mount.read_only === true || SYSTEM.test(source) || this.places.has(source)) continue;
        const kind = world.kindOf(source);
        if (kind === 'file' || kind === 'missing' || (kind === 'directory' && world.small(source)))
          this.places.set(source, this.placeFor(source, kind));
      }
    }
  }

  /** Where a mount leads in a trial: to the copy of its source, or into the copy of a directory its source is in. Undefined when it has none. */
  of(source: string): Place | undefined {
    const own = this.places.get(source);
    // The outermost copy holds what all of them write. A part of a volume cannot be mounted.
    const around = [...this.places].filter(([each, place]) => 'path' in place && source.startsWith(`${each}/`));
    const [outer] = own && 'volume' in own ? [] : around.sort(([one], [other]) => one.length - other.length);
    const from = outer?.[0] ?? (own && source);
    if (from === undefined) return undefined;
    this.used.add(from);
    return outer && 'path' in outer[1] ? { path: path.join(outer[1].path, source.slice(from.length + 1)) } : own;
  }

  /** The copies that the mounts asked for. What is missing on the host is made empty, as Docker makes it. */
  get plans(): BindPlan[] {
    return [...this.used]
      .filter((source) => this.world.kindOf(source) !== 'missing')
      .map((from) => {
        const place = this.places.get(from)!;
        return 'path' in place ? { from, to: place.path } : { from, volume: place.volume };
      });
  }

  /** The volumes that were asked for. */
  get volumes(): string[] {
    return [...this.used].flatMap((source) => {
      const place = this.places.get(source)!;
      return 'volume' in place ? [place.volume] : [];
    });
  }

  private placeFor(source: string, kind: string): Place {
    const place = this.world.copyPath(source);
    return this.world.keepsOwners || kind === 'file' ? { path: place } : { volume: `copy-${path.basename(place)}` };
  }
}

/** The path of the host that a mount shows, without a slash at its end: its own, or the one its volume is bound to. Undefined when there is none. */
export function sourceOf(mount: ReturnType<typeof mapOf>, model: Model): string | undefined {
  const source =
    mount.type === 'volume' ? boundDevice(model, String(mount.source)) : mount.type === 'bind' ? String(mount.source ?? '') : undefined;
  return source === undefined ? undefined : clean(source);
}

/** The directory a named volume of the local driver binds, if it does. */
function boundDevice(model: Model, source: string): string | undefined {
  const options = mapOf(model.volumes?.[source]?.driver_opts);
  return /(?:^|,)r?bind(?:,|$)/.test(String(options.o ?? '')) && options.device ? String(options.device) : undefined;
}

/** A path without a slash at the end. */
export const clean = (text: string): string => (text.length > 1 ? text.replace(/\/+$/, '') : text);
