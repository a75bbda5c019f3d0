import { cleanContainerPath } from '../../../compose/container-path';
import type { NotUnderstood, PathFacts, Place, StepOf } from '../facts';
import { type Analysis, type Identity, pathFacts } from './analysis';
import type { State } from './state';
import { known, type Value } from './value';

/** One word of a command. */
export interface Argument {
  value: Value;
  /** As it is in the script. */
  written: string;
  /** An unquoted pattern is in it. */
  pattern?: boolean;
  /** It may be any number of words. */
  many?: boolean;
}

/** A program that is called, and by whom. */
export interface Call {
  analysis: Analysis;
  state: State;
  who: Identity;
  at: Place;
  /** The program first. */
  words: readonly Argument[];
  /** It takes the place of who calls it. */
  replaces: boolean;
  background: boolean;
  /** What comes in, where that is known. */
  input?: Value;
  /** Takes what it prints; undefined when nobody looks at that. */
  print?: (value: Value) => void;
}

export function argument(text: string, from: readonly string[] = []): Argument {
  return { value: known(text, from), written: text };
}

export function programName(text: string): string {
  return text.replace(/^.*\//, '');
}

/** The arguments as texts; what is not known is the empty text, which is no option. */
export function textsOf(words: readonly Argument[]): string[] {
  return words.map(({ value }) => value.text ?? '');
}

export function record({ analysis, at, state, who }: Call, step: StepOf): void {
  analysis.record(step, at, state, who);
}

export function note({ analysis, at, state, who }: Call, why: NotUnderstood['why'], text: string): void {
  analysis.note(why, text, at, state, who);
}

export function pathOf({ state }: Call, { value, written }: Argument): PathFacts {
  return pathFacts(value, state.cwd, written, cleanContainerPath);
}

/** Whether a path is one that matters: not a device, nor what the kernel makes up. */
export function isFile({ path, written = '' }: PathFacts): boolean {
  return !/^["']?\/(?:dev|proc|sys)(?:\/|$)/.test(path ?? written);
}

/** A command line taken apart: `-u x`, `-ux`, `--user x`, `--user=x`, and what is left. */
export interface Options {
  /** Short and long names that are there, with the argument they take; later ones count. */
  named: ReadonlyMap<string, Argument | undefined>;
  /** What is no option, and what follows `--`. */
  operands: readonly Argument[];
  /** Where the operands begin. */
  at: number;
}

/**
 * @param valued the options that take an argument, as they are written.
 * @param stop whether the first operand ends the options, as for a program that runs another one.
 */
export function optionsIn(words: readonly Argument[], valued: readonly string[], stop = false): Options {
  const named = new Map<string, Argument | undefined>();
  const operands: Argument[] = [];
  let at = words.length;
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    const text = word.value.text ?? '';
    if (text === '--') {
      if (operands.length === 0) at = index + 1;
      operands.push(...words.slice(index + 1));
      break;
    }
    if (!/^-./.test(text)) {
      if (operands.length === 0) at = index;
      operands.push(word);
      if (!stop) continue;
      operands.push(...words.slice(index + 1));
      break;
    }
    const [, long, , glued] = /^(--[\w-]+)(=([\s\S]*))?$/.exec(text) ?? [];
    if (long !== undefined) {
      if (glued !== undefined) named.set(long, { value: { ...known(glued, word.value.from) }, written: glued });
      else if (valued.includes(long)) named.set(long, words[++index]);
      else named.set(long, undefined);
      continue;
    }
    // `-Rvu app`: the last one may take what follows it, or the next word.
    for (let char = 1; char < text.length; char++) {
      const name = `-${text[char]}`;
      if (!valued.includes(name)) {
        named.set(name, undefined);
        continue;
      }
      const rest = text.slice(char + 1);
      named.set(name, rest === '' ? words[++index] : { value: known(rest, word.value.from), written: rest });
      break;
    }
  }
  return { named, operands, at };
}
