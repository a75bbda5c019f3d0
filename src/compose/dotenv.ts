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
      // An unclosed quote takes the next lines, but not the whole file when it never closes.
      let last = at;
      while (closingQuote(value, quote) === -1 && last + 1 < lines.length) {
        last++;
        value += `\n${lines[last]}`;
      }
      const close = closingQuote(value, quote);
      if (close === -1) continue;
      at = last;
      value = quote === "'" ? value.slice(1, close).replaceAll("\\'", "'") : resolveEscapes(value.slice(1, close));
    } else {
      const comment = value.search(/\s#/);
      if (comment >= 0) value = value.slice(0, comment).trimEnd();
    }
    result[match[1] ?? ''] = value;
  }
  return result;
}

function closingQuote(value: string, quote: string): number {
  for (let at = 1; at < value.length; at++) {
    // Between single quotes a backslash is one, except before the quote.
    if (value[at] === '\\' && (quote === '"' || value[at + 1] === quote)) at++;
    else if (value[at] === quote) return at;
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
