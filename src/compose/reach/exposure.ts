import { type Door, type Edge, OUTSIDE, serviceNode } from './types';

/** How a service is exposed to, and can get to, what is not the project's. */
export interface Exposure {
  service: string;
  /** Doors that other machines can use. */
  doors: Door[];
  /** It has an address on the LAN, or is the host: all that listens is there. */
  direct: boolean;
  /** External networks whose other containers reach it. */
  shared: string[];
  /** Whether it can call out; `maybe` when an external network, or a variable, decides. */
  egress: boolean | 'maybe';
}

/** @param names the services asked about */
export function exposuresOf(edges: readonly Edge[], names: Iterable<string>): Map<string, Exposure> {
  const out = new Map<string, Exposure>();
  const [arriving, leaving] = [new Map<string, Edge[]>(), new Map<string, Edge[]>()];
  const put = (map: Map<string, Edge[]>, node: string, edge: Edge): void => {
    const there = map.get(node);
    if (there) there.push(edge);
    else map.set(node, [edge]);
  };
  for (const edge of edges) {
    put(arriving, edge.to, edge);
    if (edge.to === OUTSIDE) put(leaving, edge.from, edge);
  }
  for (const service of names) {
    const node = serviceNode(service);
    const inward = arriving.get(node) ?? [];
    const egress = leaving.get(node) ?? [];
    out.set(service, {
      service,
      doors: inward.flatMap(({ from, door }) => (from === OUTSIDE && door ? [door] : [])),
      direct: inward.some(({ from, way }) => from === OUTSIDE && way === 'direct'),
      shared: inward.flatMap(({ from, network }) => (from.startsWith('others:') ? [network!] : [])),
      egress: egress.some(({ sure }) => sure) ? true : egress.length > 0 ? 'maybe' : false,
    });
  }
  return out;
}
