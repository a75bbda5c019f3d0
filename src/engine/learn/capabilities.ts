import type { Finding } from '../../harden/types';
import type { Laboratory } from '../search/laboratory';
import { type Plan, planOf, skips } from '../search/plan';
import { DEFAULT_CAPABILITIES, settle } from '../search/settle';
import type { UsedCapabilities } from '../trace/capabilities';

const CAP = 'cap-drop';

/** Capabilities of a service, as a plan says them. */
export const capabilityPlan = (names: readonly string[]): Plan => planOf([], { [CAP]: names.join(' ') });

/** The capabilities a plan leaves a service; undefined when it leaves all it had. */
export function keptBy(plan: Plan): string[] | undefined {
  if (skips(plan, CAP)) return undefined;
  return (plan.values[CAP] ?? DEFAULT_CAPABILITIES.join(' ')).split(' ').filter(Boolean);
}

/**
 * The least capabilities with which a service still does everything.
 *
 * @param seen what the kernel saw it use: that is tried first, and then each of it is left out. Without it, or when that does not work (a
 * capability of a file is asked for by nobody), they are searched from nothing upwards.
 */
export async function leastCapabilities(service: string, seen: UsedCapabilities | undefined, lab: Laboratory): Promise<Plan> {
  const works = async (names: readonly string[]): Promise<boolean> => (await lab.try(service, capabilityPlan(names))).ok;
  const traced = seen && (await confirm(seen, works));
  const plan = traced ? capabilityPlan(traced) : (await settle(subjectOf(service), lab)).plan;
  lab.settle(service, plan);
  return plan;
}

/**
 * What of the capabilities that were used is needed: each is left out once. Undefined when they are not enough.
 *
 * Many are granted that nothing would miss, for instance when a new user is given the groups it has already.
 */
export async function confirm(
  { used, looks }: UsedCapabilities,
  works: (names: readonly string[]) => Promise<boolean>,
): Promise<string[] | undefined> {
  if (!(await works(used))) return undefined;
  let kept = used;
  // What is needed the least often goes first: the more of it can go, the fewer there are to try.
  for (const name of [...used].reverse()) {
    const rest = kept.filter((each) => each !== name);
    if (await works(rest)) kept = rest;
  }
  if (!looks || !kept.includes('DAC_OVERRIDE')) return kept;
  // Looking everywhere is often enough, and less than writing everywhere.
  const milder = kept.map((name) => (name === 'DAC_OVERRIDE' ? 'DAC_READ_SEARCH' : name));
  return (await works(milder)) ? milder : kept;
}

function subjectOf(service: string): Parameters<typeof settle>[0] {
  const value = DEFAULT_CAPABILITIES.join(' ');
  // The question of the search: which of Docker's default capabilities does it take?
  const finding = { service, transform: CAP, confidence: 'guess', editable: { label: 'capabilities', value, rebuild: () => [] } };
  return {
    service,
    findings: (of) => (skips(of, CAP) ? [] : [finding as unknown as Finding]),
    written: [],
    directory: async () => undefined,
    bisecting: () => undefined,
  };
}
