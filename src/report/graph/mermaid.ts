import { isExposed, notesOf, type Picture, type PictureNetwork, type PictureService } from './picture';

/** Pictures as a Mermaid flowchart; with several, each in a box with its title. GitHub, GitLab and many editors draw it. */
export function mermaid(pictures: readonly { title: string; picture: Picture }[]): string {
  const lines = ['flowchart LR'];
  for (const [index, { title, picture }] of pictures.entries()) {
    const outside = `${'x'.repeat(index + 1)}out`;
    const body = pictureLines(picture, outside);
    if (pictures.length === 1) lines.push(...body);
    else lines.push(`  subgraph p${index + 1}[${quoted(title)}]`, ...body.map((line) => `  ${line}`), '  end');
  }
  lines.push(
    '  classDef store fill:#e0e7ff,stroke:#4f46e5,color:#1e1b4b',
    '  classDef exposed fill:#fee2e2,stroke:#dc2626,color:#7f1d1d,stroke-width:2px',
    '  classDef open fill:#fef3c7,stroke:#d97706,color:#78350f',
    '  classDef internal fill:#dcfce7,stroke:#16a34a,color:#14532d,stroke-dasharray:5 3',
    '  classDef external fill:#f3e8ff,stroke:#9333ea,color:#581c87',
    '  classDef outside fill:#1f2937,stroke:#111827,color:#f9fafb',
  );
  return `${lines.join('\n')}\n`;
}

function pictureLines({ services, networks }: Picture, outside: string): string[] {
  const lines = [`  ${outside}(["outside: LAN and internet"]):::outside`];
  for (const service of services)
    lines.push(`  ${service.id}${shape(service)}${isExposed(service) ? ':::exposed' : service.store ? ':::store' : ''}`);
  for (const network of networks)
    lines.push(`  ${network.id}{{${quoted(networkText(network))}}}:::${network.kind === 'unknown' ? 'open' : network.kind}`);
  for (const { id, doors, direct, follows, networks: on, mode } of services) {
    if (doors.length > 0) lines.push(`  ${outside} -->|${quoted(doors.join(', '))}| ${id}`);
    else if (direct && !follows) lines.push(`  ${outside} -->|${quoted(mode === 'host' ? 'all it listens on' : 'on the LAN')}| ${id}`);
    if (follows) lines.push(`  ${id} ---|"network of"| ${follows}`);
    for (const network of on) lines.push(`  ${id} --- ${network}`);
  }
  for (const { id, kind } of networks) if (kind === 'open') lines.push(`  ${id} -.-> ${outside}`);
  return lines;
}

function shape(service: PictureService): string {
  const text = quoted([service.name, ...notesOf(service)].join('\n'));
  return service.store ? `[(${text})]` : `[${text}]`;
}

function networkText({ name, kind }: PictureNetwork): string {
  return kind === 'open' ? name : `${name}\n${kind === 'unknown' ? 'internal or not' : kind}`;
}

/** Mermaid reads HTML entities in quoted text, by number with `#` and without `&`. */
function quoted(text: string): string {
  const safe = text.replace(/[#&"<>`\\{}[\]|;]/g, (char) => `#${char.charCodeAt(0)};`).replaceAll('\n', '<br/>');
  return `"${safe}"`;
}
