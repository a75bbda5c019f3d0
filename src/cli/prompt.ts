import type { Colors } from '../report/colors';
import { type Shown, say } from '../report/text/screen';
import { keyLine } from './key-line';

/** What one key at a question about one change means. */
export type AnswerKey = 'y' | 'n' | 'a' | 's' | 'd' | 'e' | 'i' | 'w' | 'u' | 'q' | '?';

/** What one key at any question means. */
export type Key = AnswerKey | 'b' | 'c' | 'f' | 'g' | 'k' | 'm' | 'o' | 'p' | 't' | 'v' | DigitKey;

/** One of the answers that are offered. */
export type DigitKey = '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9';

/** A question that one key answers, without Enter. */
export interface KeyPrompt {
  /** The line that asks, coloured. */
  message: Shown;
  keys: readonly Key[];
  /** What Enter stands for. */
  fallback: Key;
  /** Shows again what the line is about, when the screen may be another one since. */
  again?(): void;
}

/** A question that a line of text answers. */
export interface TextPrompt {
  message: Shown;
  /** What is there to begin with, and can be edited. */
  initial: string;
  /** What comes of a text as it is, to be seen while it is written. */
  preview?(text: string): Shown;
}

/** The person at the terminal, or a script that stands in for one. */
export interface Prompter {
  /** @throws Interrupted on Ctrl-C and when the terminal goes away. */
  key(prompt: KeyPrompt): Promise<Key>;
  /** Undefined when the person changed their mind (Escape). @throws Interrupted, as `key` */
  text(prompt: TextPrompt): Promise<string | undefined>;
  /** Gives the terminal back as it was. */
  close?(): void;
}

/** A key press as node:readline reports it. */
export interface Press {
  name?: string;
  sequence?: string;
  ctrl?: boolean;
  meta?: boolean;
}

/**
 * What a key press means at a question: a key, `interrupt` for Ctrl-D (Ctrl-C is noticed before), or undefined for a press without a
 * meaning, such as an arrow. A letter that is no answer asks for help, as in `git add -p`.
 */
export function readPress(press: Press, { keys, fallback }: Pick<KeyPrompt, 'keys' | 'fallback'>): Key | 'interrupt' | undefined {
  if (press.ctrl) return press.name === 'd' ? 'interrupt' : undefined;
  if (press.meta) return undefined;
  if (press.name === 'return' || press.name === 'enter') return fallback;
  const typed = (press.sequence ?? press.name ?? '').toLowerCase();
  const key = keys.find((each) => each === typed);
  if (key) return key;
  return /^[\w?]$/.test(typed) ? '?' : undefined;
}

const HELP: Partial<Record<Key, string>> = {
  y: 'apply this change',
  n: 'skip this change',
  a: 'apply this and all later changes of this transform, as sure as this one',
  s: 'apply this and all later changes of this service, as sure as this one',
  d: 'skip this and the rest of the file',
  e: 'edit the value, then apply',
  i: 'ignore it from now on: writes a comment into the file',
  w: 'why: what is wrong, what could break, and the evidence',
  u: 'undo the last answer',
  q: 'quit, keeping what was accepted',
  '?': 'this help',
  t: 'never this transform: skip this and all later changes of it',
  k: 'skip this and all later guesses',
  g: 'ask about what is below --confidence, too',
};

const SHORT: readonly [AnswerKey, string][] = [
  ['y', 'apply'],
  ['n', 'skip'],
  ['e', 'edit'],
  ['w', 'why'],
  ['u', 'undo'],
  ['q', 'quit'],
  ['?', 'keys'],
];

/** The line that asks, with the usual keys as far as there is room; the one Enter stands for is marked. */
export function askLine(keys: readonly AnswerKey[], fallback: Key, colors: Colors, width = 60, ask?: string): Shown {
  const choices = SHORT.filter(([key]) => keys.includes(key)).map(([key, word]) => ({ key, word, help: '' }));
  return keyLine('Apply?', choices, fallback, { colors, width, ask });
}

/** What every key does, one a line. `more` says it of keys that are of this question alone. */
export function keyHelp(keys: readonly Key[], fallback: Key, colors: Colors, more: ReadonlyMap<Key, string> = new Map()): Shown {
  const lines = keys.map(
    (key) => say`  ${colors.bold(key)}  ${more.get(key) ?? HELP[key] ?? ''}${key === fallback ? colors.dim(' (Enter)') : ''}`,
  );
  return say`${say.join(lines, '\n')}\n  ${colors.dim('Ctrl-C stops and writes nothing.')}\n`;
}
