import { CannotWrite } from './cannot-write';
import { lineAfter, valueEnd } from './layout';
import type { Lowering } from './lower';
import { inline, renderFlow, renderItem, renderNested, renderScalar } from './render';
import type { SourceText } from './source';
import type { Style } from './style';
import { isNull, type Node } from './tree';

/** The place of a value: after a key (`entry`) or after a dash (`item`). `column` is that of the key or the dash. */
export interface Slot {
  kind: 'entry' | 'item';
  start: number;
  valueAt: number;
  column: number;
  hasColon: boolean;
  flow: boolean;
}

/** Edits that put the value `after` where `before` was read, or that go on inside when it is the same. @throws CannotWrite */
export function lowerValue(lowering: Lowering, slot: Slot, before: Node, after: Node): void {
  if (after === before && !emptied(after)) lowering.node(after, slot.column);
  else if (slot.flow) inBrackets(lowering, slot, before, after);
  else if (slot.kind === 'item') inItem(lowering, slot, before, after);
  else if (isBlock(before)) forBlock(lowering, slot, before, after);
  else inEntry(lowering, slot, before, after);
}

function inBrackets(lowering: Lowering, slot: Slot, before: Node, after: Node): void {
  const text = renderFlow(after, lowering.style);
  if (before.src) {
    lowering.hoistComments(slot.start, before.src.start, before.src.end);
    lowering.edit(before.src.start, before.src.end, text);
  } else lowering.edit(slot.valueAt, slot.valueAt, slot.hasColon ? ` ${text}` : `: ${text}`);
}

/** Behind a dash everything starts on its line. Comments inside what goes are written above it. */
function inItem(lowering: Lowering, slot: Slot, before: Node, after: Node): void {
  const { source } = lowering;
  const end = contentEnd(source, before) ?? slot.valueAt;
  lowering.hoistComments(slot.start, slot.valueAt, end);
  const text = renderItem(after, slot.column, lowering.style).join(source.eol);
  lowering.edit(slot.valueAt, end, text.slice(slot.column + 1));
}

/** Another value for a block collection: its lines go, the new ones come. Comments between them stay. */
function forBlock(lowering: Lowering, slot: Slot, before: Node, after: Node): void {
  const { source, style } = lowering;
  const first = source.lineStart(before.src!.start);
  if (source.text.slice(first, before.src!.start).trim() !== '') throw new CannotWrite('the list starts on the line of its key');
  const end = source.nextLine(valueEnd(before)!);
  const onKeyLine = inline(after, style);
  if (onKeyLine && !isNull(after)) lowering.edit(slot.valueAt, slot.valueAt, ` ${renderInline(after, style)}`);
  lowering.dropLines(first, end);
  if (!onKeyLine) lowering.lines(end, renderNested(after, slot.column, style));
}

/** Another value for a scalar, an alias, a collection in brackets or nothing. What was in brackets stays in brackets. */
function inEntry(lowering: Lowering, slot: Slot, before: Node, after: Node): void {
  const { source, style } = lowering;
  const end = contentEnd(source, before);
  const onKeyLine = before.kind === 'map' || before.kind === 'seq' || inline(after, style);
  if (end === undefined) {
    if (!onKeyLine) lowering.lines(lineAfter(source, slot.valueAt, slot.column), renderNested(after, slot.column, style));
    else if (!isNull(after)) lowering.edit(slot.valueAt, slot.valueAt, ` ${renderInline(after, style)}`);
    return;
  }
  const start = onKeyLine ? before.src!.start : slot.valueAt;
  lowering.hoistComments(slot.start, start, end);
  lowering.edit(start, end, onKeyLine ? renderInline(after, style) : '');
  if (!onKeyLine) lowering.lines(lineAfter(source, end, slot.column), renderNested(after, slot.column, style));
}

function renderInline(node: Node, style: Style): string {
  return node.kind === 'scalar' ? renderScalar(node, style, false) : renderFlow(node, style);
}

/** Where a value ends on its last line: the parser counts the line break, and with `|+` blank lines, to a block scalar. */
function contentEnd(source: SourceText, before: Node): number | undefined {
  const end = valueEnd(before);
  if (end === undefined || source.text[end - 1] !== '\n') return end;
  return source.lineEnd(before.src!.start + source.text.slice(before.src!.start, end).trimEnd().length);
}

function isBlock(node: Node): boolean {
  return (node.kind === 'map' || node.kind === 'seq') && !node.flow && node.src !== undefined;
}

/** True for a block collection that was read with something in it of which nothing is left. */
function emptied(node: Node): boolean {
  if (!isBlock(node)) return false;
  return node.kind === 'map' ? !node.entries.some((entry) => entry.src) : node.kind === 'seq' && !node.items.some((item) => item.src);
}
