import { isTrue } from '../../src/compose/data';
import { type EngineSocket, engineSocket } from '../../src/compose/engine-socket';
import type { ComposeService } from '../../src/compose/service';
import type { Mount } from '../../src/compose/types';
import { atMost } from '../../src/harden/confidence';
import { about, eachService } from '../../src/harden/each';
import { together } from '../../src/harden/proposal';
import type { Transform, TransformContext } from '../../src/harden/transform';
import type { Attempt, Evidence, Proposal } from '../../src/harden/types';
import { socketProxy } from '../../src/images';
import type { Advice, SocketAdvice, Verdict } from '../../src/images/types';
import type { Refusal } from '../../src/yaml/types';
import { existingProxy, newProxy, type ProxyService, proxySnippet } from './proxy';
import { dependOn, dropMount, joinNetwork, networkObstacle, pointAt } from './wiring';

const transform: Transform = {
  id: 'docker-socket',
  title: 'No Docker socket in containers',
  summary: 'Puts a socket proxy with the fewest API sections between the Docker socket and the service that uses it.',
  severity: 'critical',
  controls: ['CIS 5.32', 'OWASP RULE#1'],
  preset: 'recommended',
  find: (context) =>
    eachService(context, (service) => {
      if (context.advise(service).dockerSocket?.value.need === 'proxy') return undefined;
      const held = sockets(service, context);
      const [first] = held;
      if (first) return propose(service, first, held.length, context);
      return hasApiSocket(service) ? apiSocket(service, context) : undefined;
    }),
};

export default transform;

/** A socket of an engine, and the mount that gives it. */
interface Held extends EngineSocket {
  mount: Mount;
}

const WHY: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.docker.com/engine/security/#docker-daemon-attack-surface',
  detail: 'whoever talks to the socket can start a privileged container, which is root on the host; mounting it read-only changes nothing',
};

/** The sockets a service gets. A directory that it is the image's job to see is none: it holds the socket only by the way. */
function sockets(service: ComposeService, { advise }: TransformContext): Held[] {
  return service.mounts.flatMap((mount): Held[] => {
    const socket = engineSocket(mount);
    if (!socket || (socket.within !== undefined && isItsJob(advise(service), socket.within))) return [];
    return [{ ...socket, mount }];
  });
}

function isItsJob(advice: Advice, directory: string): boolean {
  return ['needed', 'optional'].includes(advice.hostAccess('mount', directory).value);
}

function propose(service: ComposeService, held: Held, count: number, context: TransformContext): Proposal {
  const advice = context.advise(service).dockerSocket;
  const common = {
    ...about(transform, service, held.mount.path),
    subject: held.mount.source,
    message: message(service, held),
    plan:
      held.within === undefined
        ? `put a socket proxy between "${service.name}" and the Docker socket`
        : `mount only what "${service.name}" needs of ${held.within}`,
    breaks: '',
    confidence: 'guess' as const,
    evidence: [...(advice?.evidence ?? []), WHY],
  };
  const refusal = obstacle(service, held, count, advice, context);
  if (refusal) return { ...common, refusal };
  const { sections, point } = advice!.value as Required<SocketAdvice>;
  const proxy = existingProxy(service, held.mount, sections, context) ?? newProxy(service, held.mount, sections, context);
  const wired = wire(service, held.mount, proxy, point);
  if (wired.refusal) return { ...common, ...wired };
  const writes = sections.includes('POST');
  const most = held.engine !== 'docker' || writes ? 'guess' : 'generic';
  return {
    ...common,
    plan: plan(service, proxy, sections, writes),
    breaks:
      'what the service asks beyond these sections: the proxy answers 403. On hosts with SELinux the proxy needs `label=disable` as the service did',
    confidence: atMost(advice!.confidence, most),
    evidence: [...advice!.evidence, ...socketProxy().evidence, WHY],
    ...wired,
  };
}

function message(service: ComposeService, { engine, within, mount }: Held): string {
  const names = { docker: 'the Docker socket', podman: 'the Podman socket', containerd: "containerd's socket", 'cri-o': "CRI-O's socket" };
  if (within === undefined) return `"${service.name}" has ${names[engine]}, which makes it root on the host`;
  const readOnly = mount.readOnly ? ', read-only or not' : '';
  return `"${service.name}" has ${within} of the host, and with it the Docker Engine${readOnly}, which makes it root there`;
}

function plan(service: ComposeService, proxy: ProxyService, sections: readonly string[], writes: boolean): string {
  const asks = sections.filter((section) => section !== 'POST').join(', ');
  const how = proxy.ops.length > 0 ? `add the socket proxy "${proxy.name}"` : `use the socket proxy "${proxy.name}"`;
  const limit = writes
    ? `allows ${asks} and writing, so it still can start containers: this only keeps it from the rest of the API`
    : `allows reading ${asks} only`;
  return `${how}, which ${limit}, point "${service.name}" to it and take the socket away`;
}

function wire(service: ComposeService, mount: Mount, proxy: ProxyService, point: NonNullable<SocketAdvice['point']>): Attempt {
  return together(
    pointAt(service, point, proxy),
    dropMount(service, mount),
    joinNetwork(service, proxy.network),
    dependOn(service, proxy.name),
    { ops: proxy.ops },
  );
}

/** What keeps batten from putting a proxy there, or undefined. */
function obstacle(
  service: ComposeService,
  { engine, within, mount }: Held,
  count: number,
  advice: Verdict<SocketAdvice> | undefined,
  context: TransformContext,
): Refusal | undefined {
  const snippet = (): string => proxySnippet(advice?.value);
  const decide = (message: string, withSnippet = true): Refusal => ({
    code: 'needs-decision',
    message,
    ...(withSnippet && { snippet: snippet() }),
  });
  if (engine === 'containerd' || engine === 'cri-o')
    return decide('there is no proxy for this API: does it need the socket at all?', false);
  if (within !== undefined)
    return decide(`what it needs of ${within} is not known; if it is the API of the Engine, a socket proxy gives it a part of that`);
  if (count > 1 || hasApiSocket(service)) return decide('it gets the socket in several ways: leave one, or none and a proxy');
  if (mount.kind === 'npipe') return decide('the proxy runs on Linux only', false);
  if (!advice) return decide('which parts of the API its image asks for is not known; many clients read DOCKER_HOST');
  if (advice.value.need === 'none') return decide('its image does not need it: take the mount away', false);
  const { client, point, sections } = advice.value;
  if (!sections || !point) return decide(howTo(advice.value));
  if (context.project.swarm) return decide('in a Swarm stack the proxy has to run on a manager node, where the socket is', false);
  if (context.project.partial) return decide(`other files take part in this project: ${context.project.notes[0]}`);
  return networkObstacle(service, context, client === undefined ? undefined : snippet());
}

function howTo({ client, sections }: SocketAdvice): string {
  if (client === undefined) return 'it needs most of the API, so that a proxy would give little: keep it off the internet';
  if (sections === undefined) return `which parts of the API it asks for depends on its job; a proxy is set by ${client}`;
  if (sections.includes('EXEC') && sections.includes('POST')) {
    return `it asks for nearly all of the API, so that a proxy gives little; one is set by ${client}`;
  }
  return `a proxy is set by ${client}, and this file is not where it is configured`;
}

function hasApiSocket(service: ComposeService): boolean {
  return isTrue(String(service.data('use_api_socket') ?? ''));
}

function apiSocket(service: ComposeService, context: TransformContext): Proposal {
  return {
    ...about(transform, service, 'use_api_socket'),
    message: `"${service.name}" has the Docker socket and your registry credentials by use_api_socket, which makes it root on the host`,
    plan: `put a socket proxy between "${service.name}" and the Docker socket`,
    breaks: '',
    confidence: 'guess',
    evidence: [WHY],
    refusal: {
      code: 'needs-decision',
      message: 'with the socket it would also lose the credentials of the registries, which a proxy does not hand on',
      snippet: proxySnippet(context.advise(service).dockerSocket?.value),
    },
  };
}
