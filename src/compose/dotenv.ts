const LINE = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*[=:](.*)$/;

/**
 * Reads a `.env` file: `NAME=value` lines, `#` comments, `export`, single quotes (literal, but for `\'`), double quotes (`\n`, `\r`, `\t`, `\\`, `\"`,
 * `\$`), and for bare values a comment after a blank. Quotes may span lines. Variables inside values are not replaced. A line that is
 * none of this is skipped: Compose is the one to complain.
 */
export function parseDotEnv(text: string): Record<string, string> {
  const result: Record<string, string> = {};
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
    } else {
      const comment = value.search(/\s#/);
      if (comment >= 0) value = value.slice(0, comment).trimEnd();
    }
    result[match[1] ?? ''] = value;
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
