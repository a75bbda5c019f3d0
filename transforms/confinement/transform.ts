import { engineSocket } from '../../src/compose/engine-socket';
import { parseSecurityOpt } from '../../src/compose/security-opt';
import type { ComposeService } from '../../src/compose/service';
import type { Item } from '../../src/compose/types';
import { about, eachContainer, eachItem, lastFirst, placeOfItem } from '../../src/harden/each';
import { removeFromList } from '../../src/harden/ops';
import type { Transform, TransformContext } from '../../src/harden/transform';
import type { Evidence, Proposal } from '../../src/harden/types';
import type { HostVerdict } from '../../src/images/types';
import type { Refusal } from '../../src/yaml/types';
import { type Confinement, confinementOf } from './confinements';

const transform: Transform = {
  id: 'confinement',
  title: 'No confinement switched off',
  summary:
    "Takes `seccomp=unconfined`, `apparmor=unconfined`, `label=disable` and `systempaths=unconfined` out, so that Docker's own profiles hold.",
  severity: 'high',
  controls: ['CIS 5.2', 'CIS 5.3', 'CIS 5.22', 'OWASP RULE#6', 'NIST 800-190 4.4.3'],
  preset: 'recommended',
  find: (context) =>
    eachContainer(context, (service) =>
      // A privileged container has none of them anyway: that comes first.
      service.privileged === true ? undefined : eachItem(({ securityOpt }) => lastFirst(securityOpt), service, context, propose),
    ),
};

export default transform;

const DEFAULTS: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.docker.com/engine/security/seccomp/',
  detail: "without the option the container gets Docker's default profiles, which nearly all images are made for",
};

function propose(service: ComposeService, item: Item, { advise, preset }: TransformContext): Proposal | undefined {
  const { key, value } = parseSecurityOpt(item.text);
  const confinement = confinementOf(key, value);
  if (!confinement) return undefined;
  const verdict = advise(service).hostAccess(confinement.kind, value ?? '');
  const reason = reasonFor(confinement, service, verdict);
  // Whose work it is keeps it, and in the preset `strict` is named.
  if (reason && verdict.value !== 'optional' && preset !== 'strict') return undefined;
  const refusal = item.interpolated ? variable() : reason ? decision(confinement, reason) : undefined;
  return {
    ...about(transform, service, placeOfItem(item, service, 'security_opt')),
    subject: `${key}=${value ?? ''}`,
    severity: confinement.severity,
    controls: [confinement.control, 'OWASP RULE#6', 'NIST 800-190 4.4.3'],
    message: `"${service.name}" runs without ${confinement.what} (${item.text}): ${confinement.gives}`,
    plan: `let ${confinement.holds} hold for "${service.name}" again`,
    breaks: confinement.breaks,
    // Nobody switches it off without a reason.
    confidence: 'guess',
    evidence: [...verdict.evidence, DEFAULTS],
    ...(refusal ? { refusal } : removeFromList(service, 'security_opt', item)),
  };
}

/** Why a service may have switched it off, as far as its image or its configuration shows it. */
function reasonFor({ kind }: Confinement, service: ComposeService, verdict: HostVerdict): string | undefined {
  if (verdict.value === 'needed' || verdict.value === 'optional') return verdict.why;
  const capabilities = service.capAdd.map(({ text }) => text.toUpperCase().replace(/^CAP_/, ''));
  const mounts = capabilities.includes('SYS_ADMIN') || service.devices.some(({ text }) => text.startsWith('/dev/fuse'));
  if (kind === 'apparmor' && mounts) return 'it mounts file systems, which the AppArmor profile of Docker forbids';
  if (kind === 'label' && service.mounts.some(engineSocket)) return 'SELinux keeps a confined container from the socket of the Engine';
  return undefined;
}

function decision({ kind }: Confinement, reason: string): Refusal {
  const narrower = kind === 'seccomp' ? '; a profile that allows just that (seccomp=./profile.json) is narrower' : '';
  return { code: 'needs-decision', message: `${reason}${narrower}` };
}

function variable(): Refusal {
  return { code: 'interpolated', message: 'it comes from a variable: change it where the variable is defined' };
}
