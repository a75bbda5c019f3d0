import type { ComposeService } from '../../src/compose/service';
import { atMost } from '../../src/harden/confidence';
import { about, eachService } from '../../src/harden/each';
import { setKey } from '../../src/harden/ops';
import type { Transform, TransformContext } from '../../src/harden/transform';
import type { Decidable, Draft, Editable, Evidence, Proposal } from '../../src/harden/types';
import { fitsData } from '../../src/images/owned';
import type { Advice, NoUser } from '../../src/images/types';

const transform: Transform = {
  id: 'user',
  title: 'Run as a non-root user',
  summary: 'Sets `user:` to the uid and gid the image keeps for its service.',
  severity: 'high',
  controls: ['CIS 4.1', 'OWASP RULE#2'],
  preset: 'recommended',
  options: [
    {
      name: 'number',
      type: 'string',
      summary:
        'The user of services whose image has none of its own: uid:gid, variables such as ${PUID}:${PGID}, or owner for whom the project directory belongs to',
      default: '',
    },
  ],
  find: (context) => eachService(context, propose),
};

export default transform;

/** What is proposed for an image that nothing is known about. */
const ANY_USER = '1000:1000';

function propose(service: ComposeService, context: TransformContext): Proposal | undefined {
  const advice = context.advise(service);
  const verdict = advice.user ?? advice.noUser;
  if (advice.startsAsRoot === false || !verdict) return undefined;
  const number = context.setting<string>('number', service).trim();
  if (number !== '' && takesAny(advice)) return asWritten(service, number, advice, context);
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
    ...editable(service, ANY_USER),
    question: `Who owns ${what}, which "${service.name}" may write to?`,
    choices: [
      { value: ANY_USER, word: '1000', label: '1000:1000, who is the first user of most machines' },
      { value: '', word: 'another user', label: 'another user, as uid:gid; ls -ln shows both', begins: true },
    ],
    breaks: 'writing to directories of the image, entrypoints that want root, and a home directory that does not exist',
    evidence,
  };
}

/** Whether nothing but the owner of the data speaks against a user of the person's choice: the image has none of its own, and nothing needs root. */
function takesAny({ user, noUser }: Advice): boolean {
  return user ? user.confidence === 'guess' && user.value === ANY_USER : noUser?.ownerUnseen !== undefined || noUser?.anyOwner === true;
}

/** The user that the configuration names. It is a guess until it is known that all that is mounted can be used by it. */
function asWritten(service: ComposeService, written: string, advice: Advice, { project, files }: TransformContext): Proposal {
  const verdict = (advice.user ?? advice.noUser)!;
  const text = written === 'owner' ? (files?.owner() ?? '') : written;
  const { text: value, known } = project.evaluate(text);
  const common = {
    ...about(transform, service, 'user'),
    message: `"${service.name}" ${advice.startsAsRoot ? 'starts' : 'may start'} as root`,
    breaks: 'writing to directories of the image, entrypoints that want root, and a home directory that does not exist',
  };
  if (!known || !/^[1-9]\d*:\d+$/.test(value)) {
    const why =
      written === 'owner' ? 'the project directory belongs to root' : `${written} does not come to uid:gid of another user than root`;
    return {
      ...common,
      confidence: 'generic',
      evidence: verdict.evidence,
      plan: `leave the user of "${service.name}" as it is`,
      refusal: { code: 'needs-decision', message: `${why}, so it cannot be the user` },
    };
  }
  const owned = fitsData(advice.owned, value) ? advice.owned : undefined;
  const nothingMounted = advice.user !== undefined && service.mounts.length === 0;
  return change(service, text, {
    ...common,
    confidence: owned || nothingMounted ? 'generic' : 'guess',
    evidence: owned ? [...verdict.evidence, owned.evidence] : verdict.evidence,
  });
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
