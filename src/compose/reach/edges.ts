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
  const places = new Map([...topology.stations.values()].map((station) => [station.name, placeOf(station, topology)]));
  const out: Edge[] = [];
  for (const from of places.values()) {
    for (const to of places.values()) if (from !== to) out.push(...between(from, to, topology));
    out.push(...outward(from, topology));
  }
  for (const to of places.values()) out.push(...inward(to, topology));
  return out;
}

/** Where a service's programs are: the station whose network stack they use, when it is in the project. */
interface Place {
  station: Station;
  owner: Station;
  /** How the owner is connected: on networks, as the host, or not in a way the file tells. */
  kind: 'networks' | 'host' | 'docker0' | 'none' | 'unknown';
}

function placeOf(station: Station, { stations, segments }: Topology): Place {
  let owner = station;
  const trail = new Set([station.name]);
  while (owner.stack.kind === 'service') {
    const next = stations.get(owner.stack.of);
    if (!next || trail.has(next.name)) return { station, owner, kind: 'unknown' };
    trail.add(next.name);
    owner = next;
  }
  const { kind } = owner.stack;
  if (kind === 'host' || kind === 'none') return { station, owner, kind };
  if (kind === 'bridge') return { station, owner, kind: 'docker0' };
  if (kind !== 'own') return { station, owner, kind: 'unknown' };
  // The driver `host` is the same as the mode.
  if (owner.attachments.some(({ network }) => segments.get(network)?.kind === 'host')) return { station, owner, kind: 'host' };
  return { station, owner, kind: 'networks' };
}

function between(from: Place, to: Place, topology: Topology): Edge[] {
  const ends = { from: serviceNode(from.station.name), to: serviceNode(to.station.name) };
  // The names of the one whose network it is lead there, too: to themselves.
  if (from.owner === to.owner) return [{ ...ends, way: 'stack', names: ['localhost', ...namesOf(from)], sure: true }];
  if (from.kind === 'host' && to.kind === 'host') return [{ ...ends, way: 'stack', names: ['localhost'], sure: true }];
  if (to.kind === 'host') return hasGateway(from, topology) ? [{ ...ends, way: 'gateway', names: [], sure: true }] : [];
  const out: Edge[] = [];
  if (from.kind === 'host') {
    if (hasAddress(to, topology)) out.push({ ...ends, way: 'address', names: [], sure: true });
    for (const door of served(to, topology))
      out.push({ ...ends, way: 'published', names: ['localhost'], door: door.door, sure: door.sure });
    return out;
  }
  if (from.kind === 'docker0' && to.kind === 'docker0') out.push({ ...ends, way: 'network', network: 'bridge', names: [], sure: true });
  for (const { segment, names } of common(from, to, topology)) {
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
  if (goesOut(from, topology)) {
    for (const { door, sure } of served(to, topology))
      if (!isLoopback(door.address)) out.push({ ...ends, way: 'published', names: [], door, sure });
  }
  return out;
}

function outward(from: Place, topology: Topology): Edge[] {
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
  if (hasGateway(from, topology)) out.push({ from: node, to: HOST, way: 'gateway', names: [], sure: true });
  if (from.kind === 'docker0') return [...out, { from: node, to: OUTSIDE, way: 'egress', network: 'bridge', names: [], sure: true }];
  for (const segment of segmentsOf(from, topology)) {
    if (segment.internal !== true && segment.kind !== 'none')
      out.push({ from: node, to: OUTSIDE, way: 'egress', network: segment.name, names: [], sure: leadsOut(segment) });
    if (segment.external && segment.kind !== 'host' && segment.kind !== 'none')
      out.push({ from: node, to: `others:${segment.name}`, way: 'network', network: segment.name, names: [], sure: false });
  }
  return out;
}

function inward(to: Place, topology: Topology): Edge[] {
  const node = serviceNode(to.station.name);
  const out: Edge[] = [];
  if (to.kind === 'host') {
    return [
      { from: HOST, to: node, way: 'direct', names: ['localhost'], sure: true },
      // Whatever it listens on, on every address: nothing stands between it and the LAN but a firewall of the host.
      { from: OUTSIDE, to: node, way: 'direct', names: [], sure: true },
    ];
  }
  if (hasAddress(to, topology)) out.push({ from: HOST, to: node, way: 'address', names: [], sure: true });
  for (const { door, sure } of served(to, topology)) {
    out.push({ from: HOST, to: node, way: 'published', names: isLoopback(door.address) ? ['localhost'] : [], door, sure });
    if (!isLoopback(door.address)) out.push({ from: OUTSIDE, to: node, way: 'published', names: [], door, sure });
  }
  for (const { segment, names } of attachmentsOf(to, topology)) {
    if (segment.kind === 'lan' && segment.internal !== true)
      out.push({ from: OUTSIDE, to: node, way: 'direct', network: segment.name, names: [], sure: !segment.external });
    if (segment.external && segment.kind !== 'host' && segment.kind !== 'none')
      out.push({ from: `others:${segment.name}` as NodeId, to: node, way: 'network', network: segment.name, names, sure: false });
  }
  return out;
}

/** The doors that Docker serves for this place. A follower has those of the one it follows. */
function served(to: Place, topology: Topology): { door: Door; sure: boolean }[] {
  if (to.kind === 'docker0') return to.owner.ports.flatMap(doorsOf).map((door) => ({ door, sure: true }));
  if (to.kind !== 'networks') return [];
  const open = segmentsOf(to, topology).filter((segment) => segment.internal !== true && segment.kind === 'bridge');
  if (open.length === 0) return [];
  const sure = open.some(leadsOut);
  return to.owner.ports.flatMap((port) => doorsOf(port).map((door) => ({ door, sure: sure && port.known })));
}

function leadsOut(segment: Segment): boolean {
  return segment.internal === false && !segment.external && segment.kind !== 'other';
}

/** Whether the host, by the address of a bridge, is there for it. */
function hasGateway(place: Place, topology: Topology): boolean {
  return place.kind === 'docker0' || segmentsOf(place, topology).some(({ kind }) => kind === 'bridge');
}

/** Whether one of its networks leads beyond the host. */
function goesOut(place: Place, topology: Topology): boolean {
  return place.kind === 'docker0' || segmentsOf(place, topology).some(({ kind, internal }) => kind === 'bridge' && internal !== true);
}

/** Whether the container has an address that the host has a route to. */
function hasAddress(place: Place, topology: Topology): boolean {
  return hasGateway(place, topology);
}

function namesOf({ owner }: Place): string[] {
  return [...new Set(owner.attachments.flatMap(({ names }) => names))];
}

function segmentsOf(place: Place, topology: Topology): Segment[] {
  return attachmentsOf(place, topology).map(({ segment }) => segment);
}

function attachmentsOf(place: Place, { segments }: Topology): { segment: Segment; names: readonly string[] }[] {
  if (place.kind !== 'networks') return [];
  return place.owner.attachments.flatMap(({ network, names }) => {
    const segment = segments.get(network);
    return segment ? [{ segment, names }] : [];
  });
}

function common(from: Place, to: Place, topology: Topology): { segment: Segment; names: readonly string[] }[] {
  const mine = new Set(segmentsOf(from, topology));
  return attachmentsOf(to, topology).filter(({ segment }) => mine.has(segment) && segment.talk && segment.kind !== 'none');
}
