import { cleanContainerPath } from '../compose/container-path';
import { lessSure } from './confidence';
import type { HostAccess, HostAccessKind } from './facts';
import type { Hints } from './hints/ask';
import { believed, type Match } from './match';
import type { Advice, HostVerdict, Role } from './types';

/** What serves from its own files and its own network; the others may have the host as their subject, or run what nobody knows. */
const OWN_WORLD: readonly Role[] = ['datastore', 'cache', 'queue', 'proxy', 'web', 'app', 'admin'];

/**
 * Whether something of the host is the image's job to see or to set: what its template says, else what such images are known for. An
 * image that is known to need no privileges and that serves from its own files does not need it either.
 */
export function hostAccess(
  kind: HostAccessKind,
  what: string,
  match: Match | undefined,
  draft: Pick<Advice, 'privileged' | 'role' | 'label'>,
  hints: Hints,
): HostVerdict {
  const template = match?.template;
  const fact = template?.host_access?.find((each) => each.kind === kind && covers(each, kind, what));
  if (match && fact) {
    const value = fact.optional ? 'optional' : 'needed';
    return { value, readOnly: fact.read_only ?? false, what: fact.what, ...believed(match, fact) };
  }
  const tell = byHint(kind, what, hints);
  if (tell) return tell;
  const { privileged, role, label } = draft;
  if (template && privileged.value === 'not-needed' && OWN_WORLD.includes(role)) {
    const why = `${label} works with its own files and its own network`;
    return {
      value: 'not-needed',
      confidence: lessSure(privileged.confidence, 'generic'),
      why,
      readOnly: true,
      evidence: privileged.evidence,
    };
  }
  const why = template ? `nothing says that ${label} needs it, and nothing that it does not` : 'nothing is known about this image';
  return { value: 'unknown', confidence: 'guess', why, readOnly: false, evidence: [] };
}

/** What this kind of image, or the program it runs, is known to need of the host. */
function byHint(kind: HostAccessKind, what: string, hints: Hints): HostVerdict | undefined {
  for (const { value, confidence, why, evidence } of hints.all('host_access')) {
    const fact = value.find(
      (each) => each.kinds.includes(kind) && (each.what === undefined || each.what.some((path) => isBelow(path, what))),
    );
    if (fact) return { value: fact.need, confidence, why, readOnly: fact.read_only ?? false, evidence };
  }
  return undefined;
}

function isBelow(path: string, what: string): boolean {
  const [above, below] = [real(path), real(what)];
  return below === above || below.startsWith(`${above}/`);
}

/** A path of the host is named as a whole; a fact about a directory does not speak of what is above it. */
function covers(fact: HostAccess, kind: HostAccessKind, what: string): boolean {
  if (what === '') return true;
  if (kind !== 'mount' && kind !== 'device') return fact.what === what;
  const [given, asked] = [real(fact.what), real(what)];
  return asked === given || (given !== '/' && asked.startsWith(`${given}/`));
}

function real(path: string): string {
  return cleanContainerPath(path).replace(/^\/var\/run(?=\/|$)/, '/run');
}
