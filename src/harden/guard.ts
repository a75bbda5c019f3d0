import { splitFile } from '../compose/file-path';
import { isAppended, kindOfServiceKey } from '../compose/merge-kinds';
import type { ComposeProject } from '../compose/project';
import type { ComposeService } from '../compose/service';
import type { Sharing } from '../compose/sharing';
import type { Data, Op } from '../yaml/types';
import { atMost } from './confidence';
import { meansAbsent } from './ops';
import { asManual, draftOf } from './proposal';
import type { Decidable, Proposal } from './types';

/**
 * Looks at what a change would do beyond the service it is for. A service's text may be shared: as an alias, through `<<`, by
 * `extends`. The change is made there only when every service that shares it wants the very same one and gets all of it. It then says who
 * else changes, and is as sure as it is for the least sure of them; otherwise it is left to the person.
 */
export function guard(proposal: Proposal, all: ProposalsByService, project: ComposeProject): Proposal {
  if (!proposal.ops || proposal.neutral) return proposal;
  const also = new Set<string>();
  let { confidence } = proposal;
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
      const hidden = keys.filter((key) => hides(sharer, key, through));
      if (hidden.length === keys.length) continue;
      const within = wishes(proposal.ops, sharer);
      const same =
        within === '' ? all.get(other)?.find((each) => each.ops && wishes(each.ops, sharer) === mine) : within === mine && proposal;
      if (!same) {
        const message = `"${other}" shares the text of "${name}" (${through}) and does not want the same change`;
        return asManual(proposal, { code: 'alias', message });
      }
      if (hidden.length > 0) {
        const message = `"${other}" shares the text of "${name}" (${through}) but has ${hidden.join(', ')} of its own: it would get only a part of the change`;
        return asManual(proposal, { code: 'alias', message });
      }
      also.add(other);
      confidence = atMost(confidence, same.confidence);
    }
  }
  if (also.size === 0) return proposal;
  return {
    ...proposal,
    confidence,
    plan: `${proposal.plan} (also changes ${[...also].join(', ')}, which ${also.size > 1 ? 'share' : 'shares'} its text)`,
  };
}

/** A decision whose answers are looked at as changes are: one that would change other services is refused. */
export function guarded(decide: Decidable, proposal: Proposal, all: ProposalsByService, project: ComposeProject): Decidable {
  return {
    ...decide,
    rebuild(value) {
      const ops = decide.rebuild(value);
      if ('error' in ops) return ops;
      const { refusal } = guard({ ...draftOf(proposal), ops }, all, project);
      return refusal ? { error: refusal.message } : ops;
    },
  };
}

/** Proposals by the service that each is about. */
export type ProposalsByService = ReadonlyMap<string, readonly Proposal[]>;

/** Whether a service that takes another's text has a key of its own in the way, so that a change of the key there does not reach it. */
function hides(sharer: ComposeService, key: string, through: Sharing['through']): boolean {
  const origin = sharer.origin(key);
  if (origin !== 'own' && origin !== 'alias') return false;
  if (through === 'merge') return true;
  return through === 'extends' && kindOfServiceKey([key]) === 'replace';
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
 * appended to a list and the list with it, a flag removed and one overridden by `false`, a list removed and an empty one in its place come
 * to the same.
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
  const [key, index, ...inner] = path;
  const say = (...words: unknown[]): string => JSON.stringify([path, ...words]);
  const there = service.nearest(String(key));
  const present = Array.isArray(there) ? there : [];
  const items = (word: 'with' | 'without', values: readonly Data[]): string[] => values.map((item) => JSON.stringify([[key], word, item]));
  // Of a list the items count, wherever they are in it.
  if (typeof index === 'number' && inner.length === 0 && index < present.length) {
    if (op.op === 'remove') return items('without', [present[index]!]);
    if (op.op === 'replace') return [...items('without', [present[index]!]), ...items('with', [op.value])];
  }
  if (path.length === 1 && Array.isArray(there) && (op.op === 'remove' || (op.op === 'replace' && Array.isArray(op.value)))) {
    return changedItems(present, op.op === 'remove' ? [] : (op.value as Data[]), items);
  }
  if (op.op === 'remove' || ('value' in op && meansAbsent(String(key), op.value))) return [say(false)];
  if (op.op === 'append') return [say('with', op.value)];
  if (op.op !== 'add' && op.op !== 'replace') return [JSON.stringify({ ...op, path })];
  if (!Array.isArray(op.value) || path.length !== 1) return [say(op.value)];
  // A list that is merged with what it comes from adds to it; any other takes its place.
  const adds = op.op === 'add' && service.origin(String(key)) === 'extends' && isAppended(String(key));
  return changedItems(adds ? present.filter((item) => (op.value as Data[]).includes(item)) : present, op.value, items);
}

function changedItems(
  before: readonly Data[],
  after: readonly Data[],
  items: (word: 'with' | 'without', values: readonly Data[]) => string[],
): string[] {
  const [old, next] = [before, after].map((list) => new Set(list.map((item) => JSON.stringify(item))));
  return [
    ...items(
      'without',
      before.filter((item) => !next!.has(JSON.stringify(item))),
    ),
    ...items(
      'with',
      after.filter((item) => !old!.has(JSON.stringify(item))),
    ),
  ];
}
