/** A word in a text: which of the words, and where it begins. */
export interface Occurrence {
  word: number;
  start: number;
  end: number;
}

/**
 * Finds many words in texts, each text in one pass however many words there are (Aho and Corasick). Words that share letters are all found.
 */
export class Occurrences {
  private readonly next = new Map<number, number>();
  private readonly fallback: number[] = [0];
  /** The word that ends at a state, and the state of the next shorter one that does; -1 = none. */
  private readonly ending: number[] = [-1];
  private readonly shorter: number[] = [-1];

  constructor(private readonly words: readonly string[]) {
    const order: [state: number, parent: number, code: number][] = [];
    words.forEach((word, index) => {
      let state = 0;
      for (let at = 0; at < word.length; at++) {
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
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      while (state > 0 && !this.next.has(state * 65536 + code)) state = this.fallback[state]!;
      state = this.next.get(state * 65536 + code) ?? 0;
      for (let each = this.ending[state] === -1 ? this.shorter[state]! : state; each > 0; each = this.shorter[each]!) {
        const word = this.ending[each]!;
        found.push({ word, start: at + 1 - this.words[word]!.length, end: at + 1 });
      }
    }
    return found;
  }
}
