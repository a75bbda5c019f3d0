import type { Path } from './types';

/** A path as people write it: `services.db.ports[0]`. */
export function showPath(path: Path): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}
