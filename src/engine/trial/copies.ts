import { existsSync, linkSync, mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { trimEndOf } from '../../trim';
import { listOf, type Model, mapOf } from '../compose/model';
import { copyTree } from './host/copy-tree';
import { HARMLESS_DEVICES, isWithin } from './host/places';
import type { Kind, Survey } from './host/survey';
import { type Found, isClean, isSmall, type World } from './host/world';
import type { TrialOptions } from './options';
import type { Reach } from './withheld';

/**
 * What has to be made before the stack starts: a copy of a directory or file, into a path or into a volume of the trial by its key; or another name for a
 * file of a copy. `directories`: empty ones in it that others are mounted on.
 */
export type BindPlan =
  | { from: string; to: string; directories?: string[] }
  | { from: string; volume: string }
  | { link: { of: string; to: string } };

/** What a mount of the host becomes. */
export type Given =
  /** A copy; `path` outside of all that a container can write to. */
  | { as: 'copy'; path: string; left?: Left }
  | { as: 'volume'; volume: string; left?: Left }
  /** A directory that Docker makes, as it would make the one that is missing. */
  | { as: 'made'; path: string }
  /** The very file or directory. */
  | { as: 'live'; path: string; readOnly: boolean; why?: string }
  | { as: 'nothing'; reach: Reach; why: string; hint?: string };

/** What stays behind where a tree is copied, in words; `own` = somebody of the project may have made it there, and will again. */
export interface Left {
  what: string;
  reach: Reach;
  own: boolean;
}

/** A mount that somebody asked for. */
interface Wanted {
  found: Found;
  writable: boolean;
}

/**
 * What becomes of the directories and files of the host that a project mounts: one place for each that a service may write to, whoever else mounts
 * it, so that what one service writes is there for the other. No copy is inside of what a container writes to: a container could put a link in its
 * place, and the next start would follow it. Where one mounted directory is in another, it is mounted there as well; see `nested`.
 */
export class Copies {
  private readonly given = new Map<string, Given>();
  private readonly written = new Set<string>();

  constructor(
    model: Model,
    private readonly options: TrialOptions,
    private readonly world: World,
  ) {
    const wanted = new Map<string, Wanted>();
    for (const service of Object.values(model.services)) {
      for (const item of listOf(service.volumes)) {
        const mount = mapOf(item);
        const source = sourceOf(mount, model);
        if (source === undefined) continue;
        const found = world.find(source);
        const before = wanted.get(found.real);
        wanted.set(found.real, { found, writable: (before?.writable ?? false) || !isReadOnly(mount, model) });
      }
    }
    for (const [real, { writable }] of wanted) if (writable) this.written.add(real);
    // What is in a directory that somebody writes to is written to.
    for (const real of wanted.keys()) if ([...this.written].some((other) => isWithin(real, other))) this.written.add(real);
    for (const [real, { found }] of wanted) this.given.set(real, this.decide(found));
  }

  /** What a mount of this source is in the trial, by the path it is named by. */
  of(source: string): Given {
    const found = this.world.find(source);
    let given = this.given.get(found.real);
    if (!given) {
      given = this.decide(found);
      this.given.set(found.real, given);
    }
    return given;
  }

  /** Where a source is in a directory that is mounted: those it is mounted on there as well, by where it leads, with the way to each. */
  nested(source: string): { place: Given; way: string }[] {
    const outer = this.world.find(source).real;
    return [...this.given].flatMap(([real, place]) => {
      if (real === outer || !isWithin(real, outer) || !this.written.has(real)) return [];
      const kind = place.as === 'made' ? 'directory' : this.world.find(real).kind;
      if (kind !== 'directory' || (place.as !== 'copy' && place.as !== 'volume' && place.as !== 'made')) return [];
      return [{ place, way: path.relative(outer, real) }];
    });
  }

  /** All that has to be made, what others are linked to first. */
  get plans(): BindPlan[] {
    const trees: BindPlan[] = [];
    const links: BindPlan[] = [];
    for (const [real, place] of this.given) {
      if (place.as === 'volume') trees.push({ from: real, volume: place.volume });
      if (place.as !== 'copy') continue;
      const outer = this.world.find(real).kind === 'file' ? this.outerCopy(real) : undefined;
      // The same file under two names: what is written to one is in the other, as it is when a file is mounted.
      if (outer) links.push({ link: { of: path.join(outer.path, outer.way), to: place.path } });
      else {
        const made = [...this.given].flatMap(([other, { as }]) =>
          as === 'made' && isWithin(other, real) ? [path.relative(real, other)] : [],
        );
        trees.push({ from: real, to: place.path, ...(made.length > 0 && { directories: made }) });
      }
    }
    return [...trees, ...links];
  }

  /** The volumes that are copies. */
  get volumes(): string[] {
    return [...this.given.values()].flatMap((place) => (place.as === 'volume' ? [place.volume] : []));
  }

  /** The copy of a directory that a file which is written to is in. */
  private outerCopy(real: string): { path: string; way: string } | undefined {
    if (!this.written.has(real)) return undefined;
    const outer = [...this.given]
      .filter(([other, { as }]) => other !== real && isWithin(real, other) && as === 'copy' && this.written.has(other))
      // The innermost is what others have mounted there.
      .sort(([a], [b]) => b.length - a.length)[0];
    return outer?.[1].as === 'copy' ? { path: outer[1].path, way: path.relative(outer[0], real) } : undefined;
  }

  private decide({ kind, real }: Found): Given {
    const { world } = this;
    const { allowPrivileged, binds } = this.options;
    const writable = this.written.has(real);
    if (!world.local) return this.elsewhere(real, writable);
    if (HARMLESS_DEVICES.has(real)) return live(real, !writable);
    if (kind === 'unreadable') return { as: 'nothing', reach: 'host-files', why: 'it cannot be looked at', hint: '' };
    const reached = world.reaches(real);
    // Docker makes a directory of what is missing, which is no socket.
    const special = kind === 'missing' && /\.sock(?:et)?$/.test(real) ? 'sockets' : SPECIAL[kind];
    if (kind === 'missing') {
      if (special === undefined && reached === undefined) return { as: 'made', path: world.copyPath(real, false) };
      return { as: 'nothing', reach: special ?? 'host-files', why: 'it is not there', hint: '' };
    }
    if (special === undefined && reached === undefined) return this.tree(kind === 'file', real, world.survey(real), writable);
    const why = reached === undefined ? `it is a ${kind}` : `it reaches ${reached}`;
    if (!allowPrivileged) return { as: 'nothing', reach: special ?? 'host-files', why };
    if (special !== undefined) return live(real, !writable);
    return live(real, !writable || binds !== 'as-is', `${why} (--binds as-is lets it write)`);
  }

  /** A file or directory of which only its content matters. */
  private tree(isFile: boolean, real: string, survey: Survey, writable: boolean): Given {
    const { world } = this;
    const { allowPrivileged, binds } = this.options;
    const harmless = isClean(survey) || (allowPrivileged && !survey.closed);
    const small = isSmall(survey);
    if (binds === 'as-is' && harmless) return live(real, !writable);
    if (binds === 'ro' && harmless) return live(real, true, writable ? 'only read, as --binds ro says' : undefined);
    const faithful = world.keepsOwners || (!survey.foreign && !survey.closed);
    const reach = survey.specials.some(({ kind }) => kind === 'socket') ? 'sockets' : 'host-files';
    const copied = (): Given => {
      const place = world.copyPath(real, !writable);
      const left = survey.specials.length + survey.mounts.length > 0 && { left: { what: what(survey), reach, own: writable } as const };
      return isFile || world.keepsOwners || (!writable && faithful)
        ? { as: 'copy', path: place, ...left }
        : { as: 'volume', volume: `copy-${path.basename(place)}`, ...left };
    };
    if (small && (writable ? !(isFile && survey.closed) : faithful)) return copied();
    if (harmless && survey.complete) {
      return live(real, true, writable ? 'too big to be copied (--binds as-is gives it)' : undefined);
    }
    if (small && !isFile) return copied();
    const why = isClean(survey) ? 'it is too big to be looked through' : `${what(survey)} is in it, and it is too big to be copied`;
    return { as: 'nothing', reach, why, hint: '--binds as-is gives it' };
  }

  /** Nothing of another machine can be looked at: what is given is what somebody said is to be. */
  private elsewhere(real: string, writable: boolean): Given {
    const { world } = this;
    const { allowPrivileged, binds } = this.options;
    const reached = world.reaches(real);
    if (reached !== undefined && !allowPrivileged) return { as: 'nothing', reach: 'host-files', why: `it reaches ${reached}` };
    if (binds !== 'copy') return live(real, !writable || binds === 'ro');
    return {
      as: 'nothing',
      reach: 'host-files',
      why: 'it is on another machine, and cannot be copied',
      hint: '--binds ro gives it, read-only',
    };
  }
}

/** What reaches whoever is at its other end, whatever it holds. */
const SPECIAL: Partial<Record<Kind, Reach>> = { socket: 'sockets', fifo: 'sockets', device: 'devices' };

const live = (path: string, readOnly: boolean, why?: string): Given => ({ as: 'live', path, readOnly, ...(why && { why }) });

/** What reaches further, of what was looked through. */
function what({ specials, mounts, closed }: Survey): string {
  const [first] = specials;
  if (first) return `the ${first.kind} ${first.path}`;
  return mounts[0] !== undefined ? `the file system ${mounts[0]}` : closed ? 'something that cannot be looked into' : 'nothing';
}

/** The path of the host that a mount shows: its own, or the one its volume is bound to. Undefined when there is none. */
export function sourceOf(mount: ReturnType<typeof mapOf>, model: Model): string | undefined {
  if (mount.type === 'volume') return boundDevice(model, String(mount.source));
  return mount.type === 'bind' ? String(mount.source ?? '') : undefined;
}

/** Whether a mount is read-only, by itself or by the volume it is of. */
export function isReadOnly(mount: ReturnType<typeof mapOf>, model: Model): boolean {
  const { o } = mapOf(mount.type === 'volume' ? model.volumes?.[String(mount.source)]?.driver_opts : undefined);
  return mount.read_only === true || /(?:^|,)ro(?:,|$)/.test(String(o ?? ''));
}

/** The directory a named volume of the local driver binds, if it does. */
function boundDevice(model: Model, source: string): string | undefined {
  const options = mapOf(model.volumes?.[source]?.driver_opts);
  const device = String(options.device ?? '');
  return /(?:^|,)r?bind(?:,|$)/.test(String(options.o ?? '')) && path.isAbsolute(device) ? device : undefined;
}

/** A path without a slash at the end. */
export const clean = (text: string): string => (text.length > 1 ? trimEndOf(text, '/') : text);

/** Makes a copy that is no volume. What is there already is one that nobody writes to, of an earlier stack. */
export function makeCopy(plan: BindPlan): void {
  if ('volume' in plan) return;
  if ('link' in plan) {
    mkdirSync(path.dirname(plan.link.to), { recursive: true, mode: 0o700 });
    linkSync(plan.link.of, plan.link.to);
    return;
  }
  if (!existsSync(plan.to)) {
    // Half a copy is none.
    copyTree(plan.from, `${plan.to}.part`);
    renameSync(`${plan.to}.part`, plan.to);
  }
  for (const way of plan.directories ?? []) mkdirSync(path.join(plan.to, way), { recursive: true });
}
