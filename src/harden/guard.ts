import type { ComposeProject } from '../compose/project';
import type { Op } from '../yaml/types';
import type { Proposal } from './types';

/**
 * Looks at what a change would do beyond the service it is for. A service's text may be shared: as an alias, through `<<`, by
 * `extends`. The change is made there only when every service that shares it wants the very same one, and then says who else changes;
 * otherwise it is left to the person. A key that an override file also sets is left alone: lists would be merged, and Compose refuses
 * doubles in some of them (semantics: docker/compose#11777).
 */
export function guard(proposal: Proposal, all: readonly Proposal[], project: ComposeProject): Proposal {
  if (!proposal.ops) return proposal;
  const also = new Set<string>();
  for (const [name, keys] of touchedServices(proposal.ops)) {
    for (const key of keys) {
      const file = project.overriddenBy(name, key);
      if (file) return refused(proposal, 'needs-decision', `${file} also sets ${key} of "${name}", and Compose merges the two`);
    }
    const service = project.service(name);
    if (!service) continue;
    const mine = relative(proposal.ops, name);
    for (const { service: other, through } of project.sharing(service)) {
      const theirs = relative(proposal.ops, other) || relative(all.find((each) => each.service === other)?.ops ?? [], other);
      if (theirs === mine) {
        also.add(other);
      } else {
        const sheltered = through === 'merge' && keys.every((key) => project.service(other)?.origin(key) === 'own');
        if (!sheltered) {
          return refused(proposal, 'alias', `"${other}" shares the text of "${name}" (${through}) and does not want the same change`);
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

function refused(proposal: Proposal, code: 'alias' | 'needs-decision', message: string): Proposal {
  return { ...proposal, ops: undefined, refusal: { code, message } };
}

/** Services by name with the keys the ops write. */
function touchedServices(ops: readonly Op[]): Map<string, string[]> {
  const out = new Map<string, string[]>();
  for (const { path } of ops) {
    const [top, name, key] = path;
    if (top !== 'services' || typeof name !== 'string' || typeof key !== 'string') continue;
    const keys = out.get(name) ?? [];
    if (!keys.includes(key)) keys.push(key);
    out.set(name, keys);
  }
  return out;
}

/** The ops on one service without its name, to compare what two services want; '' for none. */
function relative(ops: readonly Op[], service: string): string {
  const own = ops.filter(({ path }) => path[0] === 'services' && path[1] === service);
  return own.length === 0 ? '' : JSON.stringify(own.map((op) => ({ ...op, path: op.path.slice(2) })));
}
