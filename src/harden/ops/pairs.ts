import { isMap } from '../../compose/data';
import type { ComposeService } from '../../compose/service';
import type { Data, Op } from '../../yaml/types';
import { isBorrowed, isOwn, setKey } from './keys';
import { nearOf } from './near';

/** Keys that hold names with values, as a map or as a list of `NAME=value`. */
type Pairs = 'environment' | 'labels';

/** The item of a list (`NAME=value`, or `NAME` alone) that sets a name; -1 when none does. The last one counts, as in Compose. */
export function indexOfPair(list: readonly Data[], name: string): number {
  return list.findLastIndex((item) => String(item) === name || String(item).startsWith(`${name}=`));
}

/**
 * Gives a name a value, in the form in which the service writes them. Those that are borrowed would be lost with a key of one's own, so all
 * of them are written; over what the service `extends`, Compose merges by name.
 *
 * @param style the form where the service has none.
 */
export function setPair(service: ComposeService, key: Pairs, name: string, value: string, style: 'map' | 'list' = 'map'): Op[] {
  const data = service.nearest(key) ?? null;
  if (isBorrowed(service, key) || (isOwn(service, key) && data === null)) return setKey(service, key, withPair(data, name, value));
  const path = service.at(key);
  if (!isOwn(service, key)) {
    return [{ op: 'add', path, value: style === 'list' ? [`${name}=${value}`] : { [name]: value }, near: nearOf(key) }];
  }
  if (!Array.isArray(data)) return [{ op: service.ownsEntry(key, name) ? 'replace' : 'add', path: [...path, name], value }];
  const index = indexOfPair(data, name);
  const item = `${name}=${value}`;
  return [index < 0 ? { op: 'append', path, value: item } : { op: 'replace', path: [...path, index], value: item }];
}

function withPair(data: Data, name: string, value: string): Data {
  if (!Array.isArray(data)) return { ...(isMap(data) ? data : {}), [name]: value };
  const index = indexOfPair(data, name);
  return index < 0 ? [...data, `${name}=${value}`] : data.with(index, `${name}=${value}`);
}

/** How most services of a project write their variables. */
export function environmentStyle(services: readonly ComposeService[]): 'map' | 'list' {
  const lists = services.map((service) => service.nearest('environment')).filter((data) => data !== undefined && data !== null);
  return lists.filter(Array.isArray).length * 2 > lists.length ? 'list' : 'map';
}
