import { isMap } from '../../src/compose/data';
import type { ComposeService } from '../../src/compose/service';
import type { Mount } from '../../src/compose/types';
import { setVariable } from '../../src/harden/environment';
import { removeFromList } from '../../src/harden/lists';
import type { TransformContext } from '../../src/harden/transform';
import type { SocketAdvice } from '../../src/images/types';
import type { Data, Op, Refusal } from '../../src/yaml/types';
import type { ProxyService } from './proxy';

type Wired = Op[] | Refusal;

/** What keeps a service from reaching a proxy by its name on one more network. */
export function networkObstacle(service: ComposeService, { project, advise }: TransformContext, snippet?: string): Refusal | undefined {
  if (service.networkMode) {
    const message = `with network_mode ${service.networkMode.raw} it is on no network of its own, where it could find a proxy by its name`;
    return { code: 'needs-decision', message, ...(snippet !== undefined && { snippet }) };
  }
  // Traefik takes any address of a container that is on several networks, unless a label names the network (traefik/traefik#6597).
  const labels = [...service.labels.keys()];
  const routed = labels.some((label) => /^traefik\.(?:http|tcp|udp|enable$)/.test(label)) && !labels.includes('traefik.docker.network');
  if (!routed || advise(service).family === 'traefik') return undefined;
  const network = service.networks?.length === 1 ? project.networks.get(service.networks[0]!.name) : undefined;
  return {
    code: 'needs-decision',
    message:
      'it is behind Traefik and does not say which network to use: on one more network Traefik may pick an address it cannot reach. With this label batten can go on',
    snippet: `labels:\n  - traefik.docker.network=${network?.realName ?? '<the real name of the network shared with Traefik>'}`,
  };
}

/** Points a service to the proxy by an argument or by variables. */
export function pointAt(service: ComposeService, { flag, env }: NonNullable<SocketAdvice['point']>, proxy: ProxyService): Wired {
  const fill = (text: string): string => text.replace('HOST', proxy.name).replace('PORT', String(proxy.port));
  if (flag !== undefined) return addArgument(service, flag.slice(0, flag.indexOf('=') + 1), fill(flag.slice(flag.indexOf('=') + 1)));
  const ops: Op[] = [];
  for (const [name, value] of Object.entries(env ?? {})) {
    const there = service.environment.get(name);
    if (there && !/^(?:unix:|npipe:|\/|$)/.test(there.text)) return elsewhere(`${name}=${there.raw}`);
    ops.push(...setVariable(service, name, fill(value)));
  }
  return ops;
}

function elsewhere(setting: string): Refusal {
  return { code: 'conflict', message: `it is pointed to another place already (${setting}): is the socket still used?` };
}

function addArgument(service: ComposeService, name: string, value: string): Wired {
  const path = service.at('command');
  const origin = service.origin('command');
  const data = service.nearest('command') ?? null;
  const argument = name + value;
  const near = ['entrypoint', 'container_name', 'image', 'build'];
  if (data === null)
    return [{ op: origin === undefined ? 'add' : 'replace', path, value: [argument], ...(origin === undefined && { near }) } as Op];
  if (Array.isArray(data)) {
    const index = data.findLastIndex((item) => String(item).toLowerCase().startsWith(name.toLowerCase()));
    if (index >= 0 && !/=(?:unix:|npipe:|\/)/.test(String(data[index]))) return elsewhere(String(data[index]));
    if (origin === 'own')
      return [index < 0 ? { op: 'append', path, value: argument } : { op: 'replace', path: [...path, index], value: argument }];
    const value = index < 0 ? [...data, argument] : data.with(index, argument);
    return [origin === 'alias' ? { op: 'replace', path, value } : { op: 'add', path, value, near }];
  }
  const line = String(data);
  if (line.toLowerCase().includes(name.toLowerCase()) || line.includes('\n')) {
    return { code: 'needs-decision', message: 'its command is one text: add the argument to it, and batten can go on', snippet: argument };
  }
  return [
    origin === 'own' || origin === 'alias'
      ? { op: 'replace', path, value: `${line} ${argument}` }
      : { op: 'add', path, value: `${line} ${argument}`, near },
  ];
}

/** Takes a mount away, and `volumes` with it when nothing is left. */
export function dropMount(service: ComposeService, mount: Mount): Wired {
  if (service.pieces.some(({ parent }) => parent?.has('volumes'))) {
    const message = 'Compose adds the volumes of what it extends, and this one may come from there: take it out where it is written';
    return { code: 'merge-inherited', message };
  }
  const taken = removeFromList(service, 'volumes', mount);
  return taken.refusal ?? taken.ops;
}

/** Puts a service on one more network. A list of one's own ends the implicit `default`, so that one is written out. */
export function joinNetwork(service: ComposeService, network: string): Wired {
  const path = service.at('networks');
  const origin = service.origin('networks');
  const data = service.nearest('networks') ?? null;
  if (service.networks?.some(({ name }) => name === network)) return [];
  if (origin === 'own' && Array.isArray(data) && data.length > 0) return [{ op: 'append', path, value: network }];
  if (origin === 'own' && isMap(data) && Object.keys(data).length > 0) return [{ op: 'add', path: [...path, network], value: null }];
  const value: Data =
    isMap(data) && Object.keys(data).length > 0
      ? { ...data, [network]: null }
      : [...(service.networks?.map(({ name }) => name) ?? ['default']), network];
  if (origin === 'own' || origin === 'alias') return [{ op: 'replace', path, value }];
  return [{ op: 'add', path, value, near: ['ports', 'depends_on'] }];
}

/** Starts the proxy first, in the form in which the service says what it depends on. */
export function dependOn(service: ComposeService, name: string): Wired {
  const path = service.at('depends_on');
  const origin = service.origin('depends_on');
  const data = service.nearest('depends_on') ?? null;
  if (service.dependsOn.has(name)) return [];
  const condition = { condition: 'service_started' };
  if (origin === 'own' && Array.isArray(data) && data.length > 0) return [{ op: 'append', path, value: name }];
  if (origin === 'own' && isMap(data) && Object.keys(data).length > 0) return [{ op: 'add', path: [...path, name], value: condition }];
  const inherited = origin !== undefined && origin !== 'extends';
  const value: Data = inherited && isMap(data) ? { ...data, [name]: condition } : [...(inherited && Array.isArray(data) ? data : []), name];
  if (origin === 'own' || origin === 'alias') return [{ op: 'replace', path, value }];
  return [{ op: 'add', path, value, near: ['restart', 'container_name', 'image'] }];
}
