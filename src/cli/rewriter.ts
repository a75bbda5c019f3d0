import { resolve } from 'node:path';
import type { Rewriter } from '../engine/prove/rewriter';
import { type Plan, skips } from '../engine/search/plan';
import type { Answer, Batten, RunOptions } from '../harden/api';
import { atLeast } from '../harden/confidence';
import type { Finding } from '../harden/types';
import type { Opened } from './inputs';

/**
 * The library over one project, each finding answered by the plan of its service. Files beside the Compose files are not written for a trial, nor
 * are included ones replaced, so changes that need one are left to `fix`.
 */
export function rewriterOf(batten: Batten, { input, absolute }: Opened, run: RunOptions, cwd: string): Rewriter {
  return (plans) => {
    const session = batten.session({ ...input!, changeIncluded: false }, { ...run, sideFiles: 'none', proof: false });
    const findings: Finding[] = [];
    const applied = new Set<Finding>();
    for (let question = session.current(); question; question = session.current()) {
      const { finding } = question;
      findings.push(finding);
      const answer = answerTo(finding, plans, run);
      const refused = session.answer(answer);
      if (refused) session.answer({ kind: 'skip' });
      else if (answer.kind !== 'skip') applied.add(finding);
    }
    const changed = session.finish().filter(({ before, after }) => before !== after);
    const texts = new Map(changed.map(({ path, after }) => [path === input!.path ? resolve(cwd, absolute) : resolve(cwd, path), after]));
    return { texts, findings, applied };
  };
}

/** A finding about several services is taken when each of them takes it. */
function answerTo(finding: Finding, plans: ReadonlyMap<string, Plan>, { confidence = 'generic' }: RunOptions): Answer {
  const { service, services = [service], transform, editable } = finding;
  const all = services.map((name) => plans.get(name));
  if (!atLeast(finding.confidence, confidence) || all.some((plan) => plan === undefined || skips(plan, transform))) return { kind: 'skip' };
  const value = plans.get(service)?.values[transform];
  return value !== undefined && editable && value !== editable.value ? { kind: 'edit', value } : { kind: 'apply' };
}
