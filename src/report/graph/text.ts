import { visible } from '../text/visible';

/** Widths of characters in a common sans serif, in thousandths of the size: no font is loaded to find out. */
const NARROW = /[ijl.,:;'|!()[\]{}/\\tfrI1 -]/;
const WIDE = /[mwMWQO@%→…]/;

/** About how wide a text is, in pixels; rather more than less. */
export function textWidth(text: string, size: number, bold = false): number {
  let width = 0;
  for (const char of text) width += widthOf(char);
  return pixels(width, size, bold);
}

/** The text as it can be seen, or as much of its start as fits, with an ellipsis. */
export function shorten(text: string, width: number, size: number, bold = false): string {
  const shown = visible(text);
  const dots = widthOf('…');
  let [short, taken] = ['', 0];
  for (const char of shown) {
    taken += widthOf(char);
    if (pixels(taken + dots, size, bold) > width) return textWidth(shown, size, bold) <= width ? shown : `${short || char}…`;
    short += char;
  }
  return shown;
}

/** In thousandths of the size. */
function widthOf(char: string): number {
  if (NARROW.test(char)) return 360;
  if (WIDE.test(char)) return 900;
  return /[A-Z]/.test(char) ? 700 : char > '\u2000' ? 1000 : 580;
}

function pixels(width: number, size: number, bold: boolean): number {
  return Math.ceil((width * size * (bold ? 1.1 : 1)) / 1000);
}
