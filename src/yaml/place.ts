import { showPath } from './path';
import { aliased, inherited, type Refused, refuse } from './refused';
import { type Entry, find, isNull, type MapNode, mergedMaps, type Node, ownEntry, type SeqItem, type SeqNode } from './tree';
import type { Path } from './types';

/*
 * From a path to the part of the tree an op may change, and everything that stands in the way: aliases, merge keys, tags, explicit
 * keys. Nothing here changes the tree.
 */

/** Where something is: what it stands in, and its entry or item there. */
export type Place = { parent: MapNode; entry: Entry; item?: undefined } | { parent: SeqNode; item: SeqItem; entry?: undefined };

/** The innermost map on the way to a path, and the part of the path that is not there. */
export interface Deepest {
  map: MapNode;
  rest: readonly string[];
  /** The entry whose empty value the map is to become. */
  holder?: Entry;
}

/** Finds how far a path is there, for an op that makes the rest. Changes nothing. @throws Refused */
export function deepest(root: Node, path: Path): Deepest {
  let node: Node = root;
  for (let depth = 0; ; depth++) {
    const here = path.slice(0, depth);
    const map = asMap(node, here);
    const part = path[depth]!;
    if (typeof part === 'number') throw refuse('conflict', `${showPath(here)} is a map, not a list`);
    const entry = ownEntry(map, part);
    const upTo = path.slice(0, depth + 1);
    if (!entry) {
      // A local map hides an inherited one, so the parents of the new key must not come from a merge.
      if (depth < path.length - 1 && inherits(map, part)) throw inherited(upTo);
      return { map, rest: keysOnly(path, depth) };
    }
    if (depth === path.length - 1) return { map, rest: [] };
    editable(entry, upTo);
    if (isNull(entry.value)) {
      unshared(root, entry.value, upTo);
      const { anchor, tag } = entry.value;
      const made: MapNode = { kind: 'map', flow: false, entries: [], anchor, tag };
      return { map: made, rest: keysOnly(path, depth + 1), holder: entry };
    }
    node = entry.value;
    // Lists on the way: long-syntax ports and volumes.
    while (node.kind === 'seq' && depth + 1 < path.length - 1 && typeof path[depth + 1] === 'number') {
      depth++;
      node = itemAt(node, path[depth] as number, path.slice(0, depth + 1)).value;
    }
  }
}

/** Finds what is there at a path, for an op that changes it. @throws Refused */
export function locate(root: Node, path: Path): Place {
  let node: Node = root;
  for (let depth = 0; ; depth++) {
    const part = path[depth]!;
    const upTo = path.slice(0, depth + 1);
    const last = depth === path.length - 1;
    if (typeof part === 'number') {
      if (node.kind === 'alias') throw aliased(path.slice(0, depth), node.name);
      if (node.kind !== 'seq') throw refuse('conflict', `${showPath(path.slice(0, depth))} is not a list`);
      const item = itemAt(node, part, upTo);
      if (last) return { parent: node, item };
      node = item.value;
    } else {
      const map = asMap(node, path.slice(0, depth));
      const entry = ownEntry(map, part);
      if (!entry) throw inherits(map, part) ? inherited(upTo) : refuse('conflict', `${showPath(upTo)} is not there`);
      editable(entry, upTo, last);
      if (last) return { parent: map, entry };
      node = entry.value;
    }
  }
}

function asMap(node: Node, path: Path): MapNode {
  if (node.kind === 'alias') throw aliased(path, node.name);
  if (node.kind !== 'map') throw refuse('conflict', `${showPath(path) || 'the document'} is not a map`);
  placed(node, path);
  return node;
}

function itemAt(seq: SeqNode, index: number, path: Path): SeqItem {
  placed(seq, path.slice(0, -1));
  const item = seq.items[index];
  if (!item) throw refuse('conflict', `${showPath(path)} is not there`);
  readable(item.value, path);
  return item;
}

/** Checks an entry whose value is to be changed, or, when `whole`, that may be replaced or removed as a whole. */
export function editable(entry: Entry, path: Path, whole = false): void {
  if (entry.src?.explicit) throw refuse('explicit-key', `${showPath(path)} is written with an explicit "?" key`);
  if (!whole && entry.value.kind === 'alias') throw aliased(path, entry.value.name);
  readable(entry.value, path);
}

/** Checks that the parser gave places to the parts of a collection. @throws Refused */
export function placed(node: Node, path: Path): void {
  if (node.opaque) throw refuse('conflict', `${showPath(path)} is written in a way batten does not edit`);
}

/** Checks that no alias stands for a node or for anything in it. @throws Refused */
export function unshared(root: Node, node: Node, path: Path): void {
  for (const name of anchorsIn(node)) if (isUsed(root, name)) throw aliased(path, name);
}

/** Checks that what goes does not come back through a merge key, with another value. */
export function notInherited(map: MapNode, key: string, path: Path): void {
  if (merges(map, key)) {
    throw refuse('merge-inherited', `${showPath(path)} is inherited through a merge key too: without the local value that one would count`);
  }
}

function isUsed(root: Node, anchor: string): boolean {
  if (root.kind === 'alias') return root.name === anchor;
  const slots: readonly (Entry | SeqItem)[] = root.kind === 'map' ? root.entries : root.kind === 'seq' ? root.items : [];
  return slots.some((slot) => isUsed(slot.value, anchor));
}

export const OVERRIDE = '!override';
const HARMLESS_TAGS = new Set([OVERRIDE, ...['map', 'seq', 'str', 'int', 'bool'].map((name) => `tag:yaml.org,2002:${name}`)]);

/** `!override` and the core tags leave a value as it is; other tags may mean anything. */
function readable(node: Node, path: Path): void {
  if (node.tag !== undefined && !HARMLESS_TAGS.has(node.tag)) throw tagged(path, node.tag);
}

export function tagged(path: Path, tag: string): Refused {
  return refuse('tagged', `${showPath(path)} carries the tag ${tag.replace('tag:yaml.org,2002:', '!!')}`);
}

function keysOnly(path: Path, from: number): string[] {
  return path.slice(from).map((part) => {
    if (typeof part === 'number') throw refuse('conflict', `${showPath(path.slice(0, path.indexOf(part, from)))} is not a list`);
    return part;
  });
}

/** Whether a map has a key through a merge key only. */
export function inherits(map: MapNode, key: string): boolean {
  return merges(map, key) && !ownEntry(map, key);
}

function merges(map: MapNode, key: string): boolean {
  return mergedMaps(map).some((source) => find(source.map, key) !== undefined);
}

function anchorsIn(node: Node): string[] {
  const own = node.anchor === undefined ? [] : [node.anchor];
  const slots: readonly (Entry | SeqItem)[] = node.kind === 'map' ? node.entries : node.kind === 'seq' ? node.items : [];
  return [...own, ...slots.flatMap((slot) => anchorsIn(slot.value))];
}
