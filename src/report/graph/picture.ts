import type { Door } from '../../compose/reach/types';
import type { NetworkService, NetworkView } from '../../harden/networks';

/** What a drawing shows, whatever the language it is drawn in. Names are as in the file; ids are safe in every language. */
export interface Picture {
  services: PictureService[];
  networks: PictureNetwork[];
}

export interface PictureService {
  id: string;
  name: string;
  image: string;
  store: boolean;
  /** Whether other machines reach a data store that has no port for them. */
  reachable: boolean;
  /** Ports that other machines reach, `443` or `8080→80`. */
  doors: string[];
  /** Ports for the host alone. */
  hostOnly: string[];
  /** Ids of its networks. */
  networks: string[];
  /** The service whose network it uses: its id and its name. */
  follows?: string;
  followed?: string;
  /** What it has instead of networks. */
  mode?: 'host' | 'none' | 'bridge' | 'unknown';
  /** On the LAN with everything that listens. */
  direct: boolean;
  egress: boolean | 'maybe';
}

export interface PictureNetwork {
  id: string;
  name: string;
  kind: 'open' | 'internal' | 'external' | 'unknown';
  members: string[];
}

/** @param prefix for the ids, so that two pictures can be in one drawing */
export function pictureOf(view: NetworkView, prefix = ''): Picture {
  // A network that nobody is on is not made by Compose.
  const used = view.networks.filter(({ members }) => members.length > 0);
  const serviceIds = new Map(view.services.map(({ name }, index) => [name, `${prefix}s${index + 1}`]));
  const networkIds = new Map(used.map(({ name }, index) => [name, `${prefix}n${index + 1}`]));
  const services = view.services.map((service): PictureService => {
    const { stack } = service;
    const follows = stack.kind === 'service' ? serviceIds.get(stack.of) : undefined;
    const mode =
      stack.kind === 'own' ? undefined : stack.kind === 'host' || stack.kind === 'none' || stack.kind === 'bridge' ? stack.kind : 'unknown';
    return {
      id: serviceIds.get(service.name)!,
      name: service.name,
      image: service.image,
      store: service.store,
      reachable: service.store && (service.unwanted.length > 0 || service.direct),
      // What comes in for a follower comes in at the one it follows.
      doors: follows ? [] : doorTexts(service.doors),
      hostOnly: follows ? [] : doorTexts(onlyHere(service)),
      networks: service.networks.flatMap((name) => networkIds.get(name) ?? []),
      ...(follows && stack.kind === 'service' ? { follows, followed: stack.of } : mode ? { mode } : {}),
      direct: service.direct,
      egress: service.egress,
    };
  });
  const networks = used.map((network): PictureNetwork => {
    const kind = network.external ? 'external' : network.internal === true ? 'internal' : network.internal === false ? 'open' : 'unknown';
    return { id: networkIds.get(network.name)!, name: network.name, kind, members: network.members.map((name) => serviceIds.get(name)!) };
  });
  return { services, networks };
}

function onlyHere({ hostOnly, doors }: NetworkService): Door[] {
  return hostOnly.filter((door) => !doors.includes(door));
}

/** `443`, `8080→80`, `53/udp`: once for both address families; an address that is not all of them is told. */
function doorTexts(doors: readonly Door[]): string[] {
  const texts = doors.map(({ address, published, target, protocol }) => {
    const port = published === undefined ? `any→${target}` : published === target ? target : `${published}→${target}`;
    const all = ['0.0.0.0', '::', '127.0.0.1', '::1'].includes(address);
    return `${all ? '' : `${address.includes(':') ? `[${address}]` : address}:`}${port}${protocol === 'tcp' ? '' : `/${protocol}`}`;
  });
  return [...new Set(texts)];
}

/** A service's state in words, for the lines of a drawing. */
export function notesOf({ store, doors, hostOnly, direct, egress, mode }: PictureService): string[] {
  const notes: string[] = [];
  if (mode === 'host') notes.push('the host itself');
  if (mode === 'none') notes.push('no network');
  if (mode === 'bridge') notes.push('docker0');
  if (direct && mode !== 'host') notes.push('on the LAN');
  if (doors.length > 0) notes.push(`open: ${doors.join(', ')}`);
  if (hostOnly.length > 0) notes.push(`host only: ${hostOnly.join(', ')}`);
  if (store && egress === true) notes.push('can call out');
  return notes;
}

/** Whether a data store is where it should not be: reachable from outside, or able to call out. */
export function isExposed({ store, reachable, egress }: PictureService): boolean {
  return reachable || (store && egress === true);
}
