import { stripVTControlCharacters } from 'node:util';

/** Most texts, which need no closer look. */
const PRINTABLE = /^[ -~]*$/;

/** The width of a text on the screen, without escape sequences; every character counts as one column. */
export function widthOf(text: string): number {
  return PRINTABLE.test(text) ? text.length : [...stripVTControlCharacters(text)].length;
}

/** Fills up with spaces on the right, by visible width. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/**
 * Breaks a text into lines of at most `width` columns, at spaces; a longer word stays whole, so that it can be copied. Line ends in the
 * text are kept.
 */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
        lines.push(line);
        line = word;
      } else {
        line = line === '' ? word : `${line} ${word}`;
      }
    }
    return [...lines, line];
  });
}

/** Wraps a text and sets it in: the first line after `head`, the others below where it starts. `style` colours each line. */
export function hang(head: string, text: string, width: number, style: (line: string, index: number) => string = (line) => line): string[] {
  const indent = widthOf(head);
  return wrap(text, Math.max(24, width - indent)).map((line, index) => (index === 0 ? head : ' '.repeat(indent)) + style(line, index));
}

/** The first letter in upper case, unless the text starts with a quote or a name. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
