import type { Position } from '../errors';

/** A text with what must survive an edit: BOM, line ending, final newline. Offsets are UTF-16 units into `text`, which has no BOM. */
export class SourceText {
  readonly bom: boolean;
  readonly text: string;
  /** The line ending that most lines use; `\n` when there is no line break. */
  readonly eol: '\n' | '\r\n';
  readonly finalNewline: boolean;
  /** The text as whole lines: a final newline is added where there is none, so that edits need not care. `finish` takes it away again. */
  readonly padded: string;
  #lineStarts: number[] | undefined;

  constructor(readonly raw: string) {
    this.bom = raw.startsWith('\uFEFF');
    this.text = this.bom ? raw.slice(1) : raw;
    this.eol = dominantEol(this.text);
    this.finalNewline = this.text.endsWith('\n');
    this.padded = this.finalNewline || this.text === '' ? this.text : this.text + this.eol;
  }

  /** The raw form of an edited `padded` text. */
  finish(edited: string): string {
    // The last line break need not be the one that was added: the lines at the end may be gone.
    const text = this.padded === this.text ? edited : edited.replace(/\r?\n$/, '');
    return this.bom ? `\uFEFF${text}` : text;
  }

  /** 1-based line and column of an offset; a BOM takes no column. */
  position(offset: number): Position {
    const starts = this.lineStarts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  }

  /** Offset of the first character of the line that holds `offset`. */
  lineStart(offset: number): number {
    return this.padded.lastIndexOf('\n', offset - 1) + 1;
  }

  /** Offset just before the line break of the line that holds `offset`, or the end of the text. */
  lineEnd(offset: number): number {
    const newline = this.padded.indexOf('\n', offset);
    if (newline < 0) return this.padded.length;
    return newline > offset && this.padded[newline - 1] === '\r' ? newline - 1 : newline;
  }

  /** Offset of the first line that starts at or after `offset`: `offset` itself when it is a line start, the end of the text when there is none. */
  nextLine(offset: number): number {
    if (offset === 0 || this.padded[offset - 1] === '\n') return offset;
    const newline = this.padded.indexOf('\n', offset);
    return newline < 0 ? this.padded.length : newline + 1;
  }

  /** Column (0-based) of an offset. */
  column(offset: number): number {
    return offset - this.lineStart(offset);
  }

  private lineStarts(): number[] {
    if (!this.#lineStarts) {
      this.#lineStarts = [0];
      for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
    }
    return this.#lineStarts;
  }
}

function dominantEol(text: string): '\n' | '\r\n' {
  const first = text.indexOf('\n');
  if (first < 0) return '\n';
  if (!text.includes('\r\n')) return '\n';
  let crlf = 0;
  let lf = 0;
  for (let at = first; at >= 0; at = text.indexOf('\n', at + 1)) {
    if (text[at - 1] === '\r') crlf++;
    else lf++;
  }
  return crlf >= lf ? '\r\n' : '\n';
}
