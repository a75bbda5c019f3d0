import { CannotWrite } from './cannot-write';
import { endsOpen, entryEnd, itemEnd, lineAfter, mapColumn, seqColumn } from './layout';
import { lowerFlow } from './lower-flow';
import { lowerValue } from './lower-value';
import type { CommentToken } from './open';
import { renderEntry, renderItem, renderKey } from './render';
import type { SourceText } from './source';
import type { Style } from './style';
import { type Entry, type MapNode, type Node, type ReadEntry, resolve, type SeqItem, type SeqNode } from './tree';
import type { Edit } from './types';

/**
 * Says which edits bring the text to the state of the tree: what was read and is no longer there is removed, what is new is
 * written after its elder sibling, everything else keeps its bytes.
 * @throws CannotWrite
 */
export function lower(root: Node, source: SourceText, comments: readonly CommentToken[], style: Style): Edit[] {
  const lowering = new Lowering(source, comments, style, root);
  lowering.node(root, 0);
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

export class Lowering {
  readonly edits: Edit[] = [];
  private readonly spaced = new Map<MapNode, boolean>();

  constructor(
    readonly source: SourceText,
    readonly comments: readonly CommentToken[],
    readonly style: Style,
    private readonly root: Node,
  ) {}

  /** `owner` is the column of the key or dash that the node belongs to. */
  node(node: Node, owner: number): void {
    if (node.opaque) return;
    if (node.kind === 'map') {
      if (!node.read) throw new CannotWrite('a new map has no place in the text');
      if (node.flow) lowerFlow(this, node);
      else this.blockMap(node);
    } else if (node.kind === 'seq') {
      if (!node.read) throw new CannotWrite('a new list has no place in the text');
      if (node.flow) lowerFlow(this, node);
      else this.blockSeq(node, owner);
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
    this.removeParts(
      read.map(({ entry, value }) => ({ start: entry.src!.start, end: entryEnd(entry.src!, value), value, kept: kept.has(entry) })),
    );
    const placeOf = new Map(read.map(({ entry }, index) => [entry, index]));
    let previous: ReadEntry | undefined;
    for (const entry of map.entries) {
      const before = read[placeOf.get(entry) ?? -1];
      if (before) {
        this.entry(entry, before.key, before.value, column, false);
        previous = before;
      } else {
        const lines = renderEntry(entry.key, entry.value, column, this.style);
        if (!previous) {
          this.lines(this.ownLine(read[0]!.entry.src!.start), lines);
          continue;
        }
        const at = this.afterRemoved(
          read,
          kept,
          placeOf.get(previous.entry)!,
          lineAfter(this.source, entryEnd(previous.entry.src!, previous.value), column),
        );
        const last = previous.entry === read[read.length - 1]!.entry;
        const apart = last ? this.isSpaced(map) || this.isSetApart(map, entry.value) : isSection(map, entry.value) && this.isSpaced(map);
        this.lines(at, apart ? ['', ...lines] : lines);
      }
    }
  }

  /** New entries come below what is removed after their elder sibling: a comment that stays behind keeps its place. */
  private afterRemoved(read: readonly ReadEntry[], kept: ReadonlySet<Entry>, previous: number, at: number): number {
    let place = at;
    for (let index = previous + 1; index < read.length; index++) {
      const { entry, value } = read[index]!;
      if (kept.has(entry)) break;
      place = Math.max(place, this.source.nextLine(entryEnd(entry.src!, value)));
    }
    return place;
  }

  /** Whether the entries of a map are mostly set apart by blank lines. */
  private isSpaced(map: MapNode): boolean {
    const known = this.spaced.get(map) ?? this.countSpaced(map);
    this.spaced.set(map, known);
    return known;
  }

  private countSpaced(map: MapNode): boolean {
    const read = map.read!;
    let blank = 0;
    for (let index = 1; index < read.length; index++) {
      const { entry, value } = read[index - 1]!;
      const between = this.source.text.slice(entryEnd(entry.src!, value), read[index]!.entry.src!.start);
      if (/\n[ \t]*\r?\n/.test(between)) blank++;
    }
    return blank * 2 > read.length - 1;
  }

  /** Of one service alone nobody can say how a second would be spaced: then the file's own sections say it. */
  private isSetApart(map: MapNode, value: Node): boolean {
    if (map.read!.length !== 1 || !isSection(map, value) || this.root.kind !== 'map' || this.root === map) return false;
    return this.root.read !== undefined && !this.root.flow && this.isSpaced(this.root);
  }

  private blockSeq(seq: SeqNode, owner: number): void {
    const column = seqColumn(this.source, seq)!;
    const kept = new Set(seq.items);
    const read = seq.read!;
    this.removeParts(
      read.map(({ item, value }) => ({ start: item.src!.start, end: itemEnd(item.src!, value), value, kept: kept.has(item) })),
    );
    const readOf = new Map(read.map((each) => [each.item, each]));
    let previous: { item: SeqItem; value: Node } | undefined;
    for (const item of seq.items) {
      const before = readOf.get(item);
      if (before) {
        this.item(item, before.value, column, false);
        previous = before;
      } else {
        if (previous && endsOpen(previous.value, this.source))
          throw new CannotWrite('the list ends in a block scalar without a final newline');
        // Comments deeper than the key belong to its list (`# - "443:443"`), though not where the list hangs at the key's own column.
        const at = previous
          ? lineAfter(this.source, itemEnd(previous.item.src!, previous.value), Math.min(owner, column))
          : this.ownLine(read[0]!.item.src!.start);
        this.lines(at, renderItem(item.value, column, this.style));
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
    lowerValue(this, { kind: 'entry', start: src.start, valueAt: src.valueAt, column, hasColon: src.hasColon, flow }, before, entry.value);
  }

  item(item: SeqItem, before: Node, column: number, flow: boolean): void {
    const { start, dashEnd } = item.src!;
    lowerValue(this, { kind: 'item', start, valueAt: dashEnd, column, hasColon: true, flow }, before, item.value);
  }

  /** The start of the line of a part that stands alone on it. */
  private ownLine(start: number): number {
    if (this.sharesLine(start)) throw new CannotWrite('the first key stands behind a dash');
    return this.source.lineStart(start);
  }

  private sharesLine(start: number): boolean {
    return this.source.text.slice(this.source.lineStart(start), start).trim() !== '';
  }

  /** Removes the parts that are not kept, whole lines each. The first part behind a dash shares its line: the next kept one slides into its place. */
  private removeParts(parts: readonly { start: number; end: number; value: Node; kept: boolean }[]): void {
    const [first] = parts;
    let from = 0;
    if (!first!.kept && this.sharesLine(first!.start)) {
      while (from < parts.length && !parts[from]!.kept) from++;
      const next = parts[from];
      if (!next) throw new CannotWrite('what is removed shares its line with something else');
      this.hoistComments(first!.start, first!.start, next.start);
      this.edit(first!.start, next.start, '');
    }
    let inBlock = false;
    for (const { start, end, value, kept } of parts.slice(from)) {
      if (kept) inBlock = endsInBlock(value);
      else {
        const line = this.source.lineStart(start);
        this.dropLines(line, inBlock ? this.pastComments(this.source.nextLine(end), start - line) : this.source.nextLine(end));
      }
    }
  }

  /** The line after the comments that would be taken for text below a block scalar: those further in than a column. */
  private pastComments(from: number, column: number): number {
    let next = from;
    for (let line = from; line < this.source.text.length; line = this.source.nextLine(line + 1)) {
      const text = this.source.text.slice(line, this.source.lineEnd(line));
      const indent = text.length - text.trimStart().length;
      if (text.trim() !== '' && (text[indent] !== '#' || indent <= column)) break;
      if (text.trim() !== '') next = this.source.nextLine(line + 1);
    }
    return next;
  }

  /** Writes the comments of a stretch that goes above the line of `place`. */
  hoistComments(place: number, start: number, end: number): void {
    const line = this.source.lineStart(place);
    const comments = this.commentsIn(line, start, end);
    if (comments.length > 0) this.lines(line, comments);
  }

  /** Removes whole lines. Comments on them stay, each on a line of its own: they may explain what was decided. */
  dropLines(first: number, next: number): void {
    this.edit(
      first,
      next,
      this.commentsIn(first, first, next)
        .map((line) => line + this.source.eol)
        .join(''),
    );
  }

  /** The comments between two offsets as lines, indented like the line that starts at `line`. */
  private commentsIn(line: number, start: number, end: number): string[] {
    const indent = /^[ \t]*/.exec(this.source.text.slice(line, this.source.lineEnd(line)))![0];
    const lines: string[] = [];
    for (let index = this.firstComment(start); index < this.comments.length && this.comments[index]!.offset < end; index++) {
      lines.push(indent + this.comments[index]!.text);
    }
    return lines;
  }

  /** Index of the first comment at or after an offset; comments are in order. */
  private firstComment(offset: number): number {
    let low = 0;
    let high = this.comments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.comments[middle]!.offset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Whether the last line of a value is one of a block scalar. */
function endsInBlock(node: Node): boolean {
  if (node.kind === 'scalar') return node.style === 'literal' || node.style === 'folded';
  const last = node.kind === 'map' ? node.entries.at(-1) : node.kind === 'seq' ? node.items.at(-1) : undefined;
  return last !== undefined && endsInBlock(last.value);
}

/** Whether a new value is a long map among maps, as a service is, so that it may be set apart like its siblings. */
function isSection(map: MapNode, value: Node): boolean {
  return value.kind === 'map' && value.entries.length > 3 && map.read!.every((each) => resolve(each.value).kind === 'map');
}
