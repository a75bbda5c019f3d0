import { literal } from '../compose/literal';
import { speaksOfCredentials } from '../harden/credentials';
import type { Concealed } from '../harden/types';
import type { Data } from '../yaml/types';
import { MASK, maskLine, maskLines } from './mask';

/** Shorter values are words that stand elsewhere too: `root`, `admin`. */
const BY_ITSELF = 8;
/** In a command they are masked all the same, down to what is more likely a number or a flag. */
const IN_COMMANDS = 3;

/** Keys whose values are what things are called. */
const NAMES = new Set(
  'image container_name hostname domainname name network_mode networks volumes volumes_from depends_on links external_links extends profiles aliases secrets configs ports expose extra_hosts build'.split(
    ' ',
  ),
);

/** Keys whose values are commands: a word of one may be what logs in. */
const COMMANDS = new Set('command entrypoint healthcheck test post_start pre_start pre_stop'.split(' '));

/** A line up to the value of its key: `  - "key": `. */
const KEY = /^(\s*(?:-\s+)*)(["']?)([^\s"'#:]+)\2\s*:(?:\s+|$)/;

/**
 * Masks lines in which certain values are known to be credentials: each on every line that has its name, and wherever it stands when it is
 * too long to be there by chance. A password may be the very word that something is called by, as in `image: nextcloud`: such a word is
 * masked where it stands as a credential, and not as a name.
 */
export function maskKnown(lines: readonly string[], known: readonly Concealed[]): string[] {
  const longest = [...known].filter(({ value }) => value !== '').sort((a, b) => b.value.length - a.value.length);
  if (longest.length === 0) return maskLines(lines);
  const places = placesOf(lines);
  const names = lines.flatMap((line, index) => namesOf(line, places[index]!));
  const concealing = longest.map((each) => concealer(each, names));
  return maskLines(lines.map((line, index) => concealing.reduce((text, conceal) => conceal(text, places[index]!), line)));
}

/** Plain data with its credentials masked: `before` and `after` of an op, which may be a whole map of variables. */
export function maskData(data: Data, known: readonly Concealed[], key = ''): Data {
  if (Array.isArray(data)) return data.map((item) => maskData(item, known));
  if (data !== null && typeof data === 'object')
    return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, maskData(value, known, name)]));
  if (typeof data === 'boolean' || data === null) return data;
  const text = String(data);
  const line = key === '' ? text : `${key}: ${text}`;
  const masked = text.includes('\n') ? maskBlock(key, text) : maskKnown([line], known)[0]!.slice(line.length - text.length);
  if (known.some(({ value }) => value === text)) return MASK;
  return masked === text ? data : masked;
}

/** A value of several lines is masked as a whole when its name or any of them says that it holds a credential. */
function maskBlock(key: string, text: string): string {
  const lines = text.split('\n');
  if (maskLine(`${key}: x`) !== `${key}: x`) return MASK;
  return maskLines(lines).join('\n');
}

type Conceal = (line: string, keys: readonly string[]) => string;

function concealer({ name, value }: Concealed, names: readonly string[]): Conceal {
  const conceal = asCredential(name, value);
  if (names.some((each) => each.includes(value))) return conceal;
  return (line, keys) => (value.length >= BY_ITSELF || line.includes(name) ? line.replaceAll(value, MASK) : conceal(line, keys));
}

function asCredential(name: string, value: string): Conceal {
  const word = literal(value);
  // A word of its own, a password after a user's name, that of an option (`-psecret`), the default of a variable.
  const token = new RegExp(
    `(?<!\\bimage["']?:\\s*["']?)(?<=^|[\\s"'=,;([{:]|[\\s"']-[A-Za-z]|\\$\\{\\w+:?[-+?])${word}(?=$|[\\s"',;)\\]}@|&])`,
    'g',
  );
  const alone = new RegExp(`^\\s*(?:-\\s+)?["']?[^\\s"'=:]+(?:["']?\\s*:\\s+|=)["']?${word}["']?\\s*(?:#.*)?$`);
  return (line, keys) => {
    const isNamed = line.includes(name);
    if (/^\s*#/.test(line)) return isNamed || speaksOfCredentials(line) ? line.replace(token, MASK) : line;
    if (!isNamed && value.length < (isCommand(keys) ? IN_COMMANDS : BY_ITSELF)) return line;
    if (!isNamed && !isCommand(keys) && (isName(keys) || alone.test(line))) return line;
    const head = KEY.exec(line)?.[0] ?? '';
    return head + line.slice(head.length).replace(token, MASK);
  };
}

/** Keys of a service, less the name it goes by. */
function ofService(keys: readonly string[]): readonly string[] {
  return keys[0] === 'services' ? keys.slice(2) : keys;
}

function isName(keys: readonly string[]): boolean {
  return ofService(keys).some((key) => NAMES.has(key));
}

function isCommand(keys: readonly string[]): boolean {
  return ofService(keys).some((key) => COMMANDS.has(key));
}

/** What a line calls things by: its key, and the value of a key that is for names. */
function namesOf(line: string, keys: readonly string[]): string[] {
  if (/^\s*(?:#|$)/.test(line)) return [];
  const head = KEY.exec(line);
  const value = isName(keys) ? [line.slice(head?.[0].length ?? 0)] : [];
  return head ? [head[3]!, ...value] : value;
}

/** For each line the keys that its value is under, the outermost first, by indentation. */
function placesOf(lines: readonly string[]): string[][] {
  const open: { key: string; indent: number }[] = [];
  return lines.map((line) => {
    if (line.trim() === '') return [];
    const head = KEY.exec(line);
    const indent = line.length - line.trimStart().length;
    const at = head ? head[1]!.length : indent;
    // An item may stand right below the key of its list.
    const isItem = /^\s*-\s/.test(line) && !head;
    while (open.length > 0 && (isItem ? open.at(-1)!.indent > at : open.at(-1)!.indent >= at)) open.pop();
    if (head) open.push({ key: head[3]!, indent: at });
    return open.map(({ key }) => key);
  });
}
