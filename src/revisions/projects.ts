import path from 'node:path';
import { DEFAULT_NAMES, OVERRIDE_NAMES } from '../compose/discover';

/** The files of one project, absolute: the main one, and those merged on top of it. */
export interface ProjectFiles {
  /** Tells it from others, the same on both sides: the directory of a project that Compose finds by itself, else the main file. */
  id: string;
  main: string;
  overrides: readonly string[];
}

/** What one side of a comparison can say of its files. */
export interface Listing {
  has(absolute: string): boolean;
  /** A variable of the `.env` of a directory. */
  variable(directory: string, name: string): string | undefined;
}

/**
 * The projects that files make, as Compose would load them: in each directory what COMPOSE_FILE of its `.env` names, else the first default
 * name with its override. A file of another name stands for itself.
 *
 * @param files absolute paths of Compose files.
 */
export function projectsOf(files: readonly string[], listing: Listing): ProjectFiles[] {
  const byDirectory = new Map<string, string[]>();
  for (const file of files) byDirectory.set(path.dirname(file), [...(byDirectory.get(path.dirname(file)) ?? []), file]);
  return [...byDirectory].flatMap(([directory, all]) => {
    const standard = standardProject(directory, listing);
    const taken = new Set(standard && [standard.main, ...standard.overrides]);
    const alone = all.filter((file) => !taken.has(file)).map((file): ProjectFiles => ({ id: file, main: file, overrides: [] }));
    return standard && all.some((file) => taken.has(file)) ? [standard, ...alone] : alone;
  });
}

/** What Compose would load in a directory; undefined when that is nothing. */
export function standardProject(directory: string, { has, variable }: Listing): ProjectFiles | undefined {
  const named = variable(directory, 'COMPOSE_FILE');
  if (named) {
    const separator = variable(directory, 'COMPOSE_PATH_SEPARATOR') || ':';
    const [main, ...overrides] = named.split(separator).flatMap((file) => (file === '' ? [] : [path.resolve(directory, file)]));
    if (main !== undefined && has(main)) return { id: directory, main, overrides: overrides.filter(has) };
  }
  const main = DEFAULT_NAMES.map((name) => path.join(directory, name)).find(has);
  if (main === undefined) return undefined;
  const override = OVERRIDE_NAMES.map((name) => path.join(directory, name)).find(has);
  return { id: directory, main, overrides: override === undefined ? [] : [override] };
}
