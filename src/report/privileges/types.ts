import type { PrivilegeChange } from '../../harden/privileges';

/** A state that was compared. */
export interface ComparedState {
  /** A revision as it was named, `working tree`, or a path. */
  name: string;
  commit?: string;
}

/** What became of one project. */
export interface ComparedProject {
  path: string;
  /** `error` = its newer state could not be read. */
  status: 'added' | 'removed' | 'changed' | 'unchanged' | 'error';
  /** The worst first. */
  changes: readonly PrivilegeChange[];
  /** What a person should know of how it was compared. */
  notes: readonly string[];
  error?: { file: string; code: string; message: string; line?: number; column?: number; hint?: string };
}

/** Two states of all projects, compared. */
export interface Comparison {
  from: ComparedState;
  to: ComparedState;
  projects: readonly ComparedProject[];
}
