import { findCredentials, type Occurrence, Occurrences, speaksOfCredentials } from '../harden/credentials';
import type { Concealed } from '../harden/types';
import type { Data } from '../yaml/types';
import { MASK, maskLine, maskLines, maskValue } from './mask';

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

/** A value that is known to be a credential. */
interface Known {
  value: string;
  names: Set<string>;
  /** A word such as others are, or one that something is called by: a credential only where it stands as one. */
  common: boolean;
}

/**
 * Masks lines in which certain values are known to be credentials, and those that are found to be: each on every line that has its name, and
 * wherever it stands when it is too long to be there by chance. A password may be the very word that something is called by, as in
 * `image: nextcloud`: such a word is masked where it stands as a credential, and not as a name.
 */
export function maskKnown(lines: readonly string[], known: readonly Concealed[]): string[] {
  const all = together([...known, ...foundIn(lines.join('\n'))]);
  if (all.length === 0) return maskLines(lines);
  const places = placesOf(lines);
  const words = new Occurrences(all.map(({ value }) => value));
  const names = lines.flatMap((line, index) => namesOf(line, places[index]!)).join('\n');
  for (const { word } of words.in(names)) all[word]!.common = true;
  return maskLines(lines).map((line, index) => conceal(line, places[index]!, all, words));
}

/** The credentials in the text of a file, by which they are known where nothing else tells them. */
export function foundIn(text: string): Concealed[] {
  return findCredentials(text, { file: true }).flatMap(({ name, start, end }) =>
    spellings(text.slice(start, end)).map((value) => ({ name, value })),
  );
}

/** A value as it is written, and as a program gets it or says it: without doubled dollars, without the encoding of a URL, in base64. */
function spellings(value: string): string[] {
  if (value.length < 4) return [];
  const plain = value.replaceAll('$$', '$');
  const encoded = Buffer.from(plain).toString('base64').replaceAll('=', '');
  return [...new Set([value, plain, ...(value.length >= 6 ? [decoded(plain), encoded] : [])])];
}

function decoded(value: string): string {
  try {
    return value.includes('%') ? decodeURIComponent(value) : value;
  } catch {
    return value;
  }
}

function together(known: readonly Concealed[]): Known[] {
  const byValue = new Map<string, Known>();
  for (const { name, value } of known) {
    if (value === '' || value.includes(MASK)) continue;
    const there = byValue.get(value);
    if (there) there.names.add(name);
    else byValue.set(value, { value, names: new Set([name]), common: /^[a-z]+$/.test(value) && value.length < 14 });
  }
  return [...byValue.values()];
}

/** Plain data with its credentials masked: `before` and `after` of an op, which may be a whole map of variables. */
export function maskData(data: Data, known: readonly Concealed[], key = ''): Data {
  return new DataMask(known).of(data, key);
}

/** Masks data with what is known of a file. */
export class DataMask {
  private readonly all: Known[];
  private readonly words: Occurrences;
  private readonly values: ReadonlySet<string>;

  constructor(known: readonly Concealed[]) {
    this.all = together(known);
    this.values = new Set(this.all.map(({ value }) => value));
    this.words = new Occurrences([...this.values]);
  }

  of(data: Data, key = '', keys: readonly string[] = []): Data {
    const inside = key === '' ? keys : [...keys, key];
    if (Array.isArray(data)) return this.items(data, inside);
    if (data !== null && typeof data === 'object')
      return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, this.of(value, name, inside)]));
    if (typeof data === 'boolean' || data === null) return data;
    const text = String(data);
    if (this.values.has(text)) return MASK;
    const masked = maskLine(maskValue(key, this.line(text, inside)));
    return masked === text ? data : masked;
  }

  /** A credential may be the item behind its option. */
  private items(data: readonly Data[], keys: readonly string[]): Data {
    if (!data.every((item): item is string => typeof item === 'string' && !item.includes('\n')))
      return data.map((item) => this.of(item, '', keys));
    const known = data.map((item) => (this.values.has(item) ? MASK : this.line(item, keys)));
    return maskLines(known.map((item) => `- ${item}`)).map((line) => maskLine(line.slice(2)));
  }

  private line(text: string, keys: readonly string[]): string {
    return text
      .split('\n')
      .map((line) => conceal(line, keys, this.all, this.words))
      .join('\n');
  }
}

/** One line with the values in it masked that stand there as credentials. */
function conceal(line: string, keys: readonly string[], all: readonly Known[], words: Occurrences): string {
  const found = words.in(line);
  if (found.length === 0) return line;
  const head = KEY.exec(line)?.[0].length ?? 0;
  const spoken = new Set(line.split(/[^\w.-]/));
  const isComment = line.trimStart().startsWith('#');
  const command = isCommand(keys);
  const isMasked = ({ word, start, end }: Occurrence): boolean => {
    const { value, names, common } = all[word]!;
    const isNamed = [...names].some((name) => spoken.has(name));
    if (!common && (value.length >= BY_ITSELF || isNamed)) return true;
    if (!isApart(line, start, end)) return false;
    if (isComment) return isNamed || speaksOfCredentials(line);
    if (!isNamed && value.length < (command ? IN_COMMANDS : BY_ITSELF)) return false;
    if (!isNamed && !command && (isName(keys) || isAlone(line, start, end))) return false;
    return start >= head;
  };
  let masked = '';
  let at = 0;
  for (const each of found.filter(isMasked).sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (each.start >= at) masked += `${line.slice(at, each.start)}${MASK}`;
    at = Math.max(at, each.end);
  }
  return masked + line.slice(at);
}

/** Whether a word stands as a credential does: on its own, behind a user's name, that of an option (`-psecret`), or as the default of a variable. */
function isApart(line: string, start: number, end: number): boolean {
  if (end < line.length && !' \t\r"\',;)]}@|&'.includes(line[end]!)) return false;
  const [before, sign, far] = [line[start - 1], line[start - 2], line[start - 3]];
  if (IMAGE.test(line.slice(Math.max(0, start - 12), start))) return false;
  if (before === undefined || ' \t"\'=,;([{:'.includes(before)) return true;
  if (sign === '-' && /[A-Za-z]/.test(before)) return far === undefined || ' \t"\''.includes(far);
  if (before !== '-' && before !== '+' && before !== '?') return false;
  const open = line.lastIndexOf('${', start);
  return open !== -1 && start - open < 85 && /^\w+:?$/.test(line.slice(open + 2, start - 1));
}

const IMAGE = /\bimage["']?: {0,4}["']?$/;

/** Whether a word is all there is to a key or a variable: `a: word`, `- A=word`. */
function isAlone(line: string, start: number, end: number): boolean {
  const [before, after] = [line.slice(0, start).trim(), line.slice(end).trimStart()];
  const rest = after.startsWith('"') || after.startsWith("'") ? after.slice(1).trimStart() : after;
  if (rest !== '' && !rest.startsWith('#')) return false;
  const name = before.replace(/["']$/, '').trimEnd();
  return (name.endsWith(':') || name.endsWith('=')) && !/[\s=:]/.test(name.slice(0, -1).replace(/^- {0,4}/, ''));
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
