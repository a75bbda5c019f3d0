import type { Data } from '../yaml/types';
import { isMap } from './data';
import { flat, isLayerMap, type Layer, object, Tagged } from './layer';
import { itemKey } from './merge-items';
import { isListKind, kindOfServiceKey, type MergeKind, SAME_AS_ABSENT } from './merge-kinds';

/** Compose refuses to load what two files come to together. */
export class MergeClash extends Error {}

/** A service, or another thing of the top level, key by key. */
export type Keys = { readonly [key: string]: Data };

/** Lays a service over another, as Compose does with two files and with `extends`. @throws MergeClash */
export function mergeService(below: Keys, above: { readonly [key: string]: Layer }): { [key: string]: Data } {
  const names = [...new Set([...Object.keys(below), ...Object.keys(above)])];
  const merged = names.map((key): [string, Data | undefined] => [key, merge([key], below[key], above[key])]);
  return object(merged.filter((entry): entry is [string, Data] => entry[1] !== undefined));
}

/**
 * What a key of a service has after a layer was laid over it; undefined = it has nothing.
 *
 * @param path the key, and deeper ones below it.
 * @throws MergeClash
 */
export function merge(path: readonly string[], below: Data | undefined, above: Layer | undefined): Data | undefined {
  if (above === undefined) return below;
  if (above instanceof Tagged) return flat(above);
  const kind = kindOfServiceKey(path) ?? (isLayerMap(above) ? 'map' : Array.isArray(above) ? 'list' : 'value');
  if (above === null) return nothing(path, kind, below);
  // As it is written: whether a list or a map is there says what can be taken out of it.
  if (below === undefined || below === null) return flat(above);
  if (kind === 'value' || kind === 'replace') return flat(above);
  if (kind === 'map' || kind === 'names' || kind === 'pairs') return mergeMaps(path, kind, below, above);
  return mergeLists(path, kind, asList(below), asList(flat(above)!));
}

/** Whether two values of a key come to the same: in lists that are sets the order does not count, nor does the syntax of maps. */
export function sameValue(path: readonly string[], one: Data | undefined, other: Data | undefined): boolean {
  return JSON.stringify(canonical(path, one)) === JSON.stringify(canonical(path, other));
}

/** A value in the one form that all ways to write it have. */
export function canonical(path: readonly string[], value: Data | undefined): Data | null {
  if (value === undefined || value === null) return null;
  const kind = kindOfServiceKey(path);
  if (value === SAME_AS_ABSENT[path.join('.')]) return null;
  const data = kind === undefined ? value : (flat(normal(path, kind, value)) ?? null);
  if (isMap(data)) {
    const keys = Object.keys(data)
      .filter((key) => data[key] !== SAME_AS_ABSENT[[...path, key].join('.')])
      .sort();
    return object(keys.map((key) => [key, canonical([...path, key], data[key])]));
  }
  if (!Array.isArray(data) || kind === undefined || kind === 'list' || kind === 'replace' || kind === 'value') return data;
  return [...data].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** A layer in the form it is merged in: maps for names, pairs and what has a short form, lists for single items. */
export function normal(path: readonly string[], kind: MergeKind, layer: Layer): Layer {
  if (path.length === 1 && path[0] === 'build' && typeof layer === 'string') return { context: layer };
  if (kind === 'pairs' && Array.isArray(layer)) return object(layer.map((item) => pair(String(item))));
  if (kind === 'names' && Array.isArray(layer)) return object(layer.map((name) => [String(name), settingsOf(path)]));
  if (isListKind(kind) && !isLayerMap(layer) && !(layer instanceof Tagged)) return asList(layer);
  return layer;
}

function nothing(path: readonly string[], kind: MergeKind, below: Data | undefined): Data | undefined {
  if (path[0] === 'logging' && path.length === 1) throw new MergeClash('an empty `logging:` crashes Compose');
  if (kind === 'replace') return undefined;
  // A variable without a value is taken from the environment of whoever starts the stack.
  if (path.length === 2 && kindOfServiceKey(path.slice(0, 1)) === 'pairs') return null;
  return below ?? null;
}

function mergeMaps(path: readonly string[], kind: MergeKind, below: Data, above: Layer): Data | undefined {
  const [lower, upper] = [normal(path, kind, below), normal(path, kind, above)];
  if (!isMap(lower as Data) || !isLayerMap(upper)) return flat(upper);
  const under = lower as { [key: string]: Data };
  // Options belong to their driver.
  const driver = flat(upper.driver ?? null) ?? under.driver;
  if (path[0] === 'logging' && path.length === 1 && driver !== under.driver && under.driver !== undefined) return flat(upper);
  const names = [...new Set([...Object.keys(under), ...Object.keys(upper)])];
  const merged = names.map((key): [string, Data | undefined] => [key, merge([...path, key], under[key], upper[key])]);
  return object(merged.filter((entry): entry is [string, Data] => entry[1] !== undefined));
}

function mergeLists(path: readonly string[], kind: MergeKind, below: readonly Data[], above: readonly Data[]): Data[] {
  if (kind === 'list') return [...below, ...above];
  const out = [...below];
  const keys = below.map((item) => itemKey(path[0]!, item));
  for (const item of above) {
    const key = itemKey(path[0]!, item);
    const at = keys.indexOf(key);
    if (at === -1) {
      out.push(item);
      keys.push(key);
    } else if (kind === 'keyed') out[at] = item;
    else if (kind === 'strict') throw new MergeClash(`Compose refuses ${JSON.stringify(item)} twice in ${path.join('.')}`);
    else if (kind === 'tmpfs' && out[at] !== item) throw new MergeClash(`Compose refuses two tmpfs on ${key}`);
  }
  return out;
}

function asList(data: Data): Data[] {
  return Array.isArray(data) ? data : [data];
}

/** `NAME=value`; a name alone has no value of its own. */
function pair(item: string): [string, Data] {
  const equals = item.indexOf('=');
  return equals < 0 ? [item, null] : [item.slice(0, equals), item.slice(equals + 1)];
}

function settingsOf(path: readonly string[]): Data {
  return path[0] === 'depends_on' ? { condition: 'service_started' } : null;
}
