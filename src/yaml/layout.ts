import type { SourceText } from './source';
import type { EntrySource, ItemSource, MapNode, Node, SeqNode } from './tree';

/*
 * Where the parts of a document end in its text. The parser's own ends run past comments and blank lines, into the next key's
 * indentation: they are never used for block collections.
 */

/** Offset just after the last character of an entry as it was read, comments not counted. */
export function entryEnd(src: EntrySource, value: Node): number {
  return valueEnd(value) ?? src.valueAt;
}

/** Offset just after the last character of a list item as it was read. */
export function itemEnd(src: ItemSource, value: Node): number {
  return valueEnd(value) ?? src.dashEnd;
}

/** Offset just after a value as it was read; undefined for a value that is not there. */
export function valueEnd(value: Node): number | undefined {
  if (!value.src) return undefined;
  if (value.kind === 'map' && !value.flow) {
    const last = value.read![value.read!.length - 1];
    return last?.entry.src ? entryEnd(last.entry.src, last.value) : value.src.end;
  }
  if (value.kind === 'seq' && !value.flow) {
    const last = value.read![value.read!.length - 1];
    return last?.item.src ? itemEnd(last.item.src, last.value) : value.src.end;
  }
  return value.src.end;
}

/**
 * The start of the line on which a new sibling is written after content that ends at `end`: below it, and below the own-line
 * comments that follow at once and are indented deeper than `column`, since they belong to what was before.
 */
export function lineAfter(source: SourceText, end: number, column: number): number {
  let at = source.nextLine(end);
  while (at < source.padded.length) {
    const line = source.padded.slice(at, source.lineEnd(at));
    const hash = line.search(/[^ \t]/);
    if (hash <= column || line[hash] !== '#') break;
    at = source.nextLine(source.lineEnd(at) + 1);
  }
  return at;
}

/** Column of the keys of a block map that was read. */
export function mapColumn(source: SourceText, map: MapNode): number | undefined {
  const first = map.read?.[0]?.entry.src;
  return first ? source.column(first.start) : undefined;
}

/** Column of the dashes of a block list that was read. */
export function seqColumn(source: SourceText, seq: SeqNode): number | undefined {
  const first = seq.read?.[0]?.item.src;
  return first ? source.column(first.start) : undefined;
}

/**
 * Whether a text without a final newline ends in a block scalar that would have one (`|` and `>`, not `|-`). Such a value has no line
 * break at its end for Compose's parser, and gets one as soon as anything follows it; ours reads both alike.
 */
export function endsOpen(node: Node, source: SourceText): boolean {
  if (source.finalNewline) return false;
  if (node.kind === 'seq') return node.items.some((item) => endsOpen(item.value, source));
  if (node.kind === 'map') return node.entries.some((entry) => endsOpen(entry.value, source));
  if (node.kind !== 'scalar' || (node.style !== 'literal' && node.style !== 'folded') || !node.src) return false;
  return node.src.end === source.text.length && !/^[|>]\d?-/.test(source.text.slice(node.src.start, node.src.start + 3));
}
