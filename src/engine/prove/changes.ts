import { hashOfChange } from '../../harden/proof';
import type { Finding } from '../../harden/types';
import type { Plan } from '../search/plan';
import { planOf } from '../search/plan';
import type { Settled } from '../search/settle';
import { type Exercised, unexercised } from './exercise';
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
  exercised: Exercised,
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
    const all = (now ? settled.findings.filter((each) => settled.applied.has(each)) : proposed).filter(
      (each) => each.service === service && each.transform === transform,
    );
    const common = { transform, plan: finding.plan, plans: all.map(({ plan: text }) => text), hashes: all.flatMap(hashesOf) };
    const why = relaxed.find((each) => each.transform === transform)?.why;
    if (!now) {
      if (plan.skip !== 'all' && plan.skip.has(transform)) out.push({ ...common, outcome: 'left-out', ...(why && { why }) });
      continue;
    }
    const skip = [...(plan.skip === 'all' ? [] : plan.skip), transform];
    const without = await comparedOf(run(planOf(skip, plan.values)).texts);
    // What Compose reads the same with it and without it ran as well as anything.
    const tried = without.trial !== final.trial || without.project === final.project;
    const value = plan.values[transform] ?? finding.editable?.value;
    const original = proposed.find((each) => each.transform === transform)?.editable?.value;
    const missing = unexercised(transform, exercised);
    out.push({
      ...common,
      outcome: !tried ? 'untried' : missing.length > 0 ? 'ran' : why ? 'relaxed' : 'proven',
      ...(tried && missing.length > 0 && { unexercised: missing }),
      ...(value !== undefined && { value }),
      ...(original !== undefined && original !== value && { proposed: original }),
      ...(why && { why }),
    });
  }
  return out;
}

/** The hash of a change; none of a manual step. */
function hashesOf({ ops, files }: Finding): string[] {
  return ops ? [hashOfChange({ ops, files })] : [];
}
