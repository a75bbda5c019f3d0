import type { Data } from '../yaml/types';
import { isMap } from './data';

/**
 * Keys whose lists Compose appends when files are merged or a service extends another; for all other keys the nearest list wins.
 * Source: https://github.com/compose-spec/compose-go/blob/e70e961/override/merge.go
 */
export const APPENDED: ReadonlySet<string> = new Set([
  'cap_add',
  'cap_drop',
  'security_opt',
  'ports',
  'volumes',
  'devices',
  'tmpfs',
  'secrets',
  'configs',
  'group_add',
  'device_cgroup_rules',
  'env_file',
  'expose',
  'extra_hosts',
  'volumes_from',
]);

/** Keys of which a map in one file and a list in the other mean the same. */
const PAIRS: ReadonlySet<string> = new Set(['environment', 'labels', 'networks', 'depends_on', 'sysctls', 'annotations']);

/** What a map becomes when a nearer file also writes the key; a list or a scalar is replaced. */
export function mergeMaps(key: string, far: Data, near: Data): Data {
  const [below, above] = PAIRS.has(key) ? [asMap(far), asMap(near)] : [far, near];
  if (!isMap(above) || !isMap(below)) return near === null ? far : near;
  // The options of one logging driver mean nothing to another.
  if (key === 'logging' && above.driver !== undefined && below.driver !== undefined && above.driver !== below.driver) return above;
  const out: { [key: string]: Data } = { ...below };
  for (const [name, value] of Object.entries(above)) {
    out[name] = out[name] === undefined ? value : mergeMaps(name, out[name], value);
  }
  return out;
}

function asMap(data: Data): Data {
  if (!Array.isArray(data)) return data;
  const entries = data.map(String).map((item): [string, Data] => {
    const equals = item.indexOf('=');
    return equals < 0 ? [item, null] : [item.slice(0, equals), item.slice(equals + 1)];
  });
  return Object.fromEntries(entries);
}
