import type { Decidable, Editable, Finding } from './types';

/** The one value of a finding that a person may give: another one than is proposed, or one that only they can know. */
export function editableOf({ editable, decide }: Pick<Finding, 'editable' | 'decide'>): Editable | Decidable | undefined {
  return editable ?? decide;
}

/** What is said of a finding with another value than its own. */
export function edited(finding: Finding, value: string): Partial<Finding> {
  const { plan, editable, decide } = finding;
  if (decide) {
    const { breaks, evidence } = decide;
    return { plan: decide.describe(value), breaks, evidence, confidence: 'guess', decide: { ...decide, value } };
  }
  if (!editable || value === editable.value) return { plan, editable };
  return { plan: editable.describe(value), editable: { ...editable, value } };
}
