import { isMap } from '../../compose/data';
import { isLayerMap, type Layer, object, Tagged } from '../../compose/layer';
import { MergeClash, merge, normal, sameValue } from '../../compose/merge';
import { itemKey } from '../../compose/merge-items';
import { kindOfServiceKey, type MergeKind, SAME_AS_ABSENT } from '../../compose/merge-kinds';
import type { Data } from '../../yaml/types';

/** What an override has to say about a key, or the key (with those below it) that no override can bring there. */
export type Derived = { layer: Layer } | { failed: readonly string[] };

/**
 * Finds what an override file has to say about a key of a service so that Compose, which merges it with `before`, comes to `after`. Ways
 * to say it are tried from the shortest; one counts when the merge really comes to `after`.
 *
 * @param tags whether `!reset` and `!override` may be used.
 */
export function derive(path: readonly string[], before: Data | undefined, after: Data | undefined, tags: boolean): Derived {
  let failed = path;
  for (const candidate of candidates(path, before, after, tags)) {
    if ('failed' in candidate) failed = candidate.failed;
    else if (comesTo(path, before, candidate.layer, after)) return candidate;
  }
  return { failed };
}

function comesTo(path: readonly string[], before: Data | undefined, layer: Layer, after: Data | undefined): boolean {
  try {
    return sameValue(path, merge(path, before, layer), after);
  } catch (error) {
    if (error instanceof MergeClash) return false;
    throw error;
  }
}

function* candidates(path: readonly string[], before: Data | undefined, after: Data | undefined, tags: boolean): Generator<Derived> {
  const kind = kindOfServiceKey(path) ?? kindByLook(after);
  if (after === undefined || after === null) {
    const none = SAME_AS_ABSENT[path.join('.')];
    if (none !== undefined) yield { layer: none };
    if (path.length === 1 && kind === 'replace') yield { layer: null };
    if (tags) yield { layer: new Tagged('!reset', null) };
    return;
  }
  if (before === undefined || before === null) {
    yield { layer: brief(kind, normal(path, kind, after)) };
    return;
  }
  if (kind === 'value' || kind === 'replace') yield { layer: after };
  else if (kind === 'map' || kind === 'names' || kind === 'pairs') yield* mapCandidates(path, kind, before, after, tags);
  else yield* listCandidates(kind, before, after, tags);
}

function* listCandidates(kind: MergeKind, before: Data, after: Data, tags: boolean): Generator<Derived> {
  const [old, now] = [asList(before), asList(after)];
  const known = new Set(old.map((item) => JSON.stringify(item)));
  yield { layer: kind === 'list' ? now.slice(old.length) : now.filter((item) => !known.has(JSON.stringify(item))) };
  if (tags) yield { layer: new Tagged('!override', now) };
}

function* mapCandidates(path: readonly string[], kind: MergeKind, before: Data, after: Data, tags: boolean): Generator<Derived> {
  const [old, now] = [normal(path, kind, before), normal(path, kind, after)];
  // Another logging driver takes the place of all settings.
  if (path[0] === 'logging' && isMap(before) && isMap(after) && before.driver !== after.driver) yield { layer: after };
  if (isMap(old as Data) && isMap(now as Data)) {
    // Tags below a key only work where the file below has a map too: in a list of `NAME=value` nothing would be found to remove.
    const changed = changes(path, old as Keys, now as Keys, tags && isMap(before));
    yield 'failed' in changed ? changed : { layer: brief(kind, changed.layer) };
  }
  // All pairs would bring every variable along, with its secrets.
  if (tags && kind !== 'pairs') yield { layer: new Tagged('!override', after) };
}

type Keys = { readonly [key: string]: Data };

function changes(path: readonly string[], old: Keys, now: Keys, tags: boolean): Derived {
  const out: [string, Layer][] = [];
  for (const key of new Set([...Object.keys(now), ...Object.keys(old)])) {
    const below = [...path, key];
    if (key in old && key in now && sameValue(below, old[key], now[key])) continue;
    const derived: Derived =
      key in now && (!(key in old) || now[key] === null) ? { layer: now[key]! } : derive(below, old[key], now[key], tags);
    if ('failed' in derived) return derived;
    out.push([key, derived.layer]);
  }
  return { layer: object(out) };
}

/** Names without settings are written as a list. */
function brief(kind: MergeKind, layer: Layer): Layer {
  if (kind !== 'names' || !isLayerMap(layer)) return layer;
  const settings = Object.values(layer);
  return settings.length > 0 && settings.every((each) => each === null) ? Object.keys(layer) : layer;
}

function kindByLook(data: Data | undefined): MergeKind {
  return isMap(data) ? 'map' : Array.isArray(data) ? 'list' : 'value';
}

/** A single value may stand for a list of one. */
export function asList(data: Data | undefined): Data[] {
  return Array.isArray(data) ? data : data === undefined || data === null ? [] : [data];
}

/** The items of a list that another no longer has, by what Compose knows them by. */
export function lostItems(list: string, before: Data | undefined, after: Data | undefined): Data[] {
  const left = new Set(asList(after).map((item) => itemKey(list, item)));
  return asList(before).filter((item) => !left.has(itemKey(list, item)));
}
