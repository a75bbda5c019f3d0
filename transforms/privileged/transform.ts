import type { ComposeService } from '../../src/compose/service';
import { about, eachContainer } from '../../src/harden/each';
import { removeKey } from '../../src/harden/ops';
import type { Transform, TransformContext } from '../../src/harden/transform';
import type { Evidence, Proposal } from '../../src/harden/types';
import type { Refusal } from '../../src/yaml/types';

/** Host paths and sockets that a container is usually made privileged for. */
const REASONS_TO_BE = /^\/(?:dev|sys|proc|lib\/modules|run\/udev|var\/run|run|var\/lib\/docker|sys\/fs\/cgroup)(?:\/|$)/;

const SNIPPET = `# instead of privileged, give what is used, for example:
devices: ["/dev/dri:/dev/dri"]   # a GPU, a serial port, /dev/net/tun
cap_add: [NET_ADMIN]             # the one capability that is needed`;

const PRIVILEGED: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities',
  detail: 'a privileged container has every capability and every device of the host, and no seccomp or AppArmor profile',
};

const transform: Transform = {
  id: 'privileged',
  title: 'No privileged containers',
  summary: 'Removes `privileged: true`, which gives a container every capability and every device of the host.',
  severity: 'critical',
  controls: ['CIS 5.5', 'OWASP RULE#3'],
  preset: 'recommended',
  find: (context) => eachContainer(context, propose),
};

export default transform;

function propose(service: ComposeService, { advise }: TransformContext): Proposal | undefined {
  if (service.privileged !== true && service.privileged !== 'maybe') return undefined;
  const verdict = advise(service).privileged;
  const refusal = reasonToKeep(service, verdict.value, verdict.why);
  return {
    ...about(transform, service, 'privileged'),
    message: `"${service.name}" runs privileged: it owns the host's devices and every capability`,
    plan: `remove privileged from "${service.name}"`,
    breaks: verdict.breaks ?? 'anything that mounts, loads kernel modules, reads raw devices or changes the network of the host',
    confidence: verdict.value === 'not-needed' ? verdict.confidence : 'guess',
    evidence: [...verdict.evidence, PRIVILEGED],
    ...(refusal ? { refusal } : removeKey(service, 'privileged')),
  };
}

function reasonToKeep(service: ComposeService, need: string, why: string): Refusal | undefined {
  if (service.privileged === 'maybe') {
    return {
      code: 'interpolated',
      message: 'whether it is privileged comes from a variable: set the variable to false where it is defined',
    };
  }
  if (need === 'needed') return { code: 'needs-decision', message: why, snippet: SNIPPET };
  if (need === 'not-needed') return undefined;
  const mount = service.mounts.find(({ kind, source }) => kind === 'bind' && source !== undefined && REASONS_TO_BE.test(source));
  const device = service.devices[0];
  const used = mount?.source ?? device?.raw;
  if (used === undefined) return undefined;
  return { code: 'needs-decision', message: `it uses ${used} of the host, which may be why it is privileged`, snippet: SNIPPET };
}
