import type { FileResult } from '../harden/types';
import { changes } from './exit-codes';
import { besideFile } from './side-files';

/** The files that a run writes and creates, each under what is done to it; none where there is none. */
export function touchedFiles(results: readonly FileResult[]): ['Writes' | 'Creates', string[]][] {
  const written = new Set<string>();
  const created = new Set<string>();
  for (const result of results) {
    if (!changes(result)) continue;
    const { path, before, after, override, files } = result;
    if (before !== after) (override?.isNew ? created : written).add(override?.path ?? path);
    for (const file of files) (file.before === undefined ? created : written).add(besideFile(path, file.path));
  }
  const touched: ['Writes' | 'Creates', string[]][] = [
    ['Writes', [...written]],
    ['Creates', [...created]],
  ];
  return touched.filter(([, names]) => names.length > 0);
}
