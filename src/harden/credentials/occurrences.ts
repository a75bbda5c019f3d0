/** A word in a text: which of the words, and where it begins. */
export interface Occurrence {
  word: number;
  start: number;
  end: number;
  /** False where a long word only begins there, and goes on otherwise. */
  whole: boolean;
}

/** Longer words are told by so many of their characters. */
const LONGEST = 1000;

/**
 * Finds many words in texts, each text in one pass however many words there are (Aho and Corasick). Words that share letters are all found;
 * of a long one only what does not share any with itself.
 */
export class Occurrences {
  private readonly next = new Map<number, number>();
  private readonly fallback: number[] = [0];
  /** The word that ends at a state, and the state of the next shorter one that does; -1 = none. */
  private readonly ending: number[] = [-1];
  private readonly shorter: number[] = [-1];
  /** Long words by what they are told by. */
  private readonly alike = new Map<string, number[]>();

  constructor(private readonly words: readonly string[]) {
    const order: [state: number, parent: number, code: number][] = [];
    words.forEach((word, index) => {
      let state = 0;
      for (let at = 0; at < Math.min(word.length, LONGEST); at++) {
        const code = word.charCodeAt(at);
        let to = this.next.get(state * 65536 + code);
        if (to === undefined) {
          to = this.fallback.length;
          this.next.set(state * 65536 + code, to);
          this.fallback.push(0);
          this.ending.push(-1);
          this.shorter.push(-1);
          order.push([to, state, code]);
        }
        state = to;
      }
      if (word !== '') this.ending[state] = index;
      if (word.length >= LONGEST) {
        const begin = word.slice(0, LONGEST);
        this.alike.set(begin, [...(this.alike.get(begin) ?? []), index]);
      }
    });
    this.link(order);
  }

  /** By depth, as what a state falls back to is nearer to the start. */
  private link(order: readonly [number, number, number][]): void {
    const depth = new Map<number, number>([[0, 0]]);
    for (const [state, parent] of order) depth.set(state, depth.get(parent)! + 1);
    for (const [state, parent, code] of [...order].sort((a, b) => depth.get(a[0])! - depth.get(b[0])!)) {
      let back = parent === 0 ? -1 : this.fallback[parent]!;
      while (back > 0 && !this.next.has(back * 65536 + code)) back = this.fallback[back]!;
      const to = back === -1 ? 0 : (this.next.get(back * 65536 + code) ?? 0);
      this.fallback[state] = to;
      this.shorter[state] = this.ending[to] === -1 ? this.shorter[to]! : to;
    }
  }

  /** All of them in a text, by their ends; where several end the longest first. */
  in(text: string): Occurrence[] {
    const found: Occurrence[] = [];
    const past = new Map<number, number>();
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      while (state > 0 && !this.next.has(state * 65536 + code)) state = this.fallback[state]!;
      state = this.next.get(state * 65536 + code) ?? 0;
      for (let each = this.ending[state] === -1 ? this.shorter[state]! : state; each > 0; each = this.shorter[each]!) {
        const first = this.words[this.ending[each]!]!;
        const start = at + 1 - Math.min(first.length, LONGEST);
        if (first.length < LONGEST) found.push({ word: this.ending[each]!, start, end: at + 1, whole: true });
        else this.long(text, start, first.slice(0, LONGEST), past, found);
      }
    }
    return found;
  }

  /** Those that begin alike. */
  private long(text: string, start: number, begin: string, past: Map<number, number>, found: Occurrence[]): void {
    for (const index of this.alike.get(begin) ?? []) {
      if (start < (past.get(index) ?? 0)) continue;
      const word = this.words[index]!;
      let length = begin.length;
      while (length < word.length && text[start + length] === word[length]) length++;
      past.set(index, start + length);
      found.push({ word: index, start, end: start + length, whole: length === word.length });
    }
  }
}
