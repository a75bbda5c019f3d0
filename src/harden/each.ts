import type { ComposeService } from '../compose/service';
import type { Path } from '../yaml/types';
import { forHeirs, heirsOf, type Item, isInherited, ownerOf } from './heirs';
import type { Transform, TransformContext } from './transform';
import type { Draft, Proposal } from './types';

/** What a transform has to say: nothing when all is well. */
type Said = Iterable<Proposal> | Proposal | undefined;

/** Asks about each service that is `complete`: it has an image or a build, and nothing of it is missing. */
export function* eachService(
  context: TransformContext,
  ask: (service: ComposeService, context: TransformContext) => Said,
): Iterable<Proposal> {
  for (const service of context.project.services) if (service.complete) yield* all(ask(service, context));
}

/** Asks about each service that becomes a container, also when another file says which image: what is written here holds anyway. */
export function* eachContainer(
  context: TransformContext,
  ask: (service: ComposeService, context: TransformContext) => Said,
): Iterable<Proposal> {
  for (const service of context.project.services) if (!service.has('provider')) yield* all(ask(service, context));
}

/**
 * Asks about each item of a list that is written on a service. Those who have it because they extend the service are asked too: the change
 * is for all of them or for none.
 */
export function* eachItem<T extends Item>(
  items: (service: ComposeService) => readonly T[],
  service: ComposeService,
  context: TransformContext,
  ask: (service: ComposeService, item: T, context: TransformContext) => Proposal | undefined,
): Iterable<Proposal> {
  const { project } = context;
  for (const item of items(service)) {
    if (isInherited(item, service, project)) continue;
    const proposal = ask(service, item, context);
    if (proposal) yield forHeirs(proposal, heirsOf(item, items, project), (heir) => ask(heir, item, context));
  }
}

/** From the last to the first: where one is removed, those before it keep their place. */
export function lastFirst<T>(list: readonly T[]): T[] {
  return list.toReversed();
}

/** What each finding says: whom it is about, where (a path, or the key of the service), how bad it is and what it answers. */
export function about(
  transform: Pick<Transform, 'severity' | 'controls'>,
  service: ComposeService,
  place: Path | string,
): Pick<Draft, 'service' | 'path' | 'severity' | 'controls'> {
  const { severity, controls } = transform;
  return { service: service.name, path: typeof place === 'string' ? service.at(place) : place, severity, controls };
}

/** Where a finding about an item is: at the item, and for one that a service extends at its own key. */
export function placeOfItem(item: Item, service: ComposeService, key: string): Path {
  return ownerOf(item) === service.name ? item.path : service.at(key);
}

function* all(said: Said): Iterable<Proposal> {
  if (said === undefined) return;
  if (Symbol.iterator in said) yield* said;
  else yield said;
}
