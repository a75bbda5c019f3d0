import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { TransformInfo } from '../harden/api';

/** The text of a transform's README, which is part of the package; undefined when it is missing. */
export function readmeOf({ readme }: TransformInfo): string | undefined {
  for (let folder = __dirname; ; folder = path.dirname(folder)) {
    const file = path.join(folder, readme);
    if (existsSync(file)) return readFileSync(file, 'utf8');
    if (folder === path.dirname(folder)) return undefined;
  }
}
