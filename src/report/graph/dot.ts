import { isExposed, notesOf, type Picture, type PictureNetwork, type PictureService } from './picture';

/** Pictures in Graphviz' language; with several, each in a cluster. Draw it with `dot -Tsvg`. */
export function dot(pictures: readonly { title: string; picture: Picture }[]): string {
  const lines = [
    'graph networks {',
    '  graph [rankdir=LR, fontname="Helvetica", nodesep=0.25, ranksep=0.8, bgcolor="white"];',
    '  node [fontname="Helvetica", fontsize=11, shape=box, style="rounded,filled", fillcolor="#f8fafc", color="#94a3b8"];',
    '  edge [fontname="Helvetica", fontsize=9, color="#64748b"];',
  ];
  for (const [index, { title, picture }] of pictures.entries()) {
    const body = pictureLines(picture, `out${index + 1}`);
    if (pictures.length === 1) lines.push(...body);
    else lines.push(`  subgraph cluster_${index + 1} {`, `    label=${quoted(title)};`, ...body.map((line) => `  ${line}`), '  }');
  }
  return `${[...lines, '}'].join('\n')}\n`;
}

function pictureLines({ services, networks }: Picture, outside: string): string[] {
  const lines = [`  ${outside} [label="outside\\nLAN and internet", shape=oval, fillcolor="#1f2937", fontcolor="#f9fafb"];`];
  for (const service of services)
    lines.push(`  ${service.id} [label=${quoted([service.name, ...notesOf(service)].join('\n'))}${look(service)}];`);
  for (const network of networks)
    lines.push(`  ${network.id} [label=${quoted(networkText(network))}, shape=hexagon${networkLook(network)}];`);
  for (const { id, doors, direct, follows, mode, networks: on, reachable } of services) {
    const label =
      doors.length > 0 ? doors.join(', ') : direct && !follows ? (mode === 'host' ? 'all it listens on' : 'on the LAN') : undefined;
    if (label !== undefined)
      lines.push(`  ${outside} -- ${id} [dir=forward, label=${quoted(label)}${reachable ? ', color="#dc2626", penwidth=2' : ''}];`);
    if (follows) lines.push(`  ${id} -- ${follows} [style=bold, label="network of"];`);
    for (const network of on) lines.push(`  ${id} -- ${network};`);
  }
  for (const { id, kind } of networks)
    if (kind === 'open') lines.push(`  ${id} -- ${outside} [dir=forward, style=dotted, constraint=false];`);
  return lines;
}

function look(service: PictureService): string {
  if (isExposed(service)) return ', fillcolor="#fee2e2", color="#dc2626", penwidth=2';
  return service.store ? ', fillcolor="#e0e7ff", color="#4f46e5"' : '';
}

function networkLook({ kind }: PictureNetwork): string {
  if (kind === 'internal') return ', style="filled,dashed", fillcolor="#dcfce7", color="#16a34a"';
  return kind === 'external' ? ', fillcolor="#f3e8ff", color="#9333ea"' : ', fillcolor="#fef3c7", color="#d97706"';
}

function networkText({ name, kind }: PictureNetwork): string {
  return kind === 'open' ? name : `${name}\n${kind === 'unknown' ? 'internal or not' : kind}`;
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}
