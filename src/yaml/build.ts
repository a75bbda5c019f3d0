import { type CST, isAlias, isMap, isPair, isSeq, type ParsedNode, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import { table } from '../table';
import { fail } from './fail';
import type { SourceText } from './source';
import { type AliasNode, type Entry, isMergeKey, type MapNode, type Node, type ScalarNode, type SeqItem, type SeqNode } from './tree';

/** How many nodes the aliases of a file may unfold to. Compose files unfold to thousands; "billion laughs" to more than memory holds. */
const MAX_UNFOLDED = 1_000_000;

/** Makes the tree of a parsed document, checking what the parser leaves open: duplicate keys and aliases. */
export function buildTree(contents: ParsedNode, source: SourceText): Node {
  return new Builder(source).build(contents).node;
}

interface Built {
  node: Node;
  /** How many nodes it unfolds to. */
  size: number;
}

/** An anchor under construction has no node yet: an alias to it is recursive. */
type Anchored = Partial<Built>;

class Builder {
  private readonly anchors = new Map<string, Anchored>();

  constructor(private readonly source: SourceText) {}

  build(parsed: ParsedNode | null): Built {
    if (parsed === null) return { node: { kind: 'scalar', style: 'plain', text: '' }, size: 1 };
    if (isAlias(parsed)) return this.alias(parsed.source, parsed.range[0], parsed.range[1]);
    const anchored: Anchored = {};
    if (parsed.anchor) this.anchors.set(parsed.anchor, anchored);
    const built = this.value(parsed);
    if (parsed.anchor) built.node.anchor = parsed.anchor;
    if (parsed.tag) built.node.tag = parsed.tag;
    Object.assign(anchored, built);
    return built;
  }

  private value(parsed: ParsedNode): Built {
    if (isMap(parsed)) return this.map(parsed as YAMLMap.Parsed);
    if (isSeq(parsed)) return this.seq(parsed as YAMLSeq.Parsed);
    return this.scalar(parsed as Scalar.Parsed);
  }

  private alias(name: string, start: number, end: number): Built {
    const anchored = this.anchors.get(name);
    if (!anchored)
      throw fail(
        this.source,
        start,
        'unresolved-alias',
        'the alias has no anchor of its name before it',
        'write the anchor above the alias',
      );
    if (!anchored.node)
      throw fail(
        this.source,
        start,
        'recursive-alias',
        `the alias *${name} stands inside its own anchor`,
        'no value can hold itself: copy what is meant',
      );
    const node: AliasNode = { kind: 'alias', name, target: anchored.node, src: { start, end } };
    this.bound(anchored.size!, start);
    return { node, size: anchored.size! };
  }

  private scalar(parsed: Scalar.Parsed): Built {
    const [start, end] = parsed.range;
    const style = STYLES[parsed.type ?? 'PLAIN'] ?? 'plain';
    const node: ScalarNode = { kind: 'scalar', style, text: parsed.source ?? '' };
    // A value that is not there ("key:") has no place of its own; `valueAt` of its entry says where one can be written.
    if (end > start) node.src = { start, end };
    return { node, size: 1 };
  }

  private map(parsed: YAMLMap.Parsed): Built {
    const token = parsed.srcToken as CST.BlockMap | CST.FlowCollection | undefined;
    const node: MapNode = { kind: 'map', flow: parsed.flow === true, entries: [], src: rangeOf(parsed) };
    const seen = new Set<string>();
    let size = 1;
    for (const pair of parsed.items) {
      const key = this.build(pair.key as ParsedNode);
      const value = this.build(pair.value as ParsedNode | null);
      size += key.size + value.size;
      const entry: Entry = { key: asKey(key.node), value: value.node };
      if (key.node.kind !== 'scalar') entry.complexKey = true;
      const item = (pair as { srcToken?: CST.CollectionItem }).srcToken;
      if (item && token) entry.src = entrySource(item);
      this.unique(entry, seen);
      node.entries.push(entry);
    }
    this.bound(size, node.src!.start);
    if (node.entries.some((entry) => !entry.src)) node.opaque = true;
    node.read = node.entries.map((entry) => ({ entry, key: entry.key, value: entry.value }));
    return { node, size };
  }

  private seq(parsed: YAMLSeq.Parsed): Built {
    const token = parsed.srcToken as CST.BlockSequence | CST.FlowCollection | undefined;
    const node: SeqNode = { kind: 'seq', flow: parsed.flow === true, items: [], src: rangeOf(parsed) };
    const items = token ? itemTokens(token) : [];
    let size = 1;
    parsed.items.forEach((child, index) => {
      // Of `!!omap` and `!!pairs` the library makes pairs, which have no place of their own.
      if (isPair(child)) {
        const hint = 'write a map: Compose does not read lists of pairs as one';
        throw fail(this.source, node.src!.start, 'list-of-pairs', `a list tagged ${parsed.tag} stands for a map here`, hint);
      }
      const built = this.build(child as ParsedNode);
      size += built.size;
      const item: SeqItem = { value: built.node };
      const itemToken = items.length === parsed.items.length ? items[index] : undefined;
      if (itemToken) item.src = itemSource(itemToken);
      node.items.push(item);
    });
    this.bound(size, node.src!.start);
    if (node.items.some((item) => !item.src)) node.opaque = true;
    node.read = node.items.map((item) => ({ item, value: item.value }));
    return { node, size };
  }

  private unique(entry: Entry, seen: Set<string>): void {
    const { text } = entry.key;
    if (entry.complexKey) return;
    if (seen.has(text)) {
      const at = entry.src?.keyStart ?? 0;
      throw fail(
        this.source,
        at,
        'duplicate-key',
        `the key "${text}" is already defined in this map`,
        'Compose refuses such a file: merge the two or remove one',
      );
    }
    // Two merge keys are legal to some parsers, but Compose refuses them too.
    seen.add(isMergeKey(entry) ? '<<' : text);
  }

  private bound(size: number, offset: number): void {
    if (size > MAX_UNFOLDED) {
      throw fail(
        this.source,
        offset,
        'yaml-bomb',
        `the aliases used here unfold to more than ${MAX_UNFOLDED} values`,
        'no Compose file needs that',
      );
    }
  }
}

const STYLES: Record<string, ScalarNode['style']> = table({
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'literal',
  BLOCK_FOLDED: 'folded',
});

function rangeOf(parsed: ParsedNode): { start: number; end: number } {
  return { start: parsed.range[0], end: parsed.range[1] };
}

function asKey(node: Node): ScalarNode {
  return node.kind === 'scalar' ? node : { kind: 'scalar', style: 'plain', text: '' };
}

/** The CST items that are items: a block sequence may end in one that holds only comments, a flow one in a trailing comma. */
function itemTokens(token: CST.BlockSequence | CST.FlowCollection): CST.CollectionItem[] {
  if (token.type === 'block-seq')
    return (token.items as CST.CollectionItem[]).filter((item) => item.start.some((part) => part.type === 'seq-item-ind'));
  return token.items.filter((item) => item.key !== undefined || item.value !== undefined || item.sep !== undefined) as CST.CollectionItem[];
}

/*
 *   &a  "key"  :  &b !t   value
 *   |   |    |          |
 *   |   |    keyEnd     valueAt
 *   |   keyStart
 *   start
 */
function entrySource(item: CST.CollectionItem): NonNullable<Entry['src']> {
  const significant = item.start.filter(isSignificant);
  const key = item.key as (CST.FlowScalar & { source: string }) | null | undefined;
  const sep = (item.sep ?? []).filter(isSignificant);
  const lastOf = (tokens: CST.SourceToken[]): number | undefined => {
    const last = tokens[tokens.length - 1];
    return last ? last.offset + last.source.length : undefined;
  };
  const keyStart = key?.offset ?? lastOf(significant) ?? sep[0]?.offset ?? 0;
  const keyEnd = key && 'source' in key ? keyStart + key.source.length : keyStart;
  return {
    start: significant[0]?.offset ?? keyStart,
    keyStart,
    keyEnd,
    valueAt: lastOf(sep) ?? keyEnd,
    hasColon: sep.some((part) => part.type === 'map-value-ind'),
    explicit: significant.some((part) => part.type === 'explicit-key-ind'),
  };
}

function itemSource(item: CST.CollectionItem): NonNullable<SeqItem['src']> {
  const significant = item.start.filter(isSignificant);
  const value = (item.value ?? item.key) as { offset: number } | null | undefined;
  const last = significant[significant.length - 1];
  const start = significant[0]?.offset ?? value?.offset ?? 0;
  return { start, dashEnd: last ? last.offset + last.source.length : start };
}

function isSignificant(token: CST.SourceToken): boolean {
  return token.type !== 'space' && token.type !== 'newline' && token.type !== 'comment' && token.type !== 'comma';
}
