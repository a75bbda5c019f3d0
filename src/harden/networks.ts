import type { ComposeProject } from '../compose/project';
import type { Fact } from '../compose/reach/compare';
import { Reach } from '../compose/reach/edges';
import { type Exposure, exposuresOf } from '../compose/reach/exposure';
import { readTopology } from '../compose/reach/topology';
import { type Edge, nodeName, type Segment, type Stack } from '../compose/reach/types';
import type { Role } from '../images/types';
import { Intent } from './intent/intent';
import { explainLosses } from './intent/losses';
import { Pairs } from './intent/pairs';
import { storesOf } from './intent/stores';
import type { Call, IntentContext } from './intent/types';
import type { Preset } from './transform';

/** A service as the networks see it. */
export interface NetworkService extends Exposure {
  name: string;
  /** What to call its image: `PostgreSQL (postgres:16)`. */
  image: string;
  role: Role;
  /** Whether it keeps data for others: a data store, a cache or a queue, which nobody outside needs to reach. */
  store: boolean;
  stack: Stack;
  networks: string[];
  /** Those of `doors` that its image does not have for other machines: a broker's port for devices is not one of them. */
  unwanted: Exposure['doors'];
  /** Ports that only the host itself can use. */
  hostOnly: Exposure['doors'];
}

/** Who can reach whom in a project, as data. */
export interface NetworkView {
  services: NetworkService[];
  networks: (Segment & { members: string[] })[];
  /** Who can open a connection to whom. Of a project with very many, those with the host, outside and other projects only. */
  edges: Edge[];
  /** How many edges between services are left out; undefined = none. What networks have members, and services doors, says the same. */
  edgesLeftOut?: number;
  /** How many pairs of services share a network. */
  pairs: number;
  /** Who calls whom, as far as the project says. */
  calls: Call[];
}

/** A connection that goes, and why it may; `from` and `to` are names for people. */
export interface NetworkLoss {
  from: string;
  to: string;
  door?: string;
  why: string;
}

export interface NetworkChange {
  before: NetworkView;
  after: NetworkView;
  losses: NetworkLoss[];
  /** How many more connections go than are told in `losses`; undefined = none. */
  lossesLeftOut?: number;
}

const STORES: ReadonlySet<Role> = new Set(['datastore', 'cache', 'queue']);

export function networkView(context: IntentContext): NetworkView {
  const { project, advise } = context;
  const topology = readTopology(project);
  const reach = new Reach(topology);
  const exposures = exposuresOf([...reach.edgesWithOthers()], topology.stations.keys());
  const services = [...topology.stations.values()].map(({ name, stack, attachments }): NetworkService => {
    const service = project.service(name)!;
    const { label, role, port } = advise(service);
    const exposure = exposures.get(name)!;
    const unwanted = exposure.doors.filter(
      ({ target, protocol }) => port(Number.parseInt(target, 10), protocol === 'udp' ? 'udp' : 'tcp').value !== 'public',
    );
    const hostOnly = reach.inward(name).flatMap(({ from, door, names }) => (from === 'host' && door && names.length > 0 ? [door] : []));
    const networks = attachments.map(({ network }) => network);
    return { ...exposure, name, image: label, role, store: STORES.has(role), stack, networks, unwanted, hostOnly };
  });
  const members = new Map<string, string[]>([...topology.segments.keys()].map((name) => [name, []]));
  for (const service of services) for (const network of new Set(service.networks)) members.get(network)?.push(service.name);
  const networks = [...topology.segments.values()].map((segment) => ({ ...segment, members: members.get(segment.name)! }));
  const calls = [...new Intent(context).calls];
  return { services, networks, calls, pairs: reach.countPairs(), ...limited(reach) };
}

/** The networks before and after a change of the project, and every connection that goes with its reason. */
export function networkChange(before: IntentContext, after: ComposeProject, preset: Preset): NetworkChange {
  const intent = new Intent(before);
  const pairs = new Pairs({ ...before, preset }, intent);
  const stores = [...storesOf(before, intent), ...storesOf({ ...before, project: after }, new Intent({ ...before, project: after }))];
  const rows: { fact: Fact; why: string }[] = [];
  let more = 0;
  const row = (fact: Fact, why: () => string): void => {
    if (fact.name !== undefined) return;
    if (rows.length < MOST_LOSSES) rows.push({ fact, why: why() });
    else more++;
  };
  const unexplained: Fact[] = [];
  explainLosses(readTopology(before.project), readTopology(after), pairs, stores, {
    bothWays: true,
    lost: row,
    unexplained: (fact) => void unexplained.push(fact),
  });
  for (const fact of unexplained)
    row(fact, () => (fact.door === undefined ? 'another change took it away' : 'it is not published any more'));
  return {
    before: networkView(before),
    after: networkView({ ...before, project: after }),
    losses: rows.map(({ fact: { from, to, door }, why }) => ({
      from: nodeName(from),
      to: nodeName(to),
      ...(door === undefined ? {} : { door }),
      why,
    })),
    ...(more > 0 && { lossesLeftOut: more }),
  };
}

/** More are neither read nor drawn; each is a line of a table. */
const MOST_LOSSES = 20_000;
const MOST_EDGES = 20_000;

function limited(reach: Reach): Pick<NetworkView, 'edges' | 'edgesLeftOut'> {
  const between = reach.countBetween(MOST_EDGES);
  if (between <= MOST_EDGES) return { edges: [...reach.edges()] };
  return { edges: [...reach.edgesWithOthers()], edgesLeftOut: reach.countBetween() };
}
