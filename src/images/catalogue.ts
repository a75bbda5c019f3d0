import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Template } from './template';
import type { Role } from './types';

/** One family batten has a template for. */
export interface Family {
  family: string;
  title: string;
  role: Role;
  /** The image names it speaks about; `*` as the last segment stands for any one. */
  images: string[];
}

/** The families batten knows, and their templates when they are asked for. */
export interface Catalogue {
  readonly families: readonly Family[];
  /** The template of a family of this catalogue; the same object each time. */
  template(family: string): Template;
}

/** A catalogue whose templates are all there already. */
export function catalogueOf(families: readonly Family[], templates: readonly Template[]): Catalogue {
  const byFamily = new Map(templates.map((template) => [template.family, template]));
  return { families, template: (family) => byFamily.get(family)! };
}

/**
 * The catalogue a build wrote: `index.json`, and one file a family, each read when it is first asked for. A Compose file has a handful of
 * images, so most are never read. Nothing is checked here: the build did.
 */
export function builtCatalogue(folder: string): Catalogue {
  const read = (name: string): unknown => JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8'));
  const loaded = new Map<string, Template>();
  return {
    families: read('index') as Family[],
    template(family) {
      let template = loaded.get(family);
      if (!template) {
        template = read(path.join('families', family)) as Template;
        loaded.set(family, template);
      }
      return template;
    },
  };
}

/** Finds the family that speaks about a full image name. An exact name wins over a namespace's `*`. */
export function familyFinder(families: readonly Family[]): (name: string) => string | undefined {
  const exact = new Map<string, string>();
  const namespaces: { prefix: string; family: string }[] = [];
  for (const { family, images } of families) {
    for (const image of images) {
      if (image.endsWith('/*')) namespaces.push({ prefix: image.slice(0, -1), family });
      else exact.set(image, family);
    }
  }
  return (name) =>
    exact.get(name) ?? namespaces.find(({ prefix }) => name.startsWith(prefix) && !name.slice(prefix.length).includes('/'))?.family;
}
