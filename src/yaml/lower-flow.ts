import { entryEnd, itemEnd } from './layout';
import type { Lowering } from './lower';
import { renderFlow, renderFlowEntry } from './render';
import type { Entry, MapNode, Node, SeqItem, SeqNode } from './tree';

/** An entry of a flow map or an item of a flow list, made alike. */
interface Part {
  /** Undefined for a part made by an op. */
  src?: { start: number; end: number };
  kept: boolean;
  text?: string;
  recurse?(): void;
}

/** Edits of a collection in brackets: `[a, b]`, `{ a: 1 }`, on one line or on several. */
export function lowerFlow(lowering: Lowering, node: MapNode | SeqNode): void {
  const { read, now } = node.kind === 'map' ? mapParts(lowering, node) : seqParts(lowering, node);
  if (!read.some((part) => part.kept)) {
    const added = now.map((part) => part.text!);
    if (read.length > 0 || added.length > 0) rewrite(lowering, node, added);
    return;
  }
  removeRuns(lowering, read);
  let previous: Part | undefined;
  let run: string[] = [];
  const flush = (): void => {
    if (run.length > 0 && previous) insert(lowering, previous, previous === read[read.length - 1], run);
    else if (run.length > 0) insertFirst(lowering, read, run);
    run = [];
  };
  for (const part of now) {
    if (part.src) {
      flush();
      part.recurse!();
      previous = part;
    } else {
      run.push(part.text!);
    }
  }
  flush();
}

function mapParts(lowering: Lowering, map: MapNode): { read: Part[]; now: Part[] } {
  const kept = new Set(map.entries);
  const parts = new Map<Entry, Part>();
  const read = map.read!.map(({ entry, key, value }) => {
    const part: Part = {
      src: { start: entry.src!.start, end: entryEnd(entry.src!, value) },
      kept: kept.has(entry),
      recurse: () => lowering.entry(entry, key, value, 0, true),
    };
    parts.set(entry, part);
    return part;
  });
  const now = map.entries.map(
    (entry) =>
      parts.get(entry) ?? {
        kept: true,
        text: renderFlowEntry(entry.key, entry.value, lowering.style),
      },
  );
  return { read, now };
}

function seqParts(lowering: Lowering, seq: SeqNode): { read: Part[]; now: Part[] } {
  const kept = new Set(seq.items);
  const parts = new Map<SeqItem, Part>();
  const read = seq.read!.map(({ item, value }) => {
    const part: Part = {
      src: { start: item.src!.start, end: itemEnd(item.src!, value) },
      kept: kept.has(item),
      recurse: () => lowering.item(item, value, 0, true),
    };
    parts.set(item, part);
    return part;
  });
  const now = seq.items.map((item) => parts.get(item) ?? { kept: true, text: renderFlow(item.value, lowering.style) });
  return { read, now };
}

/** What comes before all that is kept stands before the first of it. */
function insertFirst(lowering: Lowering, read: readonly Part[], texts: readonly string[]): void {
  const { start } = read.find((part) => part.kept)!.src!;
  lowering.edit(start, start, texts.map((text) => `${text}, `).join(''));
}

/** Nothing that was read is left: what is between the brackets is written anew, comments in there above it. */
function rewrite(lowering: Lowering, node: Node, added: string[]): void {
  const { start, end } = node.src!;
  const padding = node.kind === 'map' && added.length > 0 ? ' ' : '';
  lowering.hoistComments(start, start, end);
  lowering.edit(start + 1, end - 1, `${padding}${added.join(', ')}${padding}`);
}

/** Neighbours that go, go together: with the comma behind them, or, at the end, with the one before them. */
function removeRuns(lowering: Lowering, read: Part[]): void {
  for (let from = 0; from < read.length; from++) {
    if (read[from]!.kept) continue;
    let to = from;
    while (to + 1 < read.length && !read[to + 1]!.kept) to++;
    const { start } = read[from]!.src!;
    const next = read[to + 1];
    if (next) {
      lowering.hoistComments(start, start, next.src!.start);
      lowering.edit(start, next.src!.start, '');
    } else removeLast(lowering, read[from - 1]!.src!.end, start, read[to]!.src!.end);
    from = to;
  }
}

/** Removes the last parts, `start` to `end`, behind one that stays and ends at `stays`. Lines of their own go as lines. */
function removeLast(lowering: Lowering, stays: number, start: number, end: number): void {
  const { source } = lowering;
  const { text } = source;
  const ownComma = trailingComma(text, end);
  const first = source.lineStart(start);
  const rest = text.slice((ownComma ?? end - 1) + 1, source.lineEnd(ownComma ?? end)).trim();
  if (text.slice(first, start).trim() === '' && (rest === '' || rest.startsWith('#'))) {
    const comma = trailingComma(text, stays)!;
    if (ownComma === undefined) lowering.edit(comma, comma + 1, '');
    lowering.dropLines(first, source.nextLine(ownComma ?? end));
  } else {
    lowering.hoistComments(stays, stays, end);
    lowering.edit(stays, end, '');
  }
}

/*
 *   { a: 1, b: 2 }            ->  { a: 1, b: 2, c: 3 }
 *   {                             {
 *     a: 1, # why                   a: 1, # why
 *     b: 2  # last                  b: 2,  # last
 *   }                               c: 3
 *                                 }
 */
function insert(lowering: Lowering, previous: Part, last: boolean, texts: string[]): void {
  const { source } = lowering;
  const { start, end } = previous.src!;
  const lineStart = source.lineStart(start);
  const indent = source.text.slice(lineStart, start);
  const comma = last ? trailingComma(source.text, end) : undefined;
  const lineEnd = source.lineEnd(comma === undefined ? end : comma + 1);
  const rest = source.text.slice(comma === undefined ? end : comma + 1, lineEnd).trim();
  const ownLine = last && indent.trim() === '' && (rest === '' || rest.startsWith('#'));
  if (!ownLine) {
    if (comma === undefined) lowering.edit(end, end, texts.map((text) => `, ${text}`).join(''));
    else lowering.edit(comma + 1, comma + 1, texts.map((text) => ` ${text},`).join(''));
  } else if (comma === undefined) {
    lowering.edit(end, end, ',');
    lowering.edit(lineEnd, lineEnd, texts.map((text) => source.eol + indent + text).join(','));
  } else {
    lowering.edit(lineEnd, lineEnd, texts.map((text) => `${source.eol + indent + text},`).join(''));
  }
}

/** Offset of a comma between the last item and the closing bracket. */
function trailingComma(text: string, from: number): number | undefined {
  for (let at = from; at < text.length; at++) {
    const char = text[at]!;
    if (char === ',') return at;
    if (char === '#') at = text.indexOf('\n', at);
    else if (!/\s/.test(char)) return undefined;
    if (at < 0) return undefined;
  }
  return undefined;
}
