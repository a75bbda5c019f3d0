import type { Data, MergeTag } from './types';

/*
 * The tree is what a document means plus where each part is written. Ops change the tree; `lower` compares it with what was read and
 * says which text edits bring the text to the same state. A node that was read has a `src`, a node made by an op has none.
 */

/** Offsets of a node's value in the source, without its anchor and tag. */
export interface NodeSource {
  start: number;
  end: number;
}

interface NodeBase {
  anchor?: string;
  tag?: string;
  src?: NodeSource;
  /** Set on collections whose parts the parser gives no places for (`[a: 1]`): they are read, never edited. */
  opaque?: boolean;
}

export interface ScalarNode extends NodeBase {
  kind: 'scalar';
  style: 'plain' | 'single' | 'double' | 'literal' | 'folded';
  /** The content: quotes and escapes resolved, types not. */
  text: string;
  /** Set on scalars made by an op: the value they must have. */
  data?: null | boolean | number | string;
}

export interface AliasNode extends NodeBase {
  kind: 'alias';
  name: string;
  target: Node;
}

/** Offsets of a map entry. `valueAt` is where a value can be written when there is none: after the colon, the anchor and the tag. */
export interface EntrySource {
  start: number;
  keyStart: number;
  keyEnd: number;
  valueAt: number;
  hasColon: boolean;
  explicit: boolean;
}

export interface Entry {
  key: ScalarNode;
  value: Node;
  src?: EntrySource;
  /** Set when the key is not a plain scalar; such an entry is never edited. */
  complexKey?: boolean;
  /** Comment lines an op writes above the key. */
  comments?: string[];
}

export interface MapNode extends NodeBase {
  kind: 'map';
  flow: boolean;
  entries: Entry[];
  /** The entries as read, in order; absent on maps made by an op. */
  read?: readonly ReadEntry[];
}

export interface ReadEntry {
  entry: Entry;
  key: ScalarNode;
  value: Node;
}

/** Offsets of a list item. `dashEnd` is where a value can be written when there is none: after the dash, the anchor and the tag. */
export interface ItemSource {
  start: number;
  dashEnd: number;
}

export interface SeqItem {
  value: Node;
  src?: ItemSource;
}

export interface SeqNode extends NodeBase {
  kind: 'seq';
  flow: boolean;
  items: SeqItem[];
  read?: readonly ReadItem[];
}

export interface ReadItem {
  item: SeqItem;
  value: Node;
}

export type Node = ScalarNode | AliasNode | MapNode | SeqNode;

/** The node an alias stands for, or the node itself. */
export function resolve(node: Node): ScalarNode | MapNode | SeqNode {
  let at = node;
  while (at.kind === 'alias') at = at.target;
  return at;
}

/** True for `key:` with nothing behind it, `~` and `null`. */
export function isNull(node: Node): boolean {
  return node.kind === 'scalar' && toData(node) === null;
}

/** Makes nodes for plain data. */
export function fromData(data: Data): Node {
  if (Array.isArray(data)) return { kind: 'seq', flow: false, items: data.map((value) => ({ value: fromData(value) })) };
  if (data !== null && typeof data === 'object') {
    return mapNode(Object.entries(data).map(([key, value]) => [key, fromData(value)]));
  }
  return { kind: 'scalar', style: 'plain', text: data === null ? '' : String(data), data };
}

/** A map made by an op. */
export function mapNode(entries: readonly (readonly [key: string, value: Node])[]): MapNode {
  return { kind: 'map', flow: false, entries: entries.map(([key, value]) => ({ key: keyNode(key), value })) };
}

/** A node for plain data, with a tag in front of it. */
export function taggedNode(data: Data, tag: MergeTag | undefined): Node {
  const node = fromData(data);
  if (tag !== undefined) node.tag = tag;
  return node;
}

/** A key made by an op. */
export function keyNode(key: string): ScalarNode {
  return { kind: 'scalar', style: 'plain', text: key, data: key };
}

/** Plain data of a node under YAML 1.2 core, aliases and merge keys resolved. Bounded by the alias check at opening time. */
export function toData(node: Node): Data {
  const target = resolve(node);
  if (target.kind === 'seq') return target.items.map((item) => toData(item.value));
  if (target.kind === 'scalar') {
    if (target.data !== undefined) return target.data;
    if (target.tag === '!!str' || target.tag === 'tag:yaml.org,2002:str') return target.text;
    return target.style === 'plain' ? resolvePlain(target.text) : target.text;
  }
  const out: { [key: string]: Data } = {};
  for (const { key, node: value } of effectiveEntries(target)) {
    // Assigning to `__proto__` would set the prototype instead of a key.
    if (key === '__proto__')
      Object.defineProperty(out, key, { value: toData(value), enumerable: true, configurable: true, writable: true });
    else out[key] = toData(value);
  }
  return out;
}

/** Keys of a map with merges seen through: own keys first, in order, then merged ones. */
export function effectiveEntries(map: MapNode): { key: string; node: Node; via: 'own' | 'merge' }[] {
  const seen = new Set<string>();
  const out: { key: string; node: Node; via: 'own' | 'merge' }[] = [];
  for (const entry of map.entries) {
    if (isMergeKey(entry)) continue;
    seen.add(entry.key.text);
    out.push({ key: entry.key.text, node: entry.value, via: 'own' });
  }
  for (const source of mergedMaps(map)) {
    for (const { key, node } of effectiveEntries(source.map)) {
      if (seen.has(key)) continue;
      seen.add(key);
      out.push({ key, node, via: 'merge' });
    }
  }
  return out;
}

/** What a key of a map stands for, and how it got there. */
export interface Found {
  node: ScalarNode | MapNode | SeqNode;
  via: 'own' | 'alias' | 'merge';
  /** The anchor it came from, for `alias` and, where there is one, `merge`. */
  anchor?: string;
}

/** Looks a key up in a map: written on it, written as an alias, or merged in through `<<`. */
export function find(map: MapNode, key: string): Found | undefined {
  const own = ownEntry(map, key);
  if (own) {
    return own.value.kind === 'alias'
      ? { node: resolve(own.value), via: 'alias', anchor: own.value.name }
      : { node: own.value, via: 'own' };
  }
  if (!ownEntry(map, '<<')) return undefined;
  for (const source of mergedMaps(map)) {
    const found = find(source.map, key);
    if (found) return { node: found.node, via: 'merge', anchor: source.anchor };
  }
  return undefined;
}

export function ownEntry(map: MapNode, key: string): Entry | undefined {
  // The most frequent question there is.
  if (map.entries.length < LARGE) {
    for (const entry of map.entries) if (entry.key.text === key && !entry.complexKey) return entry;
    return undefined;
  }
  let index = indexes.get(map);
  if (!index) {
    index = new Map([...map.entries].reverse().flatMap((entry) => (entry.complexKey ? [] : [[entry.key.text, entry]])));
    indexes.set(map, index);
  }
  return index.get(key);
}

/** Has to be told of an entry that goes from a map, or whose key is about to be another. */
export function keyGoes(map: MapNode, { key }: Entry): void {
  // Of merge keys there may be several.
  if (key.text === '<<') indexes.delete(map);
  else indexes.get(map)?.delete(key.text);
}

/** Has to be told of an entry that comes into a map, or whose key is another now. */
export function keyComes(map: MapNode, entry: Entry): void {
  if (entry.key.text === '<<') indexes.delete(map);
  else if (!entry.complexKey) indexes.get(map)?.set(entry.key.text, entry);
}

/** Of so many entries an index is made. */
const LARGE = 50;
const indexes = new WeakMap<MapNode, Map<string, Entry>>();

export function isMergeKey(entry: Entry): boolean {
  return entry.key.text === '<<' && entry.key.style === 'plain';
}

/** The maps merged into a map, nearest first. */
export function mergedMaps(map: MapNode): { map: MapNode; anchor?: string }[] {
  const out: { map: MapNode; anchor?: string }[] = [];
  for (const entry of map.entries) {
    if (!isMergeKey(entry)) continue;
    const value = resolve(entry.value);
    const parts = value.kind === 'seq' ? value.items.map((item) => item.value) : [entry.value];
    for (const part of parts) {
      const target = resolve(part);
      if (target.kind === 'map') out.push({ map: target, anchor: part.kind === 'alias' ? part.name : undefined });
    }
  }
  return out;
}

/** A plain scalar under the YAML 1.2 core schema. */
export function resolvePlain(text: string): null | boolean | number | string {
  switch (text) {
    case '':
    case '~':
    case 'null':
    case 'Null':
    case 'NULL':
      return null;
    case 'true':
    case 'True':
    case 'TRUE':
      return true;
    case 'false':
    case 'False':
    case 'FALSE':
      return false;
  }
  if (/^[-+]?[0-9]+$/.test(text)) return Number(text);
  if (/^0o[0-7]+$/.test(text)) return Number.parseInt(text.slice(2), 8);
  if (/^0x[0-9a-fA-F]+$/.test(text)) return Number.parseInt(text.slice(2), 16);
  if (/^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?$/.test(text) || /^[-+]?[0-9]+[eE][-+]?[0-9]+$/.test(text)) return Number(text);
  return text;
}
