import { type ChainSetup, chain } from '../../src/harden/chain';
import { overriding } from '../../src/harden/override/run';
import { type OverrideTarget, saysSomething } from '../../src/harden/override/target';
import { fileResults } from '../../src/harden/result';
import type { FileResult, Proposal } from '../../src/harden/types';
import type { Op } from '../../src/yaml/types';

/** What becomes of a text, or of an override file beside it, when changes are made to it: the ops of each are a finding. */
export function changed(text: string, changes: readonly (readonly Op[])[], target?: Partial<OverrideTarget>): FileResult {
  const proposals = changes.map((ops, index): Proposal => {
    const service = String(ops[0]!.path[1]);
    const said = { severity: 'medium', controls: [], message: 'm', plan: 'p', breaks: '', confidence: 'known', evidence: [] } as const;
    return { ...said, evidence: [], service, path: ['services', service], subject: String(index), ops: [...ops] };
  });
  const into: OverrideTarget | undefined = target && { path: 'override.yaml', absolute: '/p/override.yaml', ...target };
  const setup: ChainSetup = {
    transforms: [
      { id: 'test', title: 't', summary: 's', severity: 'medium', controls: [], preset: 'recommended', find: () => proposals.splice(0) },
    ],
    advise: () => {
      throw new Error('nobody asks for advice');
    },
    preset: 'recommended',
    setting: () => null,
    sideFiles: 'none',
    concerns: () => true,
    sources: [
      { path: 'compose.yaml', text, role: 'main', editable: true },
      ...(into && saysSomething(into) ? [{ ...into, text: into.text!, role: 'override', editable: true } as const] : []),
    ],
    override: into,
    project: {},
    ignores: { inline: true, rules: [], ids: ['test'], ran: ['test'], everyService: true },
    applied: 'fixed',
  };
  const running = into ? overriding(setup, into) : chain(setup);
  let step = running.next();
  while (!step.done) step = running.next({ kind: 'apply' });
  return fileResults(setup, step.value)[0]!;
}
