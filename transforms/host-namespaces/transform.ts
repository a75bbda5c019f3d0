import type { ComposeService } from '../../src/compose/service';
import { about, eachContainer } from '../../src/harden/each';
import { removeKey, setKey } from '../../src/harden/ops';
import type { Transform, TransformContext } from '../../src/harden/transform';
import type { Attempt, Confidence, Evidence, Proposal } from '../../src/harden/types';
import type { HostVerdict } from '../../src/images/types';
import type { Refusal } from '../../src/yaml/types';
import { type Namespace, NETWORK, OTHERS } from './namespaces';

const transform: Transform = {
  id: 'host-namespaces',
  title: 'No namespaces of the host',
  summary:
    'Takes `pid`, `ipc`, `uts` and `cgroup: host` away from what does not need them; says what `network_mode: host` would need instead.',
  severity: 'high',
  controls: ['CIS 5.10', 'CIS 5.16', 'CIS 5.17', 'CIS 5.21', 'CIS 5.25', 'NIST 800-190 4.4.3'],
  preset: 'recommended',
  find: (context) =>
    eachContainer(context, (service) =>
      // A privileged container has them in its reach anyway: that comes first.
      service.privileged === true ? undefined : [NETWORK, ...OTHERS].flatMap((namespace) => propose(service, namespace, context) ?? []),
    ),
};

export default transform;

const NAMESPACES: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://github.com/compose-spec/compose-spec/blob/170098b/05-services.md',
  detail: 'without the key a container has a namespace of its own',
};

function propose(service: ComposeService, namespace: Namespace, context: TransformContext): Proposal | undefined {
  const { key, kind } = namespace;
  const data = service.data(key);
  if (typeof data !== 'string') return undefined;
  const value = service.evaluate(data);
  if (value.text !== 'host') return undefined;
  const advice = context.advise(service);
  const verdict = advice.hostAccess(kind, 'host');
  // Whose work it is keeps it, and in the preset `strict` is named.
  if (verdict.value === 'needed' && context.preset !== 'strict') return undefined;
  const refusal = value.interpolated ? variable(key) : reasonToKeep(service, namespace, verdict, context);
  const size = kind === 'ipc' ? sharedMemory(service, context) : undefined;
  return {
    ...about(transform, service, key),
    severity: namespace.severity,
    controls: [namespace.control, 'NIST 800-190 4.4.3'],
    message: `"${service.name}" ${namespace.gives} (${key}: host)`,
    plan: `give "${service.name}" ${kind === 'uts' ? 'a host name' : `${kind === 'ipc' ? 'an' : 'a'} ${kind} namespace`} of its own${size ? `, with ${size} of shared memory` : ''}`,
    breaks: namespace.breaks,
    confidence: confidence(namespace, verdict),
    evidence: [...verdict.evidence, NAMESPACES],
    ...(refusal ? { refusal } : withdraw(service, namespace, size)),
  };
}

function confidence({ kind }: Namespace, { value, confidence }: HostVerdict): Confidence {
  // The name of the host may be part of the data, which nothing in the file shows.
  return value === 'not-needed' && kind !== 'uts' ? confidence : 'guess';
}

function variable(key: string): Refusal {
  return { code: 'interpolated', message: `it comes from a variable whose default is host: change ${key} where the variable is defined` };
}

function reasonToKeep(service: ComposeService, namespace: Namespace, verdict: HostVerdict, context: TransformContext): Refusal | undefined {
  const { kind } = namespace;
  if (verdict.value === 'needed')
    return { code: 'needs-decision', message: `${verdict.why}: keep it, and keep the service otherwise small` };
  if (kind === 'network') return ownNetwork(service, verdict, context);
  if (verdict.value === 'optional') {
    const snippet = kind === 'ipc' ? 'shm_size: 1gb # instead of ipc: host' : undefined;
    return { code: 'needs-decision', message: verdict.why, ...(snippet && { snippet }) };
  }
  const proc = service.mounts.find(({ source }) => source !== undefined && /^\/(?:proc|sys)(?:\/|$)/.test(source));
  if (proc && verdict.value === 'unknown') {
    return { code: 'needs-decision', message: `it also mounts ${proc.source}, so it seems to be there to watch the host` };
  }
  if (kind === 'ipc') {
    const partner = context.project.services.find((other) => other !== service && other.data('ipc') === 'host');
    if (partner) {
      return {
        code: 'needs-decision',
        message: `"${partner.name}" has ipc: host too, and the two may exchange data through it`,
        snippet: `# on ${partner.name}\nipc: shareable\n# on ${service.name}\nipc: service:${partner.name}`,
      };
    }
  }
  return undefined;
}

/** Its ports have to be published then, and what it calls on localhost is elsewhere: nothing in the file says that all of this is known. */
function ownNetwork(service: ComposeService, verdict: HostVerdict, { advise }: TransformContext): Refusal {
  const why = verdict.value === 'optional' ? `${verdict.why}; ` : '';
  const { listens } = advise(service);
  const listed = service.ports.map(({ raw }) => raw).filter(Boolean);
  const known = listens.map(({ port, protocol }) => `${port}:${port}${protocol === 'udp' ? '/udp' : ''}`);
  // A family with many ports is one of several programs, each of which has few.
  const ports = listed.length > 0 ? listed : known.length <= 3 ? known : [];
  const lines = ports.length > 0 ? ports.map((port) => `  - "${port}"`) : ['  - "8080:8080" # the port it listens on'];
  return {
    code: 'needs-decision',
    message: `${why}in a network of its own it needs ${listed.length > 0 ? 'the ports that are listed and do nothing now' : 'the ports it listens on published'}, and names instead of localhost for what it calls`,
    snippet: ['# instead of network_mode: host', 'ports:', ...lines].join('\n'),
  };
}

function withdraw(service: ComposeService, { key, own }: Namespace, size: string | undefined): Attempt {
  const removed = removeKey(service, key, own);
  if (removed.refusal || !size) return removed;
  return { ops: [...setKey(service, 'shm_size', size), ...removed.ops] };
}

/** How much shared memory the image is known to use, where the file gives it none. */
function sharedMemory(service: ComposeService, { advise }: TransformContext): string | undefined {
  if (service.has('shm_size')) return undefined;
  const { value, what } = advise(service).hostAccess('shm', '');
  return value === 'needed' || value === 'optional' ? what : undefined;
}
