import type { Data } from '../yaml/types';
import { isMap } from './data';
import { evaluate, hasVariables, splitOutsideBraces, variableNames } from './interpolate';
import { isIP, isIPv6 } from './ip';
import type { Port, Protocol } from './types';

/** A published port without its place in the document. */
export type ParsedPort = Omit<Port, 'path' | 'range'>;

/**
 * Reads an item of `ports:` in the short syntax, `[[IP:]HOST:]CONTAINER[/PROTOCOL]`, as Compose does after interpolation; a YAML
 * integer is given as its digits. HOST and CONTAINER are ports or ranges.
 *
 * A variable without a default leaves its part empty and `known` false: `${PORT}:80` has no `published`, `80:${PORT}` the target `''`.
 * Undefined for what Compose refuses, such as a host name in place of the address.
 *
 * Rule: https://github.com/docker/go-connections/blob/main/nat/nat.go, ParsePortSpec
 */
export function parseShortPort(raw: string, env?: Readonly<Record<string, string>>): ParsedPort | undefined {
  const { text, known } = evaluate(raw, env);
  const { ip, host, container } = splitAddress(text.split(':'));
  const [target = '', protocolName] = container.split('/');
  const protocol = readProtocol(protocolName, known);
  if (protocol === undefined) return undefined;
  const hostIp = withoutBrackets(ip);
  const ports = { target: readPorts(target, 1), published: readPorts(host, 0) };
  if (known) {
    if (ports.target === undefined || (host !== '' && ports.published === undefined) || (hostIp !== '' && isIP(hostIp) === 0))
      return undefined;
    // One container port may take any port of a host range; several need one host port each.
    if (host !== '' && count(ports.target) > 1 && count(ports.target) !== count(ports.published)) return undefined;
  }
  // What an unset variable leaves of a part may be no port at all: it is then left out.
  return {
    target: ports.target ?? '',
    published: ports.published,
    hostIp: isIP(hostIp) === 0 ? undefined : hostIp,
    protocol,
    long: false,
    raw,
    known,
  };
}

/**
 * Reads an item of `ports:` in the long syntax. `raw` becomes the same in the short syntax, for messages. A `target` or `published` that
 * hangs on a variable without a default is left empty, as in the short syntax. Undefined when there is no usable `target`.
 */
export function parseLongPort(map: Data, env?: Readonly<Record<string, string>>): ParsedPort | undefined {
  if (!isMap(map)) return undefined;
  const read = (key: string) => {
    const value = map[key];
    return evaluate(typeof value === 'string' || typeof value === 'number' ? String(value) : '', env);
  };
  const fields = { target: read('target'), published: read('published'), hostIp: read('host_ip'), protocol: read('protocol') };
  const known = Object.values(fields).every((field) => field.known);
  const protocol = readProtocol(fields.protocol.text, fields.protocol.known);
  if (protocol === undefined || (fields.target.known && readPorts(fields.target.text, 1) === undefined)) return undefined;
  const hostIp = withoutBrackets(fields.hostIp.text);
  const short = [withBrackets(fields.hostIp.raw), fields.published.raw, fields.target.raw];
  const parts = short[0] === '' ? (short[1] === '' ? short.slice(2) : short.slice(1)) : short;
  return {
    target: readPorts(fields.target.text, 1) ?? '',
    published: readPorts(fields.published.text, 0),
    hostIp: hostIp === '' ? undefined : hostIp,
    protocol,
    mode: typeof map.mode === 'string' ? map.mode : undefined,
    long: true,
    raw: parts.join(':') + (protocol === 'tcp' ? '' : `/${protocol}`),
    known,
  };
}

/**
 * Writes a short port bound to the address `ip` (IPv4 or IPv6, without brackets), keeping every other part as it is written, variables
 * included: `80` becomes `127.0.0.1::80`, `8080:80/udp` becomes `127.0.0.1:8080:80/udp`, the address of `0.0.0.0:80:80` is replaced.
 *
 * Refuses where a variable could hold more than a port. A variable of a form without an address is taken for a port only when its
 * default is one or its name says so: `${PORT}:80` is bound, `${WEB}:80` is not, as WEB may be `192.168.1.5:8080`.
 */
export function withHostIp(raw: string, ip: string): { text: string } | { refusal: string } {
  if (isIP(ip) === 0) return { refusal: `"${ip}" is not an IP address` };
  const address = withBrackets(ip);
  const parts = splitOutsideBraces(raw, ':');
  const { ip: oldIp, host, container } = splitAddress(parts);
  if (hasVariables(oldIp)) {
    return { refusal: `the address of "${raw}" comes from a variable; set it to ${ip} there, or write the address in the file` };
  }
  if (oldIp !== '' && isIP(withoutBrackets(oldIp)) === 0) {
    return { refusal: `"${oldIp}" in "${raw}" is not an IP address, which Compose refuses` };
  }
  const literal = !hasVariables(raw);
  if (literal && parseShortPort(raw) === undefined) return { refusal: `"${raw}" is not a port mapping that Compose accepts` };
  if (parts.length <= 2) {
    const doubtful = [host, container].find((part) => hasVariables(part) && !standsForPort(part, parts.length));
    if (doubtful !== undefined) {
      return { refusal: `${doubtful} in "${raw}" may hold an address as well as a port; write the address ${ip} where it is set` };
    }
  }
  return { text: `${address}:${host}:${container}` };
}

/** Whether the address (brackets allowed) is one that only the host itself can reach. Undefined, all interfaces, is not. */
export function isLoopback(ip: string | undefined): boolean {
  if (ip === undefined) return false;
  const plain = embeddedIPv4(withoutBrackets(ip));
  if (isIPv6(plain)) return /^[0:]*:0*1$/.test(plain);
  return isIP(plain) === 4 && plain.startsWith('127.');
}

/** Whether the address stands for all interfaces: none, `0.0.0.0`, or `::` in any spelling. */
export function isAnyAddress(ip: string | undefined): boolean {
  const plain = embeddedIPv4(withoutBrackets(ip ?? ''));
  return plain === '' || plain === '0.0.0.0' || (isIPv6(plain) && /^[0:]+$/.test(plain));
}

/** The parts of a short port from the right, as an unbracketed IPv6 address has colons too: `::1:6000:6000`. */
function splitAddress(parts: string[]): { ip: string; host: string; container: string } {
  return { ip: parts.slice(0, -2).join(':'), host: parts.length > 1 ? parts.at(-2)! : '', container: parts.at(-1) ?? '' };
}

/** Whether a part with variables can only be a port or a range. Alone in its item it could also be a whole mapping, so there a name is not enough. */
function standsForPort(part: string, parts: number): boolean {
  const port = splitOutsideBraces(part, '/')[0] ?? '';
  const value = evaluate(port);
  if (!value.interpolated) return true;
  if (value.known) return readPorts(value.text, 0) !== undefined;
  return parts > 1 && variableNames(port).every((name) => /port/i.test(name));
}

/** A port or a range without leading zeros; undefined for anything else. Port 0 on the host means any free port. */
function readPorts(text: string, least: 0 | 1): string | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (!match) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  if (first < least || first > last || last > 65535) return undefined;
  return match[2] === undefined ? String(first) : `${first}-${last}`;
}

function count(ports: string | undefined): number {
  const [first = 0, last = first] = (ports ?? '').split('-').map(Number);
  return last - first + 1;
}

function readProtocol(name: string | undefined, known: boolean): Protocol | undefined {
  const lower = (name ?? '').toLowerCase();
  if (lower === 'tcp' || lower === 'udp' || lower === 'sctp') return lower;
  return lower === '' || !known ? 'tcp' : undefined;
}

function withoutBrackets(ip: string): string {
  return ip.replace(/^\[(.*)\]$/, '$1');
}

function withBrackets(ip: string): string {
  return isIPv6(ip) ? `[${ip}]` : ip;
}

/** `127.0.0.1` of `::ffff:127.0.0.1`, which is the same address. */
function embeddedIPv4(ip: string): string {
  return ip.replace(/^::ffff:(?=\d+\.)/i, '');
}
