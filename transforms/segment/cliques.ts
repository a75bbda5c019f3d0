/**
 * Covers all joined pairs of a graph with few groups in which everybody is joined with everybody. To find the fewest is too hard for more
 * than a handful; this takes the first pair that is not covered yet and lets in whom it can, those first who cover most.
 */
export function cliques(nodes: readonly string[], joined: (a: string, b: string) => boolean): string[][] {
  const covered = new Set<string>();
  const key = (a: string, b: string): string => (a < b ? `${a}\n${b}` : `${b}\n${a}`);
  const out: string[][] = [];
  for (const [index, a] of nodes.entries()) {
    for (const b of nodes.slice(index + 1)) {
      if (!joined(a, b) || covered.has(key(a, b))) continue;
      const group = [a, b];
      for (;;) {
        const next = nodes
          .filter((node) => !group.includes(node) && group.every((each) => joined(each, node)))
          .map((node) => ({ node, fresh: group.filter((each) => !covered.has(key(each, node))).length }))
          .sort((x, y) => y.fresh - x.fresh)[0];
        if (!next || next.fresh === 0) break;
        group.push(next.node);
      }
      for (const x of group) for (const y of group) if (x !== y) covered.add(key(x, y));
      out.push(nodes.filter((node) => group.includes(node)));
    }
  }
  return out;
}
