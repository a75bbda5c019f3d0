import { splitFile } from '../../compose/file-path';
import type { ComposeProject } from '../../compose/project';
import type { Applied } from '../../yaml/apply';
import type { Op, Refusal } from '../../yaml/types';
import { SideFiles } from '../side-files';
import type { Finding, ReportedOp } from '../types';
import { Workspace } from '../workspace';
import { AdviceCache } from './advice-cache';
import type { ChainSetup } from './types';

/** A change that was accepted: the finding, and the ops it was accepted with. */
export interface Accepted {
  finding: Finding;
  ops: readonly Op[];
}

/** The project with all that was accepted so far: its documents, the files beside them, and what is known of its images. */
export class Acceptance {
  workspace: Workspace;
  /** The project as it was when it was last read; see `reread`. */
  project: ComposeProject;
  files: SideFiles;
  readonly advice: AdviceCache;
  readonly accepted: Accepted[] = [];
  private shadow: Workspace | undefined;

  constructor(private readonly setup: ChainSetup) {
    this.workspace = Workspace.open(setup.sources);
    this.project = this.workspace.project(setup.project);
    this.files = new SideFiles(setup.files, setup.sideFiles);
    this.advice = new AdviceCache((service) => setup.advise(service));
  }

  /** Makes a change: all of its ops and files, or none. Says why it cannot be made, or writes on the finding what was done. */
  accept(finding: Finding, ops: readonly Op[], status: Finding['status']): Refusal | undefined {
    const files = this.filesWith(finding, status);
    if (!(files instanceof SideFiles)) return files;
    const reported: ReportedOp[] = [];
    const refusal = applyAll(this.workspace, ops, (op, done) => reported.push(...this.reported(finding, op, done)));
    if (refusal) return refusal;
    this.files = files;
    this.advice.forget(ops, this.project);
    finding.ops = [...ops];
    finding.status = status;
    finding.refusal = undefined;
    finding.reportedOps = reported;
    this.accepted.push({ finding, ops });
    return undefined;
  }

  /** Whether ops can be made now. Nothing is changed. */
  takes(ops: readonly Op[]): boolean {
    const done: Applied[] = [];
    for (const op of ops) {
      const one = this.workspace.apply(op);
      if ('refusal' in one) break;
      done.push(one);
    }
    const all = done.length === ops.length;
    for (const { undo } of done.reverse()) undo();
    return all;
  }

  /** What ops of a finding that is held would do, tried on a copy that nobody writes. */
  rehearse(finding: Finding, ops: readonly Op[]): ReportedOp[] {
    this.shadow ??= this.workspace.fork();
    const out: ReportedOp[] = [];
    for (const op of ops) {
      const done = this.shadow.apply(op);
      if (!('refusal' in done)) out.push(...this.reported(finding, op, done));
    }
    return out;
  }

  /** Reads the project from its documents again. */
  reread(): void {
    this.project = this.project.reread();
  }

  /**
   * Starts again with a part of what was accepted.
   *
   * @returns those of them that cannot be made without the others, which are left out, each with the reason.
   */
  restart(kept: readonly Accepted[]): Map<Accepted, Refusal> {
    const refused = new Map<Accepted, Refusal>();
    this.workspace = Workspace.open(this.setup.sources);
    this.files = new SideFiles(this.setup.files, this.setup.sideFiles);
    this.accepted.length = 0;
    for (const change of kept) {
      const refusal = this.again(change);
      if (refusal) refused.set(change, refusal);
      else this.accepted.push(change);
    }
    this.project = this.workspace.project(this.setup.project);
    this.advice.clear();
    return refused;
  }

  /** The files beside the documents with those of a finding, or why they cannot be written. */
  private filesWith(finding: Finding, status: Finding['status']): SideFiles | Refusal {
    if (!finding.files?.length || status === 'suppressed') return this.files;
    const files = this.files.fork();
    return files.apply(finding.files) ?? files;
  }

  private again({ finding, ops }: Accepted): Refusal | undefined {
    const files = this.filesWith(finding, finding.status);
    if (!(files instanceof SideFiles)) return files;
    const refusal = applyAll(this.workspace, ops);
    if (!refusal) this.files = files;
    return refusal;
  }

  private reported({ path: where }: Finding, op: Op, done: Applied): ReportedOp[] {
    if (op.op === 'comment') return [];
    const renamed = op.op === 'rename';
    const { file, path } = splitFile(op.path);
    const out: ReportedOp = {
      op: renamed ? 'replace' : op.op,
      path: [...(renamed ? path.slice(0, -1) : path)],
      range: this.workspace.span(file, done.touches),
    };
    if (file !== splitFile(where).file) out.file = this.workspace.pathOf(file);
    if (done.before !== undefined) out.before = done.before;
    if (done.after !== undefined) out.after = done.after;
    return [out];
  }
}

/** Applies all ops to a workspace or none, and says why not. `each` sees the workspace with an op, and without those that follow. */
export function applyAll(workspace: Workspace, ops: readonly Op[], each?: (op: Op, done: Applied) => void): Refusal | undefined {
  const done: Applied[] = [];
  for (const op of ops) {
    const one = workspace.apply(op);
    if ('refusal' in one) {
      for (const { undo } of done.reverse()) undo();
      return one.refusal;
    }
    done.push(one);
    each?.(op, one);
  }
  return undefined;
}
