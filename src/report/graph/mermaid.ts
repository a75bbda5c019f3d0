import { language, Text, word } from '../text/text';
import { visible } from '../text/visible';
import { isExposed, notesOf, type Picture, type PictureNetwork, type PictureService } from './picture';

type Mermaid = Text<'mermaid'>;

/** A text in quotes, of several lines. Mermaid reads HTML entities in it, by number with `#` and without `&`. */
function label(...lines: string[]): Mermaid {
  const safe = lines.map((line) => visible(line).replace(/[#&"<>`\\{}[\]|;]/g, (char) => `#${char.charCodeAt(0)};`));
  return new Text('mermaid', `"${safe.join('<br/>')}"`);
}

/** A value is a text in quotes. */
const chart = language('mermaid', (text) => label(text).text);

const id = (name: string): Mermaid => word('mermaid', name);

/** Pictures as a Mermaid flowchart; with several, each in a box with its title. GitHub, GitLab and many editors draw it. */
export function mermaid(pictures: readonly { title: string; picture: Picture }[]): Mermaid {
  const lines = [chart`flowchart LR`];
  for (const [index, { title, picture }] of pictures.entries()) {
    const outside = id(`${'x'.repeat(index + 1)}out`);
    const body = pictureLines(picture, outside);
    if (pictures.length === 1) lines.push(...body);
    else lines.push(chart`  subgraph ${id(`p${index + 1}`)}[${title}]`, ...body.map((line) => chart`  ${line}`), chart`  end`);
  }
  lines.push(
    chart`  classDef store fill:#e0e7ff,stroke:#4f46e5,color:#1e1b4b`,
    chart`  classDef exposed fill:#fee2e2,stroke:#dc2626,color:#7f1d1d,stroke-width:2px`,
    chart`  classDef open fill:#fef3c7,stroke:#d97706,color:#78350f`,
    chart`  classDef internal fill:#dcfce7,stroke:#16a34a,color:#14532d,stroke-dasharray:5 3`,
    chart`  classDef external fill:#f3e8ff,stroke:#9333ea,color:#581c87`,
    chart`  classDef outside fill:#1f2937,stroke:#111827,color:#f9fafb`,
  );
  return chart`${chart.join(lines, '\n')}\n`;
}

function pictureLines({ services, networks }: Picture, outside: Mermaid): Mermaid[] {
  const lines = [chart`  ${outside}(["outside: LAN and internet"]):::outside`];
  for (const service of services)
    lines.push(
      chart`  ${id(service.id)}${shape(service)}${isExposed(service) ? chart`:::exposed` : service.store ? chart`:::store` : chart``}`,
    );
  for (const network of networks)
    lines.push(chart`  ${id(network.id)}{{${networkLabel(network)}}}:::${id(network.kind === 'unknown' ? 'open' : network.kind)}`);
  for (const { id: own, doors, direct, follows, networks: on, mode } of services) {
    if (doors.length > 0) lines.push(chart`  ${outside} -->|${doors.join(', ')}| ${id(own)}`);
    else if (direct && !follows) lines.push(chart`  ${outside} -->|${mode === 'host' ? 'all it listens on' : 'on the LAN'}| ${id(own)}`);
    if (follows) lines.push(chart`  ${id(own)} ---|"network of"| ${id(follows)}`);
    for (const network of on) lines.push(chart`  ${id(own)} --- ${id(network)}`);
  }
  for (const { id: network, kind } of networks) if (kind === 'open') lines.push(chart`  ${id(network)} -.-> ${outside}`);
  return lines;
}

function shape(service: PictureService): Mermaid {
  const text = label(service.name, ...notesOf(service));
  return service.store ? chart`[(${text})]` : chart`[${text}]`;
}

function networkLabel({ name, kind }: PictureNetwork): Mermaid {
  return kind === 'open' ? label(name) : label(name, kind === 'unknown' ? 'internal or not' : kind);
}
