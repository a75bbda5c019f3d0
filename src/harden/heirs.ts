import { splitFile } from '../compose/file-path';
import type { ComposeProject } from '../compose/project';
import type { ComposeService } from '../compose/service';
import type { Path } from '../yaml/types';
import { atMost as lessSure } from './confidence';
import { asManual } from './proposal';
import type { Proposal } from './types';

/** Something that is written as an item of a list. */
export interface Item {
  path: Path;
}

/** The service that an item is written on. */
export function ownerOf(item: Item): string {
  return String(splitFile(item.path).path[1]);
}

/** Whether an item is written on another service of the project, which this one extends: it is judged there. */
export function isInherited(item: Item, service: ComposeService, project: ComposeProject): boolean {
  const owner = ownerOf(item);
  return owner !== service.name && project.service(owner) !== undefined;
}

/** The services that have an item because they extend the one it is written on. */
export function heirsOf(item: Item, items: (service: ComposeService) => readonly Item[], project: ComposeProject): ComposeService[] {
  return project.once(inheriting).filter((service) => {
    return service.name !== ownerOf(item) && items(service).some(({ path }) => isSamePath(path, item.path));
  });
}

/** The services that may have items of others: what comes through a merge key or an alias counts as their own. */
function inheriting({ services }: ComposeProject): ComposeService[] {
  return services.filter(({ pieces }) => pieces.length > 1 || pieces.some(({ parent }) => parent !== undefined));
}

function isSamePath(one: Path, other: Path): boolean {
  return one.length === other.length && one.every((part, index) => part === other[index]);
}

/**
 * A proposal about an item of a list, with the services that have it through `extends`: it is for all of them, as sure as it is for the
 * least sure of them, and only when each wants the same.
 */
export function forHeirs(
  proposal: Proposal,
  heirs: readonly ComposeService[],
  ask: (heir: ComposeService) => Proposal | undefined,
): Proposal {
  let joined = proposal;
  for (const heir of heirs) {
    const theirs = ask(heir);
    if (!theirs || theirs.refusal?.code === 'needs-decision') {
      const message = `"${heir.name}" extends "${proposal.service}" and needs it`;
      const { services: _, ...alone } = joined;
      return asManual(alone, proposal.refusal ?? { code: 'alias', message });
    }
    const services = [...(joined.services ?? [proposal.service]), heir.name];
    joined = { ...joined, services, confidence: lessSure(joined.confidence, theirs.confidence) };
  }
  return joined;
}
