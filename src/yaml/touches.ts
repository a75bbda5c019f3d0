import { entryEnd, itemEnd, lineAfter, mapColumn, valueEnd } from './layout';
import type { SourceText } from './source';
import { type Entry, type MapNode, type Node, ownEntry, type SeqItem, type SeqNode } from './tree';
import type { Path, Range } from './types';

/*
 * The stretches of the source that an op touches, for reports: of a change the text that goes, of an insertion the line above it,
 * of an insertion into brackets the whole collection.
 */

/** An entry or item as it was read; nothing for one that an op made. */
export function slotRange(slot: Entry | SeqItem): Range {
  if (!slot.src) return { start: 0, end: 0 };
  const end = 'valueAt' in slot.src ? entryEnd(slot.src, slot.value) : itemEnd(slot.src, slot.value);
  return { start: slot.src.start, end };
}

/** A removal; one that leaves nothing behind rewrites the parent's line too (`key: []`). */
export function removalRange(source: SourceText, slot: Entry | SeqItem, parent: MapNode | SeqNode): Range {
  const own = slotRange(slot);
  const left = parent.kind === 'map' ? parent.entries.length : parent.items.length;
  if (left > 1 || !parent.src) return own;
  return { start: source.lineStart(Math.max(0, source.lineStart(parent.src.start) - 1)), end: valueEnd(parent) ?? own.end };
}

/** A new entry at `index` of the map at a path. `root` finds the place of a map that is new itself. */
export function insertionRange(source: SourceText, root: Node, path: Path, map: MapNode, index: number): Range {
  if (map.flow && map.src) return map.src;
  const previous = lastRead(map.entries, index);
  if (!previous?.src) return around(root, path);
  return lineAbove(source, entryEnd(previous.src, previous.value), mapColumn(source, map) ?? 0);
}

/** A new item at the end of the list of an entry. */
export function appendRange(source: SourceText, list: SeqNode, entry: Entry): Range {
  if (list.flow && list.src) return list.src;
  const last = lastRead(list.items, list.items.length);
  return last?.src ? lineAbove(source, itemEnd(last.src, last.value), 0) : slotRange(entry);
}

/** The last one before an index that was read. */
function lastRead<T extends { src?: unknown }>(slots: readonly T[], index: number): T | undefined {
  for (let i = index - 1; i >= 0; i--) if (slots[i]!.src) return slots[i];
  return undefined;
}

function lineAbove(source: SourceText, end: number, column: number): Range {
  const next = lineAfter(source, end, column);
  const at = next > 0 && source.text[next - 1] === '\n' ? next - 1 : next;
  return { start: source.lineStart(at), end: source.lineEnd(source.lineStart(at)) };
}

/** The innermost part that was read on the way to what was not. */
function around(root: Node, path: Path): Range {
  let range: Range = { start: 0, end: 0 };
  let node: Node | undefined = root;
  for (const part of path) {
    const slot: Entry | SeqItem | undefined =
      node?.kind === 'map' ? ownEntry(node, String(part)) : node?.kind === 'seq' ? node.items[Number(part)] : undefined;
    if (slot?.src) range = slotRange(slot);
    node = slot?.value;
  }
  return range;
}
