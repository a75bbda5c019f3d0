import { isMap } from '../../src/compose/data';
import type { ComposeService } from '../../src/compose/service';
import type { Mount } from '../../src/compose/types';
import { addNames, isBorrowed, isOwn, type Named, removeFromList, rewriteList, setKey, setPair } from '../../src/harden/ops';
import type { TransformContext } from '../../src/harden/transform';
import type { Attempt } from '../../src/harden/types';
import type { SocketAdvice } from '../../src/images/types';
import type { Data, Op, Refusal } from '../../src/yaml/types';
import type { ProxyService } from './proxy';

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
export function pointAt(service: ComposeService, { flag, env }: NonNullable<SocketAdvice['point']>, proxy: ProxyService): Attempt {
  const fill = (text: string): string => text.replace('HOST', proxy.name).replace('PORT', String(proxy.port));
  if (flag !== undefined) return addArgument(service, flag.slice(0, flag.indexOf('=') + 1), fill(flag.slice(flag.indexOf('=') + 1)));
  const ops: Op[] = [];
  for (const [name, value] of Object.entries(env ?? {})) {
    const there = service.environment.get(name);
    if (there && !/^(?:unix:|npipe:|\/|$)/.test(there.text)) return elsewhere(`${name}=${there.raw}`);
    ops.push(...setPair(service, 'environment', name, fill(value)));
  }
  return { ops };
}

function elsewhere(setting: string): Attempt {
  return { refusal: { code: 'conflict', message: `it is pointed to another place already (${setting}): is the socket still used?` } };
}

function addArgument(service: ComposeService, name: string, value: string): Attempt {
  const data = service.nearest('command') ?? null;
  const argument = name + value;
  if (data === null) return { ops: setKey(service, 'command', [argument]) };
  if (Array.isArray(data)) {
    const index = data.findLastIndex((item) => String(item).toLowerCase().startsWith(name.toLowerCase()));
    if (index < 0) return { ops: rewriteList(service, 'command', data, [argument]) };
    if (!/=(?:unix:|npipe:|\/)/.test(String(data[index]))) return elsewhere(String(data[index]));
    return { ops: rewriteList(service, 'command', data.with(index, argument)) };
  }
  const line = String(data);
  if (line.toLowerCase().includes(name.toLowerCase()) || line.includes('\n')) {
    const message = 'its command is one text: add the argument to it, and batten can go on';
    return { refusal: { code: 'needs-decision', message, snippet: argument } };
  }
  return { ops: setKey(service, 'command', `${line} ${argument}`) };
}

/** Takes a mount away, and `volumes` with it when nothing is left. */
export function dropMount(service: ComposeService, mount: Mount): Attempt {
  if (service.pieces.some(({ parent }) => parent?.has('volumes'))) {
    const message = 'Compose adds the volumes of what it extends, and this one may come from there: take it out where it is written';
    return { refusal: { code: 'merge-inherited', message } };
  }
  return removeFromList(service, 'volumes', mount);
}

/** Puts a service on one more network. A key of its own ends the implicit `default`, so that one is written out. */
export function joinNetwork(service: ComposeService, network: string): Attempt {
  if (service.networks?.some(({ name }) => name === network)) return { ops: [] };
  const there = named(service.nearest('networks'));
  const besides = there.length > 0 ? there : (service.networks ?? [{ name: 'default' }]).map(({ name }): Named => [name, null]);
  return { ops: addNames(service, 'networks', [[network, null]], besides) };
}

/** Starts the proxy first, in the form in which the service says what it depends on. */
export function dependOn(service: ComposeService, name: string): Attempt {
  if (service.dependsOn.has(name)) return { ops: [] };
  const data = service.nearest('depends_on');
  const written = isOwn(service, 'depends_on') || isBorrowed(service, 'depends_on');
  const settings = written && isMap(data) ? { condition: 'service_started' } : null;
  return { ops: addNames(service, 'depends_on', [[name, settings]], written ? named(data) : []) };
}

function named(data: Data | undefined): Named[] {
  if (isMap(data)) return Object.entries(data);
  return Array.isArray(data) ? data.map((name) => [String(name), null]) : [];
}
