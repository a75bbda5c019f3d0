import { existsSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from '../errors';

/** A file or folder of the package, looked for from a directory upwards. Throws `ConfigError` when it is in none. */
export function findUpwards(from: string, wanted: string): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, wanted);
    if (existsSync(candidate)) return candidate;
    if (folder === path.dirname(folder)) throw new ConfigError(`${wanted} is not part of this installation`, { hint: 'reinstall batten' });
  }
}
