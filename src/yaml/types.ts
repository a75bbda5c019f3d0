/** Where a value is in a document: map keys and list indices from the root, e.g. `['services', 'db', 'ports', 0]`. */
export type Path = readonly (string | number)[];

/** Plain data, as JSON knows it. */
export type Data = null | boolean | number | string | Data[] | { [key: string]: Data };

/** How a value meets that of the file below it: instead of being merged it takes it away, or takes its place. */
export type MergeTag = '!reset' | '!override';

/** Keys that a new one is written after; see `add`. */
export type Near = string | readonly string[];

/**
 * A symbolic change of a document. Ops say what the data must become; where and how it is written is up to the document.
 * - `add`: a key that the map does not have. Missing parent maps are made. `near` lists sibling keys: the new key is written after
 *   the first of them that the map has, else at the end of the map; a list in it is of keys that belong together, and the last of those that
 *   the map has counts. `tag` says how the value meets that of another file.
 * - `append`: one item at the end of a list, which is made when it is missing.
 * - `replace`: another value for an existing key or list item. An alias is replaced, never followed.
 * - `remove`: a key or a list item.
 * - `rename`: another key for an existing value.
 * - `comment`: a comment on a line of its own above the key. `text` starts with `#`.
 */
export type Op =
  | { op: 'add'; path: Path; value: Data; near?: readonly Near[]; tag?: MergeTag }
  | { op: 'append'; path: Path; value: Data }
  | { op: 'replace'; path: Path; value: Data }
  | { op: 'remove'; path: Path }
  | { op: 'rename'; path: Path; key: string }
  | { op: 'comment'; path: Path; text: string };

/** Replaces `text.slice(start, end)` by `text`; offsets are UTF-16 units into the source without its BOM, as whole lines. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

/** A stretch of source text, UTF-16 units without the BOM, `end` exclusive. */
export interface Range {
  start: number;
  end: number;
}

export type RefusalCode =
  | 'alias'
  | 'merge-inherited'
  | 'tagged'
  | 'explicit-key'
  | 'interpolated'
  | 'multi-document'
  | 'conflict'
  | 'not-proven'
  | 'needs-decision';

/** Why a change is not made: the code, the sentence, and what the person can paste instead. */
export interface Refusal {
  code: RefusalCode;
  message: string;
  snippet?: string;
}
