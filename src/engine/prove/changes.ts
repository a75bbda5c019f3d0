import type { Plan } from '../search/plan';
import { planOf } from '../search/plan';
import type { Settled } from '../search/settle';
import type { ProvenChange } from './report';
import type { NewTexts, Rewriter } from './rewriter';

/** A service as a trial runs it, and as Compose understands the project. */
export interface Compared {
  trial: string;
  project: string;
}

/**
 * What became of each transform that had something to change. One whose absence makes no difference to the trial was not tried by it.
 *
 * @param comparedOf what a set of texts leads to, for this service.
 */
export async function changesOf(
  service: string,
  { plan, relaxed }: Settled,
  rewriter: Rewriter,
  comparedOf: (texts: NewTexts) => Promise<Compared>,
): Promise<ProvenChange[]> {
  const run = (of: Plan): ReturnType<Rewriter> => rewriter(new Map([[service, of]]));
  const proposed = run(planOf()).findings.filter((finding) => finding.service === service);
  const settled = run(plan);
  const final = await comparedOf(settled.texts);
  const out: ProvenChange[] = [];
  for (const transform of new Set(
    [...proposed, ...settled.findings].filter((each) => each.service === service).map((each) => each.transform),
  )) {
    const now = settled.findings.find((each) => each.service === service && each.transform === transform && settled.applied.has(each));
    const finding = now ?? proposed.find((each) => each.transform === transform);
    if (!finding) continue;
    const plans = (now ? settled.findings.filter((each) => settled.applied.has(each)) : proposed)
      .filter((each) => each.service === service && each.transform === transform)
      .map(({ plan: text }) => text);
    const why = relaxed.find((each) => each.transform === transform)?.why;
    if (!now) {
      if (plan.skip !== 'all' && plan.skip.has(transform))
        out.push({ transform, outcome: 'left-out', plan: finding.plan, plans, ...(why && { why }) });
      continue;
    }
    const skip = [...(plan.skip === 'all' ? [] : plan.skip), transform];
    const without = await comparedOf(run(planOf(skip, plan.values)).texts);
    // What Compose reads the same with it and without it ran as well as anything.
    const tried = without.trial !== final.trial || without.project === final.project;
    const value = plan.values[transform] ?? finding.editable?.value;
    const original = proposed.find((each) => each.transform === transform)?.editable?.value;
    out.push({
      transform,
      outcome: !tried ? 'untried' : why ? 'relaxed' : 'proven',
      plan: finding.plan,
      plans,
      ...(value !== undefined && { value }),
      ...(original !== undefined && original !== value && { proposed: original }),
      ...(why && { why }),
    });
  }
  return out;
}
