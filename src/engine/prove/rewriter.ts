import type { Finding } from '../../harden/types';
import type { Plan } from '../search/plan';

/** Texts that files get, by absolute path: Compose files of the project, and files beside them. */
export type NewTexts = ReadonlyMap<string, NewText>;

export interface NewText {
  text: string;
  /** For one that is new; the mode of the one that is there stays. */
  mode?: number;
  /** It may not be shown. */
  secret?: boolean;
  /** It is no Compose file, but something the changes need beside it. */
  beside?: boolean;
}

/** The project's files as a set of plans leaves them. */
export interface Rewritten {
  /** Files that stay as they are are missing. */
  texts: NewTexts;
  /** All findings that change something, in the order they were decided; `applied` says which ones did. */
  findings: Finding[];
  applied: ReadonlySet<Finding>;
}

/**
 * The library over the project, each finding decided by the plan of its service. A service without a plan stays as it is. The engine room does not
 * know the library: the caller hands it in.
 */
export type Rewriter = (plans: ReadonlyMap<string, Plan>) => Rewritten;

/** A rewriter that answers the same question once: a search asks again and again what there is to change, and each answer takes the whole project. */
export function remembered(rewriter: Rewriter): Rewriter {
  const known = new Map<string, Rewritten>();
  return (plans) => {
    const key = JSON.stringify(
      [...plans]
        .map(([name, { skip, values }]) => [name, skip === 'all' ? skip : [...skip].sort(), values] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
    const rewritten = known.get(key) ?? rewriter(plans);
    known.set(key, rewritten);
    return rewritten;
  };
}
