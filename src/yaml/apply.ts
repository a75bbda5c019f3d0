import { entryEnd, itemEnd, lineAfter, mapColumn, valueEnd } from './layout';
import { showPath } from './path';
import type { SourceText } from './source';
import {
  type Entry,
  effectiveEntries,
  fromData,
  isMergeKey,
  isNull,
  keyNode,
  type MapNode,
  type Node,
  ownEntry,
  type SeqItem,
  type SeqNode,
  toData,
} from './tree';
import type { Data, Op, Path, Range, Refusal, RefusalCode } from './types';

/** What an op did: the data before and after, and the source text it touches (the line an insertion follows). */
export interface Applied {
  before?: Data;
  after?: Data;
  touches: Range;
}

class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

/** Changes the tree as an op says, or says why not; a refused op changes nothing. */
export function applyOp(root: Node, source: SourceText, op: Op): Applied | { refusal: Refusal } {
  try {
    return new Application(root, source).apply(op);
  } catch (error) {
    if (error instanceof Refused) return { refusal: error.refusal };
    throw error;
  }
}

class Application {
  constructor(
    private readonly root: Node,
    private readonly source: SourceText,
  ) {}

  apply(op: Op): Applied {
    switch (op.op) {
      case 'add':
        return this.add(op.path, op.value, op.near ?? []);
      case 'append':
        return this.append(op.path, op.value);
      case 'replace':
        return this.replace(op.path, op.value);
      case 'remove':
        return this.remove(op.path);
      case 'rename':
        return this.rename(op.path, op.key);
      case 'comment':
        return this.comment(op.path, op.text);
    }
  }

  private add(path: Path, value: Data, near: readonly string[]): Applied {
    const { map, rest } = this.deepest(path);
    const [key, ...inner] = rest;
    if (key === undefined) throw refuse('conflict', `${showPath(path)} is already there`);
    if (typeof key === 'number') throw refuse('conflict', `${showPath(path)} is not a key`);
    const wrapped = inner.reduceRight<Data>((data, part) => ({ [String(part)]: data }), value);
    const entry: Entry = { key: keyNode(key), value: fromData(wrapped) };
    const touches = this.insert(map, entry, inner.length === 0 ? near : []);
    return { after: value, touches };
  }

  /** The innermost map on the way to `path` that is there, and the part of the path that is not. */
  private deepest(path: Path): { map: MapNode; rest: Path } {
    let node: Node = this.root;
    for (let depth = 0; depth < path.length; depth++) {
      const map = this.asMap(node, path.slice(0, depth));
      const part = path[depth]!;
      if (typeof part === 'number') throw refuse('conflict', `${showPath(path.slice(0, depth))} is a map, not a list`);
      const entry = ownEntry(map, part);
      if (!entry) {
        // A local map hides an inherited one, so the parents of the new key must not come from a merge.
        if (depth < path.length - 1 && inherits(map, part)) throw inherited(path.slice(0, depth + 1));
        return { map, rest: path.slice(depth) };
      }
      if (depth === path.length - 1) return { map, rest: [] };
      this.editable(entry, path.slice(0, depth + 1));
      if (isNull(entry.value)) entry.value = this.emptyMapFor(entry.value);
      node = entry.value;
      // Lists on the way: long-syntax ports and volumes.
      while (node.kind === 'seq' && depth + 1 < path.length - 1 && typeof path[depth + 1] === 'number') {
        depth++;
        node = this.itemAt(node, path[depth] as number, path.slice(0, depth + 1)).value;
      }
    }
    throw refuse('conflict', `${showPath(path)} is already there`);
  }

  private append(path: Path, value: Data): Applied {
    const { map, rest } = this.deepest(path);
    if (rest.length > 0) return { ...this.add(path, [value], []), after: value };
    const key = path[path.length - 1] as string;
    const entry = ownEntry(map, key)!;
    this.editable(entry, path);
    const { value: list } = entry;
    if (list.kind === 'alias') throw aliased(path, list.name);
    if (list.kind === 'map') throw refuse('conflict', `${showPath(path)} is a map, not a list`);
    if (list.kind === 'scalar') {
      const items = isNull(list) ? [value] : [list.text, value];
      return { ...this.put(entry, items, path), after: value };
    }
    this.placed(list, path);
    const touches = this.afterItems(list, entry);
    list.items.push({ value: fromData(value) });
    return { after: value, touches };
  }

  private replace(path: Path, value: Data): Applied {
    const slot = this.slot(path);
    return this.put(slot, value, path);
  }

  private put(slot: Entry | SeqItem, value: Data, path: Path): Applied {
    const old = slot.value;
    if (old.anchor !== undefined && this.isUsed(old.anchor)) throw aliased(path, old.anchor);
    const before = toData(old);
    const touches = this.slotRange(slot);
    const made = fromData(value);
    if (made.kind === 'scalar' && old.kind === 'scalar' && (old.style === 'single' || old.style === 'double')) made.style = old.style;
    if (old.anchor !== undefined) made.anchor = old.anchor;
    if (old.tag !== undefined) made.tag = old.tag;
    slot.value = made;
    return { before, after: value, touches };
  }

  private remove(path: Path): Applied {
    const { parent, entry, item } = this.locate(path);
    const slot = (entry ?? item)!;
    for (const name of anchorsIn(slot.value)) if (this.isUsed(name)) throw aliased(path, name);
    const before = toData(slot.value);
    const touches = this.wholeRange(slot, parent);
    if (parent.kind === 'map') parent.entries.splice(parent.entries.indexOf(entry!), 1);
    else parent.items.splice(parent.items.indexOf(item!), 1);
    return { before, touches };
  }

  private rename(path: Path, key: string): Applied {
    const { parent, entry } = this.locate(path);
    if (!entry || parent.kind !== 'map') throw refuse('conflict', `${showPath(path)} is not a key`);
    if (ownEntry(parent, key)) throw refuse('conflict', `${showPath([...path.slice(0, -1), key])} is already there`);
    if (entry.key.anchor !== undefined) throw aliased(path, entry.key.anchor);
    const before = entry.key.text;
    entry.key = { ...keyNode(key), style: entry.key.style };
    return { before, after: key, touches: this.slotRange(entry) };
  }

  private comment(path: Path, text: string): Applied {
    const { parent, entry } = this.locate(path);
    if (!entry?.src || parent.kind !== 'map' || parent.flow) throw refuse('conflict', `no comment can be written above ${showPath(path)}`);
    const { start } = entry.src;
    if (this.source.text.slice(this.source.lineStart(start), start).trim() !== '') {
      throw refuse('conflict', `no comment can be written above ${showPath(path)}`);
    }
    entry.comments = [...(entry.comments ?? []), text];
    return { touches: { start, end: start } };
  }

  // --- finding one's way

  private slot(path: Path): Entry | SeqItem {
    const { entry, item } = this.locate(path);
    return (entry ?? item)!;
  }

  private locate(path: Path): { parent: MapNode | SeqNode; entry?: Entry; item?: SeqItem } {
    let node: Node = this.root;
    for (let depth = 0; ; depth++) {
      const part = path[depth]!;
      const upTo = path.slice(0, depth + 1);
      const last = depth === path.length - 1;
      if (typeof part === 'number') {
        if (node.kind === 'alias') throw aliased(path.slice(0, depth), node.name);
        if (node.kind !== 'seq') throw refuse('conflict', `${showPath(path.slice(0, depth))} is not a list`);
        this.placed(node, path);
        const item = this.itemAt(node, part, upTo);
        if (last) return { parent: node, item };
        node = item.value;
      } else {
        const map = this.asMap(node, path.slice(0, depth));
        const entry = ownEntry(map, part);
        if (!entry) throw inherits(map, part) ? inherited(upTo) : refuse('conflict', `${showPath(upTo)} is not there`);
        this.editable(entry, upTo, last);
        if (last) return { parent: map, entry };
        node = entry.value;
      }
    }
  }

  private asMap(node: Node, path: Path): MapNode {
    if (node.kind === 'alias') throw aliased(path, node.name);
    if (node.kind !== 'map') throw refuse('conflict', `${showPath(path) || 'the document'} is not a map`);
    this.placed(node, path);
    return node;
  }

  private itemAt(seq: SeqNode, index: number, path: Path): SeqItem {
    const item = seq.items[index];
    if (!item) throw refuse('conflict', `${showPath(path)} is not there`);
    return item;
  }

  /** An entry whose value may be changed, or, when `whole`, that may be replaced or removed as a whole. */
  private editable(entry: Entry, path: Path, whole = false): void {
    if (entry.src?.explicit) throw refuse('explicit-key', `${showPath(path)} is written with an explicit "?" key`);
    if (!whole && entry.value.kind === 'alias') throw aliased(path, entry.value.name);
    this.readable(entry.value, path);
  }

  /** `!override` says how files merge and leaves the value as it is; other tags may mean anything. */
  private readable(node: Node, path: Path): void {
    if (node.tag !== undefined && !HARMLESS_TAGS.has(node.tag))
      throw refuse('tagged', `${showPath(path)} carries the tag ${shortTag(node.tag)}`);
  }

  private placed(node: Node, path: Path): void {
    if (node.opaque) throw refuse('conflict', `${showPath(path)} is written in a way batten does not edit`);
  }

  private isUsed(anchor: string): boolean {
    const uses = (node: Node): boolean => {
      if (node.kind === 'alias') return node.name === anchor;
      if (node.kind === 'seq') return node.items.some((item) => uses(item.value));
      if (node.kind === 'map') return node.entries.some((entry) => uses(entry.value));
      return false;
    };
    return uses(this.root);
  }

  private emptyMapFor(old: Node): MapNode {
    return { kind: 'map', flow: false, entries: [], anchor: old.anchor, tag: old.tag };
  }

  // --- what an op touches

  private insert(map: MapNode, entry: Entry, near: readonly string[]): Range {
    const after = near.map((key) => ownEntry(map, key)).find((found) => found !== undefined && !isMergeKey(found));
    const index = after ? map.entries.indexOf(after) + 1 : map.entries.length;
    map.entries.splice(index, 0, entry);
    if (map.flow && map.src) return map.src;
    const previous = lastRead(map.entries.slice(0, index));
    if (!previous?.src) return this.rangeOfNew(map);
    return this.lineBefore(entryEnd(previous.src, previous.value), mapColumn(this.source, map) ?? 0);
  }

  private afterItems(list: SeqNode, entry: Entry): Range {
    if (list.flow && list.src) return list.src;
    const last = [...list.items].reverse().find((item) => item.src);
    return last?.src ? this.lineBefore(itemEnd(last.src, last.value), 0) : this.slotRange(entry);
  }

  private lineBefore(end: number, column: number): Range {
    const next = lineAfter(this.source, end, column);
    const at = next > 0 && this.source.text[next - 1] === '\n' ? next - 1 : next;
    return { start: this.source.lineStart(at), end: this.source.lineEnd(this.source.lineStart(at)) };
  }

  private slotRange(slot: Entry | SeqItem): Range {
    if (!slot.src) return { start: 0, end: 0 };
    const start = slot.src.start;
    const end = 'valueAt' in slot.src ? entryEnd(slot.src, slot.value) : itemEnd(slot.src, slot.value);
    return { start, end };
  }

  /** A removal that leaves nothing behind rewrites the parent's line too (`key: []`). */
  private wholeRange(slot: Entry | SeqItem, parent: MapNode | SeqNode): Range {
    const own = this.slotRange(slot);
    const left = parent.kind === 'map' ? parent.entries.length : parent.items.length;
    if (left > 1 || !parent.src) return own;
    return { start: this.source.lineStart(Math.max(0, this.source.lineStart(parent.src.start) - 1)), end: valueEnd(parent) ?? own.end };
  }

  private rangeOfNew(map: MapNode): Range {
    const within = (node: Node, range: Range): Range | undefined => {
      if (node === map) return range;
      if (node.kind === 'map')
        for (const entry of node.entries) {
          const found = within(entry.value, entry.src ? this.slotRange(entry) : range);
          if (found) return found;
        }
      if (node.kind === 'seq')
        for (const item of node.items) {
          const found = within(item.value, item.src ? this.slotRange(item) : range);
          if (found) return found;
        }
      return undefined;
    };
    return within(this.root, { start: 0, end: 0 }) ?? { start: 0, end: 0 };
  }
}

const HARMLESS_TAGS = new Set([
  '!override',
  'tag:yaml.org,2002:map',
  'tag:yaml.org,2002:seq',
  'tag:yaml.org,2002:str',
  'tag:yaml.org,2002:int',
  'tag:yaml.org,2002:bool',
]);

function shortTag(tag: string): string {
  return tag.replace('tag:yaml.org,2002:', '!!');
}

function lastRead(entries: readonly Entry[]): Entry | undefined {
  for (let i = entries.length - 1; i >= 0; i--) if (entries[i]!.src) return entries[i];
  return undefined;
}

function inherits(map: MapNode, key: string): boolean {
  return effectiveEntries(map).some((entry) => entry.key === key && entry.via === 'merge');
}

function anchorsIn(node: Node): string[] {
  const own = node.anchor === undefined ? [] : [node.anchor];
  if (node.kind === 'seq') return [...own, ...node.items.flatMap((item) => anchorsIn(item.value))];
  if (node.kind === 'map') return [...own, ...node.entries.flatMap((entry) => anchorsIn(entry.value))];
  return own;
}

function refuse(code: RefusalCode, message: string): Refused {
  return new Refused({ code, message });
}

function aliased(path: Path, anchor: string): Refused {
  return refuse('alias', `${showPath(path)} is shared through the anchor &${anchor}: changing it here would change every user of it`);
}

function inherited(path: Path): Refused {
  return refuse('merge-inherited', `${showPath(path)} is inherited through a merge key: a local value would replace it`);
}
