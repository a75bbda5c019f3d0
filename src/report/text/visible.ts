import { table } from '../../table';
import { maskLine } from '../mask';

/** What has no look of its own on a screen, or changes the look of what is around it, and lone surrogates, which are no text. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Most texts, which need no closer look. */
const PLAIN = /^[ -~]*$/;

const PLAIN_LINES = /^[\n -~]*$/;

/** Longer texts are cut: no sentence of batten's is, and a name that is has been made to be. In characters. */
const LONGEST = 4000;

const SHORT: Readonly<Record<string, string>> = table({ '\n': '\\n', '\r': '\\r', '\t': '\\t' });

/**
 * A text from outside with everything in it to be seen: control characters (C0, DEL, C1), marks that turn the direction of what follows,
 * characters without a width, tags and separators of lines become `\n`, `\r`, `\t`, `\u001b` or `\u{e0001}`. It has one line, and is shown
 * once more as it is. Credentials in it are masked. The mark that makes an emoji of a character may stay behind that character.
 */
export function visible(quoted: string): string {
  const text = maskLine(quoted);
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length - LONGEST} more characters)` : text;
  return shown(cut);
}

/** Whether all of a text can be seen as it is. */
export function isVisible(text: string): boolean {
  return shown(text) === text;
}

function shown(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(UNSEEN, (character, at: number) =>
    character === '\uFE0F' && /\p{Emoji}$/u.test(text.slice(Math.max(0, at - 2), at)) ? character : escaped(character),
  );
}

/** JSON in which the same characters are written as `\u009b`: it says the same, and can be looked at. Ends of lines are JSON's own. */
export function visibleJson(json: string): string {
  if (PLAIN_LINES.test(json)) return json;
  return json.replace(UNSEEN, (character) => (character === '\n' ? character : units(character)));
}

function escaped(character: string): string {
  const code = character.codePointAt(0)!;
  return SHORT[character] ?? (code > 0xffff ? `\\u{${code.toString(16)}}` : units(character));
}

function units(character: string): string {
  return Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
}
