import { isMap } from '../../src/compose/data';
import type { Network } from '../../src/compose/project';
import type { ComposeService } from '../../src/compose/service';
import type { TransformContext } from '../../src/harden/transform';
import type { Proposal } from '../../src/harden/types';
import type { Data, Op } from '../../src/yaml/types';
import { type Candidate, networksOf } from './candidates';

type Plan = Pick<Proposal, 'plan' | 'ops' | 'refusal' | 'services'>;

/**
 * Whether a network can simply become internal: everyone on it is a data store, or is also on another network that leads outside
 * (which keeps its published ports and its calls out working: moby/moby#36174). Whether an external network leads outside is not in the file.
 */
export function closable(name: string, closed: ReadonlySet<string>, stores: readonly Candidate[], { project }: TransformContext): boolean {
  return project.services
    .filter((service) => networksOf(service).includes(name))
    .every((service) => {
      if (stores.some((store) => store.service === service)) return true;
      return networksOf(service).some((other) => {
        const network = project.networks.get(other);
        return other !== name && !closed.has(other) && network?.internal === false && !network.external;
      });
    });
}

/** Makes the network itself internal: nobody moves. */
export function close(network: Network, here: readonly Candidate[], { project }: TransformContext): Plan {
  const path = [...network.path, 'internal'];
  const data = project.top('networks')[network.name];
  const written = isMap(data) && 'internal' in data;
  return {
    plan: `make the network "${network.name}" internal: everyone on it either needs nothing from outside or has another network for it`,
    services: here.map(({ service }) => service.name),
    ops: [{ op: written ? 'replace' : 'add', path, value: true }],
  };
}

/** Moves the data stores onto a new internal network, with everyone who shared the old one: each pair that could talk still can. */
export function move(network: Network, movable: readonly Candidate[], context: TransformContext): Plan {
  const { project } = context;
  const name = freeName(context);
  const moving = new Set(movable.map(({ service }) => service));
  const members = project.services.filter((service) => networksOf(service).includes(network.name) && !service.has('provider'));
  const peers = members.filter((service) => !moving.has(service));
  const plan = `put ${movable.map(({ service }) => `"${service.name}"`).join(', ')} on a new internal network "${name}", shared with ${peers.map((peer) => `"${peer.name}"`).join(', ')}`;
  const stranded = strandedBehindTraefik(members, peers, context);
  if (stranded) return { plan, refusal: stranded };
  const fixed = movable.find(({ service }) => hasAddress(service, network.name));
  if (fixed) {
    const message = `"${fixed.service.name}" has a fixed address on "${network.name}", by which others may know it`;
    return { plan, refusal: { code: 'needs-decision', message } };
  }
  const ops: Op[] = [{ op: 'add', path: ['networks', name], value: { internal: true } }];
  const seen = new Set<unknown>();
  for (const service of members) {
    // `web2: *web` is the same text: changing it once is changing both.
    if (seen.has(service.map)) continue;
    seen.add(service.map);
    ops.push(...(moving.has(service) ? leave(service, network.name, name) : join(service, network.name, name)));
  }
  return { plan, services: members.map((service) => service.name), ops };
}

/** Whether the file sets the subnet of a network: programs may be told to trust its addresses, and on a second network they have others. */
export function hasSubnet(network: Network, { project }: TransformContext): boolean {
  const data = project.top('networks')[network.name];
  return isMap(data) && isMap(data.ipam) && Array.isArray(data.ipam.config) && data.ipam.config.length > 0;
}

/** An address is of one network's subnet: on another network the container would not start. */
function hasAddress(service: ComposeService, network: string): boolean {
  const data = service.data('networks');
  const settings = isMap(data) ? data[network] : undefined;
  return isMap(settings) && ['ipv4_address', 'ipv6_address', 'link_local_ips'].some((key) => key in settings);
}

function leave(service: ComposeService, from: string, to: string): Op[] {
  const path = service.at('networks');
  const data = service.data('networks');
  if (service.origin('networks') === 'own' && Array.isArray(data) && data.length > 0)
    return [{ op: 'replace', path: [...path, data.indexOf(from)], value: to }];
  if (service.origin('networks') === 'own' && hasKeys(data)) return [{ op: 'rename', path: [...path, from], key: to }];
  return whole(service, [to]);
}

function join(service: ComposeService, from: string, to: string): Op[] {
  const path = service.at('networks');
  const data = service.data('networks');
  if (service.origin('networks') === 'own' && Array.isArray(data) && data.length > 0) return [{ op: 'append', path, value: to }];
  if (service.origin('networks') === 'own' && hasKeys(data)) {
    // Those who move along still find it by its other names.
    const aliases = service.networks?.find(({ name }) => name === from)?.aliases ?? [];
    return [{ op: 'add', path: [...path, to], value: aliases.length > 0 ? { aliases } : null }];
  }
  const names = service.networks?.map(({ name }) => name) ?? [from];
  return whole(service, [...names, to]);
}

/** The list as a whole, where there is none yet or it is inherited. A list of one's own ends the implicit `default`, so that one is in it. */
function whole(service: ComposeService, names: readonly string[]): Op[] {
  const path = service.at('networks');
  const origin = service.origin('networks');
  if (origin === 'own' || origin === 'alias') return [{ op: 'replace', path, value: [...names] }];
  return [{ op: 'add', path, value: [...names], near: ['ports', 'depends_on'] }];
}

/**
 * Traefik takes any address of a container that is on several networks, unless a label names the network: one that it cannot reach
 * answers 504 (traefik/traefik#6597). It can reach them all when it is on the same networks itself.
 */
function strandedBehindTraefik(
  members: readonly ComposeService[],
  peers: readonly ComposeService[],
  { advise }: TransformContext,
): Plan['refusal'] {
  const isTraefik = (service: ComposeService): boolean => advise(service).family === 'traefik';
  if (members.some(isTraefik)) return undefined;
  const stranded = peers.find((service) => {
    const labels = [...service.labels.keys()];
    return labels.some((label) => label.startsWith('traefik.')) && !labels.includes('traefik.docker.network');
  });
  if (!stranded) return undefined;
  return {
    code: 'needs-decision',
    message: `"${stranded.name}" is behind a Traefik outside this network and does not say which network to use: on one more network Traefik may pick an address it cannot reach`,
    snippet: 'labels:\n  - traefik.docker.network=<the real name of the network shared with Traefik>',
  };
}

function freeName({ project }: TransformContext): string {
  // A network named like a service is legal and reads badly.
  const taken = (name: string): boolean => project.networks.has(name) || project.service(name) !== undefined;
  for (const name of ['backend', 'backend-internal']) if (!taken(name)) return name;
  let number = 2;
  while (taken(`backend-${number}`)) number++;
  return `backend-${number}`;
}

/** `networks: {}` is the implicit network, as no key at all. */
function hasKeys(data: Data | undefined): boolean {
  return isMap(data) && Object.keys(data).length > 0;
}
