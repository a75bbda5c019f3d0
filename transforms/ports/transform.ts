import { isAnyAddress, isLoopback, withHostIp } from '../../src/compose/ports';
import type { ComposeProject } from '../../src/compose/project';
import { Reach } from '../../src/compose/reach/edges';
import { readTopology } from '../../src/compose/reach/topology';
import type { ComposeService } from '../../src/compose/service';
import type { Port } from '../../src/compose/types';
import { atMost } from '../../src/harden/confidence';
import { about, eachContainer } from '../../src/harden/each';
import { Intent } from '../../src/harden/intent/intent';
import { isOwn, removeKey, sharedList } from '../../src/harden/ops';
import { asEdit, together } from '../../src/harden/proposal';
import type { Transform, TransformContext } from '../../src/harden/transform';
import type { Attempt, Confidence, Editable, Evidence, Proposal } from '../../src/harden/types';
import type { PortKind, Verdict } from '../../src/images/types';

const transform: Transform = {
  id: 'ports',
  title: 'Publish ports on loopback',
  summary: 'Binds published ports of data stores and admin interfaces to 127.0.0.1; reverse proxies and LAN services stay public.',
  severity: 'high',
  controls: ['CIS 5.14', 'OWASP RULE#5a'],
  preset: 'recommended',
  *find(context) {
    const model = modelOf(context);
    yield* eachContainer(context, (service) => published(service, context, model));
  },
};

export default transform;

function* published(service: ComposeService, context: TransformContext, model: Model): Iterable<Proposal> {
  // Host networking publishes nothing: the list is ignored there.
  if (service.networkMode?.text === 'host') return;
  const siblings = onlySiblings(service, context, model);
  if (siblings && context.preset === 'strict') {
    yield unpublish(service, siblings, context);
    return;
  }
  for (const [index, port] of service.ports.entries()) {
    // Compose takes the same port of two files for one: the first of them speaks for both.
    const { order } = bindingsOf(service);
    if (alike(service, port).some((other) => order.get(other)! < index && isTwin(service, other, port))) continue;
    const proposal = propose(service, port, context, model, siblings);
    if (proposal) yield proposal;
  }
}

const LOOPBACK: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://github.com/compose-spec/compose-spec/blob/170098b/05-services.md#ports',
  detail:
    'a port without an address is published on 0.0.0.0 and [::], past the host firewall; services of one network reach each other without published ports',
};

/** What is asked about all services: made when the first port needs it. */
interface Model {
  intent(): Intent;
  /** Services that a service calls it by name, over a network they share. */
  callers(service: ComposeService): string[];
}

function modelOf(context: TransformContext): Model {
  let intent: Intent | undefined;
  let reach: Reach | undefined;
  const model: Model = {
    intent: () => {
      intent ??= new Intent(context);
      return intent;
    },
    callers: (service) => {
      reach ??= new Reach(readTopology(context.project));
      const { name } = service;
      return model
        .intent()
        .callsOf(name)
        .filter(({ from, named }) => named && reach!.meet(from, name))
        .map(({ from }) => from);
    },
  };
  return model;
}

/**
 * The services that use a data store without its published ports, when all of its ports are a data store's and it is published to other
 * machines. A list that grows or shrinks moves the items after it, so the ports go all at once or not at all.
 */
function onlySiblings(service: ComposeService, context: TransformContext, model: Model): string[] | undefined {
  const { ports } = service;
  if (ports.length === 0 || !isOwn(service, 'ports') || context.project.sharing(service, ['ports']).length > 0) return undefined;
  const advice = context.advise(service);
  const stores = ports.every(({ target, protocol, hostIp, mode }) => {
    const first = Number.parseInt(target, 10);
    if (Number.isNaN(first) || mode !== undefined || isLoopback(hostIp) || !isAnyAddress(hostIp)) return false;
    return advice.port(first, protocol === 'udp' ? 'udp' : 'tcp').value === 'datastore';
  });
  if (!stores || context.project.once(someGoThroughHost)) return undefined;
  const callers = model.callers(service);
  return callers.length > 0 ? callers : undefined;
}

function unpublish(service: ComposeService, callers: readonly string[], { advise }: TransformContext): Proposal {
  const verdicts = service.ports.map(({ target, protocol }) =>
    advise(service).port(Number.parseInt(target, 10), protocol === 'udp' ? 'udp' : 'tcp'),
  );
  const ports = service.ports.map(({ published, target }) => published ?? target).join(', ');
  return {
    ...about(transform, service, 'ports'),
    message: `"${service.name}" publishes ${what('datastore')} port ${ports} on every interface, and the stack does not use it`,
    plan: `stop publishing port ${ports} of "${service.name}": ${callers.map((each) => `"${each}"`).join(', ')} ${callers.length > 1 ? 'reach' : 'reaches'} it over a network they share`,
    breaks: 'programs of the host and of other machines that use the published port: a client, a backup',
    confidence: verdicts.map(({ confidence: each }) => each).reduce(atMost, 'generic'),
    evidence: [...verdicts.flatMap(({ evidence }) => evidence), LOOPBACK],
    ...removeKey(service, 'ports'),
  };
}

function propose(
  service: ComposeService,
  port: Port,
  context: TransformContext,
  model: Model,
  siblings?: readonly string[],
): Proposal | undefined {
  // An address other than "all" is a decision: a VPN, one LAN interface.
  if (isLoopback(port.hostIp) || !isAnyAddress(port.hostIp)) return undefined;
  const first = Number.parseInt(port.target, 10);
  if (Number.isNaN(first)) return undefined;
  const verdict = context.advise(service).port(first, port.protocol === 'udp' ? 'udp' : 'tcp');
  if (verdict.value === 'public') return undefined;
  const ip = port.hostIp?.includes(':') ? '::1' : '127.0.0.1';
  const attempt = bind(service, port, ip);
  return {
    ...about(transform, service, port.path),
    ...(verdict.value === 'app' && { severity: 'medium' }),
    message: `"${service.name}" publishes ${what(verdict.value)} port ${port.target} on every interface`,
    plan: describe(service, port, ip),
    breaks: verdict.breaks ?? 'clients on other machines, and containers that go through the address of the host',
    confidence: confidence(service, verdict, context, model),
    evidence: [...verdict.evidence, LOOPBACK],
    ...(attempt.refusal
      ? attempt
      : {
          ops: attempt.ops,
          editable: address(service, port, ip, siblings !== undefined && service.ports.length === 1),
        }),
  };
}

/** @param needless the stack itself does not use the published port. */
function address(service: ComposeService, port: Port, ip: string, needless: boolean): Editable {
  return {
    question: `What may reach port ${port.published ?? port.target} of "${service.name}"?`,
    label: needless ? 'address to publish on, or "none" to stop publishing it' : 'address to publish on',
    value: ip,
    choices: [
      { value: ip, word: 'this machine', label: `this machine only, such as a reverse proxy on it: ${ip}` },
      { value: '192.168.', word: 'LAN', label: 'the local network: the address that this machine has in it', begins: true },
      { value: '10.', word: 'VPN', label: 'a VPN: the address that this machine has in it', begins: true },
      ...(needless ? [{ value: 'none', word: 'nobody', label: 'nobody outside of the stack: stop publishing it' }] : []),
    ],
    rebuild: (value) => {
      if (needless && value.trim() === 'none') return asEdit(removeKey(service, 'ports'));
      return asEdit(bind(service, port, value.trim()));
    },
    describe: (value) => describe(service, port, value.trim()),
  };
}

function describe(service: ComposeService, port: Port, address: string): string {
  const shown = `port ${port.published ?? port.target} of "${service.name}"`;
  return address === 'none' ? `stop publishing ${shown}` : `publish ${shown} on ${address} only`;
}

function what(kind: PortKind): string {
  return kind === 'datastore' ? 'its database' : kind === 'admin' ? 'its admin' : 'its';
}

/** The stack itself always keeps running: what may break is a client elsewhere, which no file shows. */
function confidence(service: ComposeService, verdict: Verdict<PortKind>, { project, advise }: TransformContext, model: Model): Confidence {
  if (verdict.value === 'app') return 'guess';
  if (project.once(someGoThroughHost)) return 'guess';
  const served = (): boolean =>
    project.services.some((other) => other.complete && advise(other).role === 'proxy' && serves(other, service, model));
  if (verdict.value === 'admin' && !served()) return 'guess';
  return atMost(verdict.confidence, 'generic');
}

/** Whether a reverse proxy has its own page there, sends requests to the service, or may: then there is another way to it than its port. */
function serves(proxy: ComposeService, service: ComposeService, model: Model): boolean {
  if (proxy === service || model.intent().between(proxy, service).verdict === 'needed') return true;
  return !model.intent().routesSeen(proxy);
}

function someGoThroughHost({ services }: ComposeProject): boolean {
  return services.some((service) => service.complete && goesThroughHost(service));
}

/** A container that talks to the host's address would no longer find the port there (docker/for-linux#1365). */
function goesThroughHost(service: ComposeService): boolean {
  const words = [JSON.stringify(service.data('extra_hosts') ?? ''), ...(service.command ?? [])];
  for (const value of service.environment.values()) if (value) words.push(value.text);
  return words.some((word) => /host\.docker\.internal|host-gateway/.test(word));
}

function bind(service: ComposeService, port: Port, ip: string): Attempt {
  const twins = alike(service, port).filter((other) => isTwin(service, port, other));
  return together(...[port, ...twins].map((each) => bindOne(service, each, ip)));
}

/** The ports of a service by what makes two of them the same: a list may have thousands, and is not gone through for each. */
interface Bindings {
  order: ReadonlyMap<Port, number>;
  /** The list that each is in. */
  lists: ReadonlyMap<Port, string>;
  byPorts: ReadonlyMap<string, readonly Port[]>;
  byText: ReadonlyMap<string, readonly Port[]>;
}

const BINDINGS = new WeakMap<readonly Port[], Bindings>();

function bindingsOf({ ports }: ComposeService): Bindings {
  let bindings = BINDINGS.get(ports);
  if (!bindings) {
    bindings = {
      order: new Map(ports.map((port, index) => [port, index])),
      lists: new Map(ports.map((port) => [port, JSON.stringify(port.path.slice(0, -1))])),
      byPorts: grouped(ports, portsKey),
      byText: grouped(ports, ({ raw }) => raw),
    };
    BINDINGS.set(ports, bindings);
  }
  return bindings;
}

function grouped(ports: readonly Port[], keyOf: (port: Port) => string): Map<string, Port[]> {
  const groups = new Map<string, Port[]>();
  for (const port of ports) {
    const group = groups.get(keyOf(port));
    if (group) group.push(port);
    else groups.set(keyOf(port), [port]);
  }
  return groups;
}

function portsKey({ target, published, protocol }: Port): string {
  return JSON.stringify([target, published, protocol]);
}

/** The ports that may be the same as one, now or on that address: those with the same numbers or the same text. */
function alike(service: ComposeService, port: Port, ip?: string): readonly Port[] {
  const { byPorts, byText } = bindingsOf(service);
  const found = [byPorts.get(portsKey(port)), byText.get(port.raw), ip === undefined ? undefined : byText.get(`${ip}:${port.raw}`)];
  return [...new Set(found.flatMap((group) => group ?? []))];
}

/** Whether another item is the very same binding in another list: Compose merges lists of files and of `extends`, and drops doubles. */
function isTwin(service: ComposeService, port: Port, other: Port): boolean {
  const { lists } = bindingsOf(service);
  return lists.get(port) !== lists.get(other) && (port.known && other.known ? sameBinding(port, other) : port.raw === other.raw);
}

function sameBinding(port: Port, other: Port): boolean {
  const { target, published, protocol, hostIp } = port;
  return other.target === target && other.published === published && other.protocol === protocol && other.hostIp === hostIp;
}

function bindOne(service: ComposeService, port: Port, ip: string): Attempt {
  if (!isOwn(service, 'ports') || !port.range) return { refusal: sharedList(service, 'ports', 'ports', 'bind') };
  if (alike(service, port, ip).some((other) => collides(service, other, port, ip))) {
    const message = `port ${port.published ?? port.target} is published on ${ip} already: remove one of the two`;
    return { refusal: { code: 'conflict', message } };
  }
  return port.long ? bindLong(port, ip) : bindShort(port, ip);
}

/** Whether another item is the same binding on that address, or will be: of two that come to the same, the first one is bound. */
function collides(service: ComposeService, other: Port, port: Port, ip: string): boolean {
  if (other === port || isTwin(service, port, other)) return false;
  // What hangs on a variable is the same only when it is written the same.
  if (!other.known || !port.known) return other.raw === `${ip}:${port.raw}`;
  if (other.target !== port.target || other.published !== port.published || other.protocol !== port.protocol) return false;
  if (!isAnyAddress(other.hostIp)) return other.hostIp === ip;
  const { order } = bindingsOf(service);
  return order.get(other)! < order.get(port)! && (other.hostIp?.includes(':') ?? false) === ip.includes(':');
}

function bindShort(port: Port, ip: string): Attempt {
  const bound = withHostIp(port.raw, ip);
  if ('refusal' in bound) return { refusal: { code: 'interpolated', message: bound.refusal } };
  return { ops: [{ op: 'replace', path: port.path, value: bound.text }] };
}

function bindLong(port: Port, ip: string): Attempt {
  if (port.mode === 'host' || port.mode === 'ingress') {
    return {
      refusal: { code: 'needs-decision', message: `the port has a mode (${port.mode}), as in a Swarm stack, which has no host_ip` },
    };
  }
  const path = [...port.path, 'host_ip'];
  return {
    ops: [port.hostIp === undefined ? { op: 'add', path, value: ip, near: ['published', 'target'] } : { op: 'replace', path, value: ip }],
  };
}
