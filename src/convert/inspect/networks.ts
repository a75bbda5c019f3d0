import { append, type Keys, literal, setEntry } from '../stack';
import { sharedWith } from './host-config';
import type { Around } from './read';
import { nameOf } from './read';
import type { Endpoint, InspectedContainer } from './types';

/** The networks a container is in. */
export function networksOf(container: InspectedContainer, keys: Keys, service: string, around: Around): void {
  const { stack } = around;
  const mode = container.HostConfig.NetworkMode || 'default';
  const all = Object.entries(container.NetworkSettings?.Networks ?? {});
  if (container.Config.MacAddress) keys.mac_address = container.Config.MacAddress;
  if (/^(?:default|bridge|host|none|container:.*)$/.test(mode)) {
    keys.network_mode = mode === 'default' ? 'bridge' : sharedWith(mode, around);
    for (const [name] of all) {
      if (name === mode || (mode === 'default' && name === 'bridge')) continue;
      stack.losses.push({
        code: 'unsupported',
        service,
        what: `network ${name}`,
        reason: `a service with network_mode ${String(keys.network_mode)} has no other network`,
      });
    }
    return;
  }
  const endpoints = all.map(([name, endpoint]): [string, Keys] => [name, endpointKeys(endpoint, container, service, keys)]);
  // The one the container was made with comes first.
  endpoints.sort(([a], [b]) => Number(b === mode) - Number(a === mode));
  for (const [name, endpoint] of endpoints) {
    if (!stack.networks.has(name)) stack.networks.set(name, { name, external: true });
    setEntry(keys, 'networks', name, Object.keys(endpoint).length > 0 ? endpoint : null);
  }
  const map = (keys.networks ?? {}) as Keys;
  if (Object.keys(map).length === 1 && Object.values(map)[0] === null) keys.networks = Object.keys(map);
}

function endpointKeys(
  { IPAMConfig: ipam, Aliases, DriverOpts, GwPriority, Links }: Endpoint,
  container: InspectedContainer,
  service: string,
  ofService: Keys,
): Keys {
  const own = new Set([container.Id.slice(0, 12), nameOf(container), service]);
  const keys: Keys = {};
  for (const alias of new Set(Aliases ?? [])) if (!own.has(alias)) append(keys, 'aliases', literal(alias));
  if (ipam?.IPv4Address) keys.ipv4_address = ipam.IPv4Address;
  if (ipam?.IPv6Address) keys.ipv6_address = ipam.IPv6Address;
  if (ipam?.LinkLocalIPs?.length) keys.link_local_ips = ipam.LinkLocalIPs;
  for (const [name, value] of Object.entries(DriverOpts ?? {})) setEntry(keys, 'driver_opts', name, literal(value));
  if (GwPriority) keys.gw_priority = GwPriority;
  for (const link of Links ?? []) append(ofService, 'external_links', literal(link));
  return keys;
}
