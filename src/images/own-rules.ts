import { ownCapabilities } from './own-capabilities';
import { type OwnContext, supported } from './own-context';
import { ownReadOnly } from './own-read-only';
import { ownUser } from './own-user';
import { atMost, type Draft, limitDraft } from './rules';
import type { Evidence } from './types';

/** What the project's own Dockerfile, scripts and image configurations change in what is said of a service. */
export function applyOwn(draft: Draft, context: OwnContext): void {
  const { own, match, situation } = context;
  if (own.source === 'image-config' && match) {
    // A known image, saved: it settles whom the image starts as, and the template what follows from it.
    if (own.user && situation.user.kind === 'unset') draft.capabilities = supported(draft.capabilities, [own.user.evidence]);
    return;
  }
  // The template speaks of the base image; a build step may have made something else of it.
  if (own.changed && match) limitDraft(draft, 'generic', 'its Dockerfile changes the image it builds on', [own.changed]);
  draft.capabilities = ownCapabilities(draft.capabilities, context);
  Object.assign(draft, ownUser(draft, context));
  ownPrivileges(draft, context);
  draft.readOnly = ownReadOnly(draft.readOnly, context);
}

function ownPrivileges(draft: Draft, { own, situation, match }: OwnContext): void {
  if (own.source === 'dockerfile' && match?.template.role === 'runtime' && draft.privileged.value === 'not-needed') {
    const why = 'the image is built here, and what its program does with its privileges is not known';
    draft.privileged = { value: 'unknown', confidence: 'guess', why, evidence: [] };
  }
  if (!draft.noNewPrivileges.value) return;
  const refuse = (why: string, evidence: Evidence) => {
    draft.noNewPrivileges = { value: false, confidence: 'generic', why, evidence: [evidence] };
  };
  const setuid = own.scripts.find((script) => script.setuid)?.setuid ?? own.setuid;
  if (setuid) refuse(`${setuid.evidence.ref} wants ${setuid.value}, which no-new-privileges stops`, setuid.evidence);
  if (setuid || situation.start !== 'user') return;
  // On a network of its own a container's low ports are free, and so is ping.
  const gained = own.fileCapabilities.find(
    ({ value, byHand }) => byHand && value.some((name) => name !== 'NET_BIND_SERVICE' || situation.hostNetwork),
  );
  if (gained) {
    refuse(`${gained.evidence.ref} gives a program ${gained.value.join(' and ')}, which no-new-privileges takes away`, gained.evidence);
  } else if (own.sudo) {
    const reason = `${own.sudo.evidence.ref} installs ${own.sudo.value}, which no-new-privileges stops`;
    draft.noNewPrivileges = atMost(draft.noNewPrivileges, 'guess', reason, own.sudo.evidence);
  }
}
