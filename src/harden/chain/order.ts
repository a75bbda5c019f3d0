import { splitFile } from '../../compose/file-path';
import type { ComposeProject } from '../../compose/project';
import type { Op } from '../../yaml/types';
import { touchedServices } from '../guard';
import type { Proposal } from '../types';
import { listOf } from './ledger';

/** Proposals that are looked at now, and those that may have nothing left to ask for once the others are done. */
export interface Order {
  now: readonly Proposal[];
  later: readonly Proposal[];
}

/** A service that inherits from another which is about to change waits for the next round. */
export function inOrder(open: readonly Proposal[], project: ComposeProject): Order {
  const waiting = new Set<string>();
  for (const proposal of open) {
    const service = proposal.ops && proposal.services === undefined ? project.service(proposal.service) : undefined;
    if (!service || waiting.has(service.name)) continue;
    const keys = touchedServices(proposal.ops!).get(service.name);
    for (const { service: other } of project.sharing(service, keys)) waiting.add(other);
  }
  const later = open.filter(({ service }) => waiting.has(service));
  const now = open.filter(({ service }) => !waiting.has(service));
  // Services that share each other's text would wait for ever: then the first of them goes ahead.
  return now.length === 0 ? { now: later.slice(0, 1), later: later.slice(1) } : { now, later };
}

/** Lists in which items were moved by what was accepted, and maps that were left with a single one: what was found there is found anew. */
export class MovedLists {
  private readonly moved = new Set<string>();

  add(ops: readonly Op[]): void {
    for (const op of ops) {
      if (op.op === 'remove') {
        if (splitFile(op.path).path.length > 3) this.moved.add(JSON.stringify(op.path.slice(0, -1)));
      } else if ('value' in op && Array.isArray(op.value)) this.moved.add(JSON.stringify(listOf(op.path)));
    }
  }

  /** Whether ops are about items of such a list or map. */
  has(ops: readonly Op[]): boolean {
    return (
      this.moved.size > 0 &&
      ops.some(({ path }) => this.moved.has(JSON.stringify(listOf(path))) || this.moved.has(JSON.stringify(path.slice(0, -1))))
    );
  }
}
