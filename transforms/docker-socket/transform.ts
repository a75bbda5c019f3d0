import { isTrue } from '../../src/compose/data';
import { type EngineSocket, engineSocket } from '../../src/compose/engine-socket';
import type { ComposeService } from '../../src/compose/service';
import type { Mount } from '../../src/compose/types';
import { atMost } from '../../src/harden/confidence';
import { about, eachService } from '../../src/harden/each';
import { asEdit, together } from '../../src/harden/proposal';
import type { Transform, TransformContext } from '../../src/harden/transform';
import type { Attempt, Decidable, Evidence, Proposal } from '../../src/harden/types';
import { API_SECTIONS, socketProxy } from '../../src/images';
import type { Advice, SocketAdvice } from '../../src/images/types';
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
  const inTheWay = socketObstacle(service, held, count, advice?.value);
  if (inTheWay) return { ...common, refusal: inTheWay };
  const { sections, point } = advice?.value ?? {};
  const place = placeObstacle(service, advice?.value, context);
  if (!sections || !point) {
    const way = place ? undefined : advice ? point : ANY_CLIENT;
    const decide = way && sectionsToChoose(service, held, way, common.evidence, context);
    return { ...common, refusal: needsDecision(howTo(advice?.value), advice?.value), ...(decide && { decide }) };
  }
  if (place) return { ...common, refusal: place };
  const proxy = proxyFor(service, held.mount, sections, context);
  const wired = wire(service, held.mount, proxy, point);
  if (wired.refusal) return { ...common, ...wired };
  const writes = sections.includes('POST');
  const most = held.engine !== 'docker' || writes ? 'guess' : 'generic';
  return {
    ...common,
    plan: plan(service, proxy, sections),
    breaks: BREAKS,
    confidence: atMost(advice!.confidence, most),
    evidence: [...advice!.evidence, ...socketProxy().evidence, WHY],
    ...wired,
  };
}

const BREAKS =
  'what the service asks beyond these sections: the proxy answers 403. On hosts with SELinux the proxy needs `label=disable` as the service did';

/** How a client is pointed to a proxy of which nothing is known: most libraries for the API read this variable. */
const ANY_CLIENT: NonNullable<SocketAdvice['point']> = { env: { DOCKER_HOST: 'tcp://HOST:PORT' } };

/** What the proxy lets through, for the person to say. */
function sectionsToChoose(
  service: ComposeService,
  { mount }: Held,
  point: NonNullable<SocketAdvice['point']>,
  evidence: readonly Evidence[],
  context: TransformContext,
): Decidable | undefined {
  const { uses, evidence: ofProxy } = socketProxy();
  const decide: Decidable = {
    question: `Which parts of the Docker API may "${service.name}" use?`,
    label: 'sections of the API',
    value: uses[0]!.sections.join(' '),
    choices: uses.map(({ word, what, sections }) => ({ word, label: what, value: sections.join(' ') })),
    breaks: `${point === ANY_CLIENT ? 'a client that does not read DOCKER_HOST finds no Engine; ' : ''}${BREAKS}`,
    evidence: [...evidence, ...ofProxy],
    rebuild(value) {
      const sections = readSections(value);
      if ('error' in sections) return sections;
      return asEdit(wire(service, mount, proxyFor(service, mount, sections.named, context), point));
    },
    describe(value) {
      const sections = readSections(value);
      const named = 'error' in sections ? [] : sections.named;
      return plan(service, proxyFor(service, mount, named, context), named);
    },
  };
  // Where the service cannot be changed at all there is nothing to decide.
  return 'error' in decide.rebuild(decide.value) ? undefined : decide;
}

/** Sections as a person writes them, parted by spaces or commas. */
function readSections(text: string): { named: string[] } | { error: string } {
  const named = [
    ...new Set(
      text
        .toUpperCase()
        .split(/[\s,]+/)
        .filter(Boolean),
    ),
  ].sort();
  const unknown = named.filter((name) => !API_SECTIONS.includes(name));
  if (unknown.length > 0) return { error: `no section of the API is called ${unknown.join(', ')}; there are ${API_SECTIONS.join(', ')}` };
  return named.length > 0 ? { named } : { error: 'name at least one section, for example CONTAINERS' };
}

function proxyFor(service: ComposeService, mount: Mount, sections: readonly string[], context: TransformContext): ProxyService {
  return existingProxy(service, mount, sections, context) ?? newProxy(service, mount, sections, context);
}

function message(service: ComposeService, { engine, within, mount }: Held): string {
  const names = { docker: 'the Docker socket', podman: 'the Podman socket', containerd: "containerd's socket", 'cri-o': "CRI-O's socket" };
  if (within === undefined) return `"${service.name}" has ${names[engine]}, which makes it root on the host`;
  const readOnly = mount.readOnly ? ', read-only or not' : '';
  return `"${service.name}" has ${within} of the host, and with it the Docker Engine${readOnly}, which makes it root there`;
}

function plan(service: ComposeService, proxy: ProxyService, sections: readonly string[]): string {
  const writes = sections.includes('POST');
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

function needsDecision(message: string, advice?: SocketAdvice, withSnippet = true): Refusal {
  return { code: 'needs-decision', message, ...(withSnippet && { snippet: proxySnippet(advice) }) };
}

/** Why this socket is none that a proxy can stand for, or undefined. */
function socketObstacle(
  service: ComposeService,
  { engine, within, mount }: Held,
  count: number,
  advice?: SocketAdvice,
): Refusal | undefined {
  if (engine === 'containerd' || engine === 'cri-o')
    return needsDecision('there is no proxy for this API: does it need the socket at all?', advice, false);
  if (within !== undefined) {
    const message = `what it needs of ${within} is not known; if it is the API of the Engine, a socket proxy gives it a part of that`;
    return needsDecision(message, advice);
  }
  if (count > 1 || hasApiSocket(service)) {
    return needsDecision('it gets the socket in several ways: leave one, or none and a proxy', advice);
  }
  if (mount.kind === 'npipe') return needsDecision('the proxy runs on Linux only', advice, false);
  return advice?.need === 'none' ? needsDecision('its image does not need it: take the mount away', advice, false) : undefined;
}

/** What keeps a proxy from this project or the service from a proxy, or undefined. */
function placeObstacle(service: ComposeService, advice: SocketAdvice | undefined, context: TransformContext): Refusal | undefined {
  const { swarm, partial, notes } = context.project;
  if (swarm) return needsDecision('in a Swarm stack the proxy has to run on a manager node, where the socket is', advice, false);
  if (partial) return needsDecision(`other files take part in this project: ${notes[0]}`, advice);
  return networkObstacle(service, context, advice?.client === undefined ? undefined : proxySnippet(advice));
}

function howTo(advice: SocketAdvice | undefined): string {
  if (!advice) return 'which parts of the API its image asks for is not known; many clients read DOCKER_HOST';
  const { client, sections } = advice;
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
