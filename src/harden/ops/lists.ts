import { splitFile } from '../../compose/file-path';
import { isAppended } from '../../compose/merge-kinds';
import type { ComposeService } from '../../compose/service';
import type { Data, Op, Path } from '../../yaml/types';
import { type Item, ownerOf } from '../heirs';
import type { Attempt } from '../types';
import { isBorrowed, isOwn, setKey } from './keys';
import { nearOf } from './near';

/** Brings items into a list of a service, those that it has not got yet. */
export function addToList(service: ComposeService, key: string, items: readonly string[]): Op[] {
  const there = listOf(service.data(key)).map(String);
  const missing = items.filter((item) => !there.includes(item));
  if (missing.length === 0) return [];
  if (isBorrowed(service, key)) return setKey(service, key, [...listOf(service.nearest(key)), ...missing]);
  const path = service.at(key);
  if (isOwn(service, key)) return missing.map((value): Op => ({ op: 'append', path, value }));
  return [{ op: 'add', path, value: missing, near: nearOf(key) }];
}

/** Takes one item out of a list of a service. The last item takes the key with it. */
export function removeFromList(service: ComposeService, key: string, item: Item): Attempt {
  return replaceInList(service, key, item, []);
}

/** Puts other items in the place of one of a list. Those after the first come at its end. */
export function replaceInList(service: ComposeService, key: string, item: Item, values: readonly Data[]): Attempt {
  const owner = ownerOf(item);
  if (owner !== service.name) {
    const message = `it comes from "${owner}", which "${service.name}" extends: Compose appends the two lists, so take it out there`;
    return { refusal: { code: 'merge-inherited', message } };
  }
  const index = item.path.at(-1);
  const [first, ...more] = values;
  // In a file that says less of it than another: the list there is one of several.
  if (splitFile(service.at(key)).file !== splitFile(item.path).file) {
    const list = item.path.slice(0, -1);
    return { ops: [...changeItem(item.path, first), ...more.map((value): Op => ({ op: 'append', path: list, value }))] };
  }
  const there = service.nearest(key);
  return { ops: rewriteList(service, key, Array.isArray(there) ? there.map((each, at) => (at === index ? first : each)) : [first], more) };
}

/** Whether an item of a list is written on the service, so that it can be changed there without changing others. */
export function isItsOwn(service: ComposeService, key: string, item: Item): boolean {
  return ownerOf(item) === service.name && !isBorrowed(service, key);
}

/** Why an item of a list is not changed where it is not the service's own. */
export function sharedList(service: ComposeService, key: string, what: string, how = 'change'): NonNullable<Attempt['refusal']> {
  const code = service.origin(key) === 'alias' ? 'alias' : 'merge-inherited';
  return { code, message: `the list of ${what} is shared with other services: ${how} it where it is written` };
}

/**
 * Ops that make a list what it should be.
 *
 * @param next for each item that the nearest place has what becomes of it; undefined = it goes.
 * @param more what comes after them.
 */
export function rewriteList(service: ComposeService, key: string, next: readonly (Data | undefined)[], more: readonly Data[] = []): Op[] {
  const path = service.at(key);
  const whole = [...next.filter((item) => item !== undefined), ...more];
  const beneath = service.beneath(key);
  if (whole.length === 0 && !(service.origin(key) === 'merge') && (beneath === undefined || (beneath === 'further' && isAppended(key)))) {
    return [{ op: 'remove', path }];
  }
  if (!isOwn(service, key) || whole.length === 0) return setKey(service, key, whole);
  const there = listOf(service.nearest(key));
  const changed = next.flatMap((item, index): Op[] =>
    item === undefined || JSON.stringify(item) === JSON.stringify(there[index])
      ? []
      : [{ op: 'replace', path: [...path, index], value: item }],
  );
  const gone = next.flatMap((item, index) => (item === undefined ? [index] : [])).reverse();
  return [
    ...changed,
    ...gone.map((index): Op => ({ op: 'remove', path: [...path, index] })),
    ...more.map((value): Op => ({ op: 'append', path, value })),
  ];
}

function changeItem(path: Path, value: Data | undefined): Op[] {
  return [value === undefined ? { op: 'remove', path } : { op: 'replace', path, value }];
}

function listOf(data: Data | undefined): Data[] {
  return Array.isArray(data) ? data : typeof data === 'string' ? [data] : [];
}
