/** The marks of a screen that are no words. */
export interface Signs {
  /** A change that is accepted, one that is sure, a guess, one that was left, one that waits for an answer, a manual step, nothing. */
  accepted: string;
  sure: string;
  guess: string;
  left: string;
  question: string;
  decision: string;
  nothing: string;
  /** Behind a question. */
  ask: string;
  /** In place of what was left out. */
  more: string;
  /** Between the parts of a line. */
  dot: string;
}

const UNICODE: Signs = {
  accepted: '✓',
  sure: '●',
  guess: '○',
  left: '–',
  question: '?',
  decision: '!',
  nothing: '·',
  ask: '›',
  more: '…',
  dot: '·',
};
const ASCII: Signs = {
  accepted: '*',
  sure: '+',
  guess: '?',
  left: '-',
  question: '=',
  decision: '!',
  nothing: '.',
  ask: '>',
  more: '...',
  dot: '-',
};

/**
 * The marks that a terminal can show: beyond ASCII only where the locale says UTF-8, as POSIX has it, or where it is Windows Terminal.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html
 */
export function signsFor(env: Readonly<Record<string, string | undefined>>): Signs {
  return usesUnicode(env) ? UNICODE : ASCII;
}

/** Whether characters beyond ASCII can be shown. */
export function usesUnicode(env: Readonly<Record<string, string | undefined>>): boolean {
  if (env.WT_SESSION) return true;
  if (env.TERM === 'dumb') return false;
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '');
}
