/**
 * Covers all joined pairs of a graph with few groups in which everybody is joined with everybody. To find the fewest is too hard for more
 * than a handful; this takes the first pair that is not covered yet and lets in whom it can, those first who cover most.
 *
 * @param neighbours with whom each node is joined, in either direction.
 */
export function cliques(nodes: readonly string[], neighbours: (node: string) => ReadonlySet<string>): string[][] {
  const order = new Map(nodes.map((node, index) => [node, index]));
  const inOrder = (some: Iterable<string>): string[] =>
    [...some].filter((node) => order.has(node)).sort((a, b) => order.get(a)! - order.get(b)!);
  const covered = new Map<string, Set<string>>(nodes.map((node) => [node, new Set()]));
  const out: string[][] = [];
  for (const a of nodes) {
    for (const b of inOrder(neighbours(a))) {
      if (order.get(b)! <= order.get(a)! || covered.get(a)!.has(b)) continue;
      const group = [a, b];
      for (;;) {
        // Who is joined with all of them is joined with the one that has the fewest.
        const fewest = group.map(neighbours).reduce((least, set) => (set.size < least.size ? set : least));
        const next = inOrder(fewest)
          .filter((node) => !group.includes(node) && group.every((each) => neighbours(each).has(node)))
          .map((node) => ({ node, fresh: group.filter((each) => !covered.get(each)!.has(node)).length }))
          .sort((x, y) => y.fresh - x.fresh)[0];
        if (!next || next.fresh === 0) break;
        group.push(next.node);
      }
      for (const x of group) for (const y of group) if (x !== y) covered.get(x)!.add(y);
      out.push(inOrder(group));
    }
  }
  return out;
}
