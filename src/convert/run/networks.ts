import { append, type Keys, type Stack, setEntry } from '../stack';
import type { CreateLine, GivenOption } from './command-line';
import { csv } from './mounts';
import { lose, type Reading } from './reading';

/** Modes of Docker's own, which are no network of the project. */
const MODES = /^(?:host|none|bridge|default|nat|container:.+)$/;

/**
 * What the options of a line say of its networks, together. Without one it is Docker's own bridge, which Compose would not choose by
 * itself: a project gets a network of its own.
 */
export function networks(given: readonly GivenOption[], reading: Reading): void {
  const { keys, stack } = reading;
  const of = (name: string): GivenOption[] => given.filter((each) => each.name === name);
  const wanted = of('network');
  const modes = wanted.filter(({ value }) => MODES.test(value));
  if (wanted.length === 0 || modes.length > 0) {
    const mode = modes[0]?.value ?? 'bridge';
    keys.network_mode = mode === 'default' ? 'bridge' : shared(mode, reading);
    for (const each of given) {
      if (each.name === 'network' && each === modes[0]) continue;
      lose(reading, 'unsupported', `--${each.name}`, `a service with network_mode ${mode} has no other network`, each.word);
    }
    return;
  }
  wanted.forEach(({ value, word }, index) => {
    const fields = value.includes('=') ? csv(value) : [`name=${value}`];
    const endpoint: Keys = {};
    let key = '';
    for (const field of fields) {
      const at = field.indexOf('=');
      const [name, text] = [field.slice(0, at), field.slice(at + 1)];
      if (name === 'name') key = networkKey(text, stack);
      else if (name === 'alias') append(endpoint, 'aliases', text);
      else if (name === 'ip') endpoint.ipv4_address = text;
      else if (name === 'ip6') endpoint.ipv6_address = text;
      else if (name === 'mac-address') endpoint.mac_address = text;
      else if (name === 'link-local-ip') append(endpoint, 'link_local_ips', text);
      else if (name === 'gw-priority') endpoint.gw_priority = Number(text);
      else if (name === 'driver-opt') setEntry(endpoint, 'driver_opts', text.split('=')[0]!, text.slice(text.indexOf('=') + 1));
      else lose(reading, 'unknown', `--network ${name}`, 'no such field is known', word);
    }
    if (index === 0) {
      for (const { name, value: text } of given) {
        if (name === 'network-alias') append(endpoint, 'aliases', text);
        if (name === 'ip') endpoint.ipv4_address = text;
        if (name === 'ip6') endpoint.ipv6_address = text;
        if (name === 'link-local-ip') append(endpoint, 'link_local_ips', text);
      }
    }
    setEntry(keys, 'networks', key, Object.keys(endpoint).length > 0 ? endpoint : null);
  });
  // Of several, the first is the one that a line makes the container with.
  const all = keys.networks as Keys;
  if (wanted.length === 1 && Object.values(all).every((each) => each === null)) keys.networks = Object.keys(all);
}

/** A namespace that is another container's is one of a service, where that is imported as well. */
export function shared(mode: string, { containers }: Pick<Reading, 'containers'>): string {
  const name = /^container:(.+)$/.exec(mode)?.[1];
  const service = name === undefined ? undefined : containers.get(name);
  return service === undefined ? mode : `service:${service}`;
}

/** Names a network on the top level. Docker runs no container in one that is not there, so it is not the project's to make. */
function networkKey(name: string, stack: Stack): string {
  const isName = /^[A-Za-z0-9][\w.-]*$/.test(name);
  const known = [...stack.networks].find(([key, keys]) => (keys.name ?? key) === name)?.[0];
  if (known !== undefined) return known;
  const key = isName ? name : `network-${stack.networks.size + 1}`;
  stack.networks.set(key, { name, external: true });
  return key;
}

/** `docker network create`: a network that the project makes. */
export function createdNetwork(line: CreateLine, stack: Stack): void {
  const { options, name } = line;
  if (name === undefined) return;
  const keys: Keys = { name };
  const one = (option: string): string | undefined => options.get(option)?.at(-1);
  const on = (option: string): boolean => one(option) === 'true';
  if (one('driver') !== undefined && one('driver') !== 'bridge') keys.driver = one('driver')!;
  for (const text of options.get('opt') ?? []) pair(keys, 'driver_opts', text);
  if (on('internal')) keys.internal = true;
  if (on('attachable')) keys.attachable = true;
  if (on('ipv6')) keys.enable_ipv6 = true;
  for (const text of options.get('label') ?? []) pair(keys, 'labels', text);
  const subnets = options.get('subnet') ?? [];
  const config = subnets.map((subnet, at): Keys => {
    const range = options.get('ip-range')?.[at];
    const gateway = options.get('gateway')?.[at];
    return { subnet, ...(range !== undefined && { ip_range: range }), ...(gateway !== undefined && { gateway }) };
  });
  for (const text of options.get('aux-address') ?? []) if (config[0]) pair(config[0], 'aux_addresses', text);
  const driver = one('ipam-driver');
  const ipam: Keys = { ...(driver !== undefined && { driver }), ...(config.length > 0 && { config }) };
  for (const text of options.get('ipam-opt') ?? []) pair(ipam, 'options', text);
  if (Object.keys(ipam).length > 0) keys.ipam = ipam;
  const known = new Set([
    'driver',
    'opt',
    'internal',
    'attachable',
    'ipv6',
    'label',
    'subnet',
    'ip-range',
    'gateway',
    'aux-address',
    'ipam-driver',
    'ipam-opt',
  ]);
  losesOthers(line, known, stack);
  stack.networks.set(name, keys);
}

/** `docker volume create`. */
export function createdVolume(line: CreateLine, stack: Stack): void {
  const { options, name } = line;
  const called = name ?? options.get('name')?.at(-1);
  if (called === undefined) return;
  const keys: Keys = { name: called };
  const driver = options.get('driver')?.at(-1);
  if (driver !== undefined && driver !== 'local') keys.driver = driver;
  for (const text of options.get('opt') ?? []) pair(keys, 'driver_opts', text);
  for (const text of options.get('label') ?? []) pair(keys, 'labels', text);
  losesOthers(line, new Set(['driver', 'opt', 'label', 'name']), stack);
  stack.volumes.set(called, keys);
}

/** Lists the options that Compose has no key for. */
function losesOthers({ kind, options, word }: CreateLine, known: ReadonlySet<string>, stack: Stack): void {
  for (const option of options.keys()) {
    if (!known.has(option))
      stack.losses.push({
        code: 'unsupported',
        what: `docker ${kind} create --${option}`,
        reason: 'Compose has no key for it',
        line: word.line,
        column: word.column,
      });
  }
}

function pair(keys: Keys, key: string, text: string): void {
  const at = text.indexOf('=');
  setEntry(keys, key, at < 0 ? text : text.slice(0, at), at < 0 ? '' : text.slice(at + 1));
}
