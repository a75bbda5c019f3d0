import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { CREDENTIALS, HOST_PLACES, type HostPlace, isWithin, placeOf } from '../trial/host/places';

/** Places whose owners the host itself relies on, beside those a trial does not see. */
const MORE: readonly HostPlace[] = [
  { path: '/bin', reach: 'closed', holds: 'programs of the host' },
  { path: '/sbin', reach: 'closed', holds: 'programs of the host' },
  { path: '/lib', reach: 'closed', holds: 'libraries of the host' },
  { path: '/lib64', reach: 'closed', holds: 'libraries of the host' },
  { path: '/usr', reach: 'closed', holds: 'programs of the host' },
  { path: '/root', reach: 'closed', holds: 'the home directory of root' },
  { path: '/opt', reach: 'common', holds: 'programs of the host' },
  { path: '/srv', reach: 'common', holds: 'data of services of the host' },
  { path: '/mnt', reach: 'common', holds: 'what is mounted' },
  { path: '/media', reach: 'common', holds: 'what is mounted' },
  { path: '/var', reach: 'common', holds: 'data of services of the host' },
  { path: '/var/lib', reach: 'common', holds: 'data of services of the host' },
  { path: '/var/log', reach: 'closed', holds: 'logs of the host' },
  { path: '/var/cache', reach: 'common', holds: 'data of services of the host' },
];

/**
 * What a directory whose owners would change is of the host's own, in words; undefined when it is nobody's but the project's.
 *
 * @param real where it is, without links.
 * @param engine what the Engine keeps its own data in.
 */
export function hostPlaceOf(real: string, engine: string): string | undefined {
  const places = [
    ...HOST_PLACES.filter(({ path: each }) => each !== '/var'),
    ...MORE,
    ...(engine === '' ? [] : [{ path: engine, reach: 'closed', holds: 'data of the Engine' } as const]),
  ];
  const place = placeOf(real, places, () => true);
  if (place) return `${place.path} (${place.holds})`;
  const parent = path.dirname(real);
  if (parent === '/home' || parent === '/Users' || isWithin(homedir(), real)) return `${real} (a home directory)`;
  for (const [name, holds] of Object.entries(CREDENTIALS)) {
    if (`${real}/`.includes(`/${name}/`)) return `${real} (${holds})`;
  }
  return undefined;
}

/** Where a path leads; undefined when it is not there, or cannot be looked at. */
export function realPathOf(source: string): string | undefined {
  try {
    return realpathSync(source);
  } catch {
    return undefined;
  }
}
