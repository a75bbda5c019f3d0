import { Schema } from 'yaml';
import { endsOpen } from './layout';
import type { CommentToken } from './open';
import { showPath } from './path';
import type { SourceText } from './source';
import { type Node, resolvePlain, type ScalarNode } from './tree';
import type { Path } from './types';

/*
 * An edit is believed only when the new text, parsed again, is exactly the tree the ops asked for.
 *
 * (V1) The trees are compared with scalars as they are *written*: a scalar that was read must have the same characters in the same
 *      kind of quotes. That is stricter than comparing values, and holds under YAML 1.1 and 1.2 at once, whatever `0644` means.
 *      Scalars made by an op are compared by value, and bare ones must have that value under both versions.
 * (V2) Anchors, aliases and tags are part of the trees; comments are compared in order.
 * (V4) Line ending, BOM and final newline are compared. (V3) holds by construction: only `splice` makes text. (V5) is the chain's.
 */

export interface Side {
  root: Node;
  source: SourceText;
  comments: readonly CommentToken[];
}

/** Says what is wrong with an edit, or undefined when it is proven. `expected` is the edited tree with the source it was read from. */
export function disprove(expected: Side, actual: Side): string | undefined {
  return (
    compare(expected.root, actual.root, []) ??
    compareEnd(expected, actual) ??
    compareComments(expected, actual) ??
    compareText(expected.source, actual.source)
  );
}

function compareEnd(expected: Side, actual: Side): string | undefined {
  const open = endsOpen(expected.root, expected.source);
  return open && !endsOpen(actual.root, actual.source) ? 'the block scalar at the end of the file gained a line break' : undefined;
}

function compare(expected: Node, actual: Node, path: Path): string | undefined {
  if (expected.anchor !== actual.anchor) return `the anchor of ${name(path)} changed`;
  if (expected.tag !== actual.tag) return `the tag of ${name(path)} changed`;
  if (expected.kind === 'alias' || actual.kind === 'alias') {
    const same = expected.kind === 'alias' && actual.kind === 'alias' && expected.name === actual.name;
    return same ? undefined : `${name(path)} is another alias`;
  }
  if (expected.kind === 'scalar' && actual.kind === 'scalar') return compareScalar(expected, actual, path);
  if (expected.kind === 'seq' && actual.kind === 'seq') {
    if (expected.items.length !== actual.items.length)
      return `${name(path)} has ${actual.items.length} items, not ${expected.items.length}`;
    return firstOf(expected.items, (item, index) => compare(item.value, actual.items[index]!.value, [...path, index]));
  }
  if (expected.kind === 'map' && actual.kind === 'map') {
    if (expected.entries.length !== actual.entries.length)
      return `${name(path)} has ${actual.entries.length} keys, not ${expected.entries.length}`;
    return firstOf(expected.entries, (entry, index) => {
      const other = actual.entries[index]!;
      const below = [...path, entry.key.text];
      return compare(entry.key, other.key, below) ?? compare(entry.value, other.value, below);
    });
  }
  return `${name(path)} is another kind of value`;
}

function compareScalar(expected: ScalarNode, actual: ScalarNode, path: Path): string | undefined {
  const plain = actual.style === 'plain';
  if (expected.data === undefined) {
    const same = expected.text === actual.text && (expected.style === 'plain') === plain;
    return same ? undefined : `${name(path)} changed`;
  }
  const { data } = expected;
  if (typeof data === 'string') {
    const same = actual.text === data && (!plain || isStringToAll(data));
    return same ? undefined : `${name(path)} is not the string that was asked for`;
  }
  const same = plain && Object.is(resolvePlain(actual.text), data) && (data === null || String(data) === actual.text);
  return same ? undefined : `${name(path)} is not the value that was asked for`;
}

/** Whether a bare scalar is a string under YAML 1.1 and 1.2, asked of the library's own schemas. */
function isStringToAll(text: string): boolean {
  schemas ??= [new Schema({ schema: 'core' }), new Schema({ schema: 'yaml-1.1' })];
  if (text === '') return false;
  return schemas.every((schema) => !schema.tags.some((tag) => 'test' in tag && tag.default === true && tag.test?.test(text)));
}
let schemas: Schema[] | undefined;

function compareComments(expected: Side, actual: Side): string | undefined {
  const added = addedComments(expected.root);
  let at = 0;
  for (const { text } of actual.comments) {
    if (expected.comments[at]?.text === text) at++;
    else if (!removeOne(added, text)) return `a comment came up from nowhere: ${text}`;
  }
  const lost = expected.comments[at];
  if (lost) return `a comment was lost or moved: ${lost.text}`;
  return added.length > 0 ? `a comment was not written: ${added[0]}` : undefined;
}

function addedComments(node: Node): string[] {
  if (node.kind === 'seq') return node.items.flatMap((item) => addedComments(item.value));
  if (node.kind === 'map') return node.entries.flatMap((entry) => [...(entry.comments ?? []), ...addedComments(entry.value)]);
  return [];
}

function removeOne(list: string[], text: string): boolean {
  const index = list.indexOf(text);
  if (index >= 0) list.splice(index, 1);
  return index >= 0;
}

function compareText(expected: SourceText, actual: SourceText): string | undefined {
  if (expected.bom !== actual.bom) return 'the byte order mark changed';
  if (expected.finalNewline !== actual.finalNewline) return 'the final newline changed';
  const ends = (text: string): string[] => [...new Set(text.match(/\r?\n/g) ?? [expected.eol])];
  const before = ends(expected.text);
  return ends(actual.text).every((end) => before.includes(end)) ? undefined : 'the line endings changed';
}

function firstOf<T>(list: readonly T[], check: (item: T, index: number) => string | undefined): string | undefined {
  for (let index = 0; index < list.length; index++) {
    const problem = check(list[index]!, index);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function name(path: Path): string {
  return showPath(path) || 'the document';
}
