import type { ComposeService } from '../../src/compose/service';
import { atMost } from '../../src/harden/confidence';
import { about, eachService } from '../../src/harden/each';
import { setKey } from '../../src/harden/ops';
import type { Transform, TransformContext } from '../../src/harden/transform';
import type { Decidable, Draft, Editable, Evidence, Proposal } from '../../src/harden/types';
import type { NoUser } from '../../src/images/types';

const transform: Transform = {
  id: 'user',
  title: 'Run as a non-root user',
  summary: 'Sets `user:` to the uid and gid the image keeps for its service.',
  severity: 'high',
  controls: ['CIS 4.1', 'OWASP RULE#2'],
  preset: 'recommended',
  find: (context) => eachService(context, propose),
};

export default transform;

function propose(service: ComposeService, { advise }: TransformContext): Proposal | undefined {
  const advice = advise(service);
  const verdict = advice.user ?? advice.noUser;
  if (advice.startsAsRoot === false || !verdict) return undefined;
  const common = {
    ...about(transform, service, 'user'),
    message: `"${service.name}" ${advice.startsAsRoot ? 'starts' : 'may start'} as root`,
    breaks: verdict.breaks ?? 'files and volumes that belong to root are no longer writable',
    evidence: verdict.evidence,
  };
  if (advice.user) return change(service, advice.user.value, { ...common, confidence: advice.user.confidence });
  return {
    ...common,
    plan: `leave the user of "${service.name}" as it is`,
    confidence: verdict.confidence,
    refusal: { code: 'needs-decision', message: verdict.why },
    ...(advice.noUser?.ownerUnseen && { decide: ownerOf(service, advice.noUser.ownerUnseen, verdict.evidence) }),
  };
}

/** Who owns what is mounted is who the service may run as: a person can look. */
function ownerOf(service: ComposeService, { kind, source, target }: NonNullable<NoUser['ownerUnseen']>, evidence: Evidence[]): Decidable {
  const what = kind === 'bind' ? source || target : `the files of the volume at ${target}`;
  return {
    ...editable(service, '1000:1000'),
    question: `Who owns ${what}, which "${service.name}" may write to?`,
    choices: [
      { value: '1000:1000', word: '1000', label: '1000:1000, who is the first user of most machines' },
      { value: '', word: 'another user', label: 'another user, as uid:gid; ls -ln shows both', begins: true },
    ],
    breaks: 'writing to directories of the image, entrypoints that want root, and a home directory that does not exist',
    evidence,
  };
}

function change(service: ComposeService, user: string, common: Omit<Draft, 'plan'>): Proposal {
  if (service.user && !service.user.known) {
    const message = `the user comes from a variable without a default: when it is unset, the container runs as root; write \${UID:?}`;
    return { ...common, plan: `set user ${user} on "${service.name}"`, refusal: { code: 'interpolated', message } };
  }
  return {
    ...common,
    // Who wrote `user: root` had a reason.
    confidence: service.has('user') ? atMost(common.confidence, 'guess') : common.confidence,
    plan: describe(service, user),
    ops: setKey(service, 'user', user),
    editable: editable(service, user),
  };
}

function editable(service: ComposeService, user: string): Editable {
  return {
    label: 'user (uid:gid)',
    value: user,
    rebuild: (value) =>
      /^\d+(?::\d+)?$/.test(value.trim())
        ? setKey(service, 'user', value.trim())
        : { error: 'write it as numbers: uid:gid, for example 1000:1000' },
    describe: (value) => describe(service, value.trim()),
  };
}

function describe(service: ComposeService, user: string): string {
  return `run "${service.name}" as ${user}`;
}
