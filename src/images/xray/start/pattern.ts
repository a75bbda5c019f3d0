import { table } from '../../../table';
/**
 * Whether a text matches a pattern of the shell: `*`, `?` and `[…]`; undefined for patterns of bash that are not read (`@(a|b)`). A backslash
 * takes the next character as it is. In time of pattern times text.
 */
export function matches(pattern: string, text: string): boolean | undefined {
  if (/[@!+?*]\(/.test(pattern)) return undefined;
  const parts = partsOf(pattern);
  let part = 0;
  let at = 0;
  let star = -1;
  let mark = 0;
  while (at < text.length) {
    const wanted = parts[part];
    if (wanted === '*') {
      star = part++;
      mark = at;
    } else if (wanted !== undefined && fits(wanted, text[at]!)) {
      part++;
      at++;
    } else if (star >= 0) {
      part = star + 1;
      at = ++mark;
    } else return false;
  }
  while (parts[part] === '*') part++;
  return part === parts.length;
}

/** `*`, `?`, a character after a backslash, a bracket as a test of one character, or a character. */
type Part = '*' | '?' | { one: string } | ((char: string) => boolean);

function partsOf(pattern: string): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!;
    if (char === '*' || char === '?') {
      if (char === '?' || parts.at(-1) !== '*') parts.push(char);
    } else if (char === '\\' && at + 1 < pattern.length) parts.push({ one: pattern[++at]! });
    else if (char === '[') {
      const end = pattern.indexOf(']', at + (/[!^]/.test(pattern[at + 1] ?? '') ? 3 : 2));
      if (end < 0) parts.push({ one: char });
      else {
        parts.push(bracket(pattern.slice(at + 1, end)));
        at = end;
      }
    } else parts.push({ one: char });
  }
  return parts;
}

function fits(part: Part, char: string): boolean {
  if (typeof part === 'function') return part(char);
  return part === '?' || (typeof part === 'object' && part.one === char);
}

const CLASSES: Readonly<Record<string, RegExp>> = table({
  digit: /\d/,
  alpha: /[A-Za-z]/,
  alnum: /[A-Za-z0-9]/,
  upper: /[A-Z]/,
  lower: /[a-z]/,
  space: /\s/,
});

function bracket(inside: string): (char: string) => boolean {
  const not = /^[!^]/.test(inside);
  const set = not ? inside.slice(1) : inside;
  const named = /^\[:(\w+):$/.exec(set)?.[1] ?? /^\[:(\w+):\]/.exec(set)?.[1];
  const test = (char: string): boolean => {
    if (named !== undefined) return CLASSES[named]?.test(char) ?? false;
    for (let at = 0; at < set.length; at++) {
      if (set[at + 1] === '-' && at + 2 < set.length) {
        if (char >= set[at]! && char <= set[at + 2]!) return true;
        at += 2;
      } else if (set[at] === char) return true;
    }
    return false;
  };
  return (char) => test(char) !== not;
}

/** A text as a pattern that matches nothing else. */
export function quoted(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&');
}

/** Whether a text has something in it that the shell takes for a pattern. */
export function isPattern(text: string): boolean {
  return /[*?[]/.test(text);
}

/** Every beginning of the text is tried. */
const MAX_TRIMMED = 1024;

/** The shortest or longest beginning or end of a text that matches is taken away. */
export function trimmed(text: string, pattern: string, operator: '#' | '##' | '%' | '%%'): string | undefined {
  if (text.length > MAX_TRIMMED) return undefined;
  const lengths = Array.from({ length: text.length + 1 }, (_, index) => index);
  if (operator.length === 2) lengths.reverse();
  for (const length of lengths) {
    const part = operator[0] === '#' ? text.slice(0, length) : text.slice(text.length - length);
    const hit = matches(pattern, part);
    if (hit === undefined) return undefined;
    if (hit) return operator[0] === '#' ? text.slice(length) : text.slice(0, text.length - length);
  }
  return text;
}
