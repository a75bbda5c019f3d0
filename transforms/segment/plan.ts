import type { ComposeProject } from '../../src/compose/project';
import type { Segment, Station, Topology } from '../../src/compose/reach/types';
import type { Group, Layout } from './layout';

/** A layout with names: what a network becomes. */
export interface Plan extends Layout {
  /** Whether the network itself becomes internal. */
  close: boolean;
  groups: (Group & { name: string })[];
}

/** Names for the new networks that say what they are for, and that nothing else has. */
export function named(
  layout: Layout,
  close: boolean,
  context: { project: ComposeProject; topology: Topology; stores: ReadonlySet<string>; proxies: ReadonlySet<string>; sites: number },
): Plan {
  const taken = new Set([...context.project.networks.keys(), ...context.topology.segments.keys(), ...context.topology.stations.keys()]);
  const inside = layout.groups.filter(({ internal }) => internal).length;
  const edges = layout.groups.filter((group) => isEdge(group, context.proxies)).length;
  const groups = layout.groups.map((group) => {
    const name = freeName(wishes(group, { ...context, network: layout.network, inside, edges }), taken);
    taken.add(name);
    return { ...group, name };
  });
  return { ...layout, close, groups };
}

function isEdge({ internal, members }: Group, proxies: ReadonlySet<string>): boolean {
  return !internal && members.length > 1 && members.some((name) => proxies.has(name));
}

interface Naming {
  stores: ReadonlySet<string>;
  proxies: ReadonlySet<string>;
  /** The network that is taken apart, and how many networks have data stores. */
  network: string;
  sites: number;
  /** How many new networks are internal, and how many are between a proxy and what is behind it. */
  inside: number;
  edges: number;
}

function wishes(group: Group, { stores, proxies, network, sites, inside, edges }: Naming): string[] {
  const { internal, members } = group;
  const [first = ''] = members;
  if (members.length === 1) return [`${first}-net`];
  if (internal && inside === 1) return sites > 1 && network !== 'default' ? [`${network}-backend`] : ['backend', 'backend-internal'];
  if (internal) return [`${members.find((name) => stores.has(name)) ?? first}-backend`];
  if (isEdge(group, proxies)) return edges === 1 ? ['edge', 'edge-net'] : [`edge-${members.find((name) => !proxies.has(name)) ?? first}`];
  return [members.slice(0, 2).join('-')];
}

/** A network named like a service, or like another network, reads badly or is the same one: a number makes it another. */
function freeName(wanted: readonly string[], taken: ReadonlySet<string>): string {
  const free = wanted.find((name) => !taken.has(name));
  if (free !== undefined) return free;
  let number = 2;
  while (taken.has(`${wanted[0]}-${number}`)) number++;
  return `${wanted[0]}-${number}`;
}

/** The topology as it will be. Who changes networks takes its names along. */
export function after(topology: Topology, plan: Plan): Topology {
  const segments = new Map(topology.segments);
  const old = segments.get(plan.network);
  if (old && plan.close) segments.set(plan.network, { ...old, internal: true });
  for (const { name, internal } of plan.groups)
    segments.set(name, { name, internal, external: false, kind: 'bridge', talk: true, resolves: true } satisfies Segment);
  const joins = joinsIn(plan);
  const leaving = new Set(plan.leaving);
  const stations = new Map([...topology.stations].map(([name, station]) => [name, moved(station, plan.network, leaving, joins)]));
  return { segments, stations };
}

function moved(station: Station, network: string, leaving: ReadonlySet<string>, joins: Joins): Station {
  const { name, attachments } = station;
  const joined = joins.get(name) ?? [];
  if (joined.length === 0 && !leaving.has(name)) return station;
  const here = attachments.find((each) => each.network === network);
  if (!here) return station;
  const stays = attachments.filter((each) => each !== here || !leaving.has(name));
  return { ...station, attachments: [...stays, ...joined.map((each) => ({ network: each, names: here.names }))] };
}

/** The new networks that each service joins. */
export type Joins = ReadonlyMap<string, readonly string[]>;

export function joinsIn({ groups }: Pick<Plan, 'groups'>): Joins {
  const out = new Map<string, string[]>();
  for (const { name, members } of groups) {
    for (const member of members) {
      const there = out.get(member);
      if (there) there.push(name);
      else out.set(member, [name]);
    }
  }
  return out;
}

/** The services whose networks a plan changes. */
export function movingIn({ leaving, groups }: Plan): ReadonlySet<string> {
  return new Set([...leaving, ...groups.flatMap(({ members }) => members)]);
}
