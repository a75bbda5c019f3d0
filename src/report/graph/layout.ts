import type { Picture, PictureNetwork, PictureService } from './picture';
import { textWidth } from './text';

/*
 * Columns, from what is outside to what is deep inside: outside, services that it reaches, their networks, the services behind those, and so
 * on. Networks are upright bars with the services hanging on them from both sides. dagre finds an order with few crossings.
 */

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Card extends Box {
  service: PictureService;
}

export interface Bar extends Box {
  network: PictureNetwork;
}

/** A line from a card to a bar, always level. */
export interface Wire {
  network: PictureNetwork;
  service: PictureService;
  from: number;
  to: number;
  y: number;
}

/** An arrow from outside to a card. */
export interface Entry {
  service: PictureService;
  text: string;
  from: number;
  to: number;
  y: number;
}

export interface Layout {
  width: number;
  height: number;
  outside: Box;
  cards: Card[];
  bars: Bar[];
  wires: Wire[];
  entries: Entry[];
}

const CARD_WIDTH = 188;
const BAR_WIDTH = 24;
/** Between a card and the bar beside it, and between bars. */
const GAP = 26;
const LANE = BAR_WIDTH + 18;
const OUTSIDE_WIDTH = 34;

/** A service and those that use its network, one under the other. */
interface Unit {
  id: string;
  services: PictureService[];
  networks: string[];
}

export function cardHeight({ reachable, hostOnly, store, egress, mode }: PictureService): number {
  const chips = hostOnly.length > 0 || mode !== undefined || reachable || (store && egress === true);
  return chips ? 68 : 46;
}

export function layoutOf(picture: Picture): Layout {
  const units = unitsOf(picture);
  const ranks = ranksOf(picture, units);
  const ys = order(picture, units, ranks);
  return place(picture, units, ranks, ys);
}

function unitsOf({ services }: Picture): Unit[] {
  const roots = new Map<string, PictureService>();
  const root = (service: PictureService, trail: readonly string[] = []): PictureService => {
    const next = service.follows && !trail.includes(service.id) ? services.find(({ id }) => id === service.follows) : undefined;
    return next ? root(next, [...trail, service.id]) : service;
  };
  for (const service of services) roots.set(service.id, root(service));
  return services
    .filter((service) => roots.get(service.id) === service)
    .map((owner) => ({
      id: owner.id,
      services: [owner, ...services.filter((each) => each !== owner && roots.get(each.id) === owner)],
      networks: owner.networks,
    }));
}

/** How deep a unit or a network is: those that outside reaches are 1, their networks 2, who else is on those 3, and so on. */
function ranksOf({ networks }: Picture, units: readonly Unit[]): Map<string, number> {
  const ranks = new Map<string, number>();
  const spread = (from: readonly string[]): void => {
    let edge = from;
    for (let rank = ranks.get(edge[0] ?? '') ?? 1; edge.length > 0; rank++) {
      const next = new Set<string>();
      for (const id of edge) {
        const unit = units.find((each) => each.id === id);
        for (const other of unit
          ? unit.networks
          : membersOf(
              networks.find((each) => each.id === id),
              units,
            ))
          if (!ranks.has(other)) next.add(other);
      }
      for (const id of next) ranks.set(id, rank + 1);
      edge = [...next];
    }
  };
  const start = (ids: readonly string[], rank: number): void => {
    for (const id of ids) ranks.set(id, rank);
    spread(ids);
  };
  start(
    units.filter(({ services }) => services.some(({ doors, direct }) => doors.length > 0 || direct)).map(({ id }) => id),
    1,
  );
  // Others come in through external networks.
  start(
    networks.filter(({ id, kind }) => kind === 'external' && !ranks.has(id)).map(({ id }) => id),
    2,
  );
  // What nobody outside reaches starts with its networks that lead out, then with any; what is on none is by itself.
  for (const wanted of [(network: PictureNetwork) => network.kind !== 'internal', () => true])
    for (const network of networks) if (!ranks.has(network.id) && wanted(network)) startBehind(network, units, ranks, start);
  for (const { id } of units) if (!ranks.has(id)) ranks.set(id, 1);
  return ranks;
}

/** Those of a network's members that are no data stores come first, and the stores behind it. */
function startBehind(
  network: PictureNetwork,
  units: readonly Unit[],
  ranks: ReadonlyMap<string, number>,
  start: (ids: string[], rank: number) => void,
): void {
  const members = units.filter(({ id, networks }) => networks.includes(network.id) && !ranks.has(id));
  const callers = members.filter(({ services }) => !services.some(({ store }) => store));
  if (callers.length > 0)
    start(
      callers.map(({ id }) => id),
      1,
    );
  else start([network.id], 2);
}

function membersOf(network: PictureNetwork | undefined, units: readonly Unit[]): string[] {
  return network ? units.filter(({ networks }) => networks.includes(network.id)).map(({ id }) => id) : [];
}

/** The middle of everything from top to bottom, by id. */
function order(picture: Picture, units: readonly Unit[], ranks: ReadonlyMap<string, number>): Map<string, number> {
  return units.length + picture.networks.length > MOST_ORDERED
    ? inFileOrder(picture, units, ranks)
    : withFewCrossings(picture, units, ranks);
}

/** The search for few crossings takes quadratic time, and in a drawing of this size nobody follows a line. */
const MOST_ORDERED = 120;

/** Services one under the other as the file has them, networks in the middle of those on them. */
function inFileOrder({ networks }: Picture, units: readonly Unit[], ranks: ReadonlyMap<string, number>): Map<string, number> {
  const ys = new Map<string, number>();
  const used = new Map<number, number>();
  const members = new Map<string, number[]>(networks.map(({ id }) => [id, []]));
  for (const unit of units) {
    const rank = ranks.get(unit.id)!;
    const top = used.get(rank) ?? 0;
    const height = heightOf(unit);
    const y = Math.round(top + height / 2);
    used.set(rank, top + height + 14);
    ys.set(unit.id, y);
    for (const network of unit.networks) members.get(network)?.push(y);
  }
  for (const [id, on] of members) ys.set(id, on.length > 0 ? Math.round(on.reduce((sum, y) => sum + y, 0) / on.length) : 0);
  return ys;
}

function withFewCrossings({ networks }: Picture, units: readonly Unit[], ranks: ReadonlyMap<string, number>): Map<string, number> {
  const { graphlib, layout } = require('@dagrejs/dagre') as typeof import('@dagrejs/dagre');
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 14, ranksep: 60, ranker: 'network-simplex' });
  graph.setDefaultEdgeLabel(() => ({}));
  graph.setNode('outside', { width: OUTSIDE_WIDTH, height: 40 });
  for (const unit of units) {
    graph.setNode(unit.id, { width: CARD_WIDTH, height: heightOf(unit) });
    if (ranks.get(unit.id) === 1) graph.setEdge('outside', unit.id, { weight: 1 });
  }
  for (const { id } of networks) {
    graph.setNode(id, { width: BAR_WIDTH, height: 30 });
    // Networks that are reached from elsewhere, and services behind them: the edge keeps them in their column.
    if (ranks.get(id) === 2 && !units.some((unit) => unit.networks.includes(id) && ranks.get(unit.id) === 1))
      graph.setEdge('outside', id, { minlen: 2, weight: 1 });
  }
  for (const unit of units) {
    for (const network of unit.networks) {
      const inward = ranks.get(unit.id)! < ranks.get(network)!;
      graph.setEdge(inward ? unit.id : network, inward ? network : unit.id, { weight: 2 });
    }
  }
  layout(graph);
  return new Map(graph.nodes().map((id: string) => [id, Math.round((graph.node(id) as { y: number }).y)]));
}

function heightOf({ services }: Unit): number {
  return services.reduce((sum, service) => sum + cardHeight(service), 0);
}

function place(picture: Picture, units: readonly Unit[], ranks: ReadonlyMap<string, number>, ys: ReadonlyMap<string, number>): Layout {
  const top = Math.min(...units.map((unit) => ys.get(unit.id)! - heightOf(unit) / 2), 0);
  const entryTexts = new Map(units.map((unit) => [unit.id, entryText(unit)]));
  const entryGap = Math.max(56, ...[...entryTexts.values()].map((text) => (text === undefined ? 0 : textWidth(text, 11) + 30)));
  const wires: Wire[] = [];
  const cards: Card[] = [];
  const bars: Bar[] = [];
  const last = Math.max(1, ...ranks.values());
  let x = OUTSIDE_WIDTH + entryGap;
  const wireY = new Map<string, number>();
  for (const unit of units) {
    const y = Math.round(ys.get(unit.id)! - heightOf(unit) / 2 - top);
    const rank = ranks.get(unit.id)!;
    for (const side of [rank - 1, rank + 1]) {
      const here = unit.networks.filter((id) => ranks.get(id) === side).sort((a, b) => ys.get(a)! - ys.get(b)!);
      const height = cardHeight(unit.services[0]!);
      for (const [index, id] of here.entries()) wireY.set(`${unit.id} ${id}`, Math.round(y + (height * (index + 1)) / (here.length + 1)));
    }
  }
  for (let rank = 1; rank <= last; rank++) {
    if (rank % 2 === 1) {
      for (const unit of units.filter(({ id }) => ranks.get(id) === rank)) {
        let y = Math.round(ys.get(unit.id)! - heightOf(unit) / 2 - top);
        for (const service of unit.services) {
          const height = cardHeight(service);
          cards.push({ service, x, y, width: CARD_WIDTH, height });
          y += height;
        }
      }
      x += CARD_WIDTH;
    } else {
      const column = picture.networks
        .filter(({ id }) => ranks.get(id) === rank)
        .map((network) => span(network, units, wireY, ys.get(network.id)! - top));
      const lanes = lanesOf(column);
      for (const [index, { network, y, height }] of column.entries())
        bars.push({ network, x: x + GAP + lanes[index]! * LANE, y, width: BAR_WIDTH, height });
      x += 2 * GAP + Math.max(1, ...lanes.map((lane) => lane + 1)) * LANE - (LANE - BAR_WIDTH);
    }
  }
  for (const bar of bars) {
    for (const unit of units) {
      const y = wireY.get(`${unit.id} ${bar.network.id}`);
      const card = cards.find(({ service }) => service.id === unit.id)!;
      if (y === undefined) continue;
      const before = ranks.get(unit.id)! < ranks.get(bar.network.id)!;
      wires.push({
        network: bar.network,
        service: unit.services[0]!,
        y,
        from: before ? card.x + card.width : card.x,
        to: before ? bar.x : bar.x + bar.width,
      });
    }
  }
  const entries = units.flatMap((unit): Entry[] => {
    const text = entryTexts.get(unit.id);
    const card = cards.find(({ service }) => service.id === unit.id)!;
    return text === undefined
      ? []
      : [{ service: unit.services[0]!, text, from: OUTSIDE_WIDTH, to: card.x, y: Math.round(card.y + card.height / 2) }];
  });
  const height = Math.max(120, ...cards.map((card) => card.y + card.height), ...bars.map((bar) => bar.y + bar.height));
  const width = Math.max(...cards.map((card) => card.x + card.width), ...bars.map((bar) => bar.x + bar.width + GAP), OUTSIDE_WIDTH + 200);
  return { width, height, outside: { x: 0, y: 0, width: OUTSIDE_WIDTH, height }, cards, bars, wires, entries };
}

function entryText({ services: [owner] }: Unit): string | undefined {
  if (owner!.doors.length > 0) return owner!.doors.length > 3 ? `${owner!.doors.slice(0, 3).join(', ')} …` : owner!.doors.join(', ');
  return owner!.direct ? (owner!.mode === 'host' ? 'all ports' : 'on the LAN') : undefined;
}

/** A bar is as long as what hangs on it, and as its name. */
function span(
  network: PictureNetwork,
  units: readonly Unit[],
  wireY: ReadonlyMap<string, number>,
  middle: number,
): { network: PictureNetwork; y: number; height: number } {
  const ys = units.flatMap(({ id }) => wireY.get(`${id} ${network.id}`) ?? []);
  const [low, high] = ys.length > 0 ? [Math.min(...ys) - 14, Math.max(...ys) + 14] : [middle - 20, middle + 20];
  const needed = textWidth(network.name, 12, true) + 44;
  const more = Math.max(0, needed - (high - low)) / 2;
  return { network, y: Math.round(Math.max(0, low - more)), height: Math.round(high - low + 2 * more) };
}

/** Which bars of a column may be one above the other. */
function lanesOf(column: readonly { y: number; height: number }[]): number[] {
  const ends: number[] = [];
  const lanes: number[] = new Array(column.length).fill(0);
  for (const index of column.map((_, at) => at).sort((a, b) => column[a]!.y - column[b]!.y)) {
    const { y, height } = column[index]!;
    const free = ends.findIndex((end) => end + 10 <= y);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = y + height;
    lanes[index] = lane;
  }
  return lanes;
}
