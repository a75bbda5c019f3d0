import { isMap, isTrue } from '../../src/compose/data';
import type { ComposeProject, Network } from '../../src/compose/project';
import type { Fact } from '../../src/compose/reach/compare';
import { readTopology } from '../../src/compose/reach/topology';
import { nodeName, type Station, type Topology } from '../../src/compose/reach/types';
import type { ComposeService } from '../../src/compose/service';
import { atMost } from '../../src/harden/confidence';
import { Intent } from '../../src/harden/intent/intent';
import { explainLosses, LossSummary, RULE } from '../../src/harden/intent/losses';
import { Pairs } from '../../src/harden/intent/pairs';
import { type Store, storesOf } from '../../src/harden/intent/stores';
import type { Transform, TransformContext } from '../../src/harden/transform';
import type { Confidence, Evidence, Proposal } from '../../src/harden/types';
import type { Refusal } from '../../src/yaml/types';
import { noPlace, opsOf } from './edit';
import { labelOps } from './labels';
import { isolate, type Layout, type Site, separate } from './layout';
import { after, movingIn, named, type Plan } from './plan';

const transform: Transform = {
  id: 'segment',
  title: 'Networks by who talks to whom',
  summary:
    'Puts data stores on `internal: true` networks with those who may call them, and with nobody else; strict keeps needed pairs only.',
  severity: 'medium',
  controls: ['NIST 800-190 4.3.3', 'OWASP RULE#5'],
  preset: 'recommended',
  *find(context) {
    const { project } = context;
    // Overlay networks of a stack are another matter; `docker stack deploy` decides there.
    if (project.swarm) return;
    const intent = new Intent(context);
    const stores = storesOf(context, intent);
    const pairs = new Pairs(context, intent);
    let topology = readTopology(project);
    const setting = settingOf(context, stores);
    for (const network of project.networks.values()) {
      const work = { context, pairs, stores, topology, network, setting };
      const refusal = blocked(work);
      const plan = planFor(work);
      if (!plan) continue;
      const proposal = propose(plan, work);
      if (!proposal) continue;
      yield refusal ? { ...proposal, ops: undefined, refusal, services: undefined } : proposal;
      if (!refusal && proposal.ops) topology = after(topology, plan);
    }
  },
};

export default transform;

interface Work {
  context: TransformContext;
  pairs: Pairs;
  stores: readonly Store[];
  /** With what earlier networks of this run became. */
  topology: Topology;
  network: Network;
  setting: Setting;
}

/** What is the same for all networks of a run. */
interface Setting {
  storeNames: ReadonlySet<string>;
  proxies: ReadonlySet<string>;
  /** How many networks have data stores and lead outside. */
  sites: number;
  /** Why nothing can be changed on any network. */
  blocked: Refusal | undefined;
}

function settingOf(context: TransformContext, stores: readonly Store[]): Setting {
  const { project } = context;
  const proxies = project.services.filter((service) => service.complete && context.advise(service).role === 'proxy');
  const housing = new Set(stores.flatMap(({ networks }) => networks));
  const sites = [...project.networks.values()].filter(
    ({ name, external, internal }) => !external && internal !== true && housing.has(name),
  );
  return {
    storeNames: new Set(stores.map(({ service }) => service.name)),
    proxies: new Set(proxies.map(({ name }) => name)),
    sites: sites.length,
    blocked: blockedProject(project),
  };
}

/** Why nothing can be said of a network, or changed. */
function blocked({ context: { project }, network, setting }: Work): Refusal | undefined {
  if (network.external) return decide(`its network "${network.name}" is external: who else is on it is not seen here`);
  const shared = isShared(network, project);
  if (shared)
    return decide(`its network "${network.name}" ${shared}, so that services of other projects may be on it, which are not seen here`);
  if (network.internal === 'maybe' || (network.driver !== undefined && network.driver !== 'bridge'))
    return decide(`its network "${network.name}" is not one that batten can judge`);
  return setting.blocked;
}

function blockedProject(project: ComposeProject): Refusal | undefined {
  if (project.partial) return decide(`other files take part in this project: ${project.notes[0]}`);
  const part = project.services.find((service) => !service.complete && !service.has('provider'));
  return part && decide(`"${part.name}" has no image here: another file says more about it, maybe its networks`);
}

function decide(message: string): Refusal {
  return { code: 'needs-decision', message };
}

function planFor(work: Work): Plan | undefined {
  const { context, pairs, stores, topology, network, setting } = work;
  const members = membersOf(network.name, topology);
  const on = new Set(members);
  const here = stores.filter(({ service }) => on.has(service.name));
  if (members.length === 0 || (here.length === 0 && !pairs.strict)) return undefined;
  const open = network.internal !== true;
  const site = siteOf(network.name, members, here, topology);
  // Everyone on it is a store, or has another way out: then it can simply become internal.
  const houses = new Set(here.map(({ service }) => service.name));
  const close = open && here.length > 0 && members.every((name) => site.stores.has(name) || houses.has(name) || site.elsewhere.has(name));
  const layout: Layout | undefined = pairs.strict
    ? isolate({ ...site, internal: !open || close }, pairs)
    : open && !close && site.stores.size > 0
      ? separate(site, pairs)
      : undefined;
  if (!layout && !close) return undefined;
  return named(layout ?? { network: network.name, leaving: [], groups: [] }, close, {
    project: context.project,
    topology,
    stores: setting.storeNames,
    proxies: setting.proxies,
    sites: setting.sites,
  });
}

/** Kept with the topology: each network of a project asks. */
const members = new WeakMap<Topology, Map<string, string[]>>();

function membersOf(network: string, topology: Topology): string[] {
  let known = members.get(topology);
  if (!known) {
    known = new Map();
    for (const { name, attachments } of topology.stations.values()) {
      for (const on of new Set(attachments.map((each) => each.network))) {
        const there = known.get(on);
        if (there) there.push(name);
        else known.set(on, [name]);
      }
    }
    members.set(topology, known);
  }
  return known.get(network) ?? [];
}

function siteOf(network: string, members: readonly string[], here: readonly Store[], { stations, segments }: Topology): Site {
  const others = (name: string) =>
    stations
      .get(name)!
      .attachments.filter((each) => each.network !== network)
      .map((each) => segments.get(each.network));
  return {
    network,
    internal: segments.get(network)?.internal === true,
    members,
    stores: new Set(here.map(({ service }) => service.name).filter((name) => others(name).every((segment) => segment?.internal === true))),
    // Whether an external network leads outside is not in the file.
    elsewhere: new Set(members.filter((name) => others(name).some((segment) => segment?.internal === false && !segment.external))),
    others: new Set(members.filter((name) => others(name).length > 0)),
    also: (a, b) => alsoOn(stations.get(a)!, stations.get(b)!, network),
  };
}

/** Whether two stations share another network than this one, by all the names that they have for each other here. */
function alsoOn(a: Station, b: Station, network: string): boolean {
  const names = ({ attachments }: Station, on: string) => attachments.find((each) => each.network === on)?.names;
  return a.attachments.some(({ network: other }) => {
    if (other === network || names(b, other) === undefined) return false;
    return [a, b].every((each) => names(each, network)!.every((name) => names(each, other)!.includes(name)));
  });
}

function propose(plan: Plan, { context, pairs, stores, topology, network }: Work): Proposal | undefined {
  const { project } = context;
  const members = membersOf(network.name, topology);
  const moving = movingIn(plan);
  const moved = members.filter((name) => moving.has(name));
  const closing = new Set(plan.close ? members : plan.leaving);
  const here = stores.filter(({ service }) => closing.has(service.name));
  const about = here.length > 0 ? here.map(({ service }) => service) : moved.map((name) => project.service(name)!);
  const next = after(topology, plan);
  const sureness = new Sureness(pairs);
  const losses = new LossSummary((fact) => sureness.note(fact));
  explainLosses(topology, next, pairs, stores, losses);
  // Other networks that come to the same are nothing to change: everybody on this one has to talk to everybody.
  if (pairs.strict && !plan.close && losses.empty && isTight(members, pairs)) return undefined;
  const labels = labelOps(topology, next, context);
  const common = {
    service: about[0]!.name,
    path: about[0]!.at('networks'),
    severity: transform.severity,
    controls: transform.controls,
    message: messageOf(about, here.length > 0 && network.internal !== true),
    plan: planText(plan, losses),
    breaks: pairs.strict
      ? 'calls that nothing in the project names: by an address typed into a web page, or in configuration that was not seen'
      : 'a data store that calls out: replication to another site, backups to the cloud, extensions fetched at start',
    confidence: confidenceOf(plan, here, sureness, network, context),
    evidence: unique([...losses.evidence(), ...here.flatMap(({ service }) => context.advise(service).egress.evidence), INTERNAL]),
  };
  if (losses.unexplainedFact) {
    const [from, to] = [losses.unexplainedFact.from, losses.unexplainedFact.to].map(nodeName);
    const message = `"${from}" would lose its connection to "${to}", and nothing says that it does without`;
    return { ...common, refusal: { code: 'not-proven', message } };
  }
  const fixed = plan.leaving.map((name) => project.service(name)!).find((service) => hasAddress(service, network.name));
  if (fixed) {
    const message = `"${fixed.name}" has a fixed address on "${network.name}", by which others may know it`;
    return { ...common, refusal: { code: 'needs-decision', message } };
  }
  const nowhere = noPlace(plan, project);
  if (nowhere !== undefined) return { ...common, refusal: { code: 'needs-decision', message: nowhere } };
  if (labels.refusal) return { ...common, refusal: labels.refusal };
  return {
    ...common,
    services: moved.length > 0 ? moved : here.map(({ service }) => service.name),
    ops: [...opsOf(plan, project), ...labels.ops],
  };
}

function messageOf(about: readonly ComposeService[], open: boolean): string {
  const names = quoted(about.map(({ name }) => name));
  if (open) return `${names} ${about.length > 1 ? 'share' : 'shares'} a network that leads outside`;
  return `${names} ${about.length > 1 ? 'share' : 'shares'} a network with services that they need not talk to`;
}

function isTight(members: readonly string[], pairs: Pairs): boolean {
  return members.every((one, index) => members.slice(index + 1).every((other) => pairs.kept(one, other)));
}

function planText({ network, close, leaving, groups }: Plan, losses: LossSummary): string {
  const closing = `make the network "${network}" internal: everyone on it either needs nothing from outside or has another network for it`;
  if (groups.length === 0 && close) return closing;
  const leavers = new Set(leaving);
  const each = groups.map(({ name, internal, members }) => {
    const movers = members.filter((member) => leavers.has(member));
    const peers = members.filter((member) => !leavers.has(member));
    return `put ${quoted(movers.length > 0 ? movers : members)} on a new ${internal ? 'internal ' : ''}network "${name}"${movers.length > 0 && peers.length > 0 ? `, shared with ${quoted(peers)}` : ''}`;
  });
  return [...(close ? [closing] : []), ...each].join('; ') + partedText(losses);
}

function partedText({ parted, first }: LossSummary): string {
  if (parted === 0) return '';
  if (parted > 2) return `; ${parted} pairs that need not talk are parted`;
  const pairs = first.flatMap(({ fact: { from, to } }) =>
    to === 'outside' ? [] : [[nodeName(from), nodeName(to)].sort().join('" and "')],
  );
  return `; ${pairs.map((pair) => `"${pair}"`).join(', ')} are parted`;
}

/** How sure the parting of pairs is. What strict parts without knowing is a guess where neither of the two says whom it calls. */
class Sureness {
  least: Confidence = 'known';

  constructor(private readonly pairs: Pairs) {}

  note({ from, to }: Fact): void {
    if (to === 'outside' || this.least === 'guess') return;
    const [a, b] = [from.slice('service:'.length), to.slice('service:'.length)];
    const { verdict, confidence } = this.pairs.need(a, b);
    const sure = verdict === 'none' ? confidence : this.pairs.speak(a) && this.pairs.speak(b) ? 'generic' : 'guess';
    this.least = atMost(this.least, sure);
  }
}

/** As sure as the least sure of what is assumed. */
function confidenceOf(
  plan: Plan,
  here: readonly Store[],
  { least }: Sureness,
  network: Network,
  { project }: TransformContext,
): Confidence {
  const subnet = plan.groups.length > 0 && hasSubnet(network.name, project.top('networks')) ? (['guess'] as const) : [];
  // Who wrote `internal: false` had a reason.
  const open = isOpenByDecision(network, project) ? (['guess'] as const) : [];
  return [...here.map(({ confidence }) => confidence), ...subnet, ...open].reduce(atMost, least);
}

/**
 * By what a network is one that other projects can join: a name that does not hang on the project's, which they write as `external`, or
 * `attachable`. Undefined when it is this project's alone.
 */
function isShared({ name, realName }: Network, project: ComposeProject): string | undefined {
  const data = project.top('networks')[name];
  if (isMap(data) && isTrue(String(data.attachable ?? ''))) return 'is attachable';
  if (realName === undefined || realName.includes('COMPOSE_PROJECT_NAME')) return undefined;
  const { text } = project.evaluate(realName);
  return text === '' || text === `${project.name}_${name}` ? undefined : `has a name of its own ("${text}")`;
}

/** Whether the file says that a network leads outside. */
function isOpenByDecision({ name, internal }: Network, project: ComposeProject): boolean {
  const data = project.top('networks')[name];
  return internal === false && isMap(data) && data.internal !== undefined && data.internal !== null;
}

/** Whether the file sets the subnet of a network: programs may be told to trust its addresses, and on a second network they have others. */
function hasSubnet(network: string, top: ReturnType<TransformContext['project']['top']>): boolean {
  const data = top[network];
  return isMap(data) && isMap(data.ipam) && Array.isArray(data.ipam.config) && data.ipam.config.length > 0;
}

/** An address is of one network's subnet: on another network the container would not start. */
function hasAddress(service: ComposeService, network: string): boolean {
  const data = service.data('networks');
  const settings = isMap(data) ? data[network] : undefined;
  return isMap(settings) && ['ipv4_address', 'ipv6_address', 'link_local_ips'].some((key) => key in settings);
}

const INTERNAL: Evidence = {
  kind: 'compose-semantics',
  ref: RULE,
  detail:
    'an internal network has no route outside; a service that is also on another network keeps that one, its egress and its published ports',
};

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

function unique(evidence: readonly Evidence[]): Evidence[] {
  return [...new Map(evidence.map((each) => [JSON.stringify([each.ref, each.detail]), each])).values()];
}
