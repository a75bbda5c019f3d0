import { lessSure } from '../confidence';
import { hasEntrypoints, startFamily } from '../entrypoints';
import { templateOf } from '../load';
import type { Match } from '../match';
import { parseReference } from '../reference';
import { type Draft, limitDraft, limitSureness } from '../rules';
import type { Variant } from '../template';
import type { Confidence, Evidence, Verdict } from '../types';
import type { ImageFacts } from '../xray';
import { type InspectedImage, placeEvidence } from './places';

/** The first process of s6-overlay, a script that images of every kind start with. */
const SUPERVISOR = /^\/(s6-)?init$/;

/**
 * The template of an image by what it starts with, whatever it is called: its entrypoint is one that the published images of the family have had. So mirrors, renamed images and those built on one are found. Undefined when it is none.
 */
export function matchByEntrypoint(image: InspectedImage): Match | undefined {
  const family = startFamily(image.facts)?.family;
  const template = family === undefined ? undefined : templateOf(family);
  if (!template) return undefined;
  const variants = template.variants.filter((variant) => fits(variant, image.facts));
  return { template, reference: parseReference(image.name), variant: variants.length === 1 ? variants[0] : undefined, byEntrypoint: true };
}

/** Whether an image starts, and becomes, who a variant does. */
function fits({ start, runs_as }: Variant, { user, start: { steps } }: ImageFacts): boolean {
  if ((start === 'root') !== (user.uid === 0)) return false;
  if (start !== 'root' && start !== 'user') return start.split(':')[0] === `${user.uid}`;
  if (runs_as === undefined) return true;
  const uids = steps.flatMap((step) => (step.do === 'become' && step.owner.uid !== undefined ? [`${step.owner.uid}`] : []));
  return uids.length === 0 || uids.includes(runs_as.split(':')[0]!);
}

/**
 * What an image that was looked into says of what its template claims: an entrypoint that is none of the family's lowers it, and what the image itself shows
 * counts beside it.
 *
 * @param seen the capabilities and privileges that the image itself shows.
 */
export function reconcile(
  draft: Draft,
  image: InspectedImage,
  match: Match,
  seen: { capabilities: Verdict<string[]> | undefined; noNewPrivileges: Verdict<boolean> },
): void {
  const { facts } = image;
  const [script] = facts.start.scripts;
  const known = startFamily(facts);
  const [at] = script ? [script] : [{ layer: facts.id, path: 'config' }];
  const name = match.template.family;
  if (match.byEntrypoint) {
    lower(draft, 'generic', `it is known by its entrypoint alone, which is that of ${name}`, [
      placeEvidence(at!, `is an entrypoint of ${name}`, image),
      ...(known?.evidence ?? []),
    ]);
  } else if (
    facts.fingerprint.entrypoint !== undefined &&
    hasEntrypoints(name) &&
    known?.family !== name &&
    !SUPERVISOR.test(script?.path ?? '')
  ) {
    lower(draft, 'generic', `its entrypoint is none that ${name} was known to have`, [
      placeEvidence(at!, `is no entrypoint of ${name}`, image),
    ]);
  }
  const shown = seen.capabilities?.confidence === 'known' ? seen.capabilities : undefined;
  const missing = shown?.value.filter((each) => !draft.capabilities.value.includes(each)) ?? [];
  if (shown && missing.length > 0) {
    draft.capabilities = {
      ...draft.capabilities,
      value: [...draft.capabilities.value, ...missing].sort(),
      confidence: lessSure(draft.capabilities.confidence, 'generic'),
      why: `${draft.capabilities.why}; ${missing.join(', ')} as the image itself shows: ${shown.why}`,
      evidence: [...draft.capabilities.evidence, ...shown.evidence],
    };
  }
  if (draft.noNewPrivileges.value && !seen.noNewPrivileges.value) draft.noNewPrivileges = seen.noNewPrivileges;
}

/** No surer than this, in all that the template says. */
function lower(draft: Draft, limit: Confidence, reason: string, evidence: readonly Evidence[]): void {
  limitDraft(draft, limit, reason, evidence);
  draft.noUser = draft.noUser && limitSureness(draft.noUser, limit, reason, evidence);
}
