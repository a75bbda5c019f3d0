import type { Service } from '../../compose/types';
import type { Draft } from '../rules';
import type { Situation } from '../situation';
import { capabilitiesOfRoot, capabilitiesOfUser } from './capabilities';
import { newPrivileges } from './new-privileges';
import type { InspectedImage } from './places';
import { readOnlyOf } from './read-only';
import { startHere } from './start';
import { userOf } from './user';

/**
 * What an image that was looked into makes of the advice about a service for which no template speaks. What the image does not say, for the
 * service as it is configured, stays a rule of thumb.
 *
 * @param written the service as it is in the file. @param seen with what the image adds to it.
 */
export function applyInspected(draft: Draft, image: InspectedImage, written: Service, seen: Service, situation: Situation): void {
  const { facts } = image;
  if (facts.withoutFiles !== undefined) return;
  const start = startHere(facts, written, situation);
  if (situation.start === 'user') {
    const who =
      situation.user.kind === 'unset'
        ? `the image makes it start as ${facts.user.written}`
        : 'user: makes it start as another user than root';
    draft.capabilities = capabilitiesOfUser(image, who);
  } else if (start) draft.capabilities = capabilitiesOfRoot(image, start);
  draft.noNewPrivileges = newPrivileges(image, start);
  if (!start) return;
  if (situation.startsAsRoot !== false) Object.assign(draft, userOf(image, start, seen, situation) ?? {});
  if (draft.readOnly.value !== false) draft.readOnly = readOnlyOf(image, start, seen, situation) ?? draft.readOnly;
}
