import { UsageError } from '../errors';
import type { Batten, TransformInfo } from '../harden/api';
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
export function requireServices(batten: Batten, opened: readonly Opened[], names: readonly string[]): void {
  const known = servicesOf(batten, opened);
  if (!known) return;
  for (const name of names) {
    if (!known.has(name)) throw new UsageError(`no service "${name}" in ${where(opened)}`, { hint: hintFor(name, [...known]) });
  }
}

/** The services of all inputs; undefined when none of them can be understood. */
export function servicesOf(batten: Batten, opened: readonly Opened[]): ReadonlySet<string> | undefined {
  const understood = opened.flatMap(({ input }) => {
    try {
      return input ? [batten.services(input)] : [];
    } catch {
      // Reported when the file is run.
      return [];
    }
  });
  return understood.length === 0 ? undefined : new Set(understood.flat().map(({ name }) => name));
}

function where(opened: readonly Opened[]): string {
  return opened.length === 1 ? (opened[0]!.path === '-' ? 'standard input' : opened[0]!.path) : 'any of the files';
}
