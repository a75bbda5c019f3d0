import { isMap, isTrue } from '../../src/compose/data';
import type { ComposeService } from '../../src/compose/service';
import { about, eachService } from '../../src/harden/each';
import { isBorrowed, isOwn, sharedList } from '../../src/harden/ops';
import type { OptionSpec, Transform, TransformContext } from '../../src/harden/transform';
import type { Attempt, Draft, Evidence, Proposal } from '../../src/harden/types';
import type { Data, Path } from '../../src/yaml/types';

const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'root',
    type: 'boolean',
    summary: 'whether hooks are reported that run as root in a service that does not',
    default: false,
    strict: true,
    named: true,
  },
];

const transform: Transform = {
  id: 'hooks',
  title: 'Hooks without privileges',
  summary: 'Takes `privileged` away from the commands that run after the start and before the stop; reports those that run as root.',
  severity: 'high',
  controls: ['CIS 5.5', 'CIS 5.22', 'OWASP RULE#3'],
  preset: 'recommended',
  options: OPTIONS,
  find: (context) =>
    eachService(context, (service) => hooksOf(service).flatMap((hook) => privileged(service, hook) ?? root(service, hook, context) ?? [])),
};

export default transform;

/** One command of a service's life cycle. */
interface Hook {
  key: string;
  path: Path;
  data: { [key: string]: Data };
}

const KEYS = ['pre_start', 'post_start', 'pre_stop'] as const;

const EXEC: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.docker.com/compose/how-tos/lifecycle/',
  detail: 'a hook is run in the container of the service with its own user and privileges, whatever those of the service are',
};

function hooksOf(service: ComposeService): Hook[] {
  return KEYS.flatMap((key) => {
    const list = service.nearest(key);
    if (!Array.isArray(list)) return [];
    return list.flatMap((data, index): Hook[] => (isMap(data) ? [{ key, path: [...service.at(key), index], data }] : []));
  });
}

function privileged(service: ComposeService, { key, path, data }: Hook): Proposal | undefined {
  const value = service.evaluate(String(data.privileged ?? ''));
  if (!value.known || !isTrue(value.text)) return undefined;
  const draft: Draft = {
    ...about(transform, service, [...path, 'privileged']),
    message: `a ${key} hook of "${service.name}" is privileged`,
    plan: `run the ${key} hook of "${service.name}" without privileges`,
    breaks: 'a hook that mounts, changes settings of the kernel or uses devices',
    // Somebody wrote it.
    confidence: 'guess',
    evidence: [EXEC],
  };
  if (value.interpolated) return { ...draft, refusal: { code: 'interpolated', message: 'it comes from a variable: set that to false' } };
  return { ...draft, ...withdraw(service, key, draft.path) };
}

function root(service: ComposeService, { key, path, data }: Hook, { advise, setting }: TransformContext): Proposal | undefined {
  if (typeof data.user !== 'string' && typeof data.user !== 'number') return undefined;
  const { text, known } = service.evaluate(String(data.user));
  if (!known || !/^(?:root|0)(?::|$)/.test(text) || !setting<boolean>('root', service)) return undefined;
  if (advise(service).startsAsRoot !== false) return undefined;
  return {
    ...about(transform, service, [...path, 'user']),
    severity: 'low',
    controls: ['CIS 4.1', 'OWASP RULE#2'],
    message: `a ${key} hook of "${service.name}" runs as root, and the service does not`,
    plan: `run the ${key} hook of "${service.name}" as the user of the service`,
    breaks: 'a hook that gives files away or installs something',
    confidence: 'guess',
    evidence: [EXEC],
    refusal: {
      code: 'needs-decision',
      message: 'leave user out where the command does not need root; to give a volume away, a service that ends and has only CHOWN does',
    },
  };
}

function withdraw(service: ComposeService, key: string, path: Path): Attempt {
  if (isOwn(service, key) || isBorrowed(service, key)) return { ops: [{ op: 'remove', path }] };
  return { refusal: sharedList(service, key, 'hooks') };
}
