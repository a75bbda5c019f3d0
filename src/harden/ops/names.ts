import { isMap } from '../../compose/data';
import type { ComposeService } from '../../compose/service';
import type { Data, Op } from '../../yaml/types';
import { isOwn, setKey } from './keys';

/** Keys that name other things of the project, as a list or as a map with settings. */
type Names = 'networks' | 'depends_on';

/** A name and its settings; null = it has none. */
export type Named = readonly [name: string, settings: Data];

/**
 * Brings names into a key that names things.
 *
 * @param besides what a key that is not the service's own has to say too: a key of its own hides it.
 */
export function addNames(service: ComposeService, key: Names, added: readonly Named[], besides: readonly Named[]): Op[] {
  const path = service.at(key);
  const data = ownNames(service, key);
  if (Array.isArray(data)) return added.map(([value]): Op => ({ op: 'append', path, value }));
  if (data) return added.map(([name, value]): Op => ({ op: 'add', path: [...path, name], value }));
  return setKey(service, key, written([...besides, ...added]));
}

/** Puts names in the place of one that goes; the first of them takes over its settings. */
export function replaceName(service: ComposeService, key: Names, from: string, names: readonly Named[], besides: readonly Named[]): Op[] {
  const path = service.at(key);
  const data = ownNames(service, key);
  const [first, ...more] = names;
  if (Array.isArray(data)) {
    const here = [...path, data.indexOf(from)];
    if (!first) return [{ op: 'remove', path: here }];
    return [{ op: 'replace', path: here, value: first[0] }, ...more.map(([value]): Op => ({ op: 'append', path, value }))];
  }
  if (data) {
    if (!first) return [{ op: 'remove', path: [...path, from] }];
    return [
      { op: 'rename', path: [...path, from], key: first[0] },
      ...more.map(([name, value]): Op => ({ op: 'add', path: [...path, name], value })),
    ];
  }
  return setKey(service, key, written([...besides, ...names]));
}

/** A list unless something has settings. */
function written(names: readonly Named[]): Data {
  return names.some(([, settings]) => settings !== null) ? Object.fromEntries(names) : names.map(([name]) => name);
}

/** The names as the service itself writes them; undefined where it does not, or writes none: `networks: {}` is as good as no key at all. */
function ownNames(service: ComposeService, key: Names): Data[] | { [name: string]: Data } | undefined {
  const data = isOwn(service, key) ? service.nearest(key) : undefined;
  if (Array.isArray(data)) return data.length > 0 ? data : undefined;
  return isMap(data) && Object.keys(data).length > 0 ? data : undefined;
}
