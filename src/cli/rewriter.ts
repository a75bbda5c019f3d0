import { dirname, resolve } from 'node:path';
import type { NewText, Rewriter } from '../engine/prove/rewriter';
import { type Plan, skips } from '../engine/search/plan';
import type { Answer, Batten, RunOptions } from '../harden/api';
import { atLeast } from '../harden/confidence';
import type { Finding } from '../harden/types';
import type { Opened } from './inputs';

/** The library over one project, each finding answered by the plan of its service. Nothing is written. */
export function rewriterOf(batten: Batten, { input, absolute }: Opened, run: RunOptions, cwd: string): Rewriter {
  return (plans) => {
    const session = batten.session(input!, { ...run, sideFiles: 'write', proof: false });
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
    const texts = new Map<string, NewText>();
    for (const { path, before, after, files } of session.finish()) {
      if (before !== after) texts.set(resolve(cwd, path === input!.path ? absolute : path), { text: after });
      for (const file of files)
        texts.set(resolve(dirname(resolve(cwd, absolute)), file.path), {
          text: file.after,
          mode: file.mode,
          secret: file.secret,
          beside: true,
        });
    }
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
