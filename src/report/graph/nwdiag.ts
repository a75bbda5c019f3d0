import { language, Text, word } from '../text/text';
import { visible } from '../text/visible';
import { isExposed, notesOf, type Picture, type PictureNetwork } from './picture';

type Nwdiag = Text<'nwdiag'>;

/** A text in quotes, of several lines. nwdiag knows no way to write a quote inside of quotes. */
function label(...lines: string[]): Nwdiag {
  const safe = lines.map((line) => visible(line).replaceAll('→', '->').replaceAll('"', "'").replaceAll('\\', '/'));
  return new Text('nwdiag', `"${safe.join('\\n')}"`);
}

/** A value is a text in quotes. */
const diagram = language('nwdiag', (text) => label(text).text);

const id = (name: string): Nwdiag => word('nwdiag', name);

/**
 * One picture for nwdiag, which draws networks as bars with the services hanging on them. A service without a network of its own is beside
 * the one whose network it uses, or on a bar of the host.
 */
export function nwdiag({ services, networks }: Picture): Nwdiag {
  const lines = [diagram`nwdiag {`, diagram`  default_fontsize = 11;`, diagram`  node_width = 150;`, diagram`  node_height = 60;`];
  const host = services.filter(({ mode, doors, direct, follows }) => !follows && (doors.length > 0 || direct || mode === 'host'));
  const byId = new Map(services.map((service) => [service.id, service]));
  // Descriptions are drawn once; a node may be on several bars.
  if (host.length > 0) {
    lines.push(diagram`  network outside {`, diagram`    address = "LAN and internet";`, diagram`    color = "#1f2937";`);
    for (const { id: own, doors, mode } of host)
      lines.push(diagram`    ${id(own)} [address = ${mode === 'host' ? 'all it listens on' : doors.join(', ') || 'on the LAN'}];`);
    lines.push(diagram`  }`);
  }
  for (const network of networks) {
    const members = [...network.members, ...followers(network, services)].map((member) => diagram`    ${id(member)};`);
    const address = diagram`    address = ${label(...networkText(network))};`;
    lines.push(diagram`  network ${id(network.id)} {`, address, diagram`    color = ${colorOf(network)};`, ...members, diagram`  }`);
  }
  const loose = services.filter(
    ({ networks: on, follows, mode }) => on.length === 0 && mode !== 'host' && (!follows || byId.get(follows)!.networks.length === 0),
  );
  if (loose.length > 0) {
    const members = loose.map((service) => diagram`    ${id(service.id)};`);
    const address = diagram`    address = "no network of the project";`;
    lines.push(diagram`  network alone {`, address, diagram`    color = "#e5e7eb";`, ...members, diagram`  }`);
  }
  for (const service of services) {
    const color = isExposed(service) ? '#fca5a5' : service.store ? '#c7d2fe' : '#f8fafc';
    const text = label(service.name, ...notesOf({ ...service, doors: [] }));
    lines.push(diagram`  ${id(service.id)} [label = ${text}, color = ${color}];`);
  }
  return diagram`${diagram.join(lines, '\n')}\n}\n`;
}

function followers({ members }: PictureNetwork, services: Picture['services']): string[] {
  return services.filter(({ follows }) => follows !== undefined && members.includes(follows)).map(({ id }) => id);
}

function networkText({ name, kind }: PictureNetwork): string[] {
  return kind === 'open' ? [name] : [name, `(${kind === 'unknown' ? 'internal or not' : kind})`];
}

function colorOf({ kind }: PictureNetwork): string {
  return { open: '#fde68a', internal: '#bbf7d0', external: '#e9d5ff', unknown: '#fde68a' }[kind];
}
