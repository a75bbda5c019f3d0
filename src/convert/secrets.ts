import { parseDotEnv } from '../compose/dotenv';
import { evaluate, hasVariables } from '../compose/interpolate';
import { credentialsOf, findCredentials, type Span } from '../harden/credentials';
import type { Data } from '../yaml/types';
import type { Keys, Stack } from './stack';

/** A credential that is in `.env`, and not in the Compose file. */
export interface MovedSecret {
  /** The variable it has there. */
  name: string;
  value: string;
  service: string;
  /** The key of the service it was in: `environment`, `command`. */
  key: string;
}

/**
 * Takes the credentials out of a stack: each becomes a variable that Compose requires (`${NAME:?}`), one for each value. Changes the stack.
 *
 * @param dotEnv the text of the `.env` that is there: what it sets to something else keeps its meaning.
 */
export function takeSecretsOut(stack: Stack, dotEnv: string | undefined): MovedSecret[] {
  const names = new SecretNames(dotEnv);
  const moved: MovedSecret[] = [];
  for (const [service, keys] of stack.services) {
    const take = (key: string, base: string, text: string, spans: readonly Span[]): string => {
      let out = '';
      let from = 0;
      for (const { start, end } of spans) {
        const written = text.slice(start, end);
        // A variable is none that is written here.
        if (start < from || hasVariables(written)) continue;
        const { text: value } = evaluate(written);
        const { name, isNew } = names.nameOf(base, service, value);
        if (isNew) moved.push({ name, value, service, key });
        out += `${text.slice(from, start)}\${${name}:?}`;
        from = end;
      }
      return out + text.slice(from);
    };
    for (const key of ['environment', 'labels', 'annotations', 'storage_opt', 'sysctls'] as const) eachEntry(keys, key, take);
    const logging = keys.logging as Keys | undefined;
    if (logging) eachEntry(logging, 'options', take);
    for (const key of ['command', 'entrypoint'] as const) eachItem(keys, key, take);
    const health = keys.healthcheck as Keys | undefined;
    if (health) eachItem(health, 'test', take);
  }
  for (const [volume, keys] of stack.volumes) {
    const options = keys.driver_opts as Keys | undefined;
    for (const [name, value] of Object.entries(options ?? {})) {
      if (typeof value !== 'string') continue;
      let out = value;
      for (const { start, end } of credentialsOf(name, value).toReversed()) {
        const secret = names.nameOf('PASSWORD', volume, evaluate(value.slice(start, end)).text);
        if (secret.isNew)
          moved.push({ name: secret.name, value: evaluate(value.slice(start, end)).text, service: volume, key: 'driver_opts' });
        out = `${out.slice(0, start)}\${${secret.name}:?}${out.slice(end)}`;
      }
      options![name] = out;
    }
  }
  return moved;
}

type Take = (key: string, base: string, text: string, spans: readonly Span[]) => string;

function eachEntry(keys: Keys, key: string, take: Take): void {
  const map = keys[key] as Keys | undefined;
  if (!map || Array.isArray(map)) return;
  for (const [name, value] of Object.entries(map)) {
    if (typeof value !== 'string') continue;
    const spans = value.includes('\n') ? wholeIfSecret(name, value) : credentialsOf(name, value);
    if (spans.length > 0) map[name] = take(key, name, value, spans);
  }
}

/** Lines of a key, or of the value of a credential's name: all of it. */
function wholeIfSecret(name: string, value: string): Span[] {
  const found = credentialsOf(name, value);
  return found.length > 0 ? [{ start: 0, end: value.length, name }] : [];
}

/** The words of a command tell each other's meaning: `--password`, `hunter2`. */
function eachItem(keys: Keys, key: string, take: Take): void {
  const items = keys[key];
  if (!Array.isArray(items) || !items.every((item): item is string => typeof item === 'string')) return;
  let text = '';
  const places: { start: number; end: number }[] = [];
  for (const item of items) {
    // Each in a line of its own, as in a list of YAML; what has several lines is looked at as if they were one.
    text += '- ';
    places.push({ start: text.length, end: text.length + item.length });
    text += `${item.replace(/[\r\n]/g, ' ')}\n`;
  }
  const spans = findCredentials(text, { file: true });
  if (spans.length === 0) return;
  keys[key] = items.map((item, at): Data => {
    const { start, end } = places[at]!;
    const own = spans
      .filter((span) => span.start >= start && span.end <= end)
      .map((span) => ({ ...span, start: span.start - start, end: span.end - start }));
    if (own.length === 0) return item;
    return take(key, own[0]!.name || 'SECRET', item, own);
  });
}

/** The variables that credentials get: one for each value, and none that means something else already. */
class SecretNames {
  private readonly there: Readonly<Record<string, string>>;
  private readonly byValue = new Map<string, string>();
  private readonly taken = new Set<string>();

  constructor(dotEnv: string | undefined) {
    this.there = dotEnv === undefined ? {} : parseDotEnv(dotEnv);
  }

  nameOf(base: string, service: string, value: string): { name: string; isNew: boolean } {
    const known = this.byValue.get(value);
    if (known !== undefined) return { name: known, isNew: false };
    const upper = (text: string): string =>
      text
        .replace(/\W+/g, '_')
        .replace(/^_+(?=.)/, '')
        .toUpperCase()
        .replace(/^(?=\d|$)/, '_');
    const own = upper(base);
    // The name of the service keeps it apart from what the person's shell may have set, which would win over `.env`.
    const full = own.startsWith(`${upper(service)}_`) ? own : `${upper(service)}_${own}`;
    let name = full;
    for (let number = 2; !this.fits(name, value); number++) name = `${full}_${number}`;
    this.byValue.set(value, name);
    this.taken.add(name);
    return { name, isNew: true };
  }

  private fits(name: string, value: string): boolean {
    if (this.taken.has(name)) return false;
    return !Object.hasOwn(this.there, name) || (this.there[name] === value && !value.includes('$'));
  }
}
