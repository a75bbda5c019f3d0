import type { Call } from '../call';
import type { Outcome } from '../condition';

/** A program whose arguments say what it does. */
export interface Program {
  /** Notes what it does. @returns how it comes out; undefined when it does what it should. */
  run(call: Call, path: string | undefined): Outcome | undefined;
  /** Even where the image has a script of this name. */
  always?: boolean;
}

export type Programs = readonly (readonly [names: string, run: Program['run'], always?: 'always'])[];
