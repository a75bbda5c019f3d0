import { literal } from '../../compose/literal';
import type { ComposeProject } from '../../compose/project';
import type { ComposeService } from '../../compose/service';

/** Finds the names of services in texts: as a host, in a URL, in a list; not inside of a path, a domain or another word. */
export class NameFinder {
  private readonly owners = new Map<string, Set<string>>();
  /** Finds names that are no domains, such as one with a dot at its end: there are few. */
  private readonly odd: RegExp | undefined;

  constructor(project: ComposeProject) {
    const links = linksOf(project);
    for (const service of project.services) for (const name of namesOf(service, project, links)) this.add(name, service.name);
    const odd = [...this.owners.keys()].filter((name) => !isDomain(name)).sort((a, b) => b.length - a.length);
    if (odd.length > 0) this.odd = new RegExp(`${NOT_INSIDE}(?:${odd.map(literal).join('|')})(?![\\w-]|\\.\\w)`, 'g');
  }

  /** The services a text names. */
  in(text: string): string[] {
    if (this.owners.size === 0) return [];
    const found = [...(text.match(DOMAIN) ?? []), ...((this.odd && text.match(this.odd)) ?? [])];
    return [...new Set(found.flatMap((name) => [...(this.owners.get(name) ?? [])]))];
  }

  private add(name: string, service: string): void {
    const owners = this.owners.get(name) ?? new Set();
    this.owners.set(name, owners.add(service));
  }
}

/** A slash may come before only as the end of `://`. */
const NOT_INSIDE = '(?<![\\w.$-])(?<!(?<!/)/)';

/** A dot after a name belongs to it when a domain goes on: so a whole domain is looked up, and never a part of one. */
const DOMAIN = new RegExp(`${NOT_INSIDE}[\\w-]+(?:\\.\\w[\\w-]*)*`, 'g');

function isDomain(name: string): boolean {
  return name.match(DOMAIN)?.[0] === name;
}

/** `links: [db:mysql]`: other services' names for a service, by its own. */
function linksOf(project: ComposeProject): Map<string, string[]> {
  const out = new Map<string, string[]>();
  for (const service of project.services) {
    const links = service.data('links');
    for (const link of Array.isArray(links) ? links.map(String) : []) {
      const colon = link.indexOf(':');
      if (colon < 0) continue;
      const name = link.slice(0, colon);
      out.set(name, [...(out.get(name) ?? []), link.slice(colon + 1)]);
    }
  }
  return out;
}

function namesOf(service: ComposeService, project: ComposeProject, links: ReadonlyMap<string, readonly string[]>): string[] {
  const names = [service.name];
  for (const given of [service.containerName, service.hostname]) if (given?.known) names.push(given.text);
  for (const { aliases } of service.networks ?? []) names.push(...aliases);
  names.push(...(links.get(service.name) ?? []));
  if (project.name) for (const dash of ['-', '_']) names.push([project.name, service.name, '1'].join(dash));
  return names.filter((name) => name !== '');
}
