/** Widths of characters in a common sans serif, in thousandths of the size: no font is loaded to find out. */
const NARROW = /[ijl.,:;'|!()[\]{}/\\tfrI1 -]/;
const WIDE = /[mwMWQO@%→…]/;

/** About how wide a text is, in pixels; rather more than less. */
export function textWidth(text: string, size: number, bold = false): number {
  let width = 0;
  for (const char of text)
    width += NARROW.test(char) ? 360 : WIDE.test(char) ? 900 : /[A-Z]/.test(char) ? 700 : char > '\u2000' ? 1000 : 580;
  return Math.ceil((width * size * (bold ? 1.1 : 1)) / 1000);
}

/** The text, or as much of its start as fits, with an ellipsis. */
export function shorten(text: string, width: number, size: number, bold = false): string {
  if (textWidth(text, size, bold) <= width) return text;
  let short = text;
  while (short.length > 1 && textWidth(`${short}…`, size, bold) > width) short = short.slice(0, -1);
  return `${short}…`;
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
