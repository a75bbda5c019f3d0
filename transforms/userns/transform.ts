import type { ComposeService } from '../../src/compose/service';
import { about, eachContainer } from '../../src/harden/each';
import { removeKey } from '../../src/harden/ops';
import type { OptionSpec, Transform, TransformContext } from '../../src/harden/transform';
import type { Evidence, Proposal } from '../../src/harden/types';
import type { Refusal } from '../../src/yaml/types';

const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'remap',
    type: 'boolean',
    summary: 'whether a file says once that root of its containers is root of the host unless the daemon remaps users',
    default: false,
    strict: true,
  },
];

const transform: Transform = {
  id: 'userns',
  title: 'User namespaces',
  summary: 'Takes `userns_mode: host` away, which makes root of a container root of the host where the daemon would remap it.',
  severity: 'medium',
  controls: ['CIS 2.8', 'CIS 5.31', 'NIST 800-190 4.4.3'],
  preset: 'recommended',
  options: OPTIONS,
  *find(context) {
    yield* eachContainer(context, hostMode);
    const proposal = remap(context);
    if (proposal) yield proposal;
  },
};

export default transform;

const REMAP: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.docker.com/engine/security/userns-remap/',
  detail: 'with userns-remap root of a container is another user of the host; a container with userns_mode: host is left out of it',
};

function hostMode(service: ComposeService, { preset }: TransformContext): Proposal | undefined {
  const data = service.data('userns_mode');
  if (typeof data !== 'string') return undefined;
  const value = service.evaluate(data);
  if (value.text !== 'host') return undefined;
  const beside = togetherWith(service);
  if (beside && preset !== 'strict') return undefined;
  const refusal: Refusal | undefined = value.interpolated
    ? { code: 'interpolated', message: 'it comes from a variable whose default is host: change it where the variable is defined' }
    : beside
      ? { code: 'needs-decision', message: `a daemon that remaps users starts nothing with ${beside} without it` }
      : undefined;
  return {
    ...about(transform, service, 'userns_mode'),
    controls: ['CIS 5.31', 'NIST 800-190 4.4.3'],
    message: `root of "${service.name}" is root of the host, also where the daemon remaps users (userns_mode: host)`,
    plan: `let the daemon remap the users of "${service.name}"`,
    breaks: 'where the daemon remaps users, files that belong to users of the host; nothing where it does not',
    confidence: 'guess',
    evidence: [REMAP],
    ...(refusal ? { refusal } : removeKey(service, 'userns_mode')),
  };
}

/** What cannot be had together with remapped users. */
function togetherWith(service: ComposeService): string | undefined {
  if (service.privileged === true) return 'privileged: true';
  if (service.networkMode?.text === 'host') return 'network_mode: host';
  return service.data('pid') === 'host' ? 'pid: host' : undefined;
}

/** One line for the whole file: no key of it can remap users, the daemon has to. */
function remap({ project, advise, setting }: TransformContext): Proposal | undefined {
  if (!setting<boolean>('remap')) return undefined;
  const roots = project.services.filter((service) => service.complete && advise(service).startsAsRoot !== false);
  const [first] = roots;
  if (!first) return undefined;
  const names = roots.map(({ name }) => `"${name}"`);
  return {
    service: first.name,
    services: roots.map(({ name }) => name),
    path: first.path,
    subject: 'userns-remap',
    severity: 'low',
    controls: ['CIS 2.8', 'NIST 800-190 4.4.3'],
    message: `root of ${names.join(', ')} is root of the host, unless the daemon remaps users`,
    plan: 'let the daemon remap the users of containers',
    breaks: 'bind mounts and volumes, whose files belong to users without the offset, and what needs namespaces of the host',
    confidence: 'guess',
    evidence: [REMAP],
    refusal: {
      code: 'needs-decision',
      message: 'that is a setting of the daemon, and images and volumes start anew with it; rootless Docker does the same for everything',
      snippet: '// /etc/docker/daemon.json\n{ "userns-remap": "default" }',
    },
  };
}
