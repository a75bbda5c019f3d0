import { splitFile } from '../compose/file-path';
import type { PlannedChange, PlanSession, Question, Ruling } from './api';
import type { ChainResult, ChainSetup, Decision, Pending } from './chain';
import { changeKey } from './change-key';
import { atLeast } from './confidence';
import { editableOf } from './edited';
import { questionOf } from './question';
import { fileResults } from './result';
import { decisionFor, NEEDS_VALUE, start } from './session';
import type { Confidence, FileResult, Finding } from './types';

/** A run of the chain under the rulings there are. */
interface Run {
  changes: PlannedChange[];
  result: ChainResult;
}

/** Changes that were ruled on together, and how. */
interface Act {
  keys: Set<string>;
  ruling: Ruling;
}

/**
 * A chain that a person looks at as a whole and answers in any order. A ruling belongs to a change as it was seen: when another ruling makes
 * another change of it, the new one is open. What is open counts as applied from a confidence on, so that later transforms show what they
 * would do then; nothing that is open is ever written.
 */
export class PlannedFix implements PlanSession {
  private readonly acts: Act[] = [];
  private cached: Run | undefined;

  constructor(
    private readonly setup: ChainSetup,
    private readonly least: Confidence,
  ) {}

  changes(): readonly PlannedChange[] {
    const { changes } = this.current();
    const rulings = this.rulings();
    return changes.map((change) => ({ ...change, ruling: rulings.get(change.key) }));
  }

  expected(): FileResult[] {
    return fileResults(this.setup, this.current().result);
  }

  questions(keys: readonly string[]): ReadonlyMap<string, Question> {
    const wanted = new Map(keys.map((key, index) => [key, index + 1]));
    const found = new Map<string, Question>();
    this.play((pending, key) => {
      const index = wanted.get(key);
      // Its texts are made now: the chain goes on and changes the documents.
      if (index !== undefined) found.set(key, frozen(pending, index, keys.length));
    });
    return found;
  }

  rule(keys: readonly string[], ruling: Ruling): { error: string } | undefined {
    const chosen = this.current().changes.filter(({ key }) => keys.includes(key));
    if (ruling.kind === 'ignore' && this.setup.override) {
      return { error: 'the file is left as it is, so no comment can be written into it' };
    }
    if (ruling.kind === 'edit') {
      for (const { finding } of chosen) {
        const value = editableOf(finding);
        if (!value) return { error: 'this change has no value to edit' };
        const rebuilt = value.rebuild(ruling.value);
        if ('error' in rebuilt) return rebuilt;
      }
    }
    if (ruling.kind === 'apply' && chosen.some(({ finding }) => !finding.ops)) return { error: NEEDS_VALUE };
    const expected = (change: PlannedChange): boolean => ruling.kind === (this.isSure(change.finding) ? 'apply' : 'skip');
    const before = this.rulings();
    const act = { keys: new Set(keys), ruling };
    this.acts.push(act);
    // What was taken for granted changes nothing.
    if (chosen.every((change) => expected(change) && !before.has(change.key))) return undefined;
    this.cached = undefined;
    if (keys.length > 1) this.complete(act, chosen);
    return undefined;
  }

  /**
   * One answer for several changes of a transform is for all of them, also where one makes something else of the next: the last item of a list
   * takes the list along.
   */
  private complete({ keys }: Act, chosen: readonly PlannedChange[]): void {
    const same = ({ finding, path }: PlannedChange): string => JSON.stringify([path, finding.identity, finding.confidence]);
    if (new Set(chosen.map(({ finding }) => finding.transform)).size !== 1) return;
    const meant = new Set(chosen.map(same));
    for (let round = 0; round < chosen.length; round++) {
      const more = this.current().changes.filter((change) => !keys.has(change.key) && meant.has(same(change)));
      if (more.length === 0) return;
      for (const { key } of more) keys.add(key);
      this.cached = undefined;
    }
  }

  undo(): readonly string[] {
    const last = this.acts.pop();
    if (last) this.cached = undefined;
    return [...(last?.keys ?? [])];
  }

  finish(): FileResult[] {
    return fileResults(this.setup, this.play(undefined, { kind: 'hold' }).result);
  }

  private current(): Run {
    this.cached ??= this.play();
    return this.cached;
  }

  private rulings(): Map<string, Ruling> {
    return new Map(this.acts.flatMap(({ keys, ruling }) => [...keys].map((key) => [key, ruling] as const)));
  }

  private isSure({ confidence, ops }: Finding): boolean {
    return ops !== undefined && atLeast(confidence, this.least);
  }

  /** @param open what becomes of a change without a ruling; undefined = what is expected of it. */
  private play(look?: (pending: Pending, key: string) => void, open?: Decision): Run {
    const rulings = this.rulings();
    const seen = new Map<string, PlannedChange>();
    const running = start(this.setup);
    let step = running.next();
    while (!step.done) {
      const pending = step.value;
      const { finding, workspace } = pending;
      const { file } = splitFile(finding.path);
      const key = changeKey(finding);
      seen.set(key, { key, finding, path: workspace.pathOf(file) });
      look?.(pending, key);
      const ruling = rulings.get(key);
      step = running.next(ruling ? decisionFor(ruling, finding) : (open ?? { kind: this.isSure(finding) ? 'apply' : 'hold' }));
    }
    const settled = new Set<Finding>(step.value.findings);
    return { changes: [...seen.values()].filter(({ finding }) => settled.has(finding)), result: step.value };
  }
}

function frozen(pending: Pending, index: number, total: number): Question {
  const { workspace, files } = pending;
  return questionOf({ ...pending, workspace: workspace.fork(), files: files.fork(), finding: { ...pending.finding } }, index, total);
}
