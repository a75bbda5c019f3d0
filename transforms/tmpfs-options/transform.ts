import { covers, samePath } from '../../src/compose/container-path';
import { withTmpfsOptions } from '../../src/compose/mounts';
import type { ComposeService } from '../../src/compose/service';
import type { TmpfsEntry } from '../../src/compose/types';
import { atMost } from '../../src/harden/confidence';
import { eachContainer, eachItem, placeOfItem } from '../../src/harden/each';
import { isItsOwn, sharedList } from '../../src/harden/ops';
import type { OptionSpec, Transform, TransformContext } from '../../src/harden/transform';
import type { Attempt, Confidence, Evidence, Proposal } from '../../src/harden/types';
import type { Advice, TmpfsMount } from '../../src/images/types';

const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'size',
    type: 'string',
    summary: "size for a tmpfs that has none and whose use is not known, such as `64m`; '' leaves it",
    default: '',
    strict: '64m',
  },
];

const transform: Transform = {
  id: 'tmpfs-options',
  title: 'No programs in tmpfs, and not all of the memory',
  summary: 'Takes `exec`, `suid` and `dev` off tmpfs mounts that do not need them, and gives those a size that are known to be small.',
  severity: 'medium',
  controls: ['CIS 5.11', 'OWASP RULE#8'],
  preset: 'recommended',
  options: OPTIONS,
  find: (context) =>
    eachContainer(context, (service) =>
      eachItem(
        ({ tmpfs }) => tmpfs,
        service,
        context,
        (who, entry) => hiding(who, entry) ?? propose(who, entry, context),
      ),
    ),
};

export default transform;

const DEFAULTS: Evidence = {
  kind: 'documentation',
  ref: 'https://docs.docker.com/engine/storage/tmpfs/#options-for---tmpfs',
  detail: 'without options a tmpfs is noexec, nosuid and nodev, and may take half of the memory of the host',
};

const RISKY = ['exec', 'suid', 'dev'];

function propose(service: ComposeService, entry: TmpfsEntry, context: TransformContext): Proposal | undefined {
  const advice = context.advise(service);
  const known = advice.tmpfs(entry.target);
  const risky = entry.options.filter((option) => RISKY.includes(option) && !isNeeded(option, entry, known, advice, context));
  const size = sizeFor(service, entry, known, advice, context);
  if (risky.length === 0 && size === undefined) return undefined;
  const change = (options: string[]): string[] => [
    ...options.filter((option) => !risky.includes(option)),
    ...(size ? [`size=${size.value}`] : []),
  ];
  // The opposite of what a tmpfs has by itself was written for a reason.
  const sure = risky.length > 0 ? 'guess' : 'generic';
  const attempt = rewrite(service, entry, change);
  return {
    service: service.name,
    path: placeOfItem(entry, service, 'tmpfs'),
    subject: entry.target,
    severity: risky.length > 0 ? 'medium' : 'low',
    controls: risky.length > 0 ? ['OWASP RULE#8'] : ['CIS 5.11'],
    message: message(service, entry, risky, size?.value),
    plan: plan(service, entry, risky, size?.value),
    breaks: [
      risky.includes('exec') ? 'programs and libraries that are unpacked there and run (JNI, PyInstaller, s6)' : '',
      size ? `writing more than ${size.value} there` : '',
    ]
      .filter(Boolean)
      .join('; '),
    confidence: size && risky.length > 0 ? atMost(sure, size.confidence) : (size?.confidence ?? sure),
    evidence: [...(known || size ? advice.readOnly.evidence : []), DEFAULTS],
    ...attempt,
  };
}

function isNeeded(option: string, entry: TmpfsEntry, known: TmpfsMount | undefined, advice: Advice, { preset }: TransformContext): boolean {
  if (covers('/dev', entry.target)) return true;
  if (option !== 'exec') return false;
  if (known?.exec) return true;
  // Supervisors such as s6-overlay run their own programs from /run; and where the root cannot be read-only, nothing is known of it.
  return advice.readOnly.value === false && (preset !== 'strict' || samePath(entry.target, '/run'));
}

function sizeFor(
  service: ComposeService,
  entry: TmpfsEntry,
  known: TmpfsMount | undefined,
  { readOnly }: Advice,
  { setting }: TransformContext,
): { value: string; confidence: Confidence } | undefined {
  if (entry.options.some((option) => option.startsWith('size='))) return undefined;
  if (known?.size) return { value: known.size, confidence: atMost(readOnly.confidence, 'generic') };
  const value = setting<string>('size', service);
  return value === '' ? undefined : { value, confidence: 'guess' };
}

function message(service: ComposeService, { target }: TmpfsEntry, risky: readonly string[], size: string | undefined): string {
  const allows = risky.map((option) => ({ exec: 'running programs', suid: 'setuid programs', dev: 'device files' })[option]).join(', ');
  if (allows)
    return `"${service.name}" allows ${allows} in its tmpfs at ${target}${size ? ', which may also take half of the memory' : ''}`;
  return `the tmpfs at ${target} of "${service.name}" may take half of the memory of the host`;
}

function plan(service: ComposeService, { target }: TmpfsEntry, risky: readonly string[], size: string | undefined): string {
  const takes = risky.length > 0 ? `take ${risky.join(', ')} off the tmpfs at ${target} of "${service.name}"` : '';
  if (!size) return takes;
  return takes ? `${takes}, and limit it to ${size}` : `limit the tmpfs at ${target} of "${service.name}" to ${size}`;
}

function rewrite(service: ComposeService, entry: TmpfsEntry, change: (options: string[]) => string[]): Attempt {
  if (!isItsOwn(service, 'tmpfs', entry)) return { refusal: sharedList(service, 'tmpfs', 'tmpfs mounts') };
  const text = entry.raw === undefined ? undefined : withTmpfsOptions(entry.raw, change);
  if (text === undefined) {
    return { refusal: { code: 'interpolated', message: 'its options come from a variable: change them where that is defined' } };
  }
  return { ops: [{ op: 'replace', path: entry.path, value: text }] };
}

/** A tmpfs at the place of a volume: what is written there is gone when the container stops. */
function hiding(service: ComposeService, entry: TmpfsEntry): Proposal | undefined {
  const hidden = service.mounts.find(({ kind, target }) => kind !== 'tmpfs' && samePath(target, entry.target));
  if (!hidden) return undefined;
  const name = hidden.source ?? 'an anonymous volume';
  return {
    service: service.name,
    path: placeOfItem(entry, service, 'tmpfs'),
    subject: entry.target,
    severity: 'high',
    controls: [],
    message: `"${service.name}" has a tmpfs at ${entry.target}, where ${name} is mounted too`,
    plan: `leave one of the two at ${entry.target}`,
    breaks: '',
    confidence: 'known',
    evidence: [HIDDEN],
    refusal: {
      code: 'needs-decision',
      message: `depending on the version Compose refuses it, or the tmpfs lies over ${name} and what is written is lost when the container stops`,
    },
  };
}

const HIDDEN: Evidence = {
  kind: 'source',
  ref: 'https://github.com/compose-spec/compose-go/blob/e70e961/loader/validate.go',
  detail: 'Compose 2.26 drops the volume without a word, 2.40 refuses; with a slash at the end it takes both',
};
