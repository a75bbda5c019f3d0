import { quoted, writeScalar } from './scalar';
import type { Style } from './style';
import { isNull, type MapNode, type Node, type ScalarNode } from './tree';

/** The scalars that fit on one line inside brackets. */
const SHORT_FLOW = 80;

/** A key made by an op, or one that was read and moved along with its text. */
export function renderKey(key: ScalarNode, style: Style, flow: boolean): string {
  return writeScalar(key.text, style.quote, flow);
}

/** Block lines of `key: value` at an indentation, without line endings. */
export function renderEntry(key: ScalarNode, value: Node, indent: number, style: Style): string[] {
  const head = `${' '.repeat(indent)}${renderKey(key, style, false)}:`;
  if (value.tag === undefined) return renderAfter(head, value, indent, style);
  const lines = renderAfter(`${head} ${value.tag}`, value, indent, style);
  return isNull(value) ? [`${lines[0]} null`] : lines;
}

/** Block lines of `- value` at an indentation. */
export function renderItem(value: Node, indent: number, style: Style): string[] {
  const head = `${' '.repeat(indent)}-`;
  if (value.kind === 'map' && value.entries.length > 0) {
    const lines = renderMap(value, indent + 2, style);
    return [`${head} ${lines[0]!.trimStart()}`, ...lines.slice(1)];
  }
  if (value.kind === 'scalar') {
    const text = renderScalar(value, style, false);
    return [text === '' ? head : `${head} ${text}`];
  }
  return [`${head} ${renderFlow(value, style)}`];
}

/** Lines of a value that follows `head` (a key and its colon, written at `indent`). */
export function renderAfter(head: string, value: Node, indent: number, style: Style): string[] {
  if (value.kind === 'scalar') {
    const text = renderScalar(value, style, false);
    return [text === '' ? head : `${head} ${text}`];
  }
  if (inline(value, style)) return [`${head} ${renderFlow(value, style)}`];
  return [head, ...renderNested(value, indent, style)];
}

/** Lines of a collection below a key at `indent`. */
export function renderNested(value: Node, indent: number, style: Style): string[] {
  if (value.kind === 'seq') return value.items.flatMap((item) => renderItem(item.value, indent + style.dashOffset, style));
  return renderMap(value as MapNode, indent + style.step, style);
}

function renderMap(map: MapNode, indent: number, style: Style): string[] {
  return map.entries.flatMap((entry) => renderEntry(entry.key, entry.value, indent, style));
}

/** True when a value is written on the line of its key: it is empty, or the file likes brackets and it is short. */
export function inline(value: Node, style: Style): boolean {
  if (value.kind === 'scalar' || value.kind === 'alias') return true;
  if (value.kind === 'map') return value.entries.length === 0;
  if (value.items.length === 0) return true;
  return style.flowLists && value.items.every((item) => item.value.kind === 'scalar') && renderFlow(value, style).length <= SHORT_FLOW;
}

/** A value in flow style, on one line. */
export function renderFlow(value: Node, style: Style): string {
  if (value.kind === 'scalar') return renderScalar(value, style, true);
  if (value.kind === 'alias') return `*${value.name}`;
  if (value.kind === 'seq') return `[${value.items.map((item) => renderFlow(item.value, style)).join(', ')}]`;
  if (value.entries.length === 0) return '{}';
  return `{ ${value.entries.map((entry) => renderFlowEntry(entry.key, entry.value, style)).join(', ')} }`;
}

/** `key: value` in flow style. */
export function renderFlowEntry(key: ScalarNode, value: Node, style: Style): string {
  return `${renderKey(key, style, true)}: ${value.tag === undefined ? '' : `${value.tag} `}${renderFlow(value, style)}`;
}

export function renderScalar(node: ScalarNode, style: Style, flow: boolean): string {
  const value = node.data === undefined ? node.text : node.data;
  const quote = node.style === 'single' ? "'" : node.style === 'double' ? '"' : undefined;
  // A text in the place of a quoted one stays quoted.
  return quote && typeof value === 'string' ? quoted(value, quote) : writeScalar(value, quote ?? style.quote, flow);
}
