import { splitFile } from '../compose/file-path';
import type { Answer, FixSession, Question, RunOptions } from './api';
import { type ChainResult, type ChainSetup, chain, type Decision, type Pending } from './chain';
import { atLeast } from './confidence';
import { editableOf } from './edited';
import { overriding } from './override/run';
import { questionOf } from './question';
import { fileResults } from './result';
import type { Confidence, FileResult, Finding } from './types';

/** The chain over a project, whose changes go into its files or into an override file. */
export function start(setup: ChainSetup): Generator<Pending, ChainResult, Decision> {
  return setup.override ? overriding(setup, setup.override) : chain(setup);
}

/** Applies what is at or above a confidence and holds the rest, as far as nobody chooses otherwise. @throws InputError */
export function runChain(setup: ChainSetup, least: Confidence, choose?: RunOptions['choose']): ChainResult {
  const running = start(setup);
  let step = running.next();
  while (!step.done) {
    const { finding, workspace } = step.value;
    const { file, path } = splitFile(finding.path);
    const chosen = choose?.({ ...finding, path }, workspace.pathOf(file));
    const sure = (): Decision => ({ kind: atLeast(finding.confidence, least) ? 'apply' : 'hold' });
    step = running.next(chosen ? decisionFor(chosen, finding) : sure());
  }
  return step.value;
}

/** A chain that is answered by a person. Undoing an answer plays all others again: the chain gives the same answers the same result. */
export class Session implements FixSession {
  private readonly answers: Answer[] = [];
  private readonly total: number;
  private replay: Replay;

  constructor(private readonly setup: ChainSetup) {
    this.total = this.countAll();
    this.replay = this.play();
  }

  current(): Question | undefined {
    const { pending, asked } = this.replay;
    return pending && questionOf(pending, asked, Math.max(this.total, asked));
  }

  answer(answer: Answer): { error: string } | undefined {
    const { pending } = this.replay;
    if (!pending) return { error: 'nothing is left to ask' };
    if (answer.kind === 'ignore' && this.setup.override) {
      return { error: `the file is left as it is, so the comment is yours to write: # batten: ignore[${pending.finding.transform}]` };
    }
    if (answer.kind === 'edit') {
      const value = editableOf(pending.finding);
      if (!value) return { error: 'this change has no value to edit' };
      const rebuilt = value.rebuild(answer.value);
      if ('error' in rebuilt) return rebuilt;
    }
    if (isApply(answer) && !pending.finding.ops) return { error: NEEDS_VALUE };
    this.answers.push(answer);
    this.replay.take(answer);
    return undefined;
  }

  undo(): boolean {
    if (this.answers.pop() === undefined) return false;
    this.replay = this.play();
    return true;
  }

  finish(): FileResult[] {
    const replay = this.play();
    while (replay.pending) replay.take({ kind: 'skip' });
    return fileResults(this.setup, replay.result!);
  }

  private play(): Replay {
    const replay = new Replay(start(this.setup));
    for (const answer of this.answers) replay.take(answer);
    return replay;
  }

  private countAll(): number {
    const running = start(this.setup);
    let count = 0;
    for (let step = running.next(); !step.done; step = running.next({ kind: 'apply' })) count++;
    return count;
  }
}

/** One run of the chain, fed with answers; those that stand for several findings are used up here. */
class Replay {
  pending: Pending | undefined;
  result: ChainResult | undefined;
  /** The number of the pending question, from 1. */
  asked = 0;
  private readonly autoTransforms = new Map<string, Confidence>();
  private readonly autoServices = new Map<string, Confidence>();
  private readonly skipped = new Set<string>();
  private skipAll = false;
  private skipGuesses = false;

  constructor(private readonly running: Generator<Pending, ChainResult, Decision>) {
    this.settle(running.next());
  }

  take(answer: Answer): void {
    const { finding } = this.pending!;
    if (answer.kind === 'apply-transform') this.autoTransforms.set(finding.transform, finding.confidence);
    if (answer.kind === 'apply-service') this.autoServices.set(finding.service, finding.confidence);
    if (answer.kind === 'skip-file') this.skipAll = true;
    if (answer.kind === 'skip-transform') this.skipped.add(finding.transform);
    if (answer.kind === 'skip-guesses') this.skipGuesses = true;
    this.settle(this.running.next(decisionFor(answer, finding)));
  }

  /** Goes on to the next finding that nothing said so far decides. */
  private settle(first: IteratorResult<Pending, ChainResult>): void {
    let step = first;
    for (;;) {
      if (step.done) {
        this.pending = undefined;
        this.result = step.value;
        return;
      }
      this.asked++;
      const decision = this.foregone(step.value);
      if (!decision) {
        this.pending = step.value;
        return;
      }
      step = this.running.next(decision);
    }
  }

  private foregone({ finding }: Pending): Decision | undefined {
    const least = this.autoTransforms.get(finding.transform) ?? this.autoServices.get(finding.service);
    // What was accepted for all of a transform or a service holds when the rest of the file is skipped, as it does on quitting.
    if (least !== undefined && finding.ops && atLeast(finding.confidence, least)) return { kind: 'apply' };
    const skipped =
      this.skipAll ||
      this.skipped.has(finding.transform) ||
      (this.skipGuesses && finding.ops !== undefined && finding.confidence === 'guess');
    return skipped ? { kind: 'hold' } : undefined;
  }
}

/** Why what waits for a value cannot be accepted as it is. */
export const NEEDS_VALUE = 'this is yours to decide: it needs a value';

function isApply({ kind }: Answer): boolean {
  return kind === 'apply' || kind === 'apply-transform' || kind === 'apply-service';
}

/** What the chain is told for an answer; one that also stands for other findings is used up elsewhere. */
export function decisionFor(answer: Answer, finding: Finding): Decision {
  switch (answer.kind) {
    case 'apply':
    case 'apply-transform':
    case 'apply-service':
      return { kind: 'apply' };
    case 'skip':
    case 'skip-file':
    case 'skip-transform':
    case 'skip-guesses':
      return { kind: 'hold' };
    case 'ignore':
      return { kind: 'ignore', reason: answer.reason };
    case 'edit': {
      const rebuilt = editableOf(finding)?.rebuild(answer.value);
      return Array.isArray(rebuilt) ? { kind: 'apply', edit: { value: answer.value, ops: rebuilt } } : { kind: 'hold' };
    }
  }
}
