import { entryEnd, itemEnd, lineAfter, mapColumn, seqColumn, valueEnd } from './layout';
import { lowerFlow } from './lower-flow';
import type { CommentToken } from './open';
import { inline, renderEntry, renderFlow, renderItem, renderKey, renderNested, renderScalar } from './render';
import type { SourceText } from './source';
import type { Style } from './style';
import type { Entry, MapNode, Node, SeqItem, SeqNode } from './tree';
import type { Edit } from './types';

/** A change of the tree that no text edit is known for. The change is then refused, never approximated. */
export class CannotWrite extends Error {}

/**
 * Says which edits bring the text to the state of the tree: what was read and is no longer there is removed, what is new is
 * written after its elder sibling, everything else keeps its bytes.
 * @throws CannotWrite
 */
export function lower(root: Node, source: SourceText, comments: readonly CommentToken[], style: Style): Edit[] {
  const lowering = new Lowering(source, comments, style);
  lowering.node(root);
  return ordered(lowering.edits);
}

/** By place; at one place insertions come before a replacement, and otherwise in the order they were made (inner before outer). */
function ordered(edits: Edit[]): Edit[] {
  const key = (edit: Edit): number => (edit.start === edit.end ? 0 : 1);
  return edits
    .map((edit, index) => ({ edit, index }))
    .sort((a, b) => a.edit.start - b.edit.start || key(a.edit) - key(b.edit) || a.index - b.index)
    .map(({ edit }) => edit);
}

/** Applies ordered edits to a padded text. @throws CannotWrite when two overlap */
export function splice(text: string, edits: readonly Edit[]): string {
  let out = '';
  let at = 0;
  for (const edit of edits) {
    if (edit.start < at) throw new CannotWrite('two changes touch the same text');
    out += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return out + text.slice(at);
}

/** Where the value of an entry or an item is written. `column` is that of the key or the dash. */
export interface Slot {
  valueAt: number;
  column: number;
  hasColon: boolean;
  flow: boolean;
}

export class Lowering {
  readonly edits: Edit[] = [];

  constructor(
    readonly source: SourceText,
    readonly comments: readonly CommentToken[],
    readonly style: Style,
  ) {}

  node(node: Node): void {
    if (node.opaque) return;
    if (node.kind === 'map') {
      if (!node.read) throw new CannotWrite('a new map has no place in the text');
      if (node.flow) lowerFlow(this, node);
      else this.blockMap(node);
    } else if (node.kind === 'seq') {
      if (!node.read) throw new CannotWrite('a new list has no place in the text');
      if (node.flow) lowerFlow(this, node);
      else this.blockSeq(node);
    }
  }

  edit(start: number, end: number, text: string): void {
    this.edits.push({ start, end, text });
  }

  /** Writes whole lines before the line that starts at `at`. */
  lines(at: number, lines: readonly string[]): void {
    this.edit(at, at, lines.map((line) => line + this.source.eol).join(''));
  }

  private blockMap(map: MapNode): void {
    const column = mapColumn(this.source, map)!;
    const kept = new Set(map.entries);
    const read = map.read!;
    read.forEach(({ entry, value }, index) => {
      if (kept.has(entry)) return;
      const next = read[index + 1]?.entry;
      this.removeLines(entry.src!.start, entryEnd(entry.src!, value), next && kept.has(next) ? next.src!.start : undefined);
    });
    const readOf = new Map(read.map((each) => [each.entry, each]));
    let previous: { entry: Entry; value: Node } | undefined;
    for (const entry of map.entries) {
      const before = readOf.get(entry);
      if (before) {
        this.entry(entry, before.key, before.value, column, false);
        previous = before;
      } else {
        if (!previous) throw new CannotWrite('nothing is left to write after');
        const at = this.afterRemoved(map, previous.entry, lineAfter(this.source, entryEnd(previous.entry.src!, previous.value), column));
        const lines = renderEntry(entry.key, entry.value, column, this.style);
        const last = previous.entry === read[read.length - 1]!.entry;
        this.lines(at, last && this.isSpaced(map) ? ['', ...lines] : lines);
      }
    }
  }

  /** New entries come below what is removed after their elder sibling: a comment that stays behind keeps its place. */
  private afterRemoved(map: MapNode, previous: Entry, at: number): number {
    const read = map.read!;
    const kept = new Set(map.entries);
    let place = at;
    for (let index = read.findIndex(({ entry }) => entry === previous) + 1; index < read.length; index++) {
      const { entry, value } = read[index]!;
      if (kept.has(entry)) break;
      place = Math.max(place, this.source.nextLine(entryEnd(entry.src!, value)));
    }
    return place;
  }

  /** Whether the entries of a map are mostly set apart by blank lines. */
  private isSpaced(map: MapNode): boolean {
    const read = map.read!;
    let blank = 0;
    for (let index = 1; index < read.length; index++) {
      const { entry, value } = read[index - 1]!;
      const between = this.source.text.slice(entryEnd(entry.src!, value), read[index]!.entry.src!.start);
      if (/\n[ \t]*\r?\n/.test(between)) blank++;
    }
    return blank * 2 > read.length - 1;
  }

  private blockSeq(seq: SeqNode): void {
    const column = seqColumn(this.source, seq)!;
    const kept = new Set(seq.items);
    const read = seq.read!;
    for (const { item, value } of read) {
      if (!kept.has(item)) this.removeLines(item.src!.start, itemEnd(item.src!, value), undefined);
    }
    const readOf = new Map(read.map((each) => [each.item, each]));
    let previous: { item: SeqItem; value: Node } | undefined;
    for (const item of seq.items) {
      const before = readOf.get(item);
      if (before) {
        this.item(item, before.value, column, false);
        previous = before;
      } else {
        if (!previous) throw new CannotWrite('nothing is left to write after');
        // Comments deeper than the dash belong to the item above; a list that hangs at its key's column ends where the key's siblings go on.
        this.lines(lineAfter(this.source, itemEnd(previous.item.src!, previous.value), column), renderItem(item.value, column, this.style));
      }
    }
  }

  entry(entry: Entry, key: Entry['key'], before: Node, column: number, flow: boolean): void {
    const src = entry.src!;
    if (entry.comments) {
      const indent = ' '.repeat(column);
      this.lines(
        this.source.lineStart(src.start),
        entry.comments.map((text) => indent + text),
      );
    }
    if (entry.key !== key && entry.key.text !== key.text) this.edit(src.keyStart, src.keyEnd, renderKey(entry.key, this.style, flow));
    this.value({ valueAt: src.valueAt, column, hasColon: src.hasColon, flow }, before, entry.value);
  }

  item(item: SeqItem, before: Node, column: number, flow: boolean): void {
    this.value({ valueAt: item.src!.dashEnd, column, hasColon: true, flow }, before, item.value);
  }

  private value(slot: Slot, before: Node, after: Node): void {
    if (after === before && !emptied(after)) this.node(after);
    else if (slot.flow) this.flowValue(slot, before, after);
    else this.blockValue(slot, before, after);
  }

  private flowValue(slot: Slot, before: Node, after: Node): void {
    const text = renderFlow(after, this.style);
    if (before.src) this.edit(before.src.start, before.src.end, text);
    else this.edit(slot.valueAt, slot.valueAt, slot.hasColon ? ` ${text}` : `: ${text}`);
  }

  private blockValue(slot: Slot, before: Node, after: Node): void {
    const collection = before.kind === 'map' || before.kind === 'seq';
    if (collection && !before.flow && before.src) {
      this.replaceBlock(slot, before, after);
      return;
    }
    if (before.kind === 'scalar' && (before.style === 'literal' || before.style === 'folded')) {
      throw new CannotWrite('a block scalar is not rewritten');
    }
    if (collection || inline(after, this.style)) {
      const text = after.kind === 'scalar' ? renderScalar(after, this.style, false) : renderFlow(after, this.style);
      if (before.src) this.edit(before.src.start, before.src.end, text);
      else if (text !== '') this.edit(slot.valueAt, slot.valueAt, ` ${text}`);
      return;
    }
    if (before.src) this.edit(slot.valueAt, before.src.end, '');
    const at = lineAfter(this.source, before.src?.end ?? slot.valueAt, slot.column);
    this.lines(at, renderNested(after, slot.column, this.style));
  }

  /** Another value for a block collection: its lines go, the new ones come. Comments between them would be lost: the proof refuses that. */
  private replaceBlock(slot: Slot, before: Node, after: Node): void {
    const { source } = this;
    const first = source.lineStart(before.src!.start);
    if (source.text.slice(first, before.src!.start).trim() !== '') throw new CannotWrite('the list starts on the line of its key');
    const end = source.nextLine(valueEnd(before)!);
    const bare = withoutSource(after);
    if (inline(bare, this.style)) {
      this.edit(
        slot.valueAt,
        slot.valueAt,
        ` ${bare.kind === 'scalar' ? renderScalar(bare, this.style, false) : renderFlow(bare, this.style)}`,
      );
      this.dropLines(first, end);
    } else {
      this.dropLines(first, end);
      this.lines(end, renderNested(bare, slot.column, this.style));
    }
  }

  /**
   * Removes the lines of an entry or item. Comments on them stay, each on a line of its own: they may explain what was decided.
   * The first key behind a dash shares its line; then the next key (at `nextStart`) slides into its place.
   */
  private removeLines(start: number, end: number, nextStart: number | undefined): void {
    const { source } = this;
    const first = source.lineStart(start);
    if (source.text.slice(first, start).trim() !== '') {
      if (nextStart === undefined) throw new CannotWrite('what is removed shares its line with something else');
      if (this.comments.some(({ offset }) => offset >= start && offset < nextStart))
        throw new CannotWrite('a comment stands in what is removed');
      this.edit(start, nextStart, '');
      return;
    }
    this.dropLines(first, source.nextLine(end));
  }

  private dropLines(first: number, next: number): void {
    const { source } = this;
    const indent = /^[ \t]*/.exec(source.text.slice(first))![0];
    const kept = this.comments.filter(({ offset }) => offset >= first && offset < next).map(({ text }) => indent + text);
    this.edit(first, next, kept.map((line) => line + source.eol).join(''));
  }
}

/** True for a collection that was read with something in it of which nothing is left. */
function emptied(node: Node): boolean {
  if (node.kind === 'map') return node.read !== undefined && node.read.length > 0 && !node.flow && !node.entries.some((entry) => entry.src);
  if (node.kind === 'seq') return node.read !== undefined && node.read.length > 0 && !node.flow && !node.items.some((item) => item.src);
  return false;
}

function withoutSource(node: Node): Node {
  return { ...node, src: undefined };
}
