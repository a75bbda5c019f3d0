import { isLayerMap, type Layer, Tagged } from '../../compose/layer';
import { type Keys, sameValue } from '../../compose/merge';
import { kindOfServiceKey } from '../../compose/merge-kinds';
import type { Model } from '../../compose/model';
import { mergePath, SECTIONS, type Section } from '../../compose/sections';
import { fromData, type MapNode, mapNode, type Node, taggedNode } from '../../yaml/tree';
import type { Data } from '../../yaml/types';
import { derive } from './derive';

/** One key of one service (or of another thing of the top level). Without `key`, all of a thing that has none. */
export interface Spot {
  section: Section;
  name: string;
  key?: string;
}

/** What the override says about one spot, and what the spot then comes to. */
export interface Said extends Spot {
  layer: Layer;
  after: Data | undefined;
}

/** A spot that no override brings to where it should be, with the path below the thing at which it fails. */
export interface Failed extends Spot {
  path: readonly string[];
  before: Data | undefined;
  after: Data | undefined;
}

export interface Content {
  said: Said[];
  failed: Failed[];
}

/** The spots at which two models differ. A network or volume that is gone is none: without a user it does nothing. */
export function differences(before: Model, after: Model): Spot[] {
  return SECTIONS.flatMap((section) => {
    const names = new Set([...after[section].keys(), ...(section === 'services' ? before.services.keys() : [])]);
    return [...names].flatMap((name) => differing(section, name, before[section].get(name), after[section].get(name)));
  });
}

function differing(section: Section, name: string, before: Keys | null | undefined, after: Keys | null | undefined): Spot[] {
  if (before === undefined && (after === null || (after && Object.keys(after).length === 0))) return [{ section, name }];
  const [old, now] = [before ?? {}, after ?? {}];
  const keys = [...new Set([...Object.keys(now), ...Object.keys(old)])];
  return keys.filter((key) => JSON.stringify(old[key]) !== JSON.stringify(now[key])).map((key) => ({ section, name, key }));
}

/** What an override says at the spots so that Compose comes from one model to the other, and where none does. */
export function contentFor(spots: readonly Spot[], before: Model, after: Model, tags: boolean): Content {
  const content: Content = { said: [], failed: [] };
  for (const spot of spots) {
    const { section, name, key } = spot;
    if (key === undefined) {
      content.said.push({ ...spot, layer: null, after: undefined });
      continue;
    }
    const [old, now] = [before[section].get(name)?.[key], after[section].get(name)?.[key]];
    const path = mergePath(section, key);
    if (sameValue(path, old, now)) continue;
    const derived = derive(path, old, now, tags);
    if ('failed' in derived) content.failed.push({ ...spot, path: derived.failed, before: old, after: now });
    else if (!empty(derived.layer) || old === undefined || kindOfServiceKey([key]) === 'replace')
      content.said.push({ ...spot, layer: derived.layer, after: now });
  }
  return content;
}

/** The override as a tree, in the order of the sections. */
export function treeOf(said: readonly Said[]): MapNode {
  const sections = SECTIONS.flatMap((section): [string, Node][] => {
    const mine = said.filter((each) => each.section === section);
    const names = [...new Set(mine.map(({ name }) => name))];
    const things = names.map((name): [string, Node] => {
      const keys = mine.filter((each) => each.name === name && each.key !== undefined);
      return [name, keys.length === 0 ? fromData(null) : mapNode(keys.map(({ key, layer }) => [key!, nodeOf(layer)]))];
    });
    return things.length > 0 ? [[section, mapNode(things)]] : [];
  });
  return mapNode(sections);
}

function nodeOf(layer: Layer): Node {
  if (layer instanceof Tagged) return taggedNode(layer.value, layer.tag);
  return isLayerMap(layer) ? mapNode(Object.entries(layer).map(([key, value]) => [key, nodeOf(value)])) : fromData(layer);
}

/** A list or a map with nothing in it changes nothing. */
function empty(layer: Layer): boolean {
  return Array.isArray(layer) ? layer.length === 0 : isLayerMap(layer) && Object.keys(layer).length === 0;
}
