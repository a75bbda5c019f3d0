import { isLoopback } from '../../compose/ports';
import { compare, type Fact } from '../../compose/reach/compare';
import { doorText } from '../../compose/reach/doors';
import { edgesOf } from '../../compose/reach/edges';
import { type Edge, nodeName, type Topology } from '../../compose/reach/types';
import type { Evidence } from '../../images/types';
import type { Pairs } from './pairs';
import type { Store } from './stores';

/** A connection that goes away, and why it may. */
export interface Loss {
  fact: Fact;
  why: string;
}

/**
 * The difference between the networks as they are and as they would be, each lost connection with its reason. A connection without one
 * must not go: then the plan is wrong, and what is missing is told.
 */
export function explainLosses(
  before: Topology,
  after: Topology,
  pairs: Pairs,
  stores: readonly Store[],
): { losses: Loss[]; unexplained: Fact[] } {
  const now = edgesOf(after);
  const { lost } = compare(edgesOf(before), now);
  const losses: Loss[] = [];
  const unexplained: Fact[] = [];
  for (const fact of lost) {
    const why = fact.door === undefined ? reason(fact, pairs, stores) : doorReason(fact, now, pairs, stores);
    if (why === undefined) unexplained.push(fact);
    // A name that goes is told only as part of its pair.
    else if (fact.name === undefined) losses.push({ fact, why });
  }
  return { losses, unexplained };
}

/**
 * A port may be bound to an address of the host only, or go; it may not stop being served while it is still written. A service that has no
 * way to the port any more, through the host, has another way or does not need one.
 */
function doorReason({ from, to, door }: Fact, now: readonly Edge[], pairs: Pairs, stores: readonly Store[]): string | undefined {
  const [, target] = door!.split(' -> ');
  const local = now.find(
    (edge) => edge.to === to && edge.door && isLoopback(edge.door.address) && doorText(edge.door).endsWith(` -> ${target}`),
  );
  if (local) return `it is published on ${local.door!.address} only`;
  if (!from.startsWith('service:') || !to.startsWith('service:')) return undefined;
  if (stores.some(({ service }) => service.name === nodeOf(from))) return 'it calls nobody';
  if (now.some((edge) => edge.from === from && edge.to === to && edge.way === 'network'))
    return 'they share a network, and need no published port for it';
  return pairs.kept(nodeOf(from), nodeOf(to)) ? undefined : pairs.need(nodeOf(from), nodeOf(to)).why;
}

function reason({ from, to }: Fact, pairs: Pairs, stores: readonly Store[]): string | undefined {
  if (!from.startsWith('service:')) return undefined;
  const mine = nodeOf(from);
  if (to === 'outside') return stores.some(({ service }) => service.name === mine) ? 'it calls nobody outside' : undefined;
  if (!to.startsWith('service:') || pairs.kept(mine, nodeOf(to))) return undefined;
  const { verdict, why } = pairs.need(mine, nodeOf(to));
  return verdict === 'possible' ? 'nothing in the project says that they talk' : why;
}

function nodeOf(node: string): string {
  return node.slice('service:'.length);
}

/** What goes away, one line a pair, as evidence for the person. */
export function lossEvidence(losses: readonly Loss[]): Evidence[] {
  const seen = new Map<string, string>();
  for (const { fact, why } of losses) {
    const back = `${nodeName(fact.to)}\n${nodeName(fact.from)}`;
    if (!seen.has(back)) seen.set(`${nodeName(fact.from)}\n${nodeName(fact.to)}`, why);
  }
  return [...seen].map(([pair, why]) => {
    const [from = '', to = ''] = pair.split('\n');
    const detail = to === 'outside' ? `"${from}" loses its way out: ${why}` : `"${from}" and "${to}" lose each other: ${why}`;
    return { kind: 'compose-semantics', ref: RULE, detail };
  });
}

export const RULE = 'https://github.com/compose-spec/compose-spec/blob/170098b/06-networks.md#internal';
