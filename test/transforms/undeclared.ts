import { parse } from 'yaml';
import type { Finding } from '../../src/harden/types';

/**
 * What changed between two texts without a finding that declares it, as dotted paths: plain data compared under YAML 1.2 and 1.1, aliases
 * and merge keys resolved by the `yaml` package, so that nothing here shares code with the edits under test.
 */
export function undeclaredChanges(before: string, after: string, findings: readonly Finding[]): string[] {
  const declared = findings
    .filter(({ status, reportedOps }) => status === 'fixed' && reportedOps.length > 0)
    .flatMap(({ reportedOps }) => reportedOps.map(({ path }) => path.map(String)));
  const removed = findings
    .filter(({ status }) => status === 'fixed')
    .flatMap(({ reportedOps }) => reportedOps.filter(({ op, path }) => op === 'remove' && typeof path.at(-1) === 'number'))
    // A list that was written anew is declared as a whole.
    .filter(({ path }) => !declared.some((other) => other.join('\n') === path.slice(0, -1).join('\n')));
  const shared = sharers(after);
  return (['1.2', '1.1'] as const).flatMap((version) => {
    const read = (text: string): unknown => parse(text, { version, merge: true, logLevel: 'silent' });
    const old = read(before);
    for (const { path } of removed) takeOut(old, path);
    return differences(old, read(after), [])
      .filter((change) => !declared.some((path) => covers(path, change) || shared(path, change)))
      .map((change) => `${change.join('.')} (YAML ${version})`);
  });
}

/** Takes a list item out that a finding says it removed: those behind it move up. */
function takeOut(data: unknown, path: readonly (string | number)[]): void {
  const list = path.slice(0, -1).reduce<unknown>((node, part) => (isObject(node) ? node[part] : undefined), data);
  if (Array.isArray(list)) list.splice(Number(path.at(-1)), 1);
}

/** A declared path covers what is below it, and the parents that it had to make. */
export function covers(declared: readonly string[], change: readonly string[]): boolean {
  return declared.every((part, index) => change[index] === undefined || part === change[index]);
}

/** A service whose text is an alias of another, or merges it, shows the declared change at its own path too. */
function sharers(text: string): (declared: readonly string[], change: readonly string[]) => boolean {
  const shares = /&\w/.test(text);
  return (declared, change) =>
    // What is declared where it is written, in a fragment of its own, shows wherever that is used.
    (shares && String(declared[0]).startsWith('x-') && declared.at(-1) === change.at(-1)) ||
    (shares && declared[0] === 'services' && covers(declared.slice(2), change[0] === 'services' ? change.slice(2) : change.slice(1)));
}

/** The paths at which two plain values differ. */
export function differences(before: unknown, after: unknown, at: readonly string[]): string[][] {
  if (Object.is(before, after)) return [];
  if (!isObject(before) || !isObject(after) || Array.isArray(before) !== Array.isArray(after)) return [[...at]];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => (key in before && key in after ? differences(before[key], after[key], [...at, key]) : [[...at, key]]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object';
}
