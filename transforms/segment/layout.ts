import type { Pairs } from '../../src/harden/intent/pairs';
import { cliques } from './cliques';

/** A network that is to be: who will be on it. */
export interface Group {
  internal: boolean;
  members: string[];
}

/** What becomes of one network: who leaves it, and which new networks there will be. */
export interface Layout {
  network: string;
  leaving: string[];
  groups: Group[];
}

export interface Site {
  network: string;
  internal: boolean;
  /** Everyone on it with networks of their own, in the order of the file. */
  members: readonly string[];
  /** Those that may live on internal networks only, and are on no open network but this one. */
  stores: ReadonlySet<string>;
  /** Those that have another network that leads outside. */
  elsewhere: ReadonlySet<string>;
  /** Those that have another network at all. */
  others: ReadonlySet<string>;
  /** Whether two of them share another network too. */
  also(a: string, b: string): boolean;
}

/**
 * The fewest networks on which every pair that has to talk, or may have to, still does, the stores have no way out, and nobody shares one
 * with a store that it has nothing to do with. Everybody else stays where they are. Stores with the same peers share one.
 */
export function separate({ network, members, stores, others, also }: Site, pairs: Pairs): Layout {
  const rest = members.filter((name) => !stores.has(name));
  const joined = (a: string, b: string): boolean => pairs.kept(a, b) && !also(a, b);
  const groups: { stores: string[]; peers: string[] }[] = [];
  for (const store of members.filter((name) => stores.has(name))) {
    const peers = rest.filter((name) => joined(store, name));
    // Stores that talk to each other are one group; then those that are reached by the same.
    const mine = groups.filter((group) => group.stores.some((other) => joined(store, other)));
    const merged = {
      stores: [...mine.flatMap((group) => group.stores), store],
      peers: union(rest, [...mine.map((group) => group.peers), peers]),
    };
    groups.splice(0, groups.length, ...groups.filter((group) => !mine.includes(group)), merged);
  }
  const bySet = new Map<string, Group>();
  for (const group of groups) {
    // One that shares another network with all it talks to only leaves this one.
    if (group.peers.length === 0 && group.stores.length === 1 && others.has(group.stores[0]!)) continue;
    const key = group.peers.join('\n');
    const there = bySet.get(key);
    const all = new Set([...(there?.members ?? group.peers), ...group.stores]);
    bySet.set(key, { internal: true, members: members.filter((name) => all.has(name)) });
  }
  return { network, leaving: members.filter((name) => stores.has(name)), groups: [...bySet.values()] };
}

/** Only pairs that have to talk share a network; who has to get outside, or be got at, has one network for it. */
export function isolate({ network, internal, members, stores, elsewhere, others, also }: Site, pairs: Pairs): Layout | undefined {
  const here = new Set(members);
  const joined = new Map(
    members.map((name) => [name, new Set([...pairs.neededBy(name)].filter((other) => here.has(other) && !also(name, other)))]),
  );
  const groups = cliques(members, (name) => joined.get(name)!).map(
    (names): Group => ({ members: names, internal: internal || names.some((name) => stores.has(name)) }),
  );
  const grouped = new Set(groups.flatMap((group) => group.members));
  const out = new Set(groups.flatMap((group) => (group.internal ? [] : group.members)));
  // Who only has internal networks now and may need the way out gets a network of its own; a store that nobody calls gets one without.
  for (const name of members) {
    const alone = !grouped.has(name);
    if (stores.has(name) || internal ? alone && !others.has(name) : !out.has(name) && (alone || !elsewhere.has(name)))
      groups.push({ members: [name], internal: internal || stores.has(name) });
  }
  // The one group that may stay on the old network does: the fewer networks, the fewer lines change.
  const candidates = groups.filter((group) => group.internal === internal);
  const stays = internal
    ? candidates.sort((a, b) => b.members.length - a.members.length)[0]
    : candidates.length === 1
      ? candidates[0]
      : undefined;
  const staying = new Set(stays?.members);
  const leaving = members.filter((name) => !staying.has(name));
  return leaving.length === 0 ? undefined : { network, leaving, groups: groups.filter((group) => group !== stays) };
}

function union(order: readonly string[], sets: readonly (readonly string[])[]): string[] {
  const all = new Set(sets.flat());
  return order.filter((name) => all.has(name));
}
