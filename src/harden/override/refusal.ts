import { isMap } from '../../compose/data';
import { isLayerMap, type Layer } from '../../compose/layer';
import { normal } from '../../compose/merge';
import { kindOfServiceKey } from '../../compose/merge-kinds';
import { parseLongPort } from '../../compose/ports';
import { mergePath } from '../../compose/sections';
import type { YamlDocument } from '../../yaml/document';
import { fromData, mapNode } from '../../yaml/tree';
import type { Data, Refusal } from '../../yaml/types';
import { newText } from '../../yaml/write-new';
import type { Failed } from './content';
import { asList, lostItems } from './derive';

/** The first version of Compose that knows `!reset` and `!override` as they are used here. */
export const TAGS_SINCE = '2.24.4';

/**
 * Why an override file does not bring a change, and what to write into the Compose file by hand.
 *
 * @param file the Compose file, as the person knows it.
 * @param tags whether the tags of newer versions of Compose would do.
 */
export function refusalFor(failed: readonly Failed[], file: string, tags: boolean, like: YamlDocument): Refusal {
  const reasons = new Map<string, string[]>();
  for (const each of failed) reasons.set(reasonOf(each), [...(reasons.get(reasonOf(each)) ?? []), whereOf(each)]);
  const reason = [...reasons].map(([what, where]) => `${what} of ${listed(where)}`).join(', nor ');
  const hint = tags ? `, or add --compose-version ${TAGS_SINCE} if no older Compose reads the override` : '';
  const code = 'needs-decision';
  const message = `an override file cannot ${reason}: change ${file}${hint}`;
  const snippet = snippetOf(failed, file, like);
  return snippet === undefined ? { code, message } : { code, message, snippet };
}

/** What cannot be done, of the keys of some thing. */
function reasonOf({ section, key, path, before, after }: Failed): string {
  const deeper = path.slice(mergePath(section, key!).length);
  if (deeper.length > 0) {
    const kind = kindOfServiceKey(path.slice(0, 1));
    const now = after === undefined || kind === undefined ? after : normal(path.slice(0, 1), kind, after);
    const left = deeper.reduce<Layer | undefined>((layer, part) => (isLayerMap(layer) ? layer[part] : undefined), now);
    if (left !== undefined) return `change ${[key, ...deeper].join('.')}`;
    return deeper.length === 1 ? `take "${deeper[0]}" out of ${key}` : `remove ${[key, ...deeper].join('.')}`;
  }
  if (after === undefined) return `remove ${key}`;
  const changed = `change ${key}`;
  if (!Array.isArray(after)) return changed;
  const lost = lostItems(key!, before, after).flatMap((item) => shownItem(key!, item));
  if (lost.length > 0) return `take ${lost.join(', ')} out of ${key}`;
  const kept = new Set(after.map((item) => JSON.stringify(item)));
  const other = asList(before).filter((item) => !kept.has(JSON.stringify(item)));
  const shown = other.flatMap((item) => shownItem(key!, item));
  return shown.length > 0 ? `change ${shown.join(', ')} in ${key}` : changed;
}

function whereOf({ section, name }: Failed): string {
  return section === 'services' ? `"${name}"` : `the ${section.slice(0, -1)} "${name}"`;
}

function listed(names: readonly string[]): string {
  if (names.length > 3) return `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function shownItem(list: string, item: Data): string[] {
  const text = !isMap(item) ? item : list === 'ports' ? parseLongPort(item)?.raw : (item.target ?? item.source);
  return text === undefined || text === null ? [] : [`"${String(text)}"`];
}

/** What the keys must become. Maps are left out: a map of variables is long, and holds secrets. */
function snippetOf(failed: readonly Failed[], file: string, like: YamlDocument): string | undefined {
  const shown = failed.filter(({ path, after }) => path.length === 1 && after !== undefined && !isMap(after));
  if (shown.length === 0) return undefined;
  const names = [...new Set(shown.map(({ name }) => name))];
  const things = names.map((name) => {
    const keys = shown.filter((each) => each.name === name).map(({ key, after }) => [key!, fromData(after as Data)] as const);
    return [name, mapNode(keys)] as const;
  });
  const text = newText(mapNode([['services', mapNode(things)]]), like, []);
  return `# in ${file}\n${text.trimEnd().replaceAll('\r', '')}`;
}
