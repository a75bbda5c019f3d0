import { SAME_AS_ABSENT } from '../../compose/merge-kinds';
import type { ComposeService } from '../../compose/service';
import type { Data, Near, Op } from '../../yaml/types';
import type { Attempt } from '../types';
import { nearOf } from './near';

/*
 * How a key of a service is changed depends on where it comes from. What is written on the service (`own`) is changed there. An alias is
 * replaced by a value of the service's own. What comes through `<<` is hidden by a key of the service's own, which has to say all of it. On
 * what it `extends`, and on what other files say, Compose merges, so that only the difference is written. That is decided here, and nowhere else.
 */

/** Whether a key is written on the service itself: not missing, and neither an alias nor inherited. */
export function isOwn(service: ComposeService, key: string): boolean {
  return service.origin(key) === 'own';
}

/** Whether the value of a key is text that other services read too: an alias, or what a merge key brings. */
export function isBorrowed(service: ComposeService, key: string): boolean {
  const origin = service.origin(key);
  return origin === 'alias' || origin === 'merge';
}

/** Whether a value of a key is as good as no value at all: what `removeKey` may write where it cannot take the key away. */
export function meansAbsent(key: string, value: Data): boolean {
  const own = (key === 'ipc' || key === 'cgroup') && value === 'private';
  return own || (value !== null && value === SAME_AS_ABSENT[key]);
}

/** Gives a key of a service a whole value. */
export function setKey(service: ComposeService, key: string, value: Data, near: readonly Near[] = nearOf(key)): Op[] {
  const path = service.at(key);
  const origin = service.origin(key);
  if (origin === 'own' || origin === 'alias') return [{ op: 'replace', path, value }];
  return [{ op: 'add', path, value, ...(near.length > 0 && { near }) }];
}

/**
 * Takes a key away from a service. Where it would then come from elsewhere, a value that means the same as none is written instead.
 *
 * @param absent that value; by default the one Compose knows, where it knows one.
 */
export function removeKey(service: ComposeService, key: string, absent: Data | undefined = SAME_AS_ABSENT[key]): Attempt {
  const path = service.at(key);
  const origin = service.origin(key);
  if ((origin === 'own' || origin === 'alias') && service.beneath(key) === undefined) return { ops: [{ op: 'remove', path }] };
  return absent === undefined ? shared(service, key) : { ops: setKey(service, key, absent) };
}

/**
 * Gives an entry below a key of a service a value: `['logging', 'options', 'max-size']`. In a map that is borrowed the document refuses it,
 * unless everybody who has it wants the same.
 */
export function setEntry(service: ComposeService, [key, ...inner]: EntryPath, value: Data, near: readonly Near[] = []): Op[] {
  const path = [...service.at(key), ...inner];
  if (service.origin(key) !== 'extends' && service.ownsEntry(key, ...inner)) return [{ op: 'replace', path, value }];
  return [{ op: 'add', path, value, ...(near.length > 0 && { near }) }];
}

/** Takes an entry below a key of a service away, and the key with it when nothing else is in it. As for `setEntry` in a map that is borrowed. */
export function removeEntry(service: ComposeService, entry: EntryPath): Attempt {
  const [key, ...inner] = entry;
  if (isBorrowed(service, key)) return { ops: [{ op: 'remove', path: [...service.at(key), ...inner] }] };
  if (!isOwn(service, key) || !service.ownsEntry(key, ...inner) || service.beneath(key, ...inner) !== undefined) {
    const absent = SAME_AS_ABSENT[entry.join('.')];
    return absent === undefined ? shared(service, key, entry.join('.')) : { ops: setEntry(service, entry, absent) };
  }
  const last = inner.length === 1 && service.sizeOf(key) === 1 && service.beneath(key) !== 'merge';
  return { ops: [{ op: 'remove', path: last ? service.at(key) : [...service.at(key), ...inner] }] };
}

/** A key of a service and the keys below it. */
export type EntryPath = readonly [key: string, ...inner: [string, ...string[]]];

/** Why what is not the service's own is not changed on it. */
function shared(service: ComposeService, key: string, what = key): Attempt {
  const code = service.origin(key) === 'alias' ? 'alias' : 'merge-inherited';
  return { refusal: { code, message: `${what} is shared with other services: change it where it is written` } };
}
