import type { Ignore } from 'ignore';

/**
 * The text of an ignore file (`.gitignore`, `.dockerignore`) that leaves out all of `entries`, such as `/.env` or `/secrets/`: those that
 * it does not leave out yet are added at its end, where they count most.
 */
export function ignoring(text: string | undefined, entries: readonly string[]): string {
  const before = text ?? '';
  const make = require('ignore') as () => Ignore;
  const rules = make().add(before);
  const missing = entries.filter((entry) => !rules.ignores(entry.replace(/^\//, '').replace(/\/$/, '/any')));
  if (missing.length === 0) return before;
  const eol = before.includes('\r\n') ? '\r\n' : '\n';
  const gap = before === '' || before.endsWith('\n') ? '' : eol;
  return before + gap + missing.map((entry) => entry + eol).join('');
}
