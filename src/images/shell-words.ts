/** Words before a command that leave it one. */
export const PREFIX = new Set([
  'if',
  'then',
  'elif',
  'else',
  'while',
  'until',
  'do',
  '!',
  'time',
  '{',
  '}',
  'fi',
  'done',
  'esac',
  'command',
  'builtin',
]);

/** Words that start something that is no command. */
export const NO_COMMAND = new Set(['for', 'select', 'case', 'function', '[[', '((']);

/** `A=1` before a command, or alone. */
export const ASSIGNMENT = /^[A-Za-z_]\w*\+?=/;

/** The offset of the bracket that closes the one at `from`, or -1. Quotes inside are stepped over. */
export function closing(text: string, from: number, open: string, close: string): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (char === '\\') at++;
    else if (char === "'") {
      const end = text.indexOf("'", at + 1);
      if (end > 0) at = end;
    } else if (char === open) depth++;
    else if (char === close && --depth === 0) return at;
  }
  return -1;
}
