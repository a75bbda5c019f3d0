import { CREDENTIAL_NAME, isPublicValue, NOT_SECRET, URL_PASSWORD } from '../harden/credentials';
import type { Concealed } from '../harden/types';
import type { Data } from '../yaml/types';

/** What stands for a credential on the screen. */
export const MASK = '••••';

/** Up to and with `KEY: ` or `- KEY=`, in quotes or not. */
const SETTING = new RegExp(String.raw`^(\s*(?:-\s+)?(["']?)(${CREDENTIAL_NAME})(?:\2\s*:\s+|=))(.*)$`, 'i');
/** The same inside a flow collection, a command or a list item: `--password=x`, `{ TOKEN: x, … }`. */
const INLINE_SETTING = new RegExp(
  String.raw`(?<=[\s{,"'[&?-])((["']?)(${CREDENTIAL_NAME})(?:\2\s*:\s+|=))("[^"]*"|'[^']*'|\$\{[^}]*\}|[^\s,}\]"'&]+)`,
  'gi',
);
const KEY_START = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/;
const KEY_END = /-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/;

/**
 * Replaces what looks like a credential in the lines of a Compose file by `••••`, for the screen only. The structure of a line stays: its
 * indentation, key, quotes and comment. Variables, paths of files, booleans and empty values are no credentials.
 *
 * @param lines in order and without their ends: a private key block spans several of them.
 */
export function maskLines(lines: readonly string[]): string[] {
  let insideKey = false;
  /** The indentation of a credential's key whose value is a block scalar on the lines below. */
  let block: number | undefined;
  return lines.map((line) => {
    if (block !== undefined && (line.trim() === '' || indentOf(line) > block)) return line.replace(/\S.*$/, MASK);
    block = undefined;
    if (insideKey) {
      if (!KEY_END.test(line)) return line.replace(/\S.*$/, MASK);
      insideKey = false;
      return line;
    }
    if (KEY_START.test(line)) {
      insideKey = !KEY_END.test(line);
      return line.replace(/(-----BEGIN [A-Z0-9 ]*-----).*?(?=-----END|["']?$)/, insideKey ? '$1' : `$1${MASK}`);
    }
    const setting = SETTING.exec(line);
    if (setting && !NOT_SECRET.test(setting[3]!) && /^[|>]/.test(setting[4]!)) block = indentOf(line);
    return maskLine(line);
  });
}

/**
 * The same, for lines in which certain values are known to be credentials: each is masked on every line that has its name, and wherever
 * it stands when it is too long to be there by chance.
 */
export function maskKnown(lines: readonly string[], known: readonly Concealed[]): string[] {
  if (known.length === 0) return maskLines(lines);
  const longest = [...known].filter(({ value }) => value !== '').sort((a, b) => b.value.length - a.value.length);
  return maskLines(lines.map((line) => longest.reduce(conceal, line)));
}

/** Shorter values are words that stand elsewhere too: `root`, `admin`. */
const BY_ITSELF = 8;

function conceal(line: string, { name, value }: Concealed): string {
  return value.length >= BY_ITSELF || line.includes(name) ? line.replaceAll(value, MASK) : line;
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

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** One line; see `maskLines`. */
export function maskLine(line: string): string {
  if (/^\s*#/.test(line)) return maskUrls(line);
  const setting = SETTING.exec(line);
  if (setting) {
    const [, head = '', , key = '', rest = ''] = setting;
    // `- "KEY=value"` opens its quote before the key.
    if (!NOT_SECRET.test(key)) return maskUrls(head) + maskValue(rest);
    return head + maskUrls(rest);
  }
  const inline = line.replace(INLINE_SETTING, (whole, head: string, _quote: string, key: string, value: string) =>
    NOT_SECRET.test(key) ? whole : head + maskValue(value),
  );
  return maskUrls(inline);
}

function maskUrls(text: string): string {
  return text.replace(URL_PASSWORD, (whole, head: string, password: string) => (isPublic(password) ? whole : head + MASK));
}

/** The rest of a line after a key: quotes, an end-of-line comment and a carriage return stay. */
function maskValue(rest: string): string {
  const [, value = '', tail = ''] = /^(.*?)(\s+#.*|\s*)$/s.exec(rest) ?? [];
  const quoted = /^(["'])(.*)\1$/s.exec(value);
  // `- "KEY=value"`: only the closing quote is on this side.
  const closing = quoted ? undefined : /^(.+)(["'])$/s.exec(value);
  const [open, inner, close] = quoted ? [quoted[1]!, quoted[2]!, quoted[1]!] : closing ? ['', closing[1]!, closing[2]!] : ['', value, ''];
  return isPublic(inner) ? rest : `${open}${MASK}${close}${tail}`;
}

function isPublic(value: string): boolean {
  return value === MASK || isPublicValue(value);
}
