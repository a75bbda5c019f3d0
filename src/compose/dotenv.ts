const LINE = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*[=:](.*)$/;

/**
 * Reads a `.env` file: `NAME=value` lines, `#` comments, `export`, single quotes (literal), double quotes (`\n`, `\r`, `\t`, `\\`, `\"`,
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
      value = quote === "'" ? value.slice(1, close) : resolveEscapes(value.slice(1, close));
    } else {
      value = value.replace(/\s+#.*$/, '');
    }
    result[match[1] ?? ''] = value;
  }
  return result;
}

function closingQuote(value: string, quote: string): number {
  for (let at = 1; at < value.length; at++) {
    if (value[at] === '\\' && quote === '"') at++;
    else if (value[at] === quote) return at;
  }
  return -1;
}

function resolveEscapes(value: string): string {
  const named: Record<string, string> = { n: '\n', r: '\r', t: '\t' };
  return value.replace(/\\(.)/g, (whole, char: string) => named[char] ?? (/["\\$]/.test(char) ? char : whole));
}
