import { isMap } from '../../src/compose/data';
import { inFile } from '../../src/compose/file-path';
import { splitOutsideBraces } from '../../src/compose/interpolate';
import type { ComposeService } from '../../src/compose/service';
import type { Mount } from '../../src/compose/types';
import { environmentStyle } from '../../src/harden/ops';
import type { TransformContext } from '../../src/harden/transform';
import { parseReference, socketProxy } from '../../src/images';
import type { SocketAdvice } from '../../src/images/types';
import type { Data, Op } from '../../src/yaml/types';

/** A proxy for the socket: the service, its network, its port, and the ops that make it; none when it is there. */
export interface ProxyService {
  name: string;
  network: string;
  port: number;
  ops: Op[];
}

const SOCKET = '/var/run/docker.sock';

/**
 * A proxy of this file that a client can share: it allows exactly what the client asks for, is started with it, and shares a network with
 * it already or is met by another client that does. With one more section, or one more network, the client would gain something.
 */
export function existingProxy(
  service: ComposeService,
  mount: Mount,
  sections: readonly string[],
  { project }: TransformContext,
): ProxyService | undefined {
  const wanted = JSON.stringify(allowed(switches(sections)));
  const { image, port } = socketProxy();
  for (const proxy of project.services) {
    if (!proxy.image?.known || parseReference(proxy.image.text).name !== parseReference(image).name) continue;
    const variables = new Map([...proxy.environment].map(([name, value]) => [name, value?.text ?? '']));
    const mounted = proxy.mounts.find(({ target }) => target === SOCKET);
    const [network, ...more] = proxy.networks ?? [];
    if (!network || more.length > 0 || project.networks.get(network.name)?.internal !== true) continue;
    if (JSON.stringify(allowed(variables)) !== wanted || mounted?.source !== mount.source) continue;
    if (JSON.stringify(proxy.data('profiles') ?? []) !== JSON.stringify(service.data('profiles') ?? [])) continue;
    const clients = project.services.filter((other) => other !== proxy && other.networks?.some(({ name }) => name === network.name));
    if (clients.every((client) => client === service || meet(client, service)))
      return { name: proxy.name, network: network.name, port, ops: [] };
  }
  return undefined;
}

/** A new proxy beside its client, hardened itself: no port, no capability, read-only, on an internal network of its own. */
export function newProxy(service: ComposeService, mount: Mount, sections: readonly string[], { project }: TransformContext): ProxyService {
  const { image, port, service: keys } = socketProxy();
  const free = (base: string): string => {
    const taken = (name: string): boolean => project.service(name) !== undefined || project.networks.has(name);
    const choices = [base, `${base}-${service.name}`];
    for (let number = 2; ; number++) {
      const name = choices.shift() ?? `${base}-${number}`;
      if (!taken(name)) return name;
    }
  };
  const name = free('socket-proxy');
  const network = free('docker-socket');
  const list = environmentStyle(project.services) === 'list';
  const variables = [...switches(sections)];
  const value: { [key: string]: Data } = {
    image,
    ...copied(service, ['profiles', 'restart', 'userns_mode']),
    environment: list
      ? variables.map(([variable, on]) => `${variable}=${on}`)
      : Object.fromEntries(variables.map(([variable, on]) => [variable, Number(on)])),
    volumes: [`${writtenSource(service, mount)}:${SOCKET}:${['ro', ...mount.options.filter((option) => /^z$/i.test(option))].join(',')}`],
    networks: [network],
    ...keys,
  };
  const labels = service.securityOpt.map(({ raw }) => raw).filter((raw) => /^label[=:]/.test(raw));
  if (labels.length > 0) value.security_opt = [...(keys.security_opt as string[]), ...labels];
  return {
    name,
    network,
    port,
    ops: [
      { op: 'add', path: inFile(service.file, ['services', name]), value, near: [service.name] },
      { op: 'add', path: inFile(service.file, ['networks', network]), value: { internal: true } },
    ],
  };
}

/** The proxy as text, for a person to write in. */
export function proxySnippet(advice: SocketAdvice | undefined): string {
  const { image, service } = socketProxy();
  const variables = [...switches(advice?.sections ?? ['CONTAINERS'])].map(([name, on]) => `      ${name}: ${on}`);
  const client = advice?.client?.replace('HOST:2375', 'socket-proxy:2375');
  return [
    'services:',
    '  socket-proxy:',
    `    image: ${image}`,
    '    environment:',
    ...variables.map((line, index) => (index === 0 && !advice?.sections ? `${line} # and what else it asks for` : line)),
    `    volumes: ["${SOCKET}:${SOCKET}:ro"]`,
    '    networks: [docker-socket]',
    ...Object.entries(service).map(([key, data]) => `    ${key}: ${JSON.stringify(data)}`),
    `# its client: networks: [default, docker-socket]; ${client === undefined ? 'DOCKER_HOST: tcp://socket-proxy:2375' : `pointed there by ${client}`}`,
    'networks:',
    '  docker-socket:',
    '    internal: true',
  ].join('\n');
}

/** What to set: what is asked for, and what is on by itself and not asked for. */
function switches(sections: readonly string[]): Map<string, string> {
  const { on, always } = socketProxy();
  const wanted = sections.filter((section) => !on.includes(section)).map((section): [string, string] => [section, '1']);
  const off = on.filter((section) => !sections.includes(section) && !always.includes(section)).map((name): [string, string] => [name, '0']);
  return new Map([...wanted, ...off].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The sections that variables leave open. */
function allowed(variables: ReadonlyMap<string, string>): string[] {
  const { on } = socketProxy();
  const isOn = (value: string | undefined): boolean => value !== undefined && !/^(?:0|false|no|off|)$/i.test(value);
  const named = [...variables].filter(([name, value]) => /^[A-Z_]+$/.test(name) && isOn(value)).map(([name]) => name);
  return [...new Set([...named, ...on.filter((name) => !variables.has(name))])].sort();
}

/** Settings of the client that its proxy has to share: to be started with it, and to see the socket on hosts with user namespaces. */
function copied(service: ComposeService, keys: readonly string[]): { [key: string]: Data } {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const data = service.data(key);
      return data === undefined || data === null ? [] : [[key, data]];
    }),
  );
}

/** The source of a mount as it is written, with its variables. */
function writtenSource(service: ComposeService, mount: Mount): string {
  const volumes = service.nearest('volumes');
  const index = mount.path.at(-1);
  // Of several lists the index is that of one: then its value has to do.
  const item = Array.isArray(volumes) && typeof index === 'number' && service.pieces.length === 1 ? volumes[index] : undefined;
  if (typeof item === 'string') return splitOutsideBraces(item, ':')[0] ?? SOCKET;
  return isMap(item) ? String(item.source ?? item.src) : (mount.source ?? SOCKET);
}

function meet(a: ComposeService, b: ComposeService): boolean {
  const names = (service: ComposeService): string[] =>
    service.networkMode ? [] : (service.networks?.map(({ name }) => name) ?? ['default']);
  return names(a).some((name) => names(b).includes(name));
}
