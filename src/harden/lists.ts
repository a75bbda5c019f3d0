import { splitFile } from '../compose/file-path';
import type { ComposeProject } from '../compose/project';
import type { ComposeService } from '../compose/service';

import type { Data, Path } from '../yaml/types';
import { atMost as lessSure } from './confidence';
import { asManual } from './proposal';
import type { Attempt, Proposal } from './types';

/** Something that is written as an item of a list. */
export interface Item {
  path: Path;
}

/**
 * Ops that take one item out of a list of a service. The last item takes the key with it. A list that is inherited or shared through an
 * alias is written anew without the item; one that a service only extends cannot lose items, Compose appends the two.
 */
export function removeFromList(service: ComposeService, key: string, item: Item): Attempt {
  const owner = ownerOf(item);
  if (owner !== service.name) {
    return {
      refusal: {
        code: 'merge-inherited',
        message: `it comes from "${owner}", which "${service.name}" extends: Compose appends the two lists, so take it out there`,
      },
    };
  }
  const path = service.at(key);
  // In a file that says less of it than another: the list there is one of several.
  if (splitFile(path).file !== splitFile(item.path).file) return { ops: [{ op: 'remove', path: item.path }] };
  const list = service.nearest(key);
  const index = item.path.at(-1);
  const rest: Data[] = Array.isArray(list) ? list.filter((_, at) => at !== index) : [];
  if (service.origin(key) === 'merge') return { ops: [{ op: 'add', path, value: rest }] };
  if (rest.length === 0) return { ops: [service.inherits ? { op: 'replace', path, value: [] } : { op: 'remove', path }] };
  return { ops: [service.origin(key) === 'alias' ? { op: 'replace', path, value: rest } : { op: 'remove', path: item.path }] };
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
  const same = JSON.stringify(item.path);
  return project.services.filter(
    (service) => service.name !== ownerOf(item) && items(service).some(({ path }) => JSON.stringify(path) === same),
  );
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
