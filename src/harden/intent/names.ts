import { literal } from '../../compose/literal';
import type { ComposeProject } from '../../compose/project';
import type { ComposeService } from '../../compose/service';

/** Finds the names of services in texts: as a host, in a URL, in a list; not inside of a path, a domain or another word. */
export class NameFinder {
  private readonly owners = new Map<string, Set<string>>();
  private readonly pattern: RegExp | undefined;

  constructor(project: ComposeProject) {
    for (const service of project.services) for (const name of namesOf(service, project)) this.add(name, service.name);
    const names = [...this.owners.keys()].sort((a, b) => b.length - a.length);
    const any = names.map(literal).join('|');
    // A slash may come before only as the end of `://`; a dot after only when no domain goes on.
    if (any) this.pattern = new RegExp(`(?<![\\w.$-])(?<!(?<!/)/)(?:${any})(?![\\w-]|\\.\\w)`, 'g');
  }

  /** The services a text names. */
  in(text: string): string[] {
    if (!this.pattern) return [];
    const found = new Set(text.match(this.pattern));
    return [...new Set([...found].flatMap((name) => [...(this.owners.get(name) ?? [])]))];
  }

  private add(name: string, service: string): void {
    const owners = this.owners.get(name) ?? new Set();
    this.owners.set(name, owners.add(service));
  }
}

function namesOf(service: ComposeService, project: ComposeProject): string[] {
  const names = [service.name];
  for (const given of [service.containerName, service.hostname]) if (given?.known) names.push(given.text);
  for (const { aliases } of service.networks ?? []) names.push(...aliases);
  // `links: [db:mysql]`: the other service's name for this one.
  for (const other of project.services) {
    const links = other.data('links');
    for (const link of Array.isArray(links) ? links.map(String) : [])
      if (link.startsWith(`${service.name}:`)) names.push(link.slice(service.name.length + 1));
  }
  if (project.name) for (const dash of ['-', '_']) names.push([project.name, service.name, '1'].join(dash));
  return names.filter((name) => name !== '');
}
