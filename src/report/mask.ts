import { credentialsOf, findCredentials, MASK, type Span } from '../harden/credentials';

export { MASK } from '../harden/credentials';

/**
 * Replaces what looks like a credential in the lines of a file by `••••`, for the screen only. The structure of a line stays: its
 * indentation, key, quotes and comment. Variables, paths of files, switches and empty values are no credentials.
 *
 * @param lines in order and without their ends: a private key, a value in a block, a command in a list span several of them.
 */
export function maskLines(lines: readonly string[]): string[] {
  const text = lines.join('\n');
  const spans = findCredentials(text, { file: true });
  return spans.length === 0 ? [...lines] : masked(text, spans).split('\n');
}

/** A text that is no file, or one line of one: a sentence that quotes it, a log, a value. */
export function maskLine(text: string): string {
  if (text.length > LONGEST_KEPT) return maskedLine(text);
  let line = lines.get(text);
  if (line === undefined) {
    if (lines.size >= MOST_KEPT) lines.clear();
    line = maskedLine(text);
    lines.set(text, line);
  }
  return line;
}

/** A report says the same of many services: what was masked once is kept, within bounds. */
const lines = new Map<string, string>();
const LONGEST_KEPT = 500;
const MOST_KEPT = 10_000;

function maskedLine(text: string): string {
  const spans = findCredentials(text, { file: isLineOfFile(text) });
  return spans.length === 0 ? text : masked(text, spans);
}

/** A value of a certain name. */
export function maskValue(name: string, value: string): string {
  return masked(value, credentialsOf(name, value));
}

/** A line that begins as one of a file does, and not as a sentence. */
function isLineOfFile(text: string): boolean {
  return /^(?:[ \t#-]|\w[\w.-]*["']?(?::[ \t]|[ \t]?=)|["'{]|(?:ENV|ARG|export) )/.test(text);
}

function masked(text: string, spans: readonly Span[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of spans) {
    parts.push(text.slice(at, start), MASK);
    at = end;
  }
  return parts.join('') + text.slice(at);
}
