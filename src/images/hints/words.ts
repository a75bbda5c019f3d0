/**
 * Whether a word stands in the path of an image, between separators. `.`, `_` and `-` are the same; a `/` in a word must be one in the path, so
 * that `/n8n/` is a whole part of it and `linuxserver/` a namespace that another part follows; `$` is the end of the path; a `*` at an end lets the
 * word go on there. Both are plain (`plainPath`, `plainWord`).
 */
export function standsIn(word: string, path: string): boolean {
  const last = word.endsWith('$');
  const whole = word.startsWith('/') && word.endsWith('/');
  const before = word.startsWith('*');
  const after = word.endsWith('*');
  const text = word.slice(before ? 1 : 0, last || whole || after ? -1 : undefined);
  const ends = whole ? '/' : last ? '' : '/-';
  for (let at = path.indexOf(text); at >= 0; at = path.indexOf(text, at + 1)) {
    const begins = before || text.startsWith('/') || '/-'.includes(path[at - 1] ?? '');
    const next = path[at + text.length];
    if (begins && (after || next === undefined || text.endsWith('/') || ends.includes(next))) return true;
  }
  return false;
}

/** The form in which paths and words are compared: lower case, one separator, a slash in front of a path. */
export function plainPath(path: string): string {
  return path === '' ? '' : `/${plainWord(path)}`;
}

export function plainWord(word: string): string {
  return word.toLowerCase().replace(/[._]/g, '-');
}

/** Whether a name is one of a list in which `*` at an end stands for any text: `JAVA_*`, `*_OPTS`. */
export function isOneOf(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => fits(pattern, name));
}

/** Whether a text is as a pattern in which each `*` stands for any text. Linear in the text for each star. */
export function fits(pattern: string, text: string): boolean {
  const parts = pattern.split('*');
  const [first = ''] = parts;
  if (parts.length === 1) return text === pattern;
  const last = parts.at(-1)!;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > text.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}
