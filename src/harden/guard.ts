import { splitFile } from '../compose/file-path';
import type { ComposeProject } from '../compose/project';
import type { ComposeService } from '../compose/service';
import type { Op } from '../yaml/types';
import { meansAbsent } from './ops';
import { asManual } from './proposal';
import type { Proposal } from './types';

/**
 * Looks at what a change would do beyond the service it is for. A service's text may be shared: as an alias, through `<<`, by
 * `extends`. The change is made there only when every service that shares it wants the very same one, and then says who else changes;
 * otherwise it is left to the person.
 */
export function guard(proposal: Proposal, all: readonly Proposal[], project: ComposeProject): Proposal {
  if (!proposal.ops || proposal.neutral) return proposal;
  const also = new Set<string>();
  for (const [name, keys] of touchedServices(proposal.ops)) {
    const service = project.service(name);
    if (!service) continue;
    const mine = wishes(proposal.ops, service);
    for (const { service: other, through } of project.sharing(service, keys)) {
      // An item of a list that others extend is theirs too; the finding speaks for those it names.
      if (through === 'extends' && proposal.subject !== undefined && proposal.services?.includes(other)) {
        also.add(other);
        continue;
      }
      const sharer = project.service(other)!;
      const within = wishes(proposal.ops, sharer);
      const theirs = within ? [within] : all.filter((each) => each.service === other).map((each) => wishes(each.ops ?? [], sharer));
      if (theirs.includes(mine)) {
        also.add(other);
      } else {
        const sheltered = through === 'merge' && keys.every((key) => project.service(other)?.origin(key) === 'own');
        if (!sheltered) {
          const message = `"${other}" shares the text of "${name}" (${through}) and does not want the same change`;
          return asManual(proposal, { code: 'alias', message });
        }
      }
    }
  }
  if (also.size === 0) return proposal;
  return {
    ...proposal,
    plan: `${proposal.plan} (also changes ${[...also].join(', ')}, which ${also.size > 1 ? 'share' : 'shares'} its text)`,
  };
}

/** Services by name with the keys the ops write. */
export function touchedServices(ops: readonly Op[]): Map<string, string[]> {
  const out = new Map<string, string[]>();
  for (const op of ops) {
    const [top, name, key] = splitFile(op.path).path;
    if (top !== 'services' || typeof name !== 'string' || typeof key !== 'string') continue;
    const keys = out.get(name) ?? [];
    if (!keys.includes(key)) keys.push(key);
    out.set(name, keys);
  }
  return out;
}

/**
 * What the ops want of one service, to compare with what another wants; '' for nothing. It does not matter how it is written: an item
 * appended to a list and the list with it, a flag removed and one overridden by `false` come to the same.
 */
function wishes(ops: readonly Op[], service: ComposeService): string {
  return ops
    .map((op): Op => ({ ...op, path: splitFile(op.path).path }))
    .filter(({ path }) => path[0] === 'services' && path[1] === service.name)
    .flatMap((op) => wish(op, service))
    .sort()
    .join('\n');
}

function wish(op: Op, service: ComposeService): string[] {
  const path = op.path.slice(2);
  const say = (...words: unknown[]): string => JSON.stringify([path, ...words]);
  if (op.op === 'remove' || ('value' in op && meansAbsent(String(path[0]), op.value))) return [say(false)];
  if (op.op === 'append') return [say('with', op.value)];
  if (op.op !== 'add' && op.op !== 'replace') return [JSON.stringify({ ...op, path })];
  if (!Array.isArray(op.value) || path.length !== 1) return [say(op.value)];
  const there = service.nearest(String(path[0]));
  const present = Array.isArray(there) ? there : [];
  return op.value.filter((item) => !present.includes(item)).map((item) => say('with', item));
}
