/*
 * What a word of a script may be. A script runs with the variables and the command of the image unless somebody sets others, so a value has
 * what it is then, what else it was seen to become, and what it hangs on.
 */

/** Where a value comes from unchanged, so that a test of it is a test of that. */
export type Source = { variable: string } | { argument: number | '#' };

export interface Value {
  /** What it is when the image starts as it is; undefined when that cannot be told. */
  text?: string;
  /** What it is in other configurations, as far as the script says. */
  others: readonly string[];
  /** Whether it may be something that was not seen. */
  open: boolean;
  /** Variables of the container it hangs on, sorted; `$@` is the command. */
  from: readonly string[];
  source?: Source;
  /** Neither the image nor the script sets it. */
  unset?: boolean;
  /** Whatever it hangs on, here it can only be this: a test has said so. */
  pinned?: boolean;
}

/** The container's command, among variables. */
export const COMMAND = '$@';

const MAX_OTHERS = 8;
const MAX_TEXT = 8192;

export const UNKNOWN: Value = { others: [], open: true, from: [] };

export function known(text: string, from: readonly string[] = []): Value {
  return text.length > MAX_TEXT ? { ...UNKNOWN, from } : { text, others: [], open: false, from };
}

/** All it was seen to be, as the image starts first. */
export function optionsOf({ text, others }: Value): string[] {
  return text === undefined ? [...others] : [text, ...others];
}

/** Whether it is the same in every configuration. */
export function isFixed({ text, others, open, from, pinned }: Value): boolean {
  return text !== undefined && others.length === 0 && !open && (from.length === 0 || pinned === true);
}

/** The value after something is done to each text it may be. */
export function mapValue(value: Value, change: (text: string) => string | undefined): Value {
  const text = value.text === undefined ? undefined : change(value.text);
  const others = value.others.map(change);
  const lost = (value.text !== undefined && text === undefined) || others.includes(undefined);
  return made(
    text,
    others.filter((each) => each !== undefined),
    value.open || lost,
    value.from,
  );
}

/** Values written one after the other. */
export function concat(parts: readonly Value[]): Value {
  // What is empty adds nothing: `"$X"` is still X.
  const values = parts.length > 1 ? parts.filter((part) => part.text !== '' || !isFixed(part)) : parts;
  if (values.length === 0) return known('');
  if (values.length === 1) return values[0]!;
  const from = union(values.flatMap((each) => each.from));
  const texts = values.map((each) => each.text);
  const text = texts.every((each) => each !== undefined) ? texts.join('') : undefined;
  const open = values.some((each) => each.open);
  const others: string[] = [];
  values.forEach((value, index) => {
    for (const other of value.others) {
      const changed = texts.map((each, at) => (at === index ? other : each));
      if (changed.every((each) => each !== undefined)) others.push(changed.join(''));
    }
  });
  return made(text, others, open || values.filter((each) => each.others.length > 0).length > 1, from);
}

/** What a value is after two ways through a script. `usual`: the way that is taken when the image starts as it is, where that is known. */
export function either(first: Value, second: Value, usual: 'first' | 'second' | undefined): Value {
  if (same(first, second)) return first;
  const [a, b] = usual === 'second' ? [second, first] : [first, second];
  const text = usual === undefined && a.text !== b.text ? undefined : a.text;
  return made(text, [...optionsOf(a), ...optionsOf(b)], a.open || b.open, union([...a.from, ...b.from]));
}

/** The same, and perhaps something else: after a loop. */
export function opened(value: Value): Value {
  return { ...made(undefined, optionsOf(value), true, value.from) };
}

function made(text: string | undefined, others: readonly string[], open: boolean, from: readonly string[]): Value {
  if (text !== undefined && text.length > MAX_TEXT) return { ...UNKNOWN, from };
  const distinct = [...new Set(others)].filter((each) => each !== text && each.length <= MAX_TEXT);
  return { text, others: distinct.slice(0, MAX_OTHERS), open: open || distinct.length > MAX_OTHERS, from };
}

function same(a: Value, b: Value): boolean {
  return (
    a === b ||
    (a.text === b.text &&
      a.open === b.open &&
      a.unset === b.unset &&
      a.pinned === b.pinned &&
      a.others.join('\0') === b.others.join('\0') &&
      a.from.join('\0') === b.from.join('\0') &&
      JSON.stringify(a.source) === JSON.stringify(b.source))
  );
}

export function union(names: readonly string[]): string[] {
  return names.length === 0 ? [] : [...new Set(names)].sort();
}
