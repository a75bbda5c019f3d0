import { leastCapabilities, USUAL_FIRST, type UsedCapabilities } from '../search/capabilities';
import type { Laboratory } from '../search/laboratory';
import { type Plan, planOf, skips } from '../search/plan';

const CAP = 'cap-drop';

/** Capabilities of a service, as a plan says them. */
export const capabilityPlan = (names: readonly string[]): Plan => planOf([], { [CAP]: names.join(' ') });

/** The capabilities a plan leaves a service; undefined when it leaves all it had. */
export function keptBy(plan: Plan): string[] | undefined {
  return skips(plan, CAP) ? undefined : (plan.values[CAP] ?? '').split(' ').filter(Boolean);
}

/**
 * The least capabilities with which a service still does everything; undefined when it does not even with all it had.
 *
 * @param seen what the kernel saw it use.
 */
export async function capabilitiesOf(service: string, seen: UsedCapabilities | undefined, lab: Laboratory): Promise<string[] | undefined> {
  const least = await leastCapabilities(USUAL_FIRST, seen, (names) => lab.try(service, capabilityPlan(names)));
  if (least) lab.settle(service, capabilityPlan(least));
  return least;
}
