/**
 * A row of numbers that decides everything a generator does. A tape that has run out answers 0, the simplest choice, so that a
 * failure shrinks by shortening the tape and lowering its numbers.
 */
export class Tape {
  private at = 0;

  constructor(private readonly numbers: readonly number[]) {}

  /** A number below `limit`. */
  below(limit: number): number {
    return (this.numbers[this.at++] ?? 0) % limit;
  }

  /** True once in `times` on average, never when the tape has run out. */
  once(times: number): boolean {
    return this.below(times) === times - 1;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }
}
