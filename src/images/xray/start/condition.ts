import type { Value } from './value';

/** What a test looks at in a file. */
export type FileTest = 'there' | 'file' | 'directory' | 'link' | 'executable' | 'readable' | 'writable' | 'filled' | 'socket' | 'other';

/** How a text is compared: as it is, as a shell pattern, as a regular expression, or as numbers. */
export type Comparison = 'set' | 'equal' | 'like' | 'match' | 'less' | 'greater';

/**
 * Under what a script does something, so that it can be asked again for a service that sets other variables, mounts something or has another
 * command.
 */
export type Condition =
  /** A variable of the container. `set`: and not empty. */
  | { if: 'variable'; name: string; is: Comparison; value?: string }
  /** A word of the command, from 1, or how many there are. */
  | { if: 'argument'; which: number | '#'; is: Comparison; value?: string }
  | { if: 'file'; path: string; is: FileTest }
  /** A program ends well. */
  | { if: 'command'; words: string[] }
  /** The process gets a signal, or ends. */
  | { if: 'signal'; names: string[] }
  /** At times, as a table of cron says. */
  | { if: 'time'; when: string }
  | { if: 'all' | 'any'; of: Condition[] }
  | { if: 'not'; of: Condition }
  /** As it is written. `on`: the variables it hangs on, as far as they are known. */
  | { if: 'unknown'; text: string; on: string[] };

/** How a command or a test comes out. */
export interface Outcome {
  /** When the image starts as it is; undefined when that cannot be told. */
  holds?: boolean;
  /** Whether it comes out so in every configuration. */
  fixed: boolean;
  condition?: Condition;
}

export const SUCCESS: Outcome = { holds: true, fixed: true };
export const FAILURE: Outcome = { holds: false, fixed: true };

export function fixed(holds: boolean): Outcome {
  return holds ? SUCCESS : FAILURE;
}

export function unknownOutcome(text: string, on: readonly string[] = []): Outcome {
  return { fixed: false, condition: { if: 'unknown', text: shortened(text), on: [...on] } };
}

export function negated(outcome: Outcome): Outcome {
  const { holds, fixed, condition } = outcome;
  return {
    holds: holds === undefined ? undefined : !holds,
    fixed,
    condition: condition && (condition.if === 'not' ? condition.of : { if: 'not', of: condition }),
  };
}

export function both(first: Outcome, second: Outcome): Outcome {
  if (first.fixed) return first.holds ? second : FAILURE;
  if (second.fixed) return second.holds ? first : FAILURE;
  const holds = first.holds === false || second.holds === false ? false : first.holds && second.holds;
  return { holds, fixed: false, condition: combined('all', first, second) };
}

export function oneOf(first: Outcome, second: Outcome): Outcome {
  if (first.fixed) return first.holds ? SUCCESS : second;
  if (second.fixed) return second.holds ? SUCCESS : first;
  const holds = first.holds || second.holds ? true : first.holds === false && second.holds === false ? false : undefined;
  return { holds, fixed: false, condition: combined('any', first, second) };
}

function combined(how: 'all' | 'any', first: Outcome, second: Outcome): Condition {
  const of = [first, second].flatMap(({ condition }) => {
    if (!condition) return [{ if: 'unknown' as const, text: '', on: [] }];
    return condition.if === how ? condition.of : [condition];
  });
  return { if: how, of };
}

/** A test of where a value comes from; undefined when it does not come from there as it is. */
export function ofSource({ source }: Value, is: Comparison, value?: string): Condition | undefined {
  if (!source) return undefined;
  const more = value === undefined ? {} : { value };
  if ('variable' in source) return { if: 'variable', name: source.variable, is, ...more };
  return { if: 'argument', which: source.argument, is, ...more };
}

const MAX_WRITTEN = 160;

/** What is written, on one line. */
export function shortened(text: string): string {
  const line = text
    .replace(/\\\n\s*/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > MAX_WRITTEN ? `${line.slice(0, MAX_WRITTEN - 1)}…` : line;
}

/** Two conditions are the same one. */
export function sameCondition(a: Condition, b: Condition): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
