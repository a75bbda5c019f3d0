import { isLoopback } from '../ports';
import { type Fact, factsOf } from './compare';
import { doorText } from './doors';
import { joined, type Place, Reach } from './edges';
import { type NodeId, serviceNode, type Topology } from './types';

/**
 * Tells each thing that could be done before and cannot after, in the order of the file: who loses a connection, a name for one that stays, a
 * published port. Who loses a connection loses its names with it; those are not told. The same as `compare` over all edges, but only what
 * changed is looked at: a large project has more pairs than can be kept.
 */
export function eachLost(before: Topology, after: Topology, tell: Tell): void {
  new Losing(new Reach(before), new Reach(after), tell).run();
}

/** @param again true for the way back of two services that lose each other: the way there was told. */
export type Tell = (fact: Fact, again: boolean) => void;

/** A service before and after. */
interface Move {
  index: number;
  name: string;
  node: NodeId;
  before: Place;
  after: Place;
  changed: boolean;
}

/** What sort of way a service has to published ports: as the host, through the host, or none. */
type Comer = 'host' | 'out' | 'none';

class Losing {
  private readonly moves: readonly Move[];
  /** By what makes services reachable for each other; see `groupsOf`. */
  private readonly members = new Map<string, Move[]>();
  private readonly peers = new Map<string, readonly Move[]>();
  private readonly doors = new Map<Place, Record<Comer, ReadonlySet<string>>>();

  constructor(
    private readonly old: Reach,
    private readonly now: Reach,
    private readonly tell: Tell,
  ) {
    this.moves = [...old.places].map(([name, before], index) => {
      const place = now.places.get(name) ?? {
        ...before,
        kind: 'none',
        attachments: [],
        talks: new Set(),
        hasGateway: false,
        goesOut: false,
        served: [],
        servedToAll: 0,
      };
      return { index, name, node: serviceNode(name), before, after: place, changed: !isSame(before, place) };
    });
    for (const move of this.moves) {
      for (const group of groupsOf(move.before)) {
        const there = this.members.get(group);
        if (there) there.push(move);
        else this.members.set(group, [move]);
      }
    }
  }

  run(): void {
    if (!this.moves.some(({ changed }) => changed)) return;
    const opened = this.moves.filter(({ before }) => before.served.length > 0);
    const closing = opened.filter((to) => to.changed && (this.losesDoors(to) || changesStack(to)));
    for (const from of this.moves) {
      for (const to of this.peersOf(from)) if (to !== from) this.pair(from, to);
      const targets = from.changed && (comer(from.before) !== comer(from.after) || changesStack(from)) ? opened : closing;
      for (const to of targets) if (to !== from) this.doorsBetween(from, to);
    }
    for (const { changed, name } of this.moves) if (changed) this.others(name);
  }

  /** Those with whom a service may lose its connection, in the order of the file: one of both has changed. Services of one kind share the list. */
  private peersOf(move: Move): readonly Move[] {
    const groups = move.before.kind === 'host' ? [] : groupsOf(move.before).filter((group) => this.members.get(group)!.length > 1);
    const key = JSON.stringify([move.before.kind === 'host', move.changed, ...groups]);
    let peers = this.peers.get(key);
    if (!peers) {
      const met = new Set(groups.flatMap((group) => this.members.get(group)!));
      const isMet = (other: Move): boolean => move.before.kind === 'host' || other.before.kind === 'host' || met.has(other);
      peers = this.moves.filter((other) => (move.changed || other.changed) && isMet(other));
      this.peers.set(key, peers);
    }
    return peers;
  }

  private pair(from: Move, to: Move): void {
    if (!loses(from, to)) this.names(from, to);
    else this.tell({ from: from.node, to: to.node }, to.index < from.index && loses(to, from));
  }

  private names(from: Move, to: Move): void {
    if (!connects(from.before, to.before)) return;
    // Over networks it is found by the names it has there, and most have the same on all of theirs.
    const overNetworks =
      [from.before, from.after, to.before, to.after].every(({ kind }) => kind === 'networks') &&
      !isOneStack(from.before, to.before) &&
      !isOneStack(from.after, to.after);
    if (overNetworks && hasOneName(to) && !from.before.owner.links.has(to.before.owner.name)) return;
    const named = (reach: Reach): Set<string> =>
      new Set(reach.between(from.name, to.name).flatMap(({ way, names }) => (way === 'published' ? [] : names)));
    const left = named(this.now);
    for (const name of named(this.old)) if (!left.has(name)) this.tell({ from: from.node, to: to.node, name }, false);
  }

  private doorsBetween(from: Move, to: Move): void {
    if (isOneStack(from.before, to.before)) return;
    const left = isOneStack(from.after, to.after) ? undefined : this.doorsOf(to.after)[comer(from.after)];
    for (const door of this.doorsOf(to.before)[comer(from.before)]) {
      if (!left?.has(door)) this.tell({ from: from.node, to: to.node, door }, false);
    }
  }

  private losesDoors({ before, after }: Move): boolean {
    const left = this.doorsOf(after).host;
    return [...this.doorsOf(before).host].some((door) => !left.has(door));
  }

  private doorsOf(place: Place): Record<Comer, ReadonlySet<string>> {
    let doors = this.doors.get(place);
    if (!doors) {
      const host = new Set(place.served.map(({ door }) => doorText(door)));
      const out = new Set(place.served.flatMap(({ door }) => (isLoopback(door.address) ? [] : [doorText(door)])));
      doors = { host, out, none: new Set() };
      this.doors.set(place, doors);
    }
    return doors;
  }

  private others(name: string): void {
    const [old, now] = [this.old, this.now].map((reach) => factsOf([...reach.outward(name), ...reach.inward(name)]));
    const key = (fact: Fact): string => JSON.stringify([fact.from, fact.to]);
    const lost = [...old!].filter(([each]) => !now!.has(each)).map(([, fact]) => fact);
    const gone = new Set(lost.filter((fact) => fact.name === undefined && fact.door === undefined).map(key));
    for (const fact of lost) if (fact.name === undefined || !gone.has(key(fact))) this.tell(fact, false);
  }
}

function isSame(before: Place, after: Place): boolean {
  if (before.kind !== after.kind || before.attachments.length !== after.attachments.length) return false;
  const untouched =
    before.owner === after.owner && before.attachments.every(({ segment }, index) => segment === after.attachments[index]!.segment);
  return untouched || JSON.stringify(said(before)) === JSON.stringify(said(after));
}

function said({ owner, attachments, served }: Place): unknown {
  return [owner.name, owner.attachments, [...owner.links], attachments, served];
}

/** What makes it reachable for others: networks, the stack it shares, the bridge of the Engine. */
function groupsOf({ owner, kind, talks }: Place): string[] {
  return [`stack ${owner.name}`, ...[...talks].map(({ name }) => `network ${name}`), ...(kind === 'docker0' ? ['bridge'] : [])];
}

function loses(from: Move, to: Move): boolean {
  return connects(from.before, to.before) && !connects(from.after, to.after);
}

function connects(from: Place, to: Place): boolean {
  if (isOneStack(from, to)) return true;
  if (to.kind === 'host') return from.hasGateway;
  if (from.kind === 'host') return to.hasGateway;
  return joined(from, to);
}

function isOneStack(from: Place, to: Place): boolean {
  return from.owner === to.owner || (from.kind === 'host' && to.kind === 'host');
}

/** Whose network it is on may be that of a service whose ports it used. */
function changesStack({ before, after }: Move): boolean {
  return before.owner.name !== after.owner.name || before.kind !== after.kind;
}

function comer({ kind, goesOut }: Place): Comer {
  return kind === 'host' ? 'host' : goesOut ? 'out' : 'none';
}

/** Whether it has the same names wherever it is found, before and after. */
function hasOneName({ before, after }: Move): boolean {
  const [first, ...more] = [...before.attachments, ...after.attachments].map(({ names }) => names.join('\n'));
  return more.every((names) => names === first);
}
