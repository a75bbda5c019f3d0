import type { Op, Refusal } from '../../yaml/types';
import { type ChainResult, type ChainSetup, chain, type Decision, type Pending } from '../chain';
import type { Finding } from '../types';
import { Workspace } from '../workspace';
import { OverridePlan } from './plan';
import type { OverrideTarget } from './target';

/**
 * The chain, whose result is an override file: a change that no override file can bring is held back with the reason, so that what comes
 * after it sees a project without it.
 *
 * @throws InputError when a file cannot be understood
 */
export function* overriding(setup: ChainSetup, target: OverrideTarget): Generator<Pending, ChainResult, Decision> {
  const plan = new OverridePlan(setup.sources, setup.project, target);
  const refused = new Map<Finding, Refusal>();
  const running = chain(setup);
  let step = running.next();
  while (!step.done) {
    const { finding, workspace } = step.value;
    const refuses = (ops: readonly Op[]): boolean => {
      const refusal = plan.refusal(workspace, ops);
      if (refusal) refused.set(finding, refusal);
      return refusal !== undefined;
    };
    let decision: Decision = { kind: 'hold' };
    if (!refuses(finding.ops ?? [])) {
      const written = (ops: readonly Op[]): string => {
        const trial = workspace.fork();
        for (const op of ops) trial.apply(op);
        return plan.text(trial);
      };
      decision = yield { ...step.value, written };
      if (decision.kind === 'apply' && decision.edit && refuses(decision.edit.ops)) decision = { kind: 'hold' };
    }
    step = running.next(decision);
  }
  for (const [finding, refusal] of refused) Object.assign(finding, { status: 'manual', refusal, reportedOps: [] });
  const { texts } = step.value;
  const workspace = Workspace.open(setup.sources.map((source, index) => ({ ...source, text: texts[index]! })));
  return { ...step.value, written: { path: target.path, before: target.text, after: plan.text(workspace) } };
}
