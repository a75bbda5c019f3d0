import type { AliasNode, Entry, MapNode, Node, ScalarNode, SeqItem, SeqNode } from './tree';

/** A copy that can be changed on its own. Source offsets are shared, they never change. */
export function cloneTree(root: Node): Node {
  const copies = new Map<Node, Node>();
  const aliases: AliasNode[] = [];
  const copy = (node: Node): Node => {
    const known = copies.get(node);
    if (known) return known;
    if (node.kind === 'scalar') {
      const made = { ...node };
      copies.set(node, made);
      return made;
    }
    if (node.kind === 'alias') {
      const made = { ...node };
      copies.set(node, made);
      aliases.push(made);
      return made;
    }
    if (node.kind === 'seq') {
      const made: SeqNode = { ...node };
      copies.set(node, made);
      const items = new Map<SeqItem, SeqItem>();
      const copyItem = (item: SeqItem): SeqItem => {
        let done = items.get(item);
        if (!done) {
          done = { ...item, value: copy(item.value) };
          items.set(item, done);
        }
        return done;
      };
      made.items = node.items.map(copyItem);
      made.read = node.read?.map((read) => ({ item: copyItem(read.item), value: copy(read.value) }));
      return made;
    }
    const made: MapNode = { ...node };
    copies.set(node, made);
    const entries = new Map<Entry, Entry>();
    const copyEntry = (entry: Entry): Entry => {
      let done = entries.get(entry);
      if (!done) {
        done = { ...entry, key: copy(entry.key) as ScalarNode, value: copy(entry.value), comments: entry.comments?.slice() };
        entries.set(entry, done);
      }
      return done;
    };
    made.entries = node.entries.map(copyEntry);
    made.read = node.read?.map((read) => ({
      entry: copyEntry(read.entry),
      key: copy(read.key) as ScalarNode,
      value: copy(read.value),
    }));
    return made;
  };
  const out = copy(root);
  for (const alias of aliases) alias.target = copy(alias.target);
  return out;
}
