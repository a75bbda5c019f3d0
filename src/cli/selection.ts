import { basename, join } from 'node:path';
import { UsageError } from '../errors';
import type { TransformInfo } from '../harden/api';
import { hintFor } from '../harden/suggest';
import type { Opened } from './inputs';

/** @throws UsageError with a suggestion when one of the ids is no transform. */
export function requireTransforms(transforms: readonly TransformInfo[], ids: readonly string[]): void {
  const known = transforms.map(({ id }) => id);
  for (const id of ids) {
    if (!known.includes(id)) throw new UsageError(`there is no transform "${id}"`, { hint: hintFor(id, known) });
  }
}

/**
 * A service must be in at least one of the inputs. Inputs that cannot be understood have their own error; when there is no other, nothing
 * is said about services.
 *
 * @throws UsageError with a suggestion.
 */
export function requireServices(opened: readonly Opened[], names: readonly string[]): void {
  const known = servicesOf(opened);
  if (!known) return;
  for (const name of names) {
    if (!known.has(name)) throw new UsageError(`no service "${name}" in ${where(opened)}`, { hint: hintFor(name, [...known]) });
  }
}

/** The services of all inputs; undefined when none of them can be understood. */
export function servicesOf(opened: readonly Opened[]): ReadonlySet<string> | undefined {
  const { YamlDocument } = require('../yaml/document') as typeof import('../yaml/document');
  const { ComposeProject } = require('../compose/project') as typeof import('../compose/project');
  const { loadProject } = require('../compose/load-project') as typeof import('../compose/load-project');
  const known = new Set<string>();
  let understood = 0;
  for (const { input } of opened) {
    if (!input) continue;
    try {
      const absolute = input.directory === undefined ? undefined : join(input.directory, basename(input.path));
      const main = { path: input.path, text: input.text, role: 'main', absolute, editable: true } as const;
      const overrides = (input.overrides ?? []).map((file) => ({ ...file, role: 'override', editable: true }) as const);
      const { sources } = loadProject({ main, overrides, directory: input.directory, changeIncluded: false });
      const files = sources.map((source) => ({ ...source, document: YamlDocument.open(source.text) }));
      for (const { name } of ComposeProject.of(files).services) known.add(name);
      understood++;
    } catch {
      // Reported when the file is run.
    }
  }
  return understood === 0 ? undefined : known;
}

function where(opened: readonly Opened[]): string {
  return opened.length === 1 ? (opened[0]!.path === '-' ? 'standard input' : opened[0]!.path) : 'any of the files';
}
