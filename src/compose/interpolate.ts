import type { Evaluated } from './types';

/** One piece of a value, in order: plain text (with `$$` resolved), a variable, or something Compose would refuse, kept as written. */
type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'variable'; name: string; operator?: string; word: string }
  | { kind: 'malformed'; text: string };

const NAME = /[_a-z][_a-z0-9]*/iy;
const BRACED = /^([_a-z][_a-z0-9]*)(?:(:?[-+?])([\s\S]*))?$/i;

/**
 * Replaces variables as Compose does before it reads a value: `$V`, `${V}`, `${V:-d}`, `${V-d}`, `${V:?e}`, `${V?e}`, `${V:+alt}`,
 * `${V+alt}`, nested in each other, and `$$` for a dollar.
 *
 * Without `env` every variable is unset: what is left is what the file itself says. An unset variable without a default becomes the
 * empty string and makes the result not `known`; so does a `${` that starts no variable, which Compose refuses and which stays as text.
 * A lone `$` is one.
 *
 * Rule: https://github.com/compose-spec/compose-go/blob/main/template/template.go
 */
export function evaluate(raw: string, env?: Readonly<Record<string, string>>): Evaluated {
  if (!raw.includes('$')) return { text: raw, raw, known: true, interpolated: false };
  let text = '';
  let known = true;
  let interpolated = false;
  for (const piece of pieces(raw)) {
    if (piece.kind === 'variable') {
      const value = substitute(piece, env);
      text += value.text;
      known &&= value.known;
      interpolated = true;
    } else {
      text += piece.text;
      known &&= piece.kind === 'text';
    }
  }
  return { text, raw, known, interpolated };
}

/** Whether the value contains at least one variable. `$$` is none. */
export function hasVariables(raw: string): boolean {
  return raw.includes('$') && pieces(raw).some((piece) => piece.kind === 'variable');
}

/** The names of the variables of the value, in order, without those inside defaults. */
export function variableNames(raw: string): string[] {
  return pieces(raw).flatMap((piece) => (piece.kind === 'variable' ? [piece.name] : []));
}

/** The variables of a value with the text of each, those inside defaults too. */
export function variablesIn(raw: string): { name: string; written: string }[] {
  if (!raw.includes('$')) return [];
  return pieces(raw).flatMap((piece) => {
    if (piece.kind !== 'variable') return [];
    const { name, operator, word } = piece;
    return [{ name, written: operator === undefined ? `\${${name}}` : `\${${name}${operator}${word}}` }, ...variablesIn(word)];
  });
}

/**
 * Splits at a one-character separator, except inside `${…}` and `[…]`: `${BIND:-127.0.0.1}:80` has two parts at `:`, and so has
 * `[::1]:80`. An opening that is never closed is text.
 */
export function splitOutsideBraces(raw: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let at = 0;
  while (at < raw.length) {
    const char = raw[at];
    if (char === separator) {
      parts.push(raw.slice(start, at));
      start = at + 1;
    }
    at = endOfGroup(raw, at) ?? at + 1;
  }
  parts.push(raw.slice(start));
  return parts;
}

/** The offset after the group that opens at `at`; undefined when none does. */
function endOfGroup(raw: string, at: number): number | undefined {
  if (raw.startsWith('$$', at)) return at + 2;
  const close = raw.startsWith('${', at) ? closingBrace(raw, at) : raw[at] === '[' ? raw.indexOf(']', at) : -1;
  return close === -1 ? undefined : close + 1;
}

/** The offset of the `}` that closes the `${` at `open`, or -1. Only `${` nests: a lone `{` in a default is text. */
function closingBrace(raw: string, open: number): number {
  let depth = 0;
  for (let at = open; at < raw.length; at++) {
    if (raw[at] === '}') {
      depth--;
      if (depth === 0) return at;
    } else if (raw.startsWith('${', at)) {
      depth++;
      at++;
    }
  }
  return -1;
}

function pieces(raw: string): Piece[] {
  const result: Piece[] = [];
  let at = 0;
  while (at < raw.length) {
    const dollar = raw.indexOf('$', at);
    if (dollar === -1) {
      result.push({ kind: 'text', text: raw.slice(at) });
      break;
    }
    if (dollar > at) result.push({ kind: 'text', text: raw.slice(at, dollar) });
    const { piece, end } = pieceAt(raw, dollar);
    result.push(piece);
    at = end;
  }
  return result;
}

/** The piece that starts with the `$` at `at`, and where it ends. */
function pieceAt(raw: string, at: number): { piece: Piece; end: number } {
  if (raw[at + 1] === '$') return { piece: { kind: 'text', text: '$' }, end: at + 2 };
  if (raw[at + 1] === '{') {
    const close = closingBrace(raw, at);
    if (close === -1) return { piece: { kind: 'malformed', text: raw.slice(at, at + 2) }, end: at + 2 };
    const match = BRACED.exec(raw.slice(at + 2, close));
    const piece: Piece = match
      ? { kind: 'variable', name: match[1] ?? '', operator: match[2], word: match[3] ?? '' }
      : { kind: 'malformed', text: raw.slice(at, close + 1) };
    return { piece, end: close + 1 };
  }
  NAME.lastIndex = at + 1;
  const name = NAME.exec(raw)?.[0];
  if (name === undefined) return { piece: { kind: 'text', text: '$' }, end: at + 1 };
  return { piece: { kind: 'variable', name, word: '' }, end: at + 1 + name.length };
}

function substitute(
  variable: { name: string; operator?: string; word: string },
  env: Readonly<Record<string, string>> | undefined,
): { text: string; known: boolean } {
  const { name, operator, word } = variable;
  const value = env && Object.hasOwn(env, name) ? env[name] : undefined;
  // With a colon an empty value counts as unset.
  const set = value !== undefined && !(operator?.startsWith(':') && value === '');
  switch (operator?.at(-1)) {
    case '-':
      return set ? { text: value, known: true } : evaluate(word, env);
    case '+':
      return set ? evaluate(word, env) : { text: '', known: false };
    default:
      return set ? { text: value, known: true } : { text: '', known: false };
  }
}
