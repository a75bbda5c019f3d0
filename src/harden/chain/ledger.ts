import { splitFile } from '../../compose/file-path';
import type { Path } from '../../yaml/types';
import { atLeast } from '../confidence';
import type { Draft, Finding, Proposal } from '../types';

/** What became of the findings of each transform, in the order in which they were decided. */
export class Ledger {
  readonly findings: Finding[] = [];
  private readonly decided = new Map<string, Map<string, Entry>>();
  private pass = 0;

  /** From here on, what was left to the person may have become a change, and a change that was made may want another one after it. */
  startPass(): void {
    this.pass++;
  }

  /** Whether something remains to be decided of a proposal: it is new, or what was decided earlier was about something else. */
  isOpen(transform: string, proposal: Proposal): boolean {
    const earlier = this.decided.get(transform)?.get(keyOf(proposal));
    if (!earlier) return true;
    if (!proposal.ops || earlier.pass === this.pass || earlier.times > MAX_TIMES) return false;
    const { status, refusal, ops, confidence } = earlier.finding;
    if (status === 'manual') return refusal?.code !== 'not-proven';
    // It may have been held because of a service that shares the text, and has its own now.
    if (status === 'held') return !atLeast(confidence, proposal.confidence);
    return isApplied(earlier.finding) && JSON.stringify(ops) !== JSON.stringify(proposal.ops);
  }

  /** Notes what became of a finding. */
  decide(finding: Finding): void {
    const { transform } = finding;
    const ofTransform = this.decided.get(transform) ?? new Map<string, Entry>();
    this.decided.set(transform, ofTransform);
    const key = keyOf(finding);
    const earlier = ofTransform.get(key);
    // A change that follows another at the same place stands beside it; if it is not made, the other one still is.
    const follows = earlier !== undefined && isApplied(earlier.finding);
    if (earlier && !follows) this.findings[this.findings.indexOf(earlier.finding)] = finding;
    else if (!follows || isApplied(finding)) this.findings.push(finding);
    ofTransform.set(key, {
      finding: follows && !isApplied(finding) ? earlier.finding : finding,
      pass: this.pass,
      times: (earlier?.times ?? 0) + 1,
    });
  }
}

/** How often one place is changed at most: two transforms that undo each other's work would go on for ever. */
const MAX_TIMES = 3;

interface Entry {
  finding: Finding;
  pass: number;
  times: number;
}

export function isApplied({ status }: Finding): boolean {
  return status === 'fixed' || status === 'would-fix';
}

/** What stays the same of a finding when it is found again. */
export function keyOf({ service, path, subject }: Draft): string {
  return JSON.stringify(subject === undefined ? [service, path] : [service, listOf(path), subject]);
}

/** The key of a service, or of the top level, that a path leads to or into. */
export function placeOf(path: Path): string {
  return JSON.stringify(splitFile(path).path.slice(0, 3));
}

/** The list that a path to an item leads to. */
export function listOf(path: Path): Path {
  return typeof path.at(-1) === 'number' ? path.slice(0, -1) : path;
}
