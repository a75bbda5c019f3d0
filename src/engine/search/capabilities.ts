import { symptomOf } from '../observe/symptoms';
import type { Failure } from '../observe/types';
import type { Verdict } from './laboratory';
import { leaveOut, minimise } from './minimise';

/** What Docker gives by default, the usual needs first. */
export const USUAL_FIRST: readonly string[] = [
  ...['SETGID', 'SETUID', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'NET_BIND_SERVICE', 'SYS_CHROOT', 'NET_RAW'],
  ...['SETPCAP', 'SETFCAP', 'FSETID', 'MKNOD', 'AUDIT_WRITE'],
];

/** What a container was seen to use, and what of that came from looking only. */
export interface UsedCapabilities {
  /** Of Docker's default ones, those that were asked for and granted. */
  used: readonly string[];
  /** Whether DAC_READ_SEARCH was asked for first, so that it may do in place of DAC_OVERRIDE. */
  looks: boolean;
}

/** Rounds of believing what a log says, before something else is tried. */
export const GUIDED = 4;

/**
 * The least of the `allowed` capabilities with which a service works; undefined when not even all of them do.
 *
 * They are added as the log asks, then as the kernel saw them used, and each is left out once: many are granted that nothing would miss.
 * A capability of a file is asked for by nobody, so where what was seen is not enough, all of them come into question.
 */
export async function leastCapabilities(
  allowed: readonly string[],
  seen: UsedCapabilities | undefined,
  tried: (names: readonly string[]) => Promise<Verdict>,
): Promise<string[] | undefined> {
  const works = async (names: readonly string[]): Promise<boolean> => (await tried(names)).ok;
  const order = [...allowed].sort((a, b) => rank(a) - rank(b));
  const used = seen && order.filter((name) => seen.used.includes(name));
  const enough = (used && (await grow(used, tried, true))) ?? (await grow(order, tried));
  if (!enough && !(await works(order))) return undefined;
  // What a log asked for is seldom too much.
  const left = enough ? await leaveOut(enough, works) : await minimise(order, works);
  if (!left.includes('DAC_OVERRIDE') || seen?.looks === false) return left;
  // Looking everywhere is often enough, and less than writing everywhere.
  const milder = left.map((name) => (name === 'DAC_OVERRIDE' ? 'DAC_READ_SEARCH' : name));
  return (await works(milder)) ? milder : left;
}

/**
 * From nothing upwards, as the log asks: usually the shortest way. Undefined when the log does not lead to a set that works.
 *
 * @param all ends with all that is allowed, where the log asks for no more.
 */
async function grow(
  allowed: readonly string[],
  tried: (names: readonly string[]) => Promise<Verdict>,
  all = false,
): Promise<readonly string[] | undefined> {
  let some: readonly string[] = [];
  for (let round = 0; round < GUIDED; round++) {
    const { ok, failures } = await tried(some);
    if (ok) return some;
    const asked = linesOf(failures).flatMap((line) => symptomOf(line)?.capabilities ?? []);
    const more = allowed.filter((name) => some.includes(name) || asked.includes(name));
    if (more.length > some.length) some = more;
    else if (all && some.length < allowed.length) some = allowed;
    else return undefined;
  }
  return undefined;
}

/** All lines the failures rest on, each once. */
export function linesOf(failures: readonly Failure[]): string[] {
  return [...new Set(failures.flatMap(({ line, lines = [] }) => [...lines, ...(line ? [line] : [])]))];
}

function rank(capability: string): number {
  const at = USUAL_FIRST.indexOf(capability);
  return at < 0 ? USUAL_FIRST.length : at;
}
