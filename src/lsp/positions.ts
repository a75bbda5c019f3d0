import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Position, Range } from 'vscode-languageserver-types';
import type { Span } from '../harden/types';

/**
 * Places of batten's in those of the protocol, and back. The protocol counts lines and columns from 0, takes a BOM for a character, and a
 * carriage return alone for the end of a line.
 */
export class Positions {
  private readonly document: TextDocument;
  private readonly starts: number[] = [0];

  constructor(private readonly text: string) {
    this.document = TextDocument.create('', '', 0, text);
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.starts.push(at + 1);
  }

  /** A place as batten says it: from 1, without the BOM. */
  at(line: number, column: number): Position {
    const start = this.starts[Math.min(line, this.starts.length) - 1] ?? 0;
    return this.ofOffset(Math.min(start + column - 1 + (line === 1 ? this.bom : 0), this.text.length));
  }

  /** A place in the text with its BOM. */
  ofOffset(offset: number): Position {
    return this.document.positionAt(offset);
  }

  /** The offset into the text without its BOM. */
  offsetOf(position: Position): number {
    return Math.max(0, this.document.offsetAt(position) - this.bom);
  }

  /** The first line of a span: a whole service would be too much to underline. */
  firstLine({ start, end }: Span): Range {
    const from = this.at(start.line, start.column);
    if (end.line === start.line) return { start: from, end: this.at(end.line, end.column) };
    return { start: from, end: this.endOfLine(start.line) };
  }

  /** What a single place underlines: the rest of its line. */
  restOfLine(line: number, column: number): Range {
    const start = this.at(line, column);
    const end = this.endOfLine(line);
    return { start, end: end.line === start.line && end.character >= start.character ? end : start };
  }

  private endOfLine(line: number): Position {
    const next = this.starts[line];
    const end = (next ?? this.text.length + 1) - 1;
    return this.ofOffset(this.text[end - 1] === '\r' && next !== undefined ? end - 1 : end);
  }

  private get bom(): number {
    return this.text.startsWith('\uFEFF') ? 1 : 0;
  }
}
