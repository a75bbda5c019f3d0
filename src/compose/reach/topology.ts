import { isMap } from '../data';
import type { ComposeProject, Network } from '../project';
import type { ComposeService } from '../service';
import type { Attachment, Segment, Stack, Station, Topology } from './types';

/** Reads what decides who reaches whom. Providers are no containers and are left out. */
export function readTopology(project: ComposeProject): Topology {
  const services = project.services.filter((service) => !service.has('provider'));
  const segments = new Map<string, Segment>();
  const used = new Set(
    services.flatMap((service) => service.networks?.map(({ name }) => name) ?? (service.networkMode ? [] : ['default'])),
  );
  for (const network of project.networks.values()) {
    if (network.declared || used.has(network.name)) segments.set(network.name, segmentOf(network, project));
  }
  // A network that nothing declares is an error to Compose, and to the model one that nothing is known of.
  for (const name of used) if (!segments.has(name)) segments.set(name, { ...UNDECLARED, name });
  return { stations: new Map(services.map((service) => [service.name, stationOf(service, project)])), segments };
}

const UNDECLARED = { internal: 'maybe', external: false, kind: 'bridge', talk: true, resolves: true } as const;

function stationOf(service: ComposeService, project: ComposeProject): Station {
  const stack = stackOf(service);
  return {
    name: service.name,
    stack,
    attachments: stack.kind === 'own' ? attachmentsOf(service, project) : [],
    ports: service.ports,
    links: linksOf(service),
  };
}

function stackOf(service: ComposeService): Stack {
  const mode = service.networkMode;
  if (!mode) return { kind: 'own' };
  if (mode.text.startsWith('service:')) return { kind: 'service', of: mode.text.slice('service:'.length) };
  if (mode.text.startsWith('container:')) return { kind: 'container', of: mode.text.slice('container:'.length) };
  if (mode.text === 'host' || mode.text === 'none' || mode.text === 'bridge') return { kind: mode.text };
  return { kind: 'unknown' };
}

function attachmentsOf(service: ComposeService, { networks }: ComposeProject): Attachment[] {
  const own = ownNames(service);
  const named = service.networks ?? [{ name: 'default', aliases: [] }];
  return named.map(({ name, aliases }) => {
    const resolves = networks.get(name)?.realName !== 'bridge';
    return { network: name, names: resolves ? unique([...own, ...aliases.map((alias) => service.evaluate(alias).text)]) : [] };
  });
}

/** By any of these a container is found on every network it is on; measured on an Engine, the host name too. */
export function ownNames(service: ComposeService): string[] {
  const given = [service.containerName, service.hostname].flatMap((name) => (name?.known && name.text ? [name.text] : []));
  return unique([service.name, ...given]);
}

function linksOf(service: ComposeService): Map<string, string[]> {
  const out = new Map<string, string[]>();
  const links = service.data('links');
  for (const link of Array.isArray(links) ? links.map(String) : []) {
    const [target = '', alias] = link.split(':');
    if (alias) out.set(target, [...(out.get(target) ?? []), alias]);
  }
  return out;
}

function segmentOf(network: Network, project: ComposeProject): Segment {
  const data = project.top('networks')[network.name];
  const settings = isMap(data) ? data : {};
  const options = isMap(settings.driver_opts) ? settings.driver_opts : {};
  const external = isMap(settings.external) ? settings.external.name : undefined;
  const realName = network.realName ?? (external === undefined || external === null ? undefined : String(external));
  const name = network.external ? (realName ?? network.name) : realName;
  return {
    name: network.name,
    // `internal` beside `external` has no effect: the network is there already, and what it is like is not in the file.
    internal: network.external ? (name === 'bridge' || name === 'host' ? false : name === 'none' ? true : 'maybe') : network.internal,
    external: network.external,
    kind: kindOf(network.external && (name === 'host' || name === 'none') ? name : network.driver),
    talk: String(options['com.docker.network.bridge.enable_icc'] ?? 'true') !== 'false',
    resolves: name !== 'bridge',
    ...(realName === undefined ? {} : { realName }),
  };
}

function kindOf(driver: string | undefined): Segment['kind'] {
  if (driver === undefined || driver === 'bridge') return 'bridge';
  if (driver === 'macvlan' || driver === 'ipvlan') return 'lan';
  return driver === 'host' || driver === 'none' ? driver : 'other';
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
