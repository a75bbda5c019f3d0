import type { Data } from '../yaml/types';

/** Whether plain data is a map: neither a list, nor a single value, nor missing. */
export function isMap(data: Data | undefined): data is { [key: string]: Data } {
  return data !== undefined && data !== null && typeof data === 'object' && !Array.isArray(data);
}

/** A boolean as Compose reads it from a string, which it is after interpolation. */
export function isTrue(text: string): boolean {
  return /^(?:true|t|1|y|yes|on)$/i.test(text);
}

/** The same data with the keys of its maps in one order, which says nothing: for fingerprints. */
export function sorted(data: Data): Data {
  if (Array.isArray(data)) return data.map(sorted);
  if (data === null || typeof data !== 'object') return data;
  return Object.fromEntries(
    Object.entries(data)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [key, sorted(value)]),
  );
}
