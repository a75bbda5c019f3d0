import type { Failure } from '../observe/types';
import type { Allowed } from '../trace/profile';

/** What a run of the stack with a profile for each service showed. */
export interface ProfileRun {
  failures: ReadonlyMap<string, readonly Failure[]>;
  /** By service, the system calls that were refused, by a profile or by the kernel itself. */
  refused: ReadonlyMap<string, readonly string[]>;
}

/** What a service is allowed in the end. */
export interface Refined {
  allowed: Allowed;
  /** What runs asked for. */
  added: string[];
  /** Why it does not work with it. */
  why?: Failure;
}

/**
 * Runs with what is allowed so far, adds what was refused where a service does not work, and runs again. A service for which there is nothing to add
 * is tried once more, because a single run can lie, and then goes on without a profile; so all that is left at the end has run together.
 *
 * @param needs whom each service needs: one that fails beside another it needs gets another try.
 * @returns by service what was found, and the number of runs. Services without a result are missing.
 */
export async function refine(
  start: ReadonlyMap<string, Allowed>,
  run: (allowed: ReadonlyMap<string, Allowed>, round: number) => Promise<ProfileRun>,
  needs: ReadonlyMap<string, ReadonlySet<string>>,
  rounds: number,
): Promise<{ found: Map<string, Refined>; runs: number }> {
  const found = new Map<string, Refined>();
  const open = new Map([...start].map(([name, allowed]): [string, Refined] => [name, { allowed, added: [] }]));
  const strikes = new Set<string>();
  for (let round = 1; round <= rounds; round++) {
    const tried = new Map([...open].map(([name, { allowed }]) => [name, allowed]));
    if (tried.size === 0) return { found, runs: round - 1 };
    const { failures, refused } = await run(tried, round);
    let settled = true;
    for (const [name, before] of [...open]) {
      const [why] = failures.get(name) ?? [];
      found.delete(name);
      if (!why) {
        found.set(name, before);
        continue;
      }
      settled = false;
      const missing = missingOf(before.allowed, refused.get(name) ?? []);
      const beside = [...(needs.get(name) ?? [])].some((other) => (failures.get(other) ?? []).length > 0);
      const hopeless = missing.length === 0 && !beside && strikes.has(name);
      if (hopeless || round === rounds) {
        found.set(name, { ...before, why });
        open.delete(name);
      } else {
        if (missing.length === 0 && !beside) strikes.add(name);
        open.set(name, { allowed: widened(before.allowed, missing), added: [...before.added, ...missing] });
      }
    }
    if (settled) return { found, runs: round };
  }
  return { found, runs: rounds };
}

/** Of what a run was refused, what the profile did not allow, or not with every argument. */
export function missingOf({ syscalls, families }: Allowed, refused: readonly string[]): string[] {
  return refused.filter((name) => name !== 'clone3' && (!syscalls.has(name) || (name === 'socket' && families !== undefined)));
}

export function widened({ families, ...rest }: Allowed, missing: readonly string[]): Allowed {
  return { ...rest, syscalls: new Set([...rest.syscalls, ...missing]), ...(families && !missing.includes('socket') && { families }) };
}
