import { closingBraces } from '../../compose/interpolate';

/** Answers where the next of a character is, however often it is asked from places that only grow: each part of the text is read once. */
export class Ahead {
  private readonly found = new Map<string, { from: number; at: number }>();

  constructor(readonly text: string) {}

  /** The place of the next `what` at or after `from`; the length of the text when there is none. */
  next(what: string, from: number): number {
    const known = this.found.get(what);
    if (known && known.from <= from && from <= known.at) return known.at;
    const at = this.text.indexOf(what, from);
    const place = at === -1 ? this.text.length : at;
    this.found.set(what, { from, at: place });
    return place;
  }

  private braces: Map<number, number> | undefined;

  /** The place of the `}` that closes the `${` at a place; undefined when none does. */
  closing(open: number): number | undefined {
    this.braces ??= closingBraces(this.text, true);
    return this.braces.get(open);
  }
}
