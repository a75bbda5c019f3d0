import type { Data } from '../../yaml/types';
import { append, emptyStack, type Keys, literal, type Stack, serviceName, setEntry } from '../stack';
import { hostKeys } from './host-config';
import { mountsOf } from './mounts';
import { networksOf } from './networks';
import type { ContainerConfig, InspectedContainer, InspectedImage, InspectedInfo } from './types';

/** A container with the image it was made from, when that is still there. */
export interface FromEngine {
  container: InspectedContainer;
  image?: InspectedImage;
}

/** What is known of all containers while one becomes a service. */
export interface Around {
  stack: Stack;
  info: InspectedInfo;
  /** The services by the ids and names of their containers. */
  services: ReadonlyMap<string, string>;
  /** The names of containers by their ids, also of those that are not imported. */
  names: ReadonlyMap<string, string>;
}

/**
 * A stack of containers as an Engine describes them. Written is what differs from the image and from what the Engine does by itself: what was
 * said when the container was made. Networks and volumes are there, so they are external.
 *
 * @param names names of other containers by their ids, for those that share a namespace with one of them.
 */
export function stackOfContainers(all: readonly FromEngine[], info: InspectedInfo, names: ReadonlyMap<string, string> = new Map()): Stack {
  const stack = emptyStack();
  const services = new Map<string, string>();
  const named = all.map(({ container }) => {
    const name = nameOf(container);
    const service = serviceName(stack, container.Config.Labels?.['com.docker.compose.service'] ?? name);
    stack.services.set(service, {});
    for (const key of [container.Id, name]) services.set(key, service);
    return service;
  });
  all.forEach((each, at) => {
    const service = named[at]!;
    stack.services.set(service, serviceKeys(each, service, { stack, info, services, names }));
  });
  return stack;
}

export function nameOf({ Name }: Pick<InspectedContainer, 'Name'>): string {
  return Name.replace(/^\//, '');
}

function serviceKeys({ container, image }: FromEngine, service: string, around: Around): Keys {
  const { Config: config } = container;
  const base: ContainerConfig = image?.Config ?? {};
  const keys: Keys = { image: literal(config.Image ?? container.Image), container_name: nameOf(container) };
  if (!image) {
    around.stack.losses.push({
      code: 'decision',
      service,
      what: 'image',
      reason: 'its image is no longer there, so what the image says by itself is written as well',
    });
  }
  started(config, base, keys);
  const shares = String(container.HostConfig.NetworkMode ?? '').startsWith('container:') || container.HostConfig.NetworkMode === 'host';
  if (config.Hostname && !container.Id.startsWith(config.Hostname) && !shares) keys.hostname = literal(config.Hostname);
  if (config.Domainname && !shares) keys.domainname = literal(config.Domainname);
  if (config.Tty) keys.tty = true;
  if (config.OpenStdin) keys.stdin_open = true;
  if (config.StopSignal && config.StopSignal !== (base.StopSignal || 'SIGTERM')) keys.stop_signal = config.StopSignal;
  if (typeof config.StopTimeout === 'number') keys.stop_grace_period = `${config.StopTimeout}s`;
  health(config, base, keys);
  hostKeys(container.HostConfig, keys, service, around);
  ports(container, base, keys, (port) =>
    around.stack.losses.push({
      code: 'unsupported',
      service,
      what: `port ${port}`,
      reason: 'Compose publishes it once, and it is published twice',
    }),
  );
  mountsOf(container, base, keys, service, around);
  networksOf(container, keys, service, around);
  return keys;
}

function started(config: ContainerConfig, base: ContainerConfig, keys: Keys): void {
  const entrypoint = config.Entrypoint ?? [];
  const command = config.Cmd ?? [];
  const own = !same(entrypoint, base.Entrypoint ?? []);
  // Whoever names an entrypoint takes the image's command away: the same one without that command was named too.
  const without = command.length === 0 && (base.Cmd ?? []).length > 0;
  if (own || without) keys.entrypoint = entrypoint.map(literal);
  if (command.length > 0 && (own || !same(command, base.Cmd ?? []))) keys.command = command.map(literal);
  if (config.User && config.User !== base.User) keys.user = literal(config.User);
  if (config.WorkingDir && config.WorkingDir !== base.WorkingDir) keys.working_dir = literal(config.WorkingDir);
  const ofImage = new Map((base.Env ?? []).map(assigned));
  for (const [name, value] of (config.Env ?? []).map(assigned)) {
    if (ofImage.get(name) !== value || !ofImage.has(name)) setEntry(keys, 'environment', name, value === undefined ? null : literal(value));
  }
  for (const [name, value] of Object.entries(config.Labels ?? {})) {
    if (name.startsWith('com.docker.compose.') || base.Labels?.[name] === value) continue;
    setEntry(keys, 'labels', name, literal(value));
  }
}

/** `NAME=value`; a name alone is one that is taken away. */
function assigned(text: string): [name: string, value: string | undefined] {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function health({ Healthcheck: own }: ContainerConfig, { Healthcheck: base }: ContainerConfig, keys: Keys): void {
  if (!own || same(own, base ?? undefined)) return;
  const test = own.Test ?? [];
  if (test[0] === 'NONE') {
    keys.healthcheck = { disable: true };
    return;
  }
  const check: Keys = {};
  if (test.length > 0 && !same(test, base?.Test ?? [])) check.test = test.map(literal);
  const times = [
    ['interval', own.Interval, base?.Interval],
    ['timeout', own.Timeout, base?.Timeout],
    ['start_period', own.StartPeriod, base?.StartPeriod],
    ['start_interval', own.StartInterval, base?.StartInterval],
  ] as const;
  for (const [key, nanoseconds, before] of times) if (nanoseconds && nanoseconds !== before) check[key] = duration(nanoseconds);
  if (own.Retries && own.Retries !== base?.Retries) check.retries = own.Retries;
  if (Object.keys(check).length > 0) keys.healthcheck = check;
}

/** Nanoseconds as Compose writes them: `90s`, `500ms`. */
export function duration(nanoseconds: number): string {
  for (const [unit, size] of [
    ['s', 1e9],
    ['ms', 1e6],
    ['us', 1e3],
  ] as const)
    if (nanoseconds % size === 0) return `${nanoseconds / size}${unit}`;
  return `${nanoseconds}ns`;
}

function ports({ Config, HostConfig }: InspectedContainer, base: ContainerConfig, keys: Keys, twice: (port: string) => void): void {
  const bound = HostConfig.PortBindings ?? {};
  for (const [port, bindings] of Object.entries(bound)) {
    const container = port.replace(/\/tcp$/, '');
    for (const { HostIp = '', HostPort = '' } of bindings ?? []) {
      const ip = HostIp.includes(':') ? `[${HostIp}]` : HostIp;
      const host = ip === '' ? (HostPort === '' ? [] : [HostPort]) : [ip, HostPort];
      const item = [...host, container].join(':');
      if (Array.isArray(keys.ports) && keys.ports.includes(item)) twice(item);
      append(keys, 'ports', item);
    }
  }
  for (const port of Object.keys(Config.ExposedPorts ?? {})) {
    if (!Object.hasOwn(bound, port) && !Object.hasOwn(base.ExposedPorts ?? {}, port)) append(keys, 'expose', port);
  }
}

/** Whether two answers say the same. */
export function same(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(data: unknown): string {
  return JSON.stringify(data, (_key, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .filter(([, each]) => each !== 0 && each !== null)
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : value,
  );
}

export type { Data };
