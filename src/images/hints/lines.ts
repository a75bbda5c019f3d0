import { trimEndOf } from '../../trim';
import { fits } from './words';

/** One line of a configuration in its plain form, with the section it stands in: the last header in brackets above it. */
export interface PlainLine {
  text: string;
  section: string;
}

/** The longest line that is looked at. */
const MAX_LINE = 2000;

/**
 * The lines of a configuration file as hints compare them, whatever its syntax: lower case, without comments (`#`, `;`, `//`, `!` at the beginning, `#` after
 * a blank), quotes, brackets of JSON and what ends a statement; one blank between words and none around `=` and `:`.
 */
export function plainLines(text: string): PlainLine[] {
  const out: PlainLine[] = [];
  let section = '';
  for (const line of text.split('\n')) {
    const plain = plainLine(line);
    if (plain === '') continue;
    if (plain.startsWith('[') && plain.endsWith(']')) section = plain;
    out.push({ text: plain, section });
  }
  return out;
}

function plainLine(line: string): string {
  const trimmed = line.slice(0, MAX_LINE).trim();
  if (/^(#|;|\/\/|!)/.test(trimmed)) return '';
  const comment = trimmed.search(/\s#/);
  const [words = []] = [(comment < 0 ? trimmed : trimmed.slice(0, comment)).replace(/["'`]/g, '').toLowerCase().split(/\s+/)];
  // Around `=` and `:` blanks mean nothing; between words they are one.
  const joined = words
    .filter((word) => word !== '')
    .join(' ')
    .replace(/ ?(=|:(?!\/\/)) ?/g, '$1');
  // Blanks inside of the brackets of a header mean nothing either: `[[ inputs.ping ]]`.
  if (joined.startsWith('[')) return joined.replace(/\[ /g, '[').replace(/ \]/g, ']');
  const begun = joined.replace(/^[{,]+ ?/, '');
  const cut = trimEndOf(begun, ';,{}');
  return cut.length < begun.length && cut.endsWith(' ') ? cut.slice(0, -1) : cut;
}

/** Whether a line is as a pattern: `*` is any text, `<1024` a number that is smaller. */
export function isLine(line: string, pattern: string): boolean {
  const least = /<(\d+)/.exec(pattern)?.[1];
  if (least === undefined) return fits(pattern, line);
  return fits(
    pattern,
    line.replace(/\d+/g, (number) => (number.length < 10 && Number(number) < Number(least) ? `<${least}` : number)),
  );
}
