import type { ComposeProject } from '../compose/project';
import { edgesOf } from '../compose/reach/edges';
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
  edges: Edge[];
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
}

const STORES: ReadonlySet<Role> = new Set(['datastore', 'cache', 'queue']);

export function networkView(context: IntentContext): NetworkView {
  const { project, advise } = context;
  const topology = readTopology(project);
  const edges = edgesOf(topology);
  const exposures = exposuresOf(edges, topology.stations.keys());
  const services = [...topology.stations.values()].map(({ name, stack, attachments }): NetworkService => {
    const service = project.service(name)!;
    const { label, role, port } = advise(service);
    const exposure = exposures.get(name)!;
    const unwanted = exposure.doors.filter(
      ({ target, protocol }) => port(Number.parseInt(target, 10), protocol === 'udp' ? 'udp' : 'tcp').value !== 'public',
    );
    const hostOnly = edges.flatMap(({ from, to, door, names }) =>
      from === 'host' && to === `service:${name}` && door && names.length > 0 ? [door] : [],
    );
    const networks = attachments.map(({ network }) => network);
    return { ...exposure, name, image: label, role, store: STORES.has(role), stack, networks, unwanted, hostOnly };
  });
  const networks = [...topology.segments.values()].map((segment) => ({
    ...segment,
    members: services.filter((service) => service.networks.includes(segment.name)).map(({ name }) => name),
  }));
  return { services, networks, edges, calls: [...new Intent(context).calls] };
}

/** The networks before and after a change of the project, and every connection that goes with its reason. */
export function networkChange(before: IntentContext, after: ComposeProject, preset: Preset): NetworkChange {
  const intent = new Intent(before);
  const pairs = new Pairs({ ...before, preset }, intent);
  const stores = [...storesOf(before, intent), ...storesOf({ ...before, project: after }, new Intent({ ...before, project: after }))];
  const { losses, unexplained } = explainLosses(readTopology(before.project), readTopology(after), pairs, stores);
  const rows = [
    ...losses.map(({ fact, why }) => ({ fact, why })),
    ...unexplained.map((fact) => ({ fact, why: fact.door === undefined ? 'another change took it away' : 'it is not published any more' })),
  ].filter(({ fact }) => fact.name === undefined);
  return {
    before: networkView(before),
    after: networkView({ ...before, project: after }),
    losses: rows.map(({ fact: { from, to, door }, why }) => ({
      from: nodeName(from),
      to: nodeName(to),
      ...(door === undefined ? {} : { door }),
      why,
    })),
  };
}
