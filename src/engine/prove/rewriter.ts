import type { Finding } from '../../harden/types';
import type { Plan } from '../search/plan';

/** The project's files as a set of plans leaves them. */
export interface Rewritten {
  /** New texts by absolute path; files that stay as they are are missing. */
  texts: ReadonlyMap<string, string>;
  /** All findings that change something, in the order they were decided; `applied` says which ones did. */
  findings: Finding[];
  applied: ReadonlySet<Finding>;
}

/**
 * The library over the project, each finding decided by the plan of its service. A service without a plan stays as it is. The engine room does not
 * know the library: the caller hands it in.
 */
export type Rewriter = (plans: ReadonlyMap<string, Plan>) => Rewritten;
