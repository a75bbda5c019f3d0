import type { Finding } from './types';

/** What is said of a finding with another value than its own. */
export function edited({ plan, editable }: Finding, value: string): Pick<Finding, 'plan' | 'editable'> {
  if (!editable || value === editable.value) return { plan, editable };
  return { plan: editable.describe(value), editable: { ...editable, value } };
}
