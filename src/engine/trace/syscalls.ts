import { TABLES } from './syscall-table';
import type { CallNumbers } from './tree';

/** Names and numbers of a machine's system calls. */
export interface SyscallTable {
  nameOf(number: number): string | undefined;
  numbers: Readonly<Record<string, number>> & CallNumbers;
}

/** The table of a machine, by Node's name of it (`x64`, `arm64`); undefined when there is none. */
export function syscallsOf(machine: string): SyscallTable | undefined {
  if (!Object.hasOwn(TABLES, machine)) return undefined;
  const names = new Map<number, string>();
  const numbers: Record<string, number> = {};
  let next = 0;
  for (const word of TABLES[machine]!.trim().split(/\s+/)) {
    if (/^\d+$/.test(word)) {
      next = Number(word);
      continue;
    }
    names.set(next, word);
    numbers[word] = next;
    next += 1;
  }
  return { nameOf: (number) => names.get(number), numbers: numbers as SyscallTable['numbers'] };
}
