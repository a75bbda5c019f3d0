import { doorText } from '../../../src/compose/reach/doors';
import { edgesOf } from '../../../src/compose/reach/edges';
import { HOST, type NodeId, OUTSIDE, serviceNode, type Topology } from '../../../src/compose/reach/types';

/** Where a probe starts: in a service's container, on the host, on the other machine, or in a container of another project. */
export type Origin = { at: 'service'; name: string } | { at: 'host' | 'lan' | 'others' };

/** One connection to try, and whether the model says that it works. */
export interface Probe {
  from: Origin;
  /** A name, an address, or what is only known when the containers run. */
  to: { host: string } | { addressOf: string; on: string } | { gatewayOf: string };
  port: number;
  works: boolean;
  /** For the person who reads a failure. */
  what: string;
}

/** What the stacks say that the topology does not: the port a service's program listens on. */
export type Listens = (service: string) => number;

export const ADDRESSES = { host4: '198.18.200.1', host6: 'fd00:ba77::1', outside: '198.18.200.2' };
export const OUTSIDE_PORT = 9999;
export const HOST_PORT = 9998;

/** Everything that can be tried in a project: the model's yes and its no are both put to the test. */
export function probesOf(topology: Topology, listens: Listens): Probe[] {
  const edges = edgesOf(topology);
  const stations = [...topology.stations.values()];
  const out: Probe[] = [];
  const has = (from: NodeId, to: NodeId, test: (edge: (typeof edges)[number]) => boolean = () => true): boolean =>
    edges.some((edge) => edge.from === from && edge.to === to && test(edge));
  const everyName = new Map(
    stations.map((station) => [station.name, new Set([station.name, ...station.attachments.flatMap(({ names }) => names)])]),
  );
  for (const { links } of stations) for (const [to, names] of links) for (const name of names) everyName.get(to)?.add(name);

  for (const a of stations) {
    const node = serviceNode(a.name);
    const from: Origin = { at: 'service', name: a.name };
    const mine = ownerOf(a.name, topology);
    for (const b of stations) {
      if (a === b) continue;
      const other = serviceNode(b.name);
      for (const name of everyName.get(b.name)!) {
        const works = has(node, other, (edge) => (edge.way === 'network' || edge.way === 'stack') && edge.names.includes(name));
        out.push({ from, to: { host: name }, port: listens(b.name), works, what: `${a.name} -> ${b.name} by the name ${name}` });
      }
      if (ownerOf(b.name, topology) === mine) {
        out.push({
          from,
          to: { host: 'localhost' },
          port: listens(b.name),
          works: has(node, other, ({ way }) => way === 'stack'),
          what: `${a.name} -> ${b.name} as localhost`,
        });
        continue;
      }
      for (const { network } of b.attachments) {
        const works = has(node, other, (edge) => edge.network === network) || has(node, other, ({ way }) => way === 'address');
        out.push({
          from,
          to: { addressOf: b.name, on: network },
          port: listens(b.name),
          works,
          what: `${a.name} -> ${b.name} by its address on ${network}`,
        });
      }
      // What another publishes is met at the gateway of one's own networks.
      for (const network of stations.find(({ name }) => name === mine)!.attachments.map((each) => each.network)) {
        for (const port of b.ports.map(({ published }) => Number(published))) {
          const met = has(
            node,
            other,
            ({ way, door }) => way === 'published' && door?.published === String(port) && door.address === '0.0.0.0',
          );
          const works = met && topology.segments.get(network)?.internal !== true;
          out.push({
            from,
            to: { gatewayOf: network },
            port,
            works,
            what: `${a.name} -> ${b.name} by its published port ${port}, at the gateway of ${network}`,
          });
        }
      }
    }
    out.push({ from, to: { host: ADDRESSES.outside }, port: OUTSIDE_PORT, works: has(node, OUTSIDE), what: `${a.name} -> outside` });
    for (const { network } of a.attachments)
      out.push({
        from,
        to: { gatewayOf: network },
        port: HOST_PORT,
        works: has(node, HOST),
        what: `${a.name} -> the host at the gateway of ${network}`,
      });
    inward(a.name);
  }
  return out;

  function inward(name: string): void {
    const { ports, attachments, stack } = topology.stations.get(name)!;
    const node = serviceNode(name);
    for (const { published } of ports) {
      const tries: [at: 'host' | 'lan', host: string, addresses: string[]][] = [
        ['lan', ADDRESSES.host4, ['0.0.0.0']],
        ['lan', ADDRESSES.host6, ['::']],
        ['host', '127.0.0.1', ['0.0.0.0', '127.0.0.1']],
        ['host', '::1', ['::', '::1']],
        ['host', ADDRESSES.host4, ['0.0.0.0']],
      ];
      for (const [at, host, addresses] of tries) {
        const works = has(
          at === 'lan' ? OUTSIDE : HOST,
          node,
          ({ door }) => door?.published === published && addresses.includes(door!.address),
        );
        const door = edges.find((edge) => edge.to === node && edge.door?.published === published)?.door;
        out.push({
          from: { at },
          to: { host },
          port: Number(published),
          works,
          what: `${at} -> ${name} at ${host}:${published}${door ? ` (${doorText(door)})` : ''}`,
        });
      }
    }
    for (const { network, names } of attachments) {
      const works = has(HOST, node, ({ way }) => way === 'address');
      out.push({
        from: { at: 'host' },
        to: { addressOf: name, on: network },
        port: listens(name),
        works,
        what: `the host -> ${name} by its address on ${network}`,
      });
      if (!topology.segments.get(network)?.external) continue;
      const reached = has(`others:${network}`, node);
      for (const each of names)
        out.push({
          from: { at: 'others' },
          to: { host: each },
          port: listens(name),
          works: reached,
          what: `others on ${network} -> ${name} by the name ${each}`,
        });
      out.push({
        from: { at: 'service', name },
        to: { host: 'batten-networks-other' },
        port: 80,
        works: has(node, `others:${network}`),
        what: `${name} -> others on ${network}`,
      });
    }
    if (stack.kind === 'host' || stack.kind === 'none')
      out.push({
        from: { at: 'lan' },
        to: { host: ADDRESSES.host4 },
        port: listens(name),
        works: has(OUTSIDE, node),
        what: `lan -> ${name} on the host itself`,
      });
  }
}

function ownerOf(name: string, { stations }: Topology): string {
  const { stack } = stations.get(name)!;
  return stack.kind === 'service' ? ownerOf(stack.of, { stations } as Topology) : name;
}
