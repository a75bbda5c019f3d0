import { inFile, splitFile } from '../compose/file-path';
import type { SourceFile } from '../compose/load-project';
import type { ComposeProject, ProjectSetting } from '../compose/project';
import type { ComposeService } from '../compose/service';
import { type Unseen, unseenOf } from '../compose/unseen';
import type { Inspected } from '../images/image-config';
import type { ProjectFiles } from '../images/project-files';
import type { Advice } from '../images/types';
import type { Applied } from '../yaml/apply';
import type { Data, Op, Path } from '../yaml/types';
import { guard, touchedServices } from './guard';
import { Honoured } from './honoured';
import { identityOf } from './identity';
import { type IgnoreSetup, Ignores } from './ignores';
import type { OverrideTarget } from './override/target';
import { type ProofRead, Proofs } from './proof';
import { type SideFileMode, SideFiles } from './side-files';
import { ignoreComment } from './suppress';
import type { Preset, Transform, TransformContext } from './transform';
import type { Draft, FileChange, Finding, OpenFinding, Proposal, ReportedOp, StaleProof, Warning } from './types';
import { Workspace } from './workspace';

/** What happens to a finding that could be fixed. `ops` replaces the finding's own when the person edited the value. */
export type Decision = { kind: 'apply'; ops?: Op[] } | { kind: 'hold' } | { kind: 'ignore'; reason: string };

/** A finding that waits for a decision, and the project's documents without it. */
export interface Pending {
  finding: OpenFinding;
  workspace: Workspace;
  /** Files beside it, as they would be without the finding. */
  files: SideFiles;
  /** The text of the override file that takes the changes, where there is one, with ops on top of those accepted so far. */
  written?(ops: readonly Op[]): string;
}

export interface ChainSetup {
  transforms: readonly Transform[];
  advise(service: ComposeService): Advice;
  /** What the person should know of what the advice could not look at. */
  notes?(): readonly string[];
  preset: Preset;
  /** The value of an option of a transform, for one service or for all. */
  setting(transform: Transform, name: string, service?: string): Data;
  /** Files of the project, to read; and what may become of them. */
  files?: ProjectFiles;
  sideFiles: SideFileMode;
  /** Whether a finding is about what was chosen. */
  concerns(transform: Transform, proposal: Draft): boolean;
  /** The files of the project, the main one first. */
  sources: readonly SourceFile[];
  /** The override file that takes the changes; undefined = the files themselves do. */
  override?: OverrideTarget;
  /** What the project is beside its files. */
  project: ProjectSetting;
  ignores: IgnoreSetup;
  /** What is kept of runs on an Engine. */
  proof?: ProofRead;
  /** What the Engine says of its images, and of itself. */
  inspected?: Inspected;
  /** Whether a finding is to be left as it is, and nobody asked about it. */
  known?(path: string, identity: string): boolean;
  /** The status of an applied finding. */
  applied: 'fixed' | 'would-fix';
}

export interface ChainResult {
  findings: Finding[];
  /** The texts after all decisions, proven, in the order of the sources. */
  texts: readonly string[];
  files: readonly FileChange[];
  notes: readonly string[];
  unseen: readonly Unseen[];
  warnings: readonly Warning[];
  staleProofs: readonly StaleProof[];
  /** The override file that takes the changes instead of the sources; `before` undefined = it is new. */
  written?: { path: string; before: string | undefined; after: string };
}

interface Accepted {
  finding: Finding;
  ops: readonly Op[];
}

/** Keys that say nothing about what an image needs: a change of these leaves the advice about the service as it is. */
const NO_MATTER_TO_IMAGES = new Set<unknown>([
  'cap_drop',
  'cap_add',
  'security_opt',
  'read_only',
  'tmpfs',
  'networks',
  'ports',
  'deploy',
  'mem_limit',
  'cpus',
  'pids_limit',
  'logging',
  'restart',
  'ulimits',
]);

/** A transform whose findings depend on each other settles in two or three rounds. */
const MAX_ROUNDS = 5;

/**
 * Runs the transforms in order over the files of one project, yielding each finding that could be fixed and taking a decision for it. Accepted
 * ops change the documents' trees at once, so that later transforms see them; the text is written and proven once, at the end.
 * @throws InputError when a file is not a Compose file
 */
export function* chain(setup: ChainSetup): Generator<Pending, ChainResult, Decision> {
  const run = new Run(setup);
  for (const transform of setup.transforms) yield* run.transform(transform);
  return run.finish();
}

class Run {
  private workspace: Workspace;
  private project: ComposeProject;
  private readonly findings: Finding[] = [];
  private readonly accepted: Accepted[] = [];
  private readonly ignores;
  private readonly notes: readonly string[];
  private readonly unseen: readonly Unseen[];
  private shadow: Workspace | undefined;
  private advice = new Map<string, Advice>();
  private files: SideFiles;
  private readonly honoured = new Honoured();
  /** Keys whose values were decided by a person or a proof, and by which transform. */
  private readonly kept = new Map<string, string>();
  private readonly proofs: Proofs | undefined;

  constructor(private readonly setup: ChainSetup) {
    this.workspace = Workspace.open(setup.sources);
    this.project = this.read();
    this.proofs = setup.proof && new Proofs(setup.proof, this.project, setup.inspected);
    this.unseen = unseenOf(this.project);
    this.notes = [...this.project.notes, ...(this.proofs?.notes ?? [])];
    this.files = new SideFiles(setup.files, setup.sideFiles);
    this.ignores = new Ignores(
      setup.sources.flatMap(({ path, role }, file) =>
        role === 'extended' ? [] : [{ path, file, document: this.workspace.documents[file]! }],
      ),
      setup.ignores,
    );
  }

  *transform(transform: Transform): Generator<Pending, void, Decision> {
    const decided = new Set<string>();
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const open = this.propose(transform).filter((proposal) => this.setup.concerns(transform, proposal) && !decided.has(keyOf(proposal)));
      const guarded = open.map((proposal) => guard(this.proofs?.apply(transform.id, proposal) ?? proposal, open, this.project));
      const { now, later } = this.split(guarded);
      const blocked = new Set(guarded.filter((proposal, index) => proposal !== open[index] && proposal.refusal?.code === 'alias'));
      let changed = false;
      let retry = later.length > 0;
      const moved = new Set<string>();
      // What is blocked by a service that shares its text goes last: that service may get keys of its own and stand in the way no more.
      for (const proposal of [...now.filter((each) => !blocked.has(each)), ...now.filter((each) => blocked.has(each))]) {
        if (blocked.has(proposal) && (changed || later.length > 0) && round < MAX_ROUNDS - 1) {
          retry = true;
          continue;
        }
        // Where an item of the same list was removed, what is left is looked at again at its new place.
        if (proposal.subject !== undefined && round < MAX_ROUNDS - 1 && isMoved(proposal.ops ?? [], moved)) {
          retry = true;
          continue;
        }
        const finding = this.finding(transform, proposal);
        const outcome: Outcome = isOpen(finding) ? yield* this.decide(finding, round === MAX_ROUNDS - 1) : 'settled';
        if (outcome === 'retry') {
          retry = true;
          continue;
        }
        changed ||= outcome === 'changed';
        if (outcome === 'changed') for (const list of movedLists(finding.ops ?? [])) moved.add(list);
        decided.add(keyOf(proposal));
        this.findings.push(finding);
      }
      if (changed) this.project = this.project.reread();
      if (!retry) return;
    }
  }

  finish(): ChainResult {
    const proven = this.workspace.prove();
    const workspace = 'workspace' in proven ? this.settled(proven.workspace) : undefined;
    const settled = workspace ?? this.rebuild();
    return {
      findings: this.findings,
      texts: settled.documents.map(({ source }) => source.raw),
      files: this.files.all(),
      notes: [...this.notes, ...this.honoured.notes, ...(this.setup.notes?.() ?? [])],
      unseen: this.unseen,
      staleProofs: this.proofs?.stale ?? [],
      warnings: this.ignores.warnings(this.project.services.map(({ name }) => name)),
    };
  }

  private *decide(finding: OpenFinding, last: boolean): Generator<Pending, Outcome, Decision> {
    const known = this.setup.known?.(this.workspace.pathOf(splitFile(finding.path).file), finding.identity);
    const decision: Decision = known ? { kind: 'hold' } : yield { finding, workspace: this.workspace, files: this.files };
    if (decision.kind === 'hold') {
      finding.reportedOps = this.rehearse(finding, finding.ops);
      return 'settled';
    }
    if (decision.kind === 'ignore') {
      const { file, path: inside } = splitFile(finding.path);
      const { root } = this.workspace.documents[file]!;
      const { path, text } = ignoreComment(finding.transform, { path: inside }, decision.reason, root);
      const refused = this.accept(finding, [{ op: 'comment', path: inFile(file, path), text }], 'suppressed');
      if (!refused) finding.suppression = { by: 'comment', reason: decision.reason };
      return 'changed';
    }
    const ops = decision.ops ?? finding.ops;
    const refused = this.accept(finding, ops, this.setup.applied);
    // Another finding of this round was in the way: the next round looks again.
    if (refused && !last) return 'retry';
    if (!refused && (decision.ops || finding.confidence === 'proven')) this.keep(finding.transform, ops);
    return refused ? 'settled' : 'changed';
  }

  /** Applies all ops or none. True when one was refused; the finding then says why. */
  private accept(finding: Finding, ops: readonly Op[], status: Finding['status']): boolean {
    const reported: ReportedOp[] = [];
    const files = this.files.fork();
    const unwritable = status === 'suppressed' ? undefined : files.apply(finding.files ?? []);
    if (unwritable) {
      finding.status = 'manual';
      finding.refusal = unwritable;
      return true;
    }
    for (const [index, op] of ops.entries()) {
      const done = this.workspace.apply(op);
      if ('refusal' in done) {
        if (index > 0) this.restore();
        finding.status = 'manual';
        finding.refusal = done.refusal;
        return true;
      }
      reported.push(...this.reported(finding, op, done));
    }
    this.files = files;
    this.forget(ops);
    finding.ops = [...ops];
    finding.status = status;
    finding.refusal = undefined;
    finding.reportedOps = reported;
    this.accepted.push({ finding, ops });
    return false;
  }

  /** Advice about services that ops change in a way that matters to it is asked for again. */
  private forget(ops: readonly Op[]): void {
    for (const op of ops) {
      const [top, name, key] = splitFile(op.path).path;
      if (top !== 'services' || NO_MATTER_TO_IMAGES.has(key)) continue;
      const service = this.project.service(String(name));
      this.advice.delete(String(name));
      const shared = service ? this.project.sharing(service, typeof key === 'string' ? [key] : []) : [];
      for (const { service: other } of shared) this.advice.delete(other);
    }
  }

  /** Back to the state before an op list that failed half-way. */
  private restore(): void {
    this.workspace = Workspace.open(this.setup.sources);
    this.advice.clear();
    for (const { ops } of this.accepted) for (const op of ops) this.workspace.apply(op);
    this.project = this.read();
  }

  /** Where held ops would go, tried on a copy that nobody writes. */
  private rehearse(finding: Finding, ops: readonly Op[]): ReportedOp[] {
    this.shadow ??= this.workspace.fork();
    const out: ReportedOp[] = [];
    for (const op of ops) {
      const done = this.shadow.apply(op);
      if (!('refusal' in done)) out.push(...this.reported(finding, op, done));
    }
    return out;
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

  private finding(transform: Transform, proposal: Proposal): Finding {
    const suppression = this.ignores.find(transform.id, proposal);
    return {
      ...proposal,
      transform: transform.id,
      identity: identityOf(transform.id, proposal, this.workspace),
      range: this.workspace.spanOf(proposal.path),
      // `held` until it is decided.
      status: suppression ? 'suppressed' : proposal.refusal ? 'manual' : 'held',
      ...(suppression && { suppression }),
      reportedOps: [],
    };
  }

  private propose(transform: Transform): Proposal[] {
    const found = [...transform.find(contextOf(transform, this.project, this.setup, this.advice))];
    // What ran together with a value that is kept may change it.
    const ran = (proposal: Proposal): boolean => this.proofs?.apply(transform.id, proposal).confidence === 'proven';
    const all = found.filter((proposal) => !proposal.ops?.some((op) => this.isKept(transform.id, op)) || ran(proposal));
    return this.honoured.of(all, this.project);
  }

  /** A value that a person typed, or that ran on an Engine, is not asked about again by a later transform: `exec` on a tmpfs, say. */
  private keep(transform: string, ops: readonly Op[]): void {
    for (const op of ops) if (op.op !== 'remove') this.kept.set(placeOf(op), transform);
  }

  private isKept(transform: string, op: Op): boolean {
    const keeper = op.op === 'replace' || op.op === 'remove' ? this.kept.get(placeOf(op)) : undefined;
    return keeper !== undefined && keeper !== transform;
  }

  /** A service that inherits from another which is about to change waits for the next round: it may have nothing left to ask for. */
  private split(open: readonly Proposal[]): { now: Proposal[]; later: Proposal[] } {
    const now: Proposal[] = [];
    const later: Proposal[] = [];
    const waiting = new Set<string>();
    for (const proposal of open) {
      const service = proposal.ops && proposal.services === undefined ? this.project.service(proposal.service) : undefined;
      if (!service || waiting.has(service.name)) continue;
      const keys = touchedServices(proposal.ops!).get(service.name);
      for (const { service: other } of this.project.sharing(service, keys)) waiting.add(other);
    }
    for (const proposal of open) (waiting.has(proposal.service) ? later : now).push(proposal);
    // Services that share each other's text would wait for ever: then the first of them goes ahead.
    if (now.length === 0 && later.length > 0) now.push(later.shift()!);
    return { now, later };
  }

  /** (V5) What was fixed must not be found again in the proven document. */
  private settled(workspace: Workspace): Workspace | undefined {
    const project = workspace.project(this.setup.project);
    // The proven documents are the trees the advice is about: what is known of the images need not be asked again.
    for (const transform of this.setup.transforms) {
      const done = new Map(
        this.accepted.filter(({ finding }) => finding.transform === transform.id).map(({ finding }) => [keyOf(finding), finding]),
      );
      if (done.size === 0) continue;
      for (const proposal of transform.find(contextOf(transform, project, this.setup, this.advice))) {
        const finding = proposal.ops ? done.get(keyOf(proposal)) : undefined;
        // What is written beside the Compose file is not in it, and is found as it was.
        if (finding?.ops?.length === 0) continue;
        if (finding && finding.status !== 'suppressed') return this.withdraw(finding, 'the same finding is still there afterwards');
      }
    }
    return workspace;
  }

  private withdraw(finding: Finding, reason: string): undefined {
    finding.status = 'manual';
    finding.refusal = { code: 'conflict', message: `internal: edit not proven (${reason}); please report it` };
    return undefined;
  }

  /** The slow way, after a proof failed: one finding at a time, each proven; those that cannot be are left to the person. */
  private rebuild(): Workspace {
    let workspace = Workspace.open(this.setup.sources);
    this.files = new SideFiles(this.setup.files, this.setup.sideFiles);
    for (const { finding, ops } of this.accepted) {
      if (finding.status === 'manual') continue;
      const trial = workspace.fork();
      const files = this.files.fork();
      const unwritable = finding.status === 'suppressed' ? undefined : files.apply(finding.files ?? []);
      const refused = unwritable ?? ops.map((op) => trial.apply(op)).find((done) => 'refusal' in done);
      const proven = refused ? { reason: 'it needs a change that was not proven' } : trial.prove();
      if ('workspace' in proven) {
        workspace = trial;
        this.files = files;
      } else this.withdraw(finding, proven.reason);
    }
    const proven = workspace.prove();
    return 'workspace' in proven ? proven.workspace : Workspace.open(this.setup.sources);
  }

  private read(): ComposeProject {
    return this.workspace.project(this.setup.project);
  }
}

type Outcome = 'settled' | 'changed' | 'retry';

/** Whether a change waits for a decision. */
function isOpen(finding: Finding): finding is OpenFinding {
  return finding.status === 'held' && finding.ops !== undefined;
}

function contextOf(transform: Transform, project: ComposeProject, setup: ChainSetup, known: Map<string, Advice>): TransformContext {
  return {
    project,
    preset: setup.preset,
    files: setup.files,
    setting: <T extends Data>(name: string, service?: ComposeService) => setup.setting(transform, name, service?.name) as T,
    advise(service) {
      let advice = known.get(service.name);
      if (!advice) {
        advice = setup.advise(service);
        known.set(service.name, advice);
      }
      return advice;
    },
  };
}

/** What stays the same of a finding when it is found again. */
function keyOf({ service, path, subject }: Draft): string {
  return JSON.stringify(subject === undefined ? [service, path] : [service, listOf(path), subject]);
}

/** The key of a service, or of the top level, that an op is about. */
function placeOf({ path }: Op): string {
  return JSON.stringify(splitFile(path).path.slice(0, 3));
}

/** The list that a path to an item leads to. */
function listOf(path: Path): Path {
  return typeof path.at(-1) === 'number' ? path.slice(0, -1) : path;
}

/** Lists in which ops move items, and maps that they may leave with a single one: what was found there is found anew. */
function movedLists(ops: readonly Op[]): string[] {
  return ops.flatMap((op): string[] => {
    if (op.op === 'remove') return splitFile(op.path).path.length > 3 ? [JSON.stringify(op.path.slice(0, -1))] : [];
    return 'value' in op && Array.isArray(op.value) ? [JSON.stringify(listOf(op.path))] : [];
  });
}

/** Whether ops are about items of such a list or map. */
function isMoved(ops: readonly Op[], moved: ReadonlySet<string>): boolean {
  return ops.some(({ path }) => moved.has(JSON.stringify(listOf(path))) || moved.has(JSON.stringify(path.slice(0, -1))));
}
