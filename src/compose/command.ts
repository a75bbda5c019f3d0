import type { Data } from '../yaml/types';

/**
 * The words of `command:` or `entrypoint:`. A list is taken as it is; a string is split as Compose splits it, without a shell. The value
 * must already be interpolated. `null` and a missing value give undefined (the image's own applies), `[]` and `''` give no words.
 *
 * A string that Compose refuses (an open quote, a bare parenthesis) is split at blanks, so that its words can still be looked at.
 */
export function words(value: Data | undefined): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value.map((item) => (isScalar(item) ? String(item) : ''));
  if (!isScalar(value)) return undefined;
  const line = String(value);
  return splitLine(line) ?? line.split(/[ \t\r\n]+/).filter(Boolean);
}

function isScalar(value: Data): value is string | number | boolean {
  return value !== null && typeof value !== 'object';
}

/**
 * Splits like the shellwords library that Compose uses: `'…'` is literal, a backslash elsewhere gives the next character, whatever it
 * is, `$(…)` and backquotes stay whole. An unquoted `;`, `&`, `|`, `<` or `>` ends the command: Compose
 * drops what follows, as there is no shell to see it. Undefined when the string is refused.
 *
 * Rule: https://github.com/mattn/go-shellwords/blob/master/shellwords.go
 */
function splitLine(line: string): string[] | undefined {
  const result: string[] = [];
  let word: string | undefined;
  let quote: "'" | '"' | '`' | '(' | undefined;
  let escaped = false;
  for (const char of line) {
    if (escaped) {
      escaped = false;
      word = (word ?? '') + (quote === '(' || quote === '`' ? `\\${char}` : char);
    } else if (char === '\\' && quote !== "'") {
      escaped = true;
    } else if (quote !== undefined) {
      const closes = char === (quote === '(' ? ')' : quote);
      // Command substitutions stay in the word as written; quotes go.
      if (!closes || quote === '(' || quote === '`') word = (word ?? '') + char;
      else word ??= '';
      if (closes) quote = undefined;
    } else if (/[ \t\r\n]/.test(char)) {
      if (word !== undefined) result.push(word);
      word = undefined;
    } else if (char === "'" || char === '"') {
      quote = char;
    } else if (char === '(' || char === ')') {
      if (char === ')' || !word?.endsWith('$')) return undefined;
      quote = '(';
      word += char;
    } else if (/[;&|<>]/.test(char)) {
      // `2>file`: the digits belong to the redirection, not to the command.
      if (char === '>' && word !== undefined && /^\d+$/.test(word)) word = undefined;
      break;
    } else {
      if (char === '`') quote = char;
      word = (word ?? '') + char;
    }
  }
  if (escaped || quote !== undefined) return undefined;
  if (word !== undefined) result.push(word);
  return result;
}
