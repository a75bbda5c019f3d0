import type { Quote } from './scalar';
import type { SourceText } from './source';
import type { MapNode, Node, SeqNode } from './tree';

/** How a file is written, by majority. New text follows it. */
export interface Style {
  /** Columns a nested map is indented by. */
  step: number;
  /** Columns from a key to the dash of its list: 0 for "indentless" lists. */
  dashOffset: number;
  quote: Quote;
  /** Whether short lists are mostly written `[a, b]`. */
  flowLists: boolean;
}

/** Reads the style off a tree. A file that shows none gets two-space steps, indented dashes, double quotes and block lists. */
export function detectStyle(root: Node, source: SourceText): Style {
  const steps = new Tally();
  const dashes = new Tally();
  const quotes = new Tally();
  let flow = 0;
  let block = 0;

  const visit = (node: Node, keyColumn: number | undefined): void => {
    if (node.kind === 'scalar') {
      if (node.style === 'double' || node.style === 'single') quotes.add(node.style === 'double' ? 0 : 1);
    } else if (node.kind === 'map') {
      visitMap(node, keyColumn);
    } else if (node.kind === 'seq') {
      visitSeq(node, keyColumn);
    }
  };
  const visitMap = (map: MapNode, keyColumn: number | undefined): void => {
    const first = map.entries[0]?.src;
    const column = !map.flow && first ? source.column(first.start) : undefined;
    if (column !== undefined && keyColumn !== undefined && column > keyColumn) steps.add(column - keyColumn);
    for (const entry of map.entries) visit(entry.value, column);
  };
  const visitSeq = (seq: SeqNode, keyColumn: number | undefined): void => {
    const first = seq.items[0]?.src;
    const dash = !seq.flow && first ? source.column(first.start) : undefined;
    if (dash !== undefined && keyColumn !== undefined && dash >= keyColumn) dashes.add(dash - keyColumn);
    if (seq.items.length > 0 && seq.items.every((item) => item.value.kind === 'scalar')) {
      if (seq.flow) flow++;
      else block++;
    }
    for (const item of seq.items) visit(item.value, undefined);
  };
  visit(root, undefined);

  const step = steps.most() ?? 2;
  return {
    step,
    dashOffset: dashes.most() ?? step,
    quote: quotes.most() === 1 ? "'" : '"',
    flowLists: flow > block,
  };
}

/** Counts small numbers; the smallest of the most frequent wins. */
class Tally {
  private readonly counts = new Map<number, number>();

  add(value: number): void {
    this.counts.set(value, (this.counts.get(value) ?? 0) + 1);
  }

  most(): number | undefined {
    let best: number | undefined;
    for (const [value, count] of this.counts) {
      const than = best === undefined ? -1 : this.counts.get(best)!;
      if (count > than || (count === than && value < best!)) best = value;
    }
    return best;
  }
}
