import { isLoopback } from '../../compose/ports';
import type { Fact } from '../../compose/reach/compare';
import { doorText } from '../../compose/reach/doors';
import { Reach } from '../../compose/reach/edges';
import { eachLost } from '../../compose/reach/lost';
import { nodeName, OUTSIDE, type Topology } from '../../compose/reach/types';
import type { Evidence } from '../../images/types';
import type { Pairs } from './pairs';
import type { Store } from './stores';

/** Takes the difference between two states of the networks, one connection after the other. */
export interface LossSink {
  /** Whether the way back of two services that lose each other is told too. */
  readonly bothWays: boolean;
  /** A connection goes, with its reason. What goes with a connection, its names, is not told. */
  lost(fact: Fact, why: () => string): void;
  /** A connection without a reason must not go: then the plan is wrong. */
  unexplained(fact: Fact): void;
}

/** Tells the difference between the networks as they are and as they would be, each lost connection with its reason. */
export function explainLosses(before: Topology, after: Topology, pairs: Pairs, stores: readonly Store[], sink: LossSink): void {
  const reasons = new Reasons(new Reach(after), pairs, stores);
  let fact: Fact;
  const why = (): string => reasons.of(fact)!;
  eachLost(before, after, (each, again) => {
    // What holds for one way holds for the way back.
    if (again && !sink.bothWays) return;
    fact = each;
    if (!reasons.has(fact)) sink.unexplained(fact);
    // A name that goes is told only as part of its pair.
    else if (fact.name === undefined) sink.lost(fact, why);
  });
}

class Reasons {
  private readonly stores: ReadonlySet<string>;

  constructor(
    private readonly now: Reach,
    private readonly pairs: Pairs,
    stores: readonly Store[],
  ) {
    this.stores = new Set(stores.map(({ service }) => service.name));
  }

  /** Whether there is one: there are many connections, and few are told. */
  has(fact: Fact): boolean {
    const { from, to, door } = fact;
    if (door !== undefined || !from.startsWith('service:') || !to.startsWith('service:')) return this.of(fact) !== undefined;
    return !this.pairs.kept(nodeOf(from), nodeOf(to));
  }

  of(fact: Fact): string | undefined {
    return fact.door === undefined ? this.ofConnection(fact) : this.ofDoor(fact, fact.door);
  }

  /**
   * A port may be bound to an address of the host only, or go; it may not stop being served while it is still written. A service that has no
   * way to the port any more, through the host, has another way or does not need one.
   */
  private ofDoor({ from, to }: Fact, door: string): string | undefined {
    const [, target] = door.split(' -> ');
    const served = this.now.places.get(nodeOf(to))?.served ?? [];
    const local = served.find((each) => isLoopback(each.door.address) && doorText(each.door).endsWith(` -> ${target}`));
    if (local) return `it is published on ${local.door.address} only`;
    if (!from.startsWith('service:') || !to.startsWith('service:')) return undefined;
    if (this.stores.has(nodeOf(from))) return 'it calls nobody';
    if (this.now.meet(nodeOf(from), nodeOf(to))) return 'they share a network, and need no published port for it';
    return this.pairs.kept(nodeOf(from), nodeOf(to)) ? undefined : this.pairs.need(nodeOf(from), nodeOf(to)).why;
  }

  private ofConnection({ from, to }: Fact): string | undefined {
    if (!from.startsWith('service:')) return undefined;
    const mine = nodeOf(from);
    if (to === 'outside') return this.stores.has(mine) ? 'it calls nobody outside' : undefined;
    if (!to.startsWith('service:') || this.pairs.kept(mine, nodeOf(to))) return undefined;
    const { verdict, why } = this.pairs.need(mine, nodeOf(to));
    return verdict === 'possible' ? 'nothing in the project says that they talk' : why;
  }
}

function nodeOf(node: string): string {
  return node.slice('service:'.length);
}

/** A connection that goes away, and why it may. */
export interface Loss {
  fact: Fact;
  why: string;
}

/** What is told of connections that go, one after the other: of very many pairs the first ones, and how many more there are. */
export class LossSummary implements LossSink {
  readonly bothWays = false;
  /** The losses that are told one by one. */
  readonly first: Loss[] = [];
  /** The first connection that goes without a reason. */
  unexplainedFact: Fact | undefined;
  /** How many pairs of services lose each other. */
  parted = 0;

  /** @param also takes each connection as well; those through published ports are left out. */
  constructor(private readonly also: (fact: Fact) => void) {}

  lost(fact: Fact, why: () => string): void {
    this.some = true;
    // Ways through the host's ports are told by the graph; here they would only repeat the pair.
    if (fact.door !== undefined) return;
    this.also(fact);
    if (fact.to !== OUTSIDE) this.parted++;
    if (this.first.length < MOST_TOLD) this.first.push({ fact, why: why() });
    else this.untold++;
  }

  unexplained(fact: Fact): void {
    this.some = true;
    this.unexplainedFact ??= fact;
  }

  /** Whether nothing goes. */
  get empty(): boolean {
    return !this.some;
  }

  /** What goes away, one line a pair, as evidence for the person. */
  evidence(): Evidence[] {
    const told = this.first.map(({ fact: { from, to }, why }): Evidence => {
      const [mine, theirs] = [from, to].map(nodeName);
      const detail = to === OUTSIDE ? `"${mine}" loses its way out: ${why}` : `"${mine}" and "${theirs}" lose each other: ${why}`;
      return { kind: 'compose-semantics', ref: RULE, detail };
    });
    if (this.untold === 0) return told;
    return [...told, { kind: 'compose-semantics', ref: RULE, detail: `${this.untold} more connections go for the like reasons` }];
  }

  private untold = 0;
  private some = false;
}

/** So many lines a person may read; the graph tells all of them. */
const MOST_TOLD = 100;

export const RULE = 'https://github.com/compose-spec/compose-spec/blob/170098b/06-networks.md#internal';
