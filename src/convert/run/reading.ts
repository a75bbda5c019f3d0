import type { Keys, Loss, Stack } from '../stack';
import type { GivenOption } from './command-line';
import type { ShellWord } from './shell';

/** A `docker run` line while it becomes a service. */
export interface Reading {
  stack: Stack;
  /** The name of the service. */
  service: string;
  keys: Keys;
  /** Options that say something of the network: they are put together when all were read. */
  networks: GivenOption[];
  /** The driver of its volumes, when one is named. */
  volumeDriver?: string;
  /** The services of lines before this one, by the names of their containers. */
  containers: ReadonlyMap<string, string>;
  /** Puts in front of a relative path what makes it mean the same beside the Compose file. */
  relocate(path: string): string;
}

/** Notes that an option does not come to anything. */
export function lose(
  { stack, service }: Pick<Reading, 'stack' | 'service'>,
  code: Loss['code'],
  what: string,
  reason: string,
  word: ShellWord,
): void {
  stack.losses.push({ code, service, what, reason, line: word.line, column: word.column });
}
