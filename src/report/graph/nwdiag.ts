import { isExposed, notesOf, type Picture, type PictureNetwork } from './picture';

/**
 * One picture for nwdiag, which draws networks as bars with the services hanging on them. A service without a network of its own is beside
 * the one whose network it uses, or on a bar of the host.
 */
export function nwdiag({ services, networks }: Picture): string {
  const lines = ['nwdiag {', '  default_fontsize = 11;', '  node_width = 150;', '  node_height = 60;'];
  const host = services.filter(({ mode, doors, direct, follows }) => !follows && (doors.length > 0 || direct || mode === 'host'));
  const byId = new Map(services.map((service) => [service.id, service]));
  // Descriptions are drawn once; a node may be on several bars.
  if (host.length > 0) {
    lines.push('  network outside {', '    address = "LAN and internet";', '    color = "#1f2937";');
    for (const { id, doors, mode } of host)
      lines.push(`    ${id} [address = ${quoted(mode === 'host' ? 'all it listens on' : doors.join(', ') || 'on the LAN')}];`);
    lines.push('  }');
  }
  for (const network of networks) {
    lines.push(`  network ${network.id} {`, `    address = ${quoted(networkText(network))};`, `    color = "${colorOf(network)}";`);
    for (const member of [...network.members, ...followers(network, services)]) lines.push(`    ${member};`);
    lines.push('  }');
  }
  const loose = services.filter(
    ({ networks: on, follows, mode }) => on.length === 0 && mode !== 'host' && (!follows || byId.get(follows)!.networks.length === 0),
  );
  if (loose.length > 0)
    lines.push(
      '  network alone {',
      '    address = "no network of the project";',
      '    color = "#e5e7eb";',
      ...loose.map(({ id }) => `    ${id};`),
      '  }',
    );
  for (const service of services) {
    const color = isExposed(service) ? '#fca5a5' : service.store ? '#c7d2fe' : '#f8fafc';
    const text = [service.name, ...notesOf({ ...service, doors: [] })].join('\n');
    lines.push(`  ${service.id} [label = ${quoted(text)}, color = "${color}"];`);
  }
  return `${[...lines, '}'].join('\n')}\n`;
}

function followers({ members }: PictureNetwork, services: Picture['services']): string[] {
  return services.filter(({ follows }) => follows !== undefined && members.includes(follows)).map(({ id }) => id);
}

function networkText({ name, kind }: PictureNetwork): string {
  return kind === 'open' ? name : `${name}\n(${kind === 'unknown' ? 'internal or not' : kind})`;
}

function colorOf({ kind }: PictureNetwork): string {
  return { open: '#fde68a', internal: '#bbf7d0', external: '#e9d5ff', unknown: '#fde68a' }[kind];
}

/** nwdiag knows no way to write a quote inside of quotes. */
function quoted(text: string): string {
  return `"${text.replaceAll('→', '->').replaceAll('"', "'").replaceAll('\\', '/').replaceAll('\n', '\\n')}"`;
}
