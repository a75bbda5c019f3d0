import { UsageError } from '../errors';

/**
 * The number that an option gives.
 *
 * @throws UsageError when it is none, or less than 1
 */
export function positive(flag: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new UsageError(`${flag} must be a positive integer, not ${text}`);
  return number;
}

/** A part of many: the second of five is `{ part: 2, of: 5 }`. */
export interface Shard {
  part: number;
  of: number;
}

/**
 * What `--shard` asks for, `2/5`.
 *
 * @throws UsageError when it is no part of a whole
 */
export function shardOf(text: string): Shard {
  const [, part = 0, of = 0] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number);
  if (part < 1 || part > of)
    throw new UsageError(`--shard must be I/N with I from 1 to N, not ${text}`, { hint: 'for the second of five jobs: 2/5' });
  return { part, of };
}
