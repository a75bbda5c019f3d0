/** How a string that an op writes is quoted when it needs to be. */
export type Quote = '"' | "'";

/**
 * Strings that every YAML reader takes for a string, written bare: they start with a letter, `/`, `./`, `~/`, `_` or `-`, hold nothing that is
 * syntax, and are no word that YAML 1.1 or 1.2 reads as null, a boolean or a number. Digits first is quoted: `999:999` is a base-60 number to some.
 */
const SAFE_PLAIN = /^(?:[A-Za-z/_]|-[A-Za-z]|[.~]\/)[A-Za-z0-9/_.+@=:,-]*$/;
/** Sizes and durations, `512m` and `30s`: digits first, but a string to every reader, and written bare by everybody. */
const AMOUNT = /^[1-9]\d*(?:[kmg]b?|ms|s|h)$/;
const SPECIAL_WORDS = /^(?:null|true|false|yes|no|on|off|y|n|\.inf|\.nan)$/i;

/**
 * Writes a scalar so that YAML 1.1 and 1.2 read it alike.
 * @param flow whether it stands inside `[]` or `{}`, where a comma ends it
 */
export function writeScalar(value: null | boolean | number | string, quote: Quote, flow: boolean): string {
  if (value === null) return flow ? 'null' : '';
  if (typeof value !== 'string') return String(value);
  const bare =
    AMOUNT.test(value) || (SAFE_PLAIN.test(value) && !SPECIAL_WORDS.test(value) && !value.endsWith(':') && !(flow && value.includes(',')));
  return bare ? value : quoted(value, quote);
}

/**
 * Characters that are written as escapes: control characters, separators of lines, and what cannot be seen or turns the direction of the text
 * around it. The joiner of emoji is none of them.
 */
const SPECIAL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\u{e0000}-\u{e007f}]/u;

/** A quoted scalar; characters that single quotes cannot hold force double quotes. */
export function quoted(value: string, quote: Quote): string {
  // Where double quotes would need escapes and single ones do not, they are easier to read.
  const plainer = quote === "'" || (value.includes('"') && !value.includes("'"));
  if (plainer && !SPECIAL.test(value)) return `'${value.replaceAll("'", "''")}'`;
  return `"${[...value].map(escaped).join('')}"`;
}

function escaped(char: string): string {
  switch (char) {
    case '"':
      return '\\"';
    case '\\':
      return '\\\\';
    case '\n':
      return '\\n';
    case '\t':
      return '\\t';
    case '\r':
      return '\\r';
  }
  if (!SPECIAL.test(char)) return char;
  const code = char.codePointAt(0)!.toString(16);
  return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
}
