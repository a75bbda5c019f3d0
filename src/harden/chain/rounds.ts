import { inFile, splitFile } from '../../compose/file-path';
import type { ComposeProject } from '../../compose/project';
import type { ComposeService } from '../../compose/service';
import type { Data, Op, Refusal } from '../../yaml/types';
import { edited } from '../edited';
import { guard, guarded } from '../guard';
import { Honoured } from '../honoured';
import { identityOf } from '../identity';
import type { Ignores } from '../ignores';
import type { Proofs } from '../proof';
import { ignoreComment } from '../suppress';
import type { Transform, TransformContext } from '../transform';
import type { Finding, Proposal } from '../types';
import type { Acceptance } from './acceptance';
import { type Ledger, placeOf } from './ledger';
import { inOrder, MovedLists } from './order';
import type { ChainSetup, Decision, Pending } from './types';

/** A transform whose findings depend on each other settles in two or three rounds. */
const MAX_ROUNDS = 5;

/** What became of one finding: it was decided and nothing changed, it was decided and the project did, or the next round looks at it again. */
type Outcome = 'settled' | 'changed' | 'retry';

/** Runs one transform after the other, each in rounds, as what one finding changes may be what another one is about. */
export class Rounds {
  readonly honoured = new Honoured();
  /** Keys whose values were decided by a person or a proof, and by which transform. */
  private readonly kept = new Map<string, string>();
  /** Whether a person's own value made a change in this round. */
  private valueTaken = false;

  constructor(
    private readonly setup: ChainSetup,
    private readonly acceptance: Acceptance,
    private readonly ledger: Ledger,
    private readonly ignores: Ignores,
    private readonly proofs: Proofs | undefined,
  ) {}

  *run(transform: Transform): Generator<Pending, void, Decision> {
    for (let round = 1; round <= MAX_ROUNDS; ) {
      this.valueTaken = false;
      const again = yield* this.round(transform, round === MAX_ROUNDS);
      if (!again) return;
      // Decisions are taken one a round, and each once.
      if (!this.valueTaken) round++;
    }
  }

  /** What a transform has to say of a project: the accepted state, or what its texts were proven to say. */
  propose(transform: Transform, project: ComposeProject): Proposal[] {
    const found = [...transform.find(this.context(transform, project))];
    // What ran together with a value that is kept may change it.
    const ran = (proposal: Proposal): boolean => this.proofs?.apply(transform.id, proposal).confidence === 'proven';
    const all = found.filter((proposal) => !proposal.ops?.some((op) => this.isKept(transform.id, op)) || ran(proposal));
    return this.honoured.of(all, project).filter((proposal) => this.setup.concerns(transform, proposal));
  }

  /** Proposals in the light of what ran, and of what they would do to other services. */
  guarded(transform: Transform, open: readonly Proposal[], project: ComposeProject): Proposal[] {
    const byService = new Map<string, Proposal[]>();
    for (const proposal of open) {
      const others = byService.get(proposal.service);
      if (others) others.push(proposal);
      else byService.set(proposal.service, [proposal]);
    }
    return open.map((proposal) => {
      if (proposal.decide) return { ...proposal, decide: guarded(proposal.decide, proposal, byService, project) };
      return guard(this.proofs?.apply(transform.id, proposal) ?? proposal, byService, project);
    });
  }

  /** One look at the project, and a decision for each finding. True when some of them wait for another look. */
  private *round(transform: Transform, last: boolean): Generator<Pending, boolean, Decision> {
    const { project } = this.acceptance;
    const open = this.propose(transform, project).filter((proposal) => this.ledger.isOpen(transform.id, proposal));
    const guarded = this.guarded(transform, open, project);
    const { now, later } = inOrder(guarded, project);
    const blocked = new Set(guarded.filter((proposal, index) => proposal !== open[index] && proposal.refusal?.code === 'alias'));
    const moved = new MovedLists();
    let changed = false;
    let again = later.length > 0;
    // What is blocked by a service that shares its text goes last: that service may get keys of its own and stand in the way no more.
    for (const proposal of [...now.filter((each) => !blocked.has(each)), ...now.filter((each) => blocked.has(each))]) {
      const wait = blocked.has(proposal)
        ? changed || later.length > 0
        : // Where an item of the same list was removed, what is left is looked at again at its new place.
          proposal.subject !== undefined && moved.has(proposal.ops ?? []);
      const finding = wait && !last ? undefined : this.finding(transform, proposal);
      const outcome = finding && (last || !changed || this.stands(finding)) ? yield* this.settle(finding, last) : 'retry';
      if (!finding || outcome === 'retry') {
        again = true;
        continue;
      }
      if (outcome === 'changed') {
        changed = true;
        moved.add(finding.ops ?? []);
      }
      this.ledger.decide(finding);
    }
    if (changed) this.acceptance.reread();
    return again;
  }

  /**
   * Whether a finding can be put as it was found, after others changed the project: nobody is asked about what could not be made then. What an answer
   * would do is found anew after each change.
   */
  private stands(finding: Finding): boolean {
    if (!waits(finding)) return true;
    return finding.ops !== undefined && this.acceptance.takes(finding.ops);
  }

  private *settle(finding: Finding, last: boolean): Generator<Pending, Outcome, Decision> {
    if (!waits(finding)) return 'settled';
    const { workspace, files } = this.acceptance;
    const known = this.setup.known?.(workspace.pathOf(splitFile(finding.path).file), finding.identity);
    const decision: Decision = known ? { kind: 'hold' } : yield { finding, workspace, files };
    switch (decision.kind) {
      case 'hold':
        finding.reportedOps = this.acceptance.rehearse(finding, finding.ops ?? []);
        return 'settled';
      case 'ignore':
        return this.ignore(finding, decision.reason);
      case 'apply':
        return this.apply(finding, decision.edit, last);
    }
  }

  private apply(finding: Finding, edit: { value: string; ops: Op[] } | undefined, last: boolean): Outcome {
    const ops = edit?.ops ?? finding.ops;
    if (!ops) return 'settled';
    const refusal = this.acceptance.accept(finding, ops, this.setup.applied);
    if (!refusal) {
      if (edit) Object.assign(finding, edited(finding, edit.value));
      if (finding.decide) this.valueTaken = true;
      if (edit || finding.confidence === 'proven') this.keep(finding.transform, ops);
      return 'changed';
    }
    leaveToPerson(finding, refusal);
    // Another finding of this round was in the way: the next round looks again.
    return last ? 'settled' : 'retry';
  }

  private ignore(finding: Finding, reason: string): Outcome {
    const { file, path: inside } = splitFile(finding.path);
    const { root } = this.acceptance.workspace.documents[file]!;
    const { path, text } = ignoreComment(finding.transform, { path: inside }, reason, root);
    const refusal = this.acceptance.accept(finding, [{ op: 'comment', path: inFile(file, path), text }], 'suppressed');
    if (refusal) leaveToPerson(finding, refusal);
    else finding.suppression = { by: 'comment', reason };
    return 'changed';
  }

  private finding(transform: Transform, proposal: Proposal): Finding {
    const { workspace } = this.acceptance;
    const suppression = this.ignores.find(transform.id, proposal);
    return {
      ...proposal,
      transform: transform.id,
      identity: identityOf(transform.id, proposal, workspace),
      range: workspace.spanOf(proposal.path),
      // `held` until it is decided.
      status: suppression ? 'suppressed' : proposal.refusal ? 'manual' : 'held',
      ...(suppression && { suppression }),
      reportedOps: [],
    };
  }

  private context(transform: Transform, project: ComposeProject): TransformContext {
    const { setup, acceptance } = this;
    return {
      project,
      preset: setup.preset,
      files: setup.files,
      beside: (path) => acceptance.files.changed(path),
      setting: <T extends Data>(name: string, service?: ComposeService) => setup.setting(transform, name, service?.name) as T,
      advise: (service) => acceptance.advice.of(service),
    };
  }

  /** A value that a person typed, or that ran on an Engine, is not asked about again by a later transform: `exec` on a tmpfs, say. */
  private keep(transform: string, ops: readonly Op[]): void {
    for (const op of ops) if (op.op !== 'remove') this.kept.set(placeOf(op.path), transform);
  }

  private isKept(transform: string, op: Op): boolean {
    const keeper = op.op === 'replace' || op.op === 'remove' ? this.kept.get(placeOf(op.path)) : undefined;
    return keeper !== undefined && keeper !== transform;
  }
}

/** Whether a finding waits for a decision: a change, or a manual step that becomes one by the person's own value. */
function waits({ status, ops, decide }: Finding): boolean {
  return (status === 'held' && ops !== undefined) || (status === 'manual' && decide !== undefined);
}

/** Makes a manual step of a finding whose change cannot be made. */
export function leaveToPerson(finding: Finding, refusal: Refusal): void {
  finding.status = 'manual';
  finding.refusal = refusal;
}
