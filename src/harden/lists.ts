import { splitFile } from '../compose/file-path';
import type { ComposeService } from '../compose/service';
import type { Item } from '../compose/types';
import type { Data, Op, Refusal } from '../yaml/types';

/**
 * Ops that take one item out of a list of a service. The last item takes the key with it. A list that is inherited or shared through an
 * alias is written anew without the item; one that a service only extends cannot lose items, Compose appends the two.
 */
export function removeFromList(service: ComposeService, key: string, item: Item): { ops: Op[] } | { refusal: Refusal } {
  const [, owner] = splitFile(item.path).path;
  if (owner !== service.name) {
    return {
      refusal: {
        code: 'merge-inherited',
        message: `it comes from "${String(owner)}", which "${service.name}" extends: Compose appends the two lists, so take it out there`,
      },
    };
  }
  const path = service.at(key);
  // In a file that says less of it than another: the list there is one of several.
  if (splitFile(path).file !== splitFile(item.path).file) return { ops: [{ op: 'remove', path: item.path }] };
  const list = service.data(key);
  const index = item.path.at(-1);
  const rest: Data[] = Array.isArray(list) ? list.filter((_, at) => at !== index) : [];
  if (service.origin(key) === 'merge') return { ops: [{ op: 'add', path, value: rest }] };
  if (rest.length === 0) return { ops: [service.inherits ? { op: 'replace', path, value: [] } : { op: 'remove', path }] };
  return { ops: [service.origin(key) === 'alias' ? { op: 'replace', path, value: rest } : { op: 'remove', path: item.path }] };
}
