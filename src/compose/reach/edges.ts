import { isLoopback } from '../ports';
import { doorsOf } from './doors';
import { type Door, type Edge, HOST, type NodeId, OUTSIDE, type Segment, type Station, serviceNode, type Topology } from './types';

/**
 * Every connection that the networks allow, in the order of the file. Rules, measured on a real Engine (test/engine/networks):
 *
 *  - who shares a network talks on every port, and finds each other by service, container and host name and by the aliases there;
 *  - `network_mode: service:x` is x: its networks, its names, its ports;
 *  - a published port is served when at least one network of the container is not internal, and by nobody otherwise (moby/moby#36174);
 *  - one on a loopback address is for processes of the host only; any other also for containers of other networks, through the host, unless
 *    they are on internal networks only;
 *  - a network that is not internal leads outside; the host is reached through the gateway from every network.
 */
export function edgesOf(topology: Topology): Edge[] {
  return [...new Reach(topology).edges()];
}

/** A topology that answers who reaches whom, pair by pair: of all pairs there are too many to keep in a large project. */
export class Reach {
  /** By the names of the services, in the order of the file. */
  readonly places: ReadonlyMap<string, Place>;

  constructor(topology: Topology) {
    this.places = new Map([...topology.stations.values()].map((station) => [station.name, placeOf(station, topology)]));
  }

  *edges(): Iterable<Edge> {
    for (const from of this.places.values()) {
      for (const to of this.places.values()) if (from !== to) yield* between(from, to);
      yield* outward(from);
    }
    for (const to of this.places.values()) yield* inward(to);
  }

  /** All but what services are to each other. */
  *edgesWithOthers(): Iterable<Edge> {
    for (const from of this.places.values()) yield* outward(from);
    for (const to of this.places.values()) yield* inward(to);
  }

  /** How one service reaches another. */
  between(from: string, to: string): Edge[] {
    const [mine, theirs] = [this.places.get(from), this.places.get(to)];
    return mine && theirs && mine !== theirs ? between(mine, theirs) : [];
  }

  /** How a service gets to what is no service of the project. */
  outward(from: string): Edge[] {
    const place = this.places.get(from);
    return place ? outward(place) : [];
  }

  /** How what is no service of the project gets to a service. */
  inward(to: string): Edge[] {
    const place = this.places.get(to);
    return place ? inward(place) : [];
  }

  /** How many edges there are between services, counted up to a limit. */
  countBetween(limit = Number.POSITIVE_INFINITY): number {
    const all = [...this.places.values()];
    let count = 0;
    for (const from of all) {
      for (const to of all) if (from !== to) count += countOf(from, to);
      if (count > limit) break;
    }
    return count;
  }

  /** How many pairs of services share a network. */
  countPairs(): number {
    const all = [...this.places.values()];
    let count = 0;
    for (const [index, one] of all.entries()) {
      for (let other = index + 1; other < all.length; other++) {
        const two = all[other]!;
        if (one.owner !== two.owner && (joined(one, two) || joined(two, one))) count++;
      }
    }
    return count;
  }

  /** Whether a network joins two services: `way: network` between them. */
  meet(from: string, to: string): boolean {
    const [mine, theirs] = [this.places.get(from), this.places.get(to)];
    return mine !== undefined && theirs !== undefined && mine !== theirs && mine.owner !== theirs.owner && joined(mine, theirs);
  }
}

/** Where a service's programs are: the station whose network stack they use, when it is in the project. */
export interface Place {
  station: Station;
  owner: Station;
  /** How the owner is connected: on networks, as the host, or not in a way the file tells. */
  kind: 'networks' | 'host' | 'docker0' | 'none' | 'unknown';
  /** The networks it is on, with the names it has there. */
  attachments: readonly { segment: Segment; names: readonly string[] }[];
  /** The networks on which those who share them talk. */
  talks: ReadonlySet<Segment>;
  /** Whether the host, by the address of a bridge, is there for it, and it for the host. */
  hasGateway: boolean;
  /** Whether one of its networks leads beyond the host. */
  goesOut: boolean;
  /** The doors that Docker serves for it. A follower has those of the one it follows. */
  served: readonly Served[];
  /** How many of them are not for the host alone. */
  servedToAll: number;
}

interface Served {
  door: Door;
  sure: boolean;
}

function placeOf(station: Station, topology: Topology): Place {
  const { owner, kind } = seatOf(station, topology);
  const attachments =
    kind !== 'networks'
      ? []
      : owner.attachments.flatMap(({ network, names }) => {
          const segment = topology.segments.get(network);
          return segment ? [{ segment, names }] : [];
        });
  const segments = attachments.map(({ segment }) => segment);
  const served = servedBy(owner, kind, segments);
  const hasGateway = kind === 'docker0' || segments.some((segment) => segment.kind === 'bridge');
  return {
    station,
    owner,
    kind,
    attachments,
    talks: new Set(segments.filter((segment) => segment.talk && segment.kind !== 'none')),
    hasGateway,
    goesOut: kind === 'docker0' || segments.some(({ kind: driver, internal }) => driver === 'bridge' && internal !== true),
    served,
    servedToAll: served.filter(({ door }) => !isLoopback(door.address)).length,
  };
}

function seatOf(station: Station, { stations, segments }: Topology): Pick<Place, 'owner' | 'kind'> {
  let owner = station;
  const trail = new Set([station.name]);
  while (owner.stack.kind === 'service') {
    const next = stations.get(owner.stack.of);
    if (!next || trail.has(next.name)) return { owner, kind: 'unknown' };
    trail.add(next.name);
    owner = next;
  }
  const { kind } = owner.stack;
  if (kind === 'host' || kind === 'none') return { owner, kind };
  if (kind === 'bridge') return { owner, kind: 'docker0' };
  if (kind !== 'own') return { owner, kind: 'unknown' };
  // The driver `host` is the same as the mode.
  if (owner.attachments.some(({ network }) => segments.get(network)?.kind === 'host')) return { owner, kind: 'host' };
  return { owner, kind: 'networks' };
}

function between(from: Place, to: Place): Edge[] {
  const ends = { from: serviceNode(from.station.name), to: serviceNode(to.station.name) };
  // The names of the one whose network it is lead there, too: to themselves.
  if (from.owner === to.owner) return [{ ...ends, way: 'stack', names: ['localhost', ...namesOf(from)], sure: true }];
  if (from.kind === 'host' && to.kind === 'host') return [{ ...ends, way: 'stack', names: ['localhost'], sure: true }];
  if (to.kind === 'host') return from.hasGateway ? [{ ...ends, way: 'gateway', names: [], sure: true }] : [];
  const out: Edge[] = [];
  if (from.kind === 'host') {
    if (to.hasGateway) out.push({ ...ends, way: 'address', names: [], sure: true });
    for (const { door, sure } of to.served) out.push({ ...ends, way: 'published', names: ['localhost'], door, sure });
    return out;
  }
  if (from.kind === 'docker0' && to.kind === 'docker0') out.push({ ...ends, way: 'network', network: 'bridge', names: [], sure: true });
  for (const { segment, names } of common(from, to)) {
    const linked = segment.resolves ? (from.owner.links.get(to.owner.name) ?? []) : [];
    out.push({
      ...ends,
      way: 'network',
      network: segment.name,
      names: [...new Set([...names, ...linked])],
      sure: segment.kind === 'bridge' && segment.talk,
    });
  }
  // A published port is also there for containers that share no network with it, through the host; not for those on internal networks
  // only, whose way to the host ends where the port would be handed on.
  if (from.goesOut) {
    for (const { door, sure } of to.served) if (!isLoopback(door.address)) out.push({ ...ends, way: 'published', names: [], door, sure });
  }
  return out;
}

/** How many edges `between` makes of two places. */
function countOf(from: Place, to: Place): number {
  if (from.owner === to.owner || (from.kind === 'host' && to.kind === 'host')) return 1;
  if (to.kind === 'host') return from.hasGateway ? 1 : 0;
  if (from.kind === 'host') return (to.hasGateway ? 1 : 0) + to.served.length;
  let count = from.kind === 'docker0' && to.kind === 'docker0' ? 1 : 0;
  for (const { segment } of to.attachments) if (from.talks.has(segment)) count++;
  return count + (from.goesOut ? to.servedToAll : 0);
}

function outward(from: Place): Edge[] {
  const node = serviceNode(from.station.name);
  if (from.kind === 'none') return [];
  if (from.kind === 'unknown') return [{ from: node, to: OUTSIDE, way: 'egress', names: [], sure: false }];
  if (from.kind === 'host') {
    return [
      { from: node, to: HOST, way: 'direct', names: ['localhost'], sure: true },
      { from: node, to: OUTSIDE, way: 'egress', names: [], sure: true },
    ];
  }
  const out: Edge[] = [];
  if (from.hasGateway) out.push({ from: node, to: HOST, way: 'gateway', names: [], sure: true });
  if (from.kind === 'docker0') return [...out, { from: node, to: OUTSIDE, way: 'egress', network: 'bridge', names: [], sure: true }];
  for (const { segment } of from.attachments) {
    if (segment.internal !== true && segment.kind !== 'none')
      out.push({ from: node, to: OUTSIDE, way: 'egress', network: segment.name, names: [], sure: leadsOut(segment) });
    if (segment.external && segment.kind !== 'host' && segment.kind !== 'none')
      out.push({ from: node, to: `others:${segment.name}`, way: 'network', network: segment.name, names: [], sure: false });
  }
  return out;
}

function inward(to: Place): Edge[] {
  const node = serviceNode(to.station.name);
  const out: Edge[] = [];
  if (to.kind === 'host') {
    return [
      { from: HOST, to: node, way: 'direct', names: ['localhost'], sure: true },
      // Whatever it listens on, on every address: nothing stands between it and the LAN but a firewall of the host.
      { from: OUTSIDE, to: node, way: 'direct', names: [], sure: true },
    ];
  }
  if (to.hasGateway) out.push({ from: HOST, to: node, way: 'address', names: [], sure: true });
  for (const { door, sure } of to.served) {
    out.push({ from: HOST, to: node, way: 'published', names: isLoopback(door.address) ? ['localhost'] : [], door, sure });
    if (!isLoopback(door.address)) out.push({ from: OUTSIDE, to: node, way: 'published', names: [], door, sure });
  }
  for (const { segment, names } of to.attachments) {
    if (segment.kind === 'lan' && segment.internal !== true)
      out.push({ from: OUTSIDE, to: node, way: 'direct', network: segment.name, names: [], sure: !segment.external });
    if (segment.external && segment.kind !== 'host' && segment.kind !== 'none')
      out.push({ from: `others:${segment.name}` as NodeId, to: node, way: 'network', network: segment.name, names, sure: false });
  }
  return out;
}

function servedBy(owner: Station, kind: Place['kind'], segments: readonly Segment[]): Served[] {
  if (kind === 'docker0') return owner.ports.flatMap(doorsOf).map((door) => ({ door, sure: true }));
  if (kind !== 'networks') return [];
  const open = segments.filter((segment) => segment.internal !== true && segment.kind === 'bridge');
  if (open.length === 0) return [];
  const sure = open.some(leadsOut);
  return owner.ports.flatMap((port) => doorsOf(port).map((door) => ({ door, sure: sure && port.known })));
}

function leadsOut(segment: Segment): boolean {
  return segment.internal === false && !segment.external && segment.kind !== 'other';
}

function namesOf({ owner }: Place): string[] {
  return [...new Set(owner.attachments.flatMap(({ names }) => names))];
}

function common(from: Place, to: Place): Place['attachments'] {
  return to.attachments.filter(({ segment }) => from.talks.has(segment));
}

/** Whether a network joins two places that do not have the same network stack. */
export function joined(from: Place, to: Place): boolean {
  if (from.kind === 'docker0' && to.kind === 'docker0') return true;
  return to.attachments.some(({ segment }) => from.talks.has(segment));
}
