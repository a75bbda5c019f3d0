import { literal } from '../../compose/literal';
import { credentialsOf } from '../../harden/credentials';
import type { Model } from '../compose/model';
import { mapOf } from '../compose/model';

/** The values of a project's variables that are credentials, and those within them, such as the password of an address: the longest first. */
export function secretsOf(model: Model): string[] {
  const found = new Set<string>();
  for (const { environment } of Object.values(model.services)) {
    for (const [key, value] of Object.entries(mapOf(environment))) {
      if (typeof value !== 'string') continue;
      const text = value.replaceAll('$$', '$');
      for (const { start, end } of credentialsOf(key, text)) if (end - start >= 6) found.add(text.slice(start, end));
    }
  }
  return [...found].sort((a, b) => b.length - a.length);
}

/** The fields of a report that hold what a service, the Engine or a person's command said. The others hold batten's own words. */
const SAID = new Set(['log', 'how', 'line', 'lines', 'fault', 'exercised', 'notExercised', 'notes', 'once', 'why']);

/** Plain data with every secret replaced in what was said. */
export function hide<T>(data: T, secrets: readonly string[]): T {
  if (secrets.length === 0) return data;
  const patterns = secrets.map(patternOf);
  const said = (value: unknown): unknown =>
    typeof value === 'string'
      ? patterns.reduce((text, pattern) => text.replaceAll(pattern, '••••'), value)
      : Array.isArray(value)
        ? value.map(said)
        : value;
  return JSON.parse(JSON.stringify(data, (key, value: unknown) => (SAID.has(key) ? said(value) : value))) as T;
}

/** A password that is a word of few letters (`secret`) is hidden where it stands alone: `secrets` is no password. Any other is hidden everywhere. */
function patternOf(secret: string): RegExp {
  const pattern = literal(secret);
  return new RegExp(/^[a-z]{1,9}$/i.test(secret) ? `(?<![A-Za-z])${pattern}(?![A-Za-z])` : pattern, 'g');
}
