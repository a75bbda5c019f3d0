import { stripVTControlCharacters } from 'node:util';
import { type Showable, type Shown, say } from './text/screen';
import { Text } from './text/text';

/** Most texts, which need no closer look. */
const PRINTABLE = /^[ -~]*$/;

/** A column is no wider than that, however long a name in it is. */
const WIDEST_COLUMN = 60;

/** The width of a text on the screen, without escape sequences; every character counts as one column. */
export function widthOf(showable: Showable): number {
  const { text } = say.of(showable);
  return PRINTABLE.test(text) ? text.length : [...stripVTControlCharacters(text)].length;
}

/** The width of a column for these texts. */
export function columnFor(cells: readonly Showable[]): number {
  return cells.reduce((width: number, cell) => Math.min(WIDEST_COLUMN, Math.max(width, widthOf(cell))), 0);
}

/** Fills up with spaces on the right, by visible width. */
export function pad(text: Showable, width: number): Shown {
  return say`${text}${spaces(width - widthOf(text))}`;
}

/** Fills up with spaces on the left. */
export function padStart(text: Showable, width: number): Shown {
  return say`${spaces(width - widthOf(text))}${text}`;
}

/** So many spaces; none for less than one. */
export function spaces(count: number): string {
  return ' '.repeat(Math.max(0, count));
}

/** Without the spaces at the end. */
export function trimEnd({ text }: Shown): Shown {
  return new Text('screen', text.trimEnd());
}

/** The first characters of a text without colours, with an ellipsis where something is left out. */
export function clip(showable: Showable, width: number, more = '…'): Shown {
  const shown = say.of(showable);
  if (widthOf(shown) <= width) return shown;
  return new Text('screen', `${[...shown.text].slice(0, Math.max(0, width - more.length)).join('')}${more}`);
}

/** The first characters of a text without colours, and the others. */
export function cut({ text }: Shown, at: number): [Shown, Shown] {
  return [new Text('screen', text.slice(0, at)), new Text('screen', text.slice(at))];
}

/** Breaks a text into lines of at most `width` columns, at spaces; a longer word stays whole, so that it can be copied. */
export function wrap(showable: Showable, width: number): Shown[] {
  const lines: string[] = [];
  let line = '';
  let filled = 0;
  for (const word of say.of(showable).text.split(' ')) {
    const wide = widthOf(new Text('screen', word));
    if (line !== '' && filled + 1 + wide > width) {
      lines.push(line);
      [line, filled] = [word, wide];
    } else {
      [line, filled] = line === '' ? [word, wide] : [`${line} ${word}`, filled + 1 + wide];
    }
  }
  return [...lines, line].map((text) => new Text('screen', text));
}

/** Wraps a text and sets it in: the first line after `head`, the others below where it starts. `style` colours each line. */
export function hang(head: Showable, text: Showable, width: number, style: (line: Shown, index: number) => Shown = say.of): Shown[] {
  const indent = widthOf(head);
  return wrap(text, Math.max(24, width - indent)).map((line, index) => say`${index === 0 ? head : spaces(indent)}${style(line, index)}`);
}

/** The first letter in upper case, unless the text starts with a quote or a name. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `file:line:column`, as far as it is known. */
export function placeOf(file: string, { line, column }: { line?: number; column?: number }): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}
