import { CREDENTIAL_NAME, isPublicValue, NOT_SECRET, URL_PASSWORD } from '../harden/credentials';

/** What stands for a credential on the screen. */
export const MASK = '••••';

/** Up to and with `KEY: ` or `- KEY=`, in quotes or not. */
const SETTING = new RegExp(String.raw`^(\s*(?:-\s+)?(["']?)(${CREDENTIAL_NAME})(?:\2\s*:\s+|=))(.*)$`, 'i');
/** The same inside a flow collection, a command or a list item: `--password=x`, `{ TOKEN: x, … }`. */
const INLINE_SETTING = new RegExp(
  String.raw`(?<=[\s{,"'[&?-])((["']?)(${CREDENTIAL_NAME})(?:\2\s*:\s+|=))("[^"]*"|'[^']*'|\$\{[^}]*\}|[^\s,}\]"'&]+)`,
  'gi',
);
const WORD = new RegExp(CREDENTIAL_NAME, 'i');
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

/** Whether a text has a word for credentials in it. */
export function speaksOfCredentials(text: string): boolean {
  return WORD.test(text);
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
