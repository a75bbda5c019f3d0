import type { Data } from '../yaml/types';

/** Whether plain data is a map: neither a list, nor a single value, nor missing. */
export function isMap(data: Data | undefined): data is { [key: string]: Data } {
  return data !== undefined && data !== null && typeof data === 'object' && !Array.isArray(data);
}
