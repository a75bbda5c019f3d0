import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { builtCatalogue, type Catalogue, catalogueOf, familyFinder } from './catalogue';
import { compileTemplates, indexTemplates } from './compile';
import { findUpwards } from './find-upwards';
import type { Template } from './template';

export { compileTemplates, indexTemplates, type TemplateFile } from './compile';

let opened: Catalogue | undefined;
let all: readonly Template[] | undefined;
let finder: ((name: string) => string | undefined) | undefined;

/**
 * The catalogue, opened once per process: the `templates` folder beside the bundle (checked when it was built), whose files are read one
 * by one as they are needed, else `templates/images/*.yaml` of the package. Throws `ConfigError` when there are none or one is not valid.
 */
export function catalogue(): Catalogue {
  opened ??= open(__dirname);
  return opened;
}

/** The template that speaks about a full image name. */
export function templateFor(name: string): Template | undefined {
  finder ??= familyFinder(catalogue().families);
  const family = finder(name);
  return family === undefined ? undefined : catalogue().template(family);
}

/** The template of a family; undefined when there is no such family. */
export function templateOf(family: string): Template | undefined {
  return catalogue().families.some((each) => each.family === family) ? catalogue().template(family) : undefined;
}

/** All templates, in order of family. Reads every one: for tests and tools, not for a fix. */
export function loadTemplates(): readonly Template[] {
  all ??= catalogue().families.map(({ family }) => catalogue().template(family));
  return all;
}

function open(from: string): Catalogue {
  for (const built of [path.join(from, 'templates'), path.join(from, '..', 'templates')]) {
    if (existsSync(path.join(built, 'index.json'))) return builtCatalogue(built);
  }
  const folder = findUpwards(from, path.join('templates', 'images'));
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const templates = compileTemplates(
    names.map((name) => ({ name: path.join(folder, name), text: readFileSync(path.join(folder, name), 'utf8') })),
  );
  return catalogueOf(indexTemplates(templates), templates);
}
