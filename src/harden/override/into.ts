import { isMap } from '../../compose/data';
import { isLayerMap, type Layer, Tagged } from '../../compose/layer';
import { normal } from '../../compose/merge';
import { itemKey } from '../../compose/merge-items';
import { kindOfServiceKey, type MergeKind } from '../../compose/merge-kinds';
import { layersOf, mergePath } from '../../compose/sections';
import { type Node, resolve } from '../../yaml/tree';
import type { Data, Op, Path } from '../../yaml/types';
import type { Said } from './content';

/**
 * The ops that bring what an override has to say into a file that says something already, or has to: keys that are missing are added, lists
 * and maps grow, another value takes the place of the one that is there.
 */
export function opsInto(root: Node, said: readonly Said[]): Op[] {
  return said.flatMap(({ section, name, key, layer, after }): Op[] => {
    const there = layersOf(resolve(root), section).get(name);
    const at = [section, name];
    if (key === undefined) return there === undefined ? [{ op: 'add', path: at, value: null }] : [];
    const own = isLayerMap(there) ? there[key] : undefined;
    return bring([...at, key], mergePath(section, key), own, layer, after);
  });
}

/**
 * @param at where the key is in the file; `path` is its path for the rules of merging.
 * @param after what the key must come to: what is tagged says all of it.
 */
function bring(at: Path, path: readonly string[], there: Layer | undefined, wanted: Layer, after?: Data): Op[] {
  if (there === undefined) return adds(at, wanted);
  if (there instanceof Tagged) {
    const whole = wanted instanceof Tagged ? wanted.value : after;
    return whole === undefined ? [] : [{ op: 'replace', path: at, value: whole }];
  }
  if (wanted instanceof Tagged) return [{ op: 'remove', path: at }, ...adds(at, wanted)];
  const kind = kindOfServiceKey(path) ?? kindByLook(wanted);
  if (kind === 'names' || kind === 'pairs' || kind === 'map') return bringMap(at, path, kind, there, wanted);
  if (kind === 'value' || kind === 'replace') return [{ op: 'replace', path: at, value: wanted as Data }];
  return bringItems(at, path[0]!, kind, there as Data, wanted as Data);
}

function bringItems(at: Path, list: string, kind: MergeKind, there: Data, wanted: Data): Op[] {
  const present = asList(there);
  return asList(wanted).map((item): Op => {
    const known = kind === 'keyed' && Array.isArray(there) ? present.findIndex((each) => itemKey(list, each) === itemKey(list, item)) : -1;
    return known === -1 ? { op: 'append', path: at, value: item } : { op: 'replace', path: [...at, known], value: item };
  });
}

function bringMap(at: Path, path: readonly string[], kind: MergeKind, there: Layer, wanted: Layer): Op[] {
  const [own, asked] = [normal(path, kind, there), normal(path, kind, wanted)];
  if (!isLayerMap(own) || !isLayerMap(asked)) return [{ op: 'replace', path: at, value: wanted as Data }];
  return Object.entries(asked).flatMap(([key, layer]): Op[] => {
    if (!Array.isArray(there)) return bring([...at, key], [...path, key], own[key], layer);
    const item = listed(kind, key, layer);
    // A setting has no place in a list of names: the list is then written as a map, which the check at the end refuses where it cannot.
    if (item === undefined) return [{ op: 'replace', path: at, value: { ...(own as { [key: string]: Data }), [key]: layer as Data } }];
    const index = there.findIndex((each) => String(each) === key || String(each).startsWith(`${key}=`));
    return index === -1 ? [{ op: 'append', path: at, value: item }] : [{ op: 'replace', path: [...at, index], value: item }];
  });
}

/** A name or a pair as an item of a list, where it can be one. */
function listed(kind: MergeKind, key: string, layer: Layer): Data | undefined {
  if (layer === null) return key;
  if (layer instanceof Tagged || isMap(layer as Data) || kind === 'names') return undefined;
  return `${key}=${layer}`;
}

/** A value that is new. Tags inside of it are put where they belong, one op each. */
function adds(at: Path, layer: Layer): Op[] {
  if (layer instanceof Tagged) return [{ op: 'add', path: at, value: layer.value, tag: layer.tag }];
  if (!isLayerMap(layer) || !Object.values(layer).some(hasTag)) return [{ op: 'add', path: at, value: layer as Data }];
  return Object.entries(layer).flatMap(([key, value]) => adds([...at, key], value));
}

function hasTag(layer: Layer): boolean {
  return layer instanceof Tagged || (isLayerMap(layer) && Object.values(layer).some(hasTag));
}

function kindByLook(layer: Layer): MergeKind {
  return isLayerMap(layer) ? 'map' : Array.isArray(layer) ? 'list' : 'value';
}

function asList(data: Data): Data[] {
  return Array.isArray(data) ? data : data === null ? [] : [data];
}
