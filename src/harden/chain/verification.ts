import type { ComposeProject } from '../../compose/project';
import type { Transform } from '../transform';
import type { Finding, Proposal, Refusal } from '../types';
import { Workspace } from '../workspace';
import { type Acceptance, type Accepted, applyAll } from './acceptance';
import { isApplied, keyOf, type Ledger } from './ledger';
import { leaveToPerson, type Rounds } from './rounds';
import type { ChainSetup } from './types';

/** Writes and proves what was accepted, and leaves to the person what cannot be proven. */
export class Verification {
  constructor(
    private readonly setup: ChainSetup,
    private readonly acceptance: Acceptance,
    private readonly ledger: Ledger,
    private readonly rounds: Rounds,
  ) {}

  /** The proven documents. What was accepted and is not in them was withdrawn. */
  prove(): Workspace {
    const proven = this.acceptance.workspace.prove();
    if ('workspace' in proven) return proven.workspace;
    this.withdraw(this.unprovable());
    const rest = this.acceptance.workspace.prove();
    return 'workspace' in rest ? rest.workspace : Workspace.open(this.setup.sources);
  }

  /**
   * Looks at the proven documents as a second run would. (V5) A change whose finding is there again is withdrawn, and the documents proven anew.
   *
   * @returns the proven documents, and the place in the chain from which something is left to do there; undefined = nothing is.
   */
  settle(): { proven: Workspace; unfinished: number | undefined } {
    for (;;) {
      const proven = this.prove();
      const { again, unfinished } = this.look(proven.project(this.setup.project));
      if (again.size === 0) return { proven, unfinished };
      const reason = 'the same finding is still there afterwards';
      this.withdraw(new Map(this.acceptance.accepted.filter(({ finding }) => again.has(finding)).map((each) => [each, reason])));
    }
  }

  private look(project: ComposeProject): { again: Set<Finding>; unfinished: number | undefined } {
    const again = new Set<Finding>();
    let unfinished: number | undefined;
    for (const [index, transform] of this.setup.transforms.entries()) {
      const found = this.rounds.propose(transform, project);
      const fresh: Proposal[] = [];
      const done = this.doneBy(transform);
      for (const proposal of found) {
        const finding = proposal.ops ? done.get(keyOf(proposal)) : undefined;
        if (this.ledger.isOpen(transform.id, proposal)) fresh.push(proposal);
        // What is written beside the Compose file is not in it, and is found as it was.
        else if (finding && finding.ops!.length > 0) again.add(finding);
      }
      const open = (proposal: Proposal): boolean => proposal.ops !== undefined && this.ledger.isOpen(transform.id, proposal);
      unfinished ??= this.rounds.guarded(transform, fresh, project).some(open) ? index : undefined;
    }
    return { again, unfinished };
  }

  private doneBy({ id }: Transform): Map<string, Finding> {
    const applied = this.acceptance.accepted.filter(({ finding }) => finding.transform === id && isApplied(finding));
    return new Map(applied.map(({ finding }) => [keyOf(finding), finding]));
  }

  /** What cannot be proven together with the rest, each with the reason: halves are tried until single changes are left. */
  private unprovable(): Map<Accepted, string> {
    const out = new Map<Accepted, string>();
    let good = Workspace.open(this.setup.sources);
    const add = (changes: readonly Accepted[]): void => {
      if (changes.length === 0) return;
      const trial = good.fork();
      const refused = changes.some(({ ops }) => applyAll(trial, ops) !== undefined);
      const proven = refused ? { reason: 'it needs a change that was not proven' } : trial.prove();
      if ('workspace' in proven) good = trial;
      else if (changes.length === 1) out.set(changes[0]!, proven.reason);
      else {
        const half = changes.length >> 1;
        add(changes.slice(0, half));
        add(changes.slice(half));
      }
    };
    add([...this.acceptance.accepted]);
    return out;
  }

  private withdraw(changes: ReadonlyMap<Accepted, string>): void {
    for (const [{ finding }, reason] of changes) leaveToPerson(finding, notProven(reason));
    const kept = this.acceptance.accepted.filter(({ finding }) => finding.status !== 'manual');
    for (const [{ finding }] of this.acceptance.restart(kept)) {
      leaveToPerson(finding, notProven('it needs a change that was not proven'));
    }
  }
}

function notProven(reason: string): Refusal {
  return { code: 'not-proven', message: `the edit was not proven, so it was not made: ${reason}` };
}
