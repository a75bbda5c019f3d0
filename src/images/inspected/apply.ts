import type { Service } from '../../compose/types';
import type { Match } from '../match';
import type { OwnedData } from '../owned';
import type { Draft } from '../rules';
import type { Situation } from '../situation';
import { capabilitiesOfRoot, capabilitiesOfUser } from './capabilities';
import { reconcile } from './family';
import { newPrivileges } from './new-privileges';
import type { InspectedImage } from './places';
import { readOnlyOf } from './read-only';
import { startHere } from './start';
import { userOf } from './user';

/** The service of whose image something is said. */
export interface Inspection {
  /** As it is in the file. */
  written: Service;
  /** With what the image adds to it. */
  seen: Service;
  situation: Situation;
  match?: Match;
  /** What is known of whom its mounts belong to. */
  owned?: OwnedData;
}

/**
 * What an image that was looked into makes of the advice about a service. Where a template speaks about it, that stays, as far as the image is the one
 * it speaks of. What the image does not say, for the service as it is configured, stays a rule of thumb.
 */
export function applyInspected(draft: Draft, image: InspectedImage, { written, seen, situation, match, owned }: Inspection): void {
  const { facts } = image;
  if (facts.withoutFiles !== undefined) return;
  const start = startHere(facts, written, situation);
  const capabilities =
    situation.start === 'user' ? capabilitiesOfUser(image, whoStarts(image, situation)) : start && capabilitiesOfRoot(image, start);
  const noNewPrivileges = newPrivileges(image, start);
  if (match) {
    // The image of a language says nothing of the program that it is made to run.
    if (match.template.role !== 'runtime') reconcile(draft, image, match, { capabilities, noNewPrivileges });
    return;
  }
  draft.capabilities = capabilities ?? draft.capabilities;
  draft.noNewPrivileges = noNewPrivileges;
  if (!start) return;
  if (situation.startsAsRoot !== false) Object.assign(draft, userOf(image, start, seen, situation, owned) ?? {});
  if (draft.readOnly.value !== false) draft.readOnly = readOnlyOf(image, start, seen, situation) ?? draft.readOnly;
}

function whoStarts({ facts }: InspectedImage, { user }: Situation): string {
  return user.kind === 'unset' ? `the image makes it start as ${facts.user.written}` : 'user: makes it start as another user than root';
}
