import type { Model } from '../compose/model';
import { mapOf } from '../compose/model';

const SECRET_KEY = /pass|secret|token|api_?key|private_?key|access_?key|credential|auth_?key/i;
const NOT_SECRET = /(?:_FILE|_PATH|_DIR|_URL|_HOST|_NAME)$/i;

/** The values of a project's variables that look like credentials, and passwords in their addresses: the longest first. */
export function secretsOf(model: Model): string[] {
  const found = new Set<string>();
  for (const { environment } of Object.values(model.services)) {
    for (const [key, value] of Object.entries(mapOf(environment))) {
      if (typeof value !== 'string') continue;
      const text = value.replaceAll('$$', '$');
      if (SECRET_KEY.test(key) && !NOT_SECRET.test(key) && text.length >= 6) found.add(text);
      for (const [, password = ''] of text.matchAll(/:\/\/[^\s:/@]*:([^\s/@]{6,})@/g)) found.add(password);
    }
  }
  return [...found].sort((a, b) => b.length - a.length);
}

/** Plain data with every secret in its texts replaced. */
export function hide<T>(data: T, secrets: readonly string[]): T {
  if (secrets.length === 0) return data;
  return JSON.parse(
    JSON.stringify(data, (_, value: unknown) =>
      typeof value === 'string' ? secrets.reduce((text, secret) => text.replaceAll(secret, '••••'), value) : value,
    ),
  ) as T;
}
