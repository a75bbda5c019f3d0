import type { Port } from '../types';

/** A node: `service:web`, `host` (processes of the Docker host), `outside` (the LAN and the internet), `others:proxy` (other projects on that external network). */
export type NodeId = `service:${string}` | 'host' | 'outside' | `others:${string}`;

/** Whose network a container's programs see. `unknown` hangs on a variable; `container` is one outside of the project. */
export type Stack =
  | { kind: 'own' | 'host' | 'none' | 'bridge' | 'unknown' }
  | { kind: 'service'; of: string }
  | { kind: 'container'; of: string };

/** A service on a network, and the names by which the others on it find it. */
export interface Attachment {
  network: string;
  names: readonly string[];
}

/** What of a service decides whom it reaches. */
export interface Station {
  name: string;
  stack: Stack;
  /** Of its own; empty unless `stack` is its own. */
  attachments: readonly Attachment[];
  ports: readonly Port[];
  /** Names that only this service has for others, through `links: [db:mysql]`. */
  links: ReadonlyMap<string, readonly string[]>;
}

export interface Segment {
  name: string;
  /** No way out of it. `maybe` hangs on a variable, or is not written in this file. */
  internal: boolean | 'maybe';
  external: boolean;
  /** `bridge` when nothing is written. `lan` = macvlan and ipvlan, whose containers have addresses of the LAN. */
  kind: 'bridge' | 'lan' | 'host' | 'none' | 'other';
  /** False when the containers on it are kept apart (`com.docker.network.bridge.enable_icc: false`). */
  talk: boolean;
  /** False on Docker's own `bridge`, where no names resolve. */
  resolves: boolean;
  /** The real name, when the file says it. */
  realName?: string;
}

/** Everything that decides who reaches whom, and nothing else. A plan is a changed copy of it. */
export interface Topology {
  stations: ReadonlyMap<string, Station>;
  segments: ReadonlyMap<string, Segment>;
}

/** How a connection gets there. */
export type Way =
  /** A network that both are on. */
  | 'network'
  /** The same network stack (`network_mode: service:x`): they are `localhost` to each other. */
  | 'stack'
  /** A port published on the host. */
  | 'published'
  /** The address of the container itself, from the host's side. */
  | 'address'
  /** The gateway of its network, which is the host. */
  | 'gateway'
  /** Out through the host. */
  | 'egress'
  /** It has an address on the LAN, or is the host. */
  | 'direct';

/** A published port on one address family. */
export interface Door {
  /** `0.0.0.0` and `::` are all addresses of the family. */
  address: string;
  family: 4 | 6;
  /** The port or range on the host; undefined = Docker picks one. */
  published?: string;
  target: string;
  protocol: string;
}

/** `from` can open a connection to `to`. What listens there, and whether it lets `from` in, is not in the file. */
export interface Edge {
  from: NodeId;
  to: NodeId;
  way: Way;
  /** The network it goes over. */
  network?: string;
  /** The names by which `from` finds `to`; empty = by address only. */
  names: readonly string[];
  door?: Door;
  /** False when it depends on something that is not in the file. */
  sure: boolean;
}

export const HOST: NodeId = 'host';
export const OUTSIDE: NodeId = 'outside';

export function serviceNode(name: string): NodeId {
  return `service:${name}`;
}

/** The name of a node for people. */
export function nodeName(node: NodeId): string {
  if (node === HOST) return 'the host';
  if (node === OUTSIDE) return 'outside';
  const name = node.slice(node.indexOf(':') + 1);
  return node.startsWith('others:') ? `others on "${name}"` : name;
}
