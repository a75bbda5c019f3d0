import { language, Text, word } from '../text/text';
import { visible } from '../text/visible';
import { isExposed, notesOf, type Picture, type PictureNetwork, type PictureService } from './picture';

type Dot = Text<'dot'>;

/** A string in quotes, of several lines. */
function label(...lines: string[]): Dot {
  return new Text('dot', `"${lines.map((line) => visible(line).replace(/[\\"]/g, '\\$&')).join('\\n')}"`);
}

/** Graphviz' language. A value is a string in quotes. */
const graphviz = language('dot', (text) => label(text).text);

const id = (name: string): Dot => word('dot', name);

/** Pictures in Graphviz' language; with several, each in a cluster. Draw it with `dot -Tsvg`. */
export function dot(pictures: readonly { title: string; picture: Picture }[]): Dot {
  const lines = [
    graphviz`graph networks {`,
    graphviz`  graph [rankdir=LR, fontname="Helvetica", nodesep=0.25, ranksep=0.8, bgcolor="white"];`,
    graphviz`  node [fontname="Helvetica", fontsize=11, shape=box, style="rounded,filled", fillcolor="#f8fafc", color="#94a3b8"];`,
    graphviz`  edge [fontname="Helvetica", fontsize=9, color="#64748b"];`,
  ];
  for (const [index, { title, picture }] of pictures.entries()) {
    const body = pictureLines(picture, id(`out${index + 1}`));
    if (pictures.length === 1) lines.push(...body);
    else {
      const inside = body.map((line) => graphviz`  ${line}`);
      lines.push(graphviz`  subgraph ${id(`cluster_${index + 1}`)} {`, graphviz`    label=${title};`, ...inside, graphviz`  }`);
    }
  }
  return graphviz`${graphviz.join(lines, '\n')}\n}\n`;
}

function pictureLines({ services, networks }: Picture, outside: Dot): Dot[] {
  const lines = [graphviz`  ${outside} [label="outside\\nLAN and internet", shape=oval, fillcolor="#1f2937", fontcolor="#f9fafb"];`];
  for (const service of services)
    lines.push(graphviz`  ${id(service.id)} [label=${label(service.name, ...notesOf(service))}${look(service)}];`);
  for (const network of networks)
    lines.push(graphviz`  ${id(network.id)} [label=${label(...networkText(network))}, shape=hexagon${networkLook(network)}];`);
  for (const { id: own, doors, direct, follows, mode, networks: on, reachable } of services) {
    const text =
      doors.length > 0 ? doors.join(', ') : direct && !follows ? (mode === 'host' ? 'all it listens on' : 'on the LAN') : undefined;
    const exposed = reachable ? graphviz`, color="#dc2626", penwidth=2` : graphviz``;
    if (text !== undefined) lines.push(graphviz`  ${outside} -- ${id(own)} [dir=forward, label=${text}${exposed}];`);
    if (follows) lines.push(graphviz`  ${id(own)} -- ${id(follows)} [style=bold, label="network of"];`);
    for (const network of on) lines.push(graphviz`  ${id(own)} -- ${id(network)};`);
  }
  for (const { id: network, kind } of networks)
    if (kind === 'open') lines.push(graphviz`  ${id(network)} -- ${outside} [dir=forward, style=dotted, constraint=false];`);
  return lines;
}

function look(service: PictureService): Dot {
  if (isExposed(service)) return graphviz`, fillcolor="#fee2e2", color="#dc2626", penwidth=2`;
  return service.store ? graphviz`, fillcolor="#e0e7ff", color="#4f46e5"` : graphviz``;
}

function networkLook({ kind }: PictureNetwork): Dot {
  if (kind === 'internal') return graphviz`, style="filled,dashed", fillcolor="#dcfce7", color="#16a34a"`;
  return kind === 'external' ? graphviz`, fillcolor="#f3e8ff", color="#9333ea"` : graphviz`, fillcolor="#fef3c7", color="#d97706"`;
}

function networkText({ name, kind }: PictureNetwork): string[] {
  return kind === 'open' ? [name] : [name, kind === 'unknown' ? 'internal or not' : kind];
}
