import type { Evaluated } from './types';

/** One piece of a value, in order: plain text (with `$$` resolved), a variable, or something Compose would refuse, kept as written. */
type Piece = { kind: 'text'; text: string } | Variable | { kind: 'malformed'; text: string };

interface Variable {
  kind: 'variable';
  name: string;
  operator?: string;
  /** Where what follows the operator is written; empty without one. */
  word: Stretch;
}

/** A part of a value, in which each `${` knows its `}`. */
interface Stretch {
  raw: string;
  from: number;
  to: number;
  closings: ReadonlyMap<number, number>;
  /** How many variables it is in the defaults of. */
  depth: number;
}

const NAME = /[_a-z][_a-z0-9]*/iy;
const OPERATOR = /:?[-+?]/y;
/** Nobody writes variables within variables so deep by hand: what is deeper is taken for text whose value is not known. */
const DEEPEST = 64;

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
  return { raw, ...evaluated(whole(raw), env) };
}

function evaluated(stretch: Stretch, env: Readonly<Record<string, string>> | undefined): Omit<Evaluated, 'raw'> {
  let text = '';
  let known = true;
  let interpolated = false;
  for (const piece of pieces(stretch)) {
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
  return { text, known, interpolated };
}

/** Whether the value contains at least one variable. `$$` is none. */
export function hasVariables(raw: string): boolean {
  return raw.includes('$') && pieces(whole(raw)).some((piece) => piece.kind === 'variable');
}

/** The names of the variables of the value, in order, without those inside defaults. */
export function variableNames(raw: string): string[] {
  return pieces(whole(raw)).flatMap((piece) => (piece.kind === 'variable' ? [piece.name] : []));
}

/** The variables of a value with the text of each, those inside defaults too. */
export function variablesIn(raw: string): { name: string; written: string }[] {
  return raw.includes('$') ? variablesOf(whole(raw)) : [];
}

function variablesOf(stretch: Stretch): { name: string; written: string }[] {
  return pieces(stretch).flatMap((piece) => {
    if (piece.kind !== 'variable') return [];
    const { name, operator, word } = piece;
    const written = operator === undefined ? `\${${name}}` : `\${${name}${operator}${word.raw.slice(word.from, word.to)}}`;
    return [{ name, written }, ...variablesOf(word)];
  });
}

/**
 * Splits at a one-character separator, except inside `${…}` and `[…]`: `${BIND:-127.0.0.1}:80` has two parts at `:`, and so has
 * `[::1]:80`. An opening that is never closed is text.
 */
export function splitOutsideBraces(raw: string, separator: string): string[] {
  if (!raw.includes('${') && !raw.includes('[')) return raw.split(separator);
  const closings = closingBraces(raw);
  const lastBracket = raw.lastIndexOf(']');
  const parts: string[] = [];
  let start = 0;
  let at = 0;
  while (at < raw.length) {
    if (raw[at] === separator) {
      parts.push(raw.slice(start, at));
      start = at + 1;
    }
    if (raw.startsWith('$$', at)) at += 2;
    else if (raw[at] === '[' && at < lastBracket) at = raw.indexOf(']', at) + 1;
    else at = (closings.get(at) ?? at) + 1;
  }
  parts.push(raw.slice(start));
  return parts;
}

/**
 * The offset of the `}` that closes each `${`, by the offset of that `${`. Only `${` nests: a lone `{` in a default is text.
 *
 * @param byLine whether what a line opens ends with it.
 */
export function closingBraces(text: string, byLine = false): Map<number, number> {
  const closings = new Map<number, number>();
  const open: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '$' && text[at + 1] === '{') {
      open.push(at);
      at++;
    } else if (char === '}') {
      const from = open.pop();
      if (from !== undefined) closings.set(from, at);
    } else if (byLine && char === '\n') open.length = 0;
  }
  return closings;
}

function whole(raw: string): Stretch {
  return { raw, from: 0, to: raw.length, closings: closingBraces(raw), depth: 0 };
}

function pieces(stretch: Stretch): Piece[] {
  const { raw, to } = stretch;
  const result: Piece[] = [];
  let at = stretch.from;
  while (at < to) {
    const dollar = raw.indexOf('$', at);
    if (dollar === -1 || dollar >= to) {
      result.push({ kind: 'text', text: raw.slice(at, to) });
      break;
    }
    if (dollar > at) result.push({ kind: 'text', text: raw.slice(at, dollar) });
    const { piece, end } = pieceAt(stretch, dollar);
    result.push(piece);
    at = end;
  }
  return result;
}

/** The piece that starts with the `$` at `at`, and where it ends. */
function pieceAt(stretch: Stretch, at: number): { piece: Piece; end: number } {
  const { raw, to, closings, depth } = stretch;
  const next = at + 1 < to ? raw[at + 1] : undefined;
  if (next === '$') return { piece: { kind: 'text', text: '$' }, end: at + 2 };
  if (next === '{') {
    const close = closings.get(at);
    if (close === undefined || close >= to) return { piece: { kind: 'malformed', text: raw.slice(at, at + 2) }, end: at + 2 };
    const inner = { ...stretch, from: at + 2, to: close, depth: depth + 1 };
    return { piece: variableIn(inner) ?? { kind: 'malformed', text: raw.slice(at, close + 1) }, end: close + 1 };
  }
  const name = matchAt(NAME, raw, at + 1)?.slice(0, to - at - 1);
  if (!name) return { piece: { kind: 'text', text: '$' }, end: at + 1 };
  const end = at + 1 + name.length;
  return { piece: { kind: 'variable', name, word: { ...stretch, from: end, to: end } }, end };
}

/** `NAME`, `NAME:-word` and the like; undefined for anything else, and for what is too deep. */
function variableIn(inner: Stretch): Variable | undefined {
  const { raw, from, to, depth } = inner;
  const name = matchAt(NAME, raw, from);
  if (name === undefined || depth > DEEPEST) return undefined;
  const after = from + name.length;
  if (after === to) return { kind: 'variable', name, word: { ...inner, from: to } };
  const operator = matchAt(OPERATOR, raw, after);
  return operator === undefined ? undefined : { kind: 'variable', name, operator, word: { ...inner, from: after + operator.length } };
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function substitute(variable: Variable, env: Readonly<Record<string, string>> | undefined): { text: string; known: boolean } {
  const { name, operator, word } = variable;
  const value = env && Object.hasOwn(env, name) ? env[name] : undefined;
  // With a colon an empty value counts as unset.
  const set = value !== undefined && !(operator?.startsWith(':') && value === '');
  switch (operator?.at(-1)) {
    case '-':
      return set ? { text: value, known: true } : evaluated(word, env);
    case '+':
      return set ? evaluated(word, env) : { text: '', known: false };
    default:
      return set ? { text: value, known: true } : { text: '', known: false };
  }
}
