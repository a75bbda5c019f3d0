import { evaluate } from './interpolate';

const LINE = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*[=:](.*)$/;

/**
 * Reads a `.env` file: `NAME=value` lines, `#` comments, `export`, single quotes (literal, but for `\'`), double quotes (`\n`, `\r`, `\t`, `\\`, `\"`,
 * `\$`), and for bare values a comment after a blank. Quotes may span lines. Variables inside values are not replaced. A line that is
 * none of this is skipped: Compose is the one to complain.
 */
export function parseDotEnv(text: string): Record<string, string> {
  return Object.fromEntries(entriesOf(text).map(({ name, value }) => [name, value]));
}

/**
 * The same with the variables in values replaced, as Compose does it: by those above them, and not in single quotes. What hangs on a
 * variable that is not set here is left out, as the environment of whoever starts the stack decides it.
 */
export function expandDotEnv(text: string): Record<string, string> {
  const result: Record<string, string> = {};
  for (const { name, value, literal, escaped } of entriesOf(text)) {
    const { text: expanded, known } = literal ? { text: value, known: true } : evaluate(value, result);
    delete result[name];
    if (known && expanded.length <= LONGEST && !(escaped && value.includes('$'))) result[name] = expanded;
  }
  return result;
}

/** Values that repeat each other grow fast: what is longer is not known. */
const LONGEST = 65_536;

interface DotEnvEntry {
  name: string;
  value: string;
  /** Whether it stands in single quotes. */
  literal: boolean;
  /** Whether a dollar in it is escaped, so that it may be none of a variable's. */
  escaped: boolean;
}

function entriesOf(text: string): DotEnvEntry[] {
  const result: DotEnvEntry[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const match = LINE.exec(lines[at] ?? '');
    if (!match) continue;
    let value = (match[2] ?? '').trim();
    const quote = value[0];
    if (quote === "'" || quote === '"') {
      const quoted = inQuotes(value, quote, lines, at);
      if (!quoted) continue;
      at = quoted.last;
      value = quote === "'" ? quoted.text.replaceAll("\\'", "'") : resolveEscapes(quoted.text);
      result.push({ name: match[1] ?? '', value, literal: quote === "'", escaped: quote === '"' && quoted.text.includes('\\$') });
    } else {
      const comment = value.search(/\s#/);
      if (comment >= 0) value = value.slice(0, comment).trimEnd();
      result.push({ name: match[1] ?? '', value, literal: false, escaped: false });
    }
  }
  return result;
}

/** What stands between quotes, and the line where they close: they take the lines that follow, but not the whole file when they never close. */
function inQuotes(first: string, quote: string, lines: readonly string[], at: number): { text: string; last: number } | undefined {
  const parts: string[] = [];
  for (let last = at; last < lines.length; last++) {
    const line = last === at ? first.slice(1) : lines[last]!;
    const close = closingQuote(line, quote);
    if (close !== -1) return { text: [...parts, line.slice(0, close)].join('\n'), last };
    parts.push(line);
  }
  return undefined;
}

function closingQuote(line: string, quote: string): number {
  for (let at = 0; at < line.length; at++) {
    // Between single quotes a backslash is one, except before the quote.
    if (line[at] === '\\' && (quote === '"' || line[at + 1] === quote)) at++;
    else if (line[at] === quote) return at;
  }
  return -1;
}

function resolveEscapes(value: string): string {
  const named: Record<string, string> = { n: '\n', r: '\r', t: '\t' };
  return value.replace(/\\(.)/g, (whole, char: string) => named[char] ?? (/["\\$]/.test(char) ? char : whole));
}

/** A value as it is written after `NAME=`, so that Compose reads the very same: bare, in single quotes, or escaped in double ones. */
export function writeDotEnvValue(value: string): string {
  if (/^[A-Za-z0-9_.,:/@%+=-]+$/.test(value)) return value;
  // A backslash before the closing quote would keep it from closing.
  if (!/['\n\r]|\\$/.test(value)) return `'${value}'`;
  const named: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  return `"${value.replace(/["\\$\n\r\t]/g, (char) => named[char] ?? `\\${char}`)}"`;
}

/** The text of a `.env` file with one more entry at its end, in its own line ending. */
export function appendDotEnv(text: string | undefined, name: string, value: string): string {
  const before = text ?? '';
  const eol = before.includes('\r\n') ? '\r\n' : '\n';
  const gap = before === '' || before.endsWith('\n') ? '' : eol;
  return `${before}${gap}${name}=${writeDotEnvValue(value)}${eol}`;
}
