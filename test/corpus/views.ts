import type { Finding } from '../../src/harden/types';

/** Tells findings apart over two runs that take different ways to the same changes. */
export function keyOf({ transform, service, path }: Finding): string {
  // The number of a file before the first key is no longer there in a result.
  return JSON.stringify([transform, service, typeof path[0] === 'number' ? path.slice(1) : path]);
}

/** What differs between two views of a project, as `config --format json` prints them, but for the order in lists that are sets. */
export function differentViews(one: string, other: string): string[] {
  return different(plain(one), plain(other), []);
}

type Plain = { [key: string]: unknown };

function different(one: unknown, other: unknown, at: readonly string[]): string[] {
  if (JSON.stringify(one) === JSON.stringify(other)) return [];
  if (!isPlain(one) || !isPlain(other)) return [`${at.join('.')}: ${JSON.stringify(one)}, in place ${JSON.stringify(other)}`];
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return keys.flatMap((key) => different(one[key], other[key], [...at, key]));
}

/** The project with the lists that are sets in order; in all other lists the order counts. */
function plain(json: string): unknown {
  const sets = [
    'cap_add',
    'cap_drop',
    'security_opt',
    'ports',
    'volumes',
    'tmpfs',
    'devices',
    'group_add',
    'secrets',
    'configs',
    'networks',
  ];
  const sorted = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) {
      const items = value.map((item) => sorted(item, ''));
      return sets.includes(key) ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items;
    }
    if (!isPlain(value)) return value;
    return Object.fromEntries(
      Object.keys(value)
        .sort()
        .map((name) => [name, sorted(value[name], name)]),
    );
  };
  return sorted(JSON.parse(json), '');
}

function isPlain(value: unknown): value is Plain {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
