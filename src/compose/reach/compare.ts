import { doorText } from './doors';
import type { Edge, NodeId } from './types';

/** One thing that can be done: `from` reaches `to`, maybe by a name or at a published port. Several networks may allow the same one. */
export interface Fact {
  from: NodeId;
  to: NodeId;
  /** The name it is found by; undefined = whether it is reached at all. */
  name?: string;
  /** The published port, `127.0.0.1:5432 -> 5432/tcp`. */
  door?: string;
}

export interface Difference {
  lost: Fact[];
  gained: Fact[];
}

/** What two sets of edges do not have in common, whichever networks the connections go over. */
export function compare(before: readonly Edge[], after: readonly Edge[]): Difference {
  const [old, now] = [factsOf(before), factsOf(after)];
  return {
    lost: [...old].filter(([key]) => !now.has(key)).map(([, fact]) => fact),
    gained: [...now].filter(([key]) => !old.has(key)).map(([, fact]) => fact),
  };
}

/**
 * Edges as facts, by a key. What goes through a published port is a fact of its own beside what goes over a network: a pair that shares a
 * network does not need the port, and one that has only the port needs just that.
 */
export function factsOf(edges: readonly Edge[]): Map<string, Fact> {
  const out = new Map<string, Fact>();
  const put = (fact: Fact): void => void out.set(factKey(fact), fact);
  for (const { from, to, way, names, door } of edges) {
    if (way === 'published') {
      put({ from, to, door: doorText(door!) });
      continue;
    }
    put({ from, to });
    for (const name of names) put({ from, to, name });
  }
  return out;
}

export function factKey({ from, to, name = '', door = '' }: Fact): string {
  return [from, to, name, door].join('\n');
}
