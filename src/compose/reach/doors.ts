import { isIPv6 } from '../ip';
import { isAnyAddress } from '../ports';
import type { Port } from '../types';
import type { Door } from './types';

/** The addresses a published port is on. Without an address it is on all of both families; `0.0.0.0` and `::` are all of one. */
export function doorsOf(port: Port): Door[] {
  const { target, published, protocol, hostIp } = port;
  const common = { ...(published === undefined ? {} : { published }), target, protocol };
  const door = (address: string): Door => ({ address, family: isIPv6(address) ? 6 : 4, ...common });
  // An address from a variable that is not set is left out by the parser, and then Docker takes all.
  if (hostIp === undefined) return [door('0.0.0.0'), door('::')];
  if (isAnyAddress(hostIp)) return [door(isIPv6(hostIp) ? '::' : '0.0.0.0')];
  return [door(hostIp)];
}

/** `0.0.0.0:8080 -> 80/tcp`, as `docker ps` writes it. */
export function doorText({ address, published, target, protocol }: Door): string {
  return `${address.includes(':') ? `[${address}]` : address}:${published ?? '(any)'} -> ${target}/${protocol}`;
}
