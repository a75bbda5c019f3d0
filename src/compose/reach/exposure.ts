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
  for (const service of names) {
    const node = serviceNode(service);
    const inward = edges.filter((edge) => edge.to === node);
    const egress = edges.filter((edge) => edge.from === node && edge.to === OUTSIDE);
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
