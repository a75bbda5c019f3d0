import { unseenOf } from '../../compose/unseen';
import { Ignores } from '../ignores';
import { Proofs } from '../proof';
import { Acceptance } from './acceptance';
import { Ledger } from './ledger';
import { Rounds } from './rounds';
import type { ChainResult, ChainSetup, Decision, Pending } from './types';
import { Verification } from './verification';

export type { ChainResult, ChainSetup, Decision, Pending } from './types';

/** How often the chain goes over a project: what a late transform changes may be what an early one is about. A second pass is rare, a third rarer. */
const MAX_PASSES = 10;

/**
 * Runs the transforms in order over the files of one project, yielding each finding that could be fixed and taking a decision for it. Accepted
 * ops change the documents' trees at once, so that later transforms see them; the text is written and proven at the end. Where a second run would
 * find something to change, the chain goes on from there, so that a second run finds nothing.
 *
 * @throws InputError when a file is not a Compose file
 */
export function* chain(setup: ChainSetup): Generator<Pending, ChainResult, Decision> {
  const acceptance = new Acceptance(setup);
  const { workspace, project } = acceptance;
  const proofs = setup.proof && new Proofs(setup.proof, project, setup.inspected);
  const ignores = new Ignores(
    setup.sources.flatMap(({ path, role }, file) => (role === 'extended' ? [] : [{ path, file, document: workspace.documents[file]! }])),
    setup.ignores,
  );
  const unseen = unseenOf(project);
  const ledger = new Ledger();
  const rounds = new Rounds(setup, acceptance, ledger, ignores, proofs);
  const verification = new Verification(setup, acceptance, ledger, rounds);
  let texts = setup.sources.map(({ text }) => text);
  let from: number | undefined = 0;
  for (let pass = 0; pass < MAX_PASSES && from !== undefined; pass++) {
    const before = acceptance.accepted.length;
    for (const transform of setup.transforms.slice(from)) yield* rounds.run(transform);
    if (acceptance.accepted.length === before) break;
    ledger.startPass();
    const { proven, unfinished } = verification.settle();
    texts = proven.documents.map(({ source }) => source.raw);
    from = unfinished;
  }
  return {
    findings: ledger.findings,
    texts,
    files: acceptance.files.all(),
    notes: [...project.notes, ...(proofs?.notes ?? []), ...rounds.honoured.notes, ...(setup.notes?.() ?? [])],
    unseen,
    staleProofs: proofs?.stale ?? [],
    warnings: ignores.warnings(acceptance.project.services.map(({ name }) => name)),
  };
}
