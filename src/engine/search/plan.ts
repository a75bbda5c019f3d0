/**
 * What a service gets in one trial: of the transforms that have something to change, which are left out, and which of their values are
 * others than proposed.
 */
export interface Plan {
  /** Transforms that change nothing; `all` = the service as it is in the file. */
  skip: ReadonlySet<string> | 'all';
  /** By transform, as it would be typed at the prompt: capabilities, tmpfs mounts, a user. */
  values: Readonly<Record<string, string>>;
}

export const BASELINE: Plan = { skip: 'all', values: {} };

export function planOf(skip: Iterable<string> = [], values: Readonly<Record<string, string>> = {}): Plan {
  return { skip: new Set(skip), values };
}

export function withValue(plan: Plan, transform: string, value: string): Plan {
  return { ...plan, values: { ...plan.values, [transform]: value } };
}

export function skips(plan: Plan, transform: string): boolean {
  return plan.skip === 'all' || plan.skip.has(transform);
}

/** Two plans with the same key are the same. */
export function keyOf(plan: Plan): string {
  if (plan.skip === 'all') return 'baseline';
  const values = Object.entries(plan.values)
    .filter(([transform]) => !skips(plan, transform))
    .map(([transform, value]) => [transform, value.split(' ').filter(Boolean).sort().join(' ')])
    .sort(([a], [b]) => (a! < b! ? -1 : 1));
  return JSON.stringify([[...plan.skip].sort(), values]);
}
