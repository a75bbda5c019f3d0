import { isMap } from '../compose/data';
import { settledItem } from '../compose/effective';
import { splitFile } from '../compose/file-path';
import { evaluate } from '../compose/interpolate';
import type { Keys } from '../compose/merge';
import type { Model } from '../compose/model';
import type { ComposeProject } from '../compose/project';
import type { ComposeService } from '../compose/service';
import type { Privilege, PrivilegeKind, PrivilegePlace } from '../harden/privileges';
import type { Severity } from '../harden/types';
import { effectiveEntries, type Node, resolve } from '../yaml/tree';
import type { Data } from '../yaml/types';

/** What the privileges of one service are read from. */
export class Scope {
  constructor(
    readonly name: string,
    /** What its keys come to; none = a container of which nothing is said. */
    readonly keys: Keys,
    readonly model: Model,
    private readonly project: ComposeProject,
    private readonly service: ComposeService | undefined,
  ) {}

  /** A key as text, variables replaced; undefined when it has no value, or is a list or a map. */
  text(key: string): string | undefined {
    return textOf(this.keys[key]);
  }

  /** A key as a list: a single value is a list of one, a map none. */
  list(key: string): Data[] {
    const data = this.keys[key];
    if (data === undefined || data === null || isMap(data)) return [];
    return Array.isArray(data) ? data : [data];
  }

  map(key: string): { readonly [key: string]: Data } {
    const data = this.keys[key];
    return isMap(data) ? data : {};
  }

  /** A map of names, which may be written as a list of them. */
  names(key: string): Map<string, Data> {
    const data = this.keys[key];
    if (Array.isArray(data)) return new Map(data.map((name) => [String(name), null]));
    return new Map(isMap(data) ? Object.entries(data) : []);
  }

  /** A map of pairs, which may be written as a list of `NAME=value`. */
  pairs(key: string): Map<string, string> {
    const data = this.keys[key];
    const item = (text: string): [string, string] => {
      const at = text.indexOf('=');
      return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
    };
    if (Array.isArray(data)) return new Map(data.map((each) => item(shown(each))));
    return new Map(isMap(data) ? Object.entries(data).map(([name, value]) => [name, shown(value)]) : []);
  }

  /**
   * A privilege of this service.
   *
   * @param key the key of the service that gives it.
   * @param is tells the item of a list, or the entry of a map, that it comes from.
   */
  privilege(
    kind: PrivilegeKind,
    { severity, what, key = '', value = '', rank = 0 }: { severity: Severity; what: string; key?: string; value?: string; rank?: number },
    from?: string,
    is?: (item: Data, name: string) => boolean,
  ): Privilege {
    return { kind, service: this.name, key, value, rank, severity, what, place: () => this.place(from, is) };
  }

  private place(key: string | undefined, is: (item: Data, name: string) => boolean = () => false): PrivilegePlace {
    if (!this.service) return { file: this.project.files[0]!.path };
    const places = key === undefined ? [] : this.service.placesOf(key);
    for (const { node, path } of places) {
      const { file } = splitFile(path);
      const items: { name: string; value: Node }[] =
        node.kind === 'seq'
          ? node.items.map(({ value }) => ({ name: '', value }))
          : node.kind === 'map'
            ? effectiveEntries(node).map((entry) => ({ name: entry.key, value: entry.node }))
            : [];
      const found = items.find(({ name, value }) => is(settledItem(value, key!, this.project, file), name));
      const at = found && resolve(found.value).src;
      if (at) return this.at(file, at.start);
    }
    const [nearest] = places;
    const start = nearest?.node.src?.start;
    if (nearest && start !== undefined) return this.at(splitFile(nearest.path).file, start);
    return this.project.placeOf(nearest?.path ?? this.service.path) as PrivilegePlace;
  }

  private at(file: number, offset: number): PrivilegePlace {
    const { path, document } = this.project.files[file]!;
    const { line, column } = document.source.position(offset);
    return { file: path, line, column };
  }
}

/** Data as text, variables replaced; undefined for nothing, a list or a map. */
export function textOf(data: Data | undefined): string | undefined {
  if (data === undefined || data === null || typeof data === 'object') return undefined;
  return shown(data);
}

/** The same, the empty text for nothing; what hangs on an unknown variable as it is written. */
export function shown(data: Data | undefined): string {
  if (data === undefined || data === null) return '';
  if (typeof data === 'object') return JSON.stringify(canonicalOf(data));
  const { text, known, raw } = evaluate(String(data));
  return known ? text : raw;
}

/** Whether a text hangs on a variable that is not known. */
export function isUnknown(text: string): boolean {
  return !evaluate(text).known;
}

/** Data with its maps in one order and its numbers as texts, so that equal spellings are equal. */
export function canonicalOf(data: Data): Data {
  if (Array.isArray(data)) return data.map(canonicalOf);
  if (isMap(data)) {
    const keys = Object.keys(data)
      .filter((key) => data[key] !== null && data[key] !== undefined)
      .sort();
    return Object.fromEntries(keys.map((key) => [key, canonicalOf(data[key]!)]));
  }
  return data === null ? null : shown(data);
}

/** A path of the host in the one spelling that all ways to write it have. One that is not known, remote, or a home directory's stays. */
export function hostPath(path: string): string {
  if (/^[$~\\]|^[a-z][a-z0-9+.-]*:|^git@/i.test(path)) return path;
  const absolute = path.startsWith('/');
  const steps: string[] = [];
  for (const step of path.split('/')) {
    if (step === '..' && steps.length > 0 && steps.at(-1) !== '..') steps.pop();
    else if (step !== '' && step !== '.' && !(step === '..' && absolute)) steps.push(step);
  }
  return absolute ? `/${steps.join('/')}` : steps.join('/') || '.';
}
