import type { Unseen } from '../compose/unseen';
import type { Position } from '../errors';
import type { Confidence, Evidence } from '../images/types';
import type { Data, Op, Path, Refusal } from '../yaml/types';

export type { Unseen } from '../compose/unseen';
export type { Confidence, Evidence, EvidenceKind } from '../images/types';
export type { Refusal } from '../yaml/types';

export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;
export type Severity = (typeof SEVERITIES)[number];

export type FindingStatus = 'fixed' | 'would-fix' | 'held' | 'manual' | 'suppressed';
export type FileStatus = 'fixed' | 'would-fix' | 'clean' | 'manual' | 'error';

/** 1-based positions in the input. */
export interface Span {
  start: Position;
  end: Position;
}

/** An op as the report shows it: `range` are the input lines it touches. */
export interface ReportedOp {
  op: 'add' | 'append' | 'replace' | 'remove';
  path: (string | number)[];
  /** The file it is in, when that is another one than the finding's. */
  file?: string;
  before?: Data;
  after?: Data;
  range: Span;
}

/** What is wrong with a service and what a change would be, before it is said whether one can be made. */
export interface Draft {
  /** The service the finding is about; for a finding about several, the first. */
  service: string;
  /** All services that change, when there is more than one. */
  services?: string[];
  /** The place the finding points at; the nearest existing ancestor gives the range. */
  path: Path;
  /** What it is about in a list whose items move when one is removed: a capability, a device. Tells it from others there. */
  subject?: string;
  severity: Severity;
  controls: readonly string[];
  /** What is wrong, one sentence without a full stop. */
  message: string;
  /** What would be done, one sentence in the imperative without a full stop. */
  plan: string;
  /** What could break, in words a person can check against their stack; empty when nothing is known to. */
  breaks: string;
  confidence: Confidence;
  evidence: Evidence[];
  /** Credentials that the ops take out of the file: reports never show them. */
  conceal?: readonly Concealed[];
}

/** A change: the ops that mend what is wrong. */
export interface ProposedChange extends Draft {
  ops: Op[];
  decide?: undefined;
  /** Files beside the Compose file that are part of the change. */
  files?: SideFile[];
  /** Set when the change leaves every service that shares the text with the value it had: then they need not ask for it themselves. */
  neutral?: boolean;
  editable?: Editable;
  refusal?: undefined;
}

/** A manual step: why batten makes no change, and what the person can do. */
export interface ManualStep extends Draft {
  refusal: Refusal;
  ops?: undefined;
  /** What a person can decide so that there is a change after all. */
  decide?: Decidable;
}

/** What a transform says: what is wrong and, with it, either a change or a manual step. `refusal` tells the two apart. */
export type Proposal = ProposedChange | ManualStep;

/** What became of looking for a change: the ops, or why there are none. */
export type Attempt = { ops: Op[]; refusal?: undefined } | { refusal: Refusal; ops?: undefined };

/** The one value of a change that a person may edit at the prompt (a user, a list of capabilities, a bind address), as text. */
export interface Editable {
  label: string;
  value: string;
  /** The ops for another value; a message when the text is no usable value. */
  rebuild(value: string): Op[] | { error: string };
  /** What would be done with another usable value, as `plan` says it. */
  describe(value: string): string;
  /** Where the value is the person's to decide: what they are asked, ending in a question mark, and the answers that are offered. */
  question?: string;
  choices?: readonly Choice[];
}

/** An answer that is offered for a value. */
export interface Choice {
  value: string;
  /** It in a word or two, beside its key. */
  word: string;
  /** What it means, a phrase without a full stop. */
  label: string;
  /** `value` is only how the answer begins: the person writes the rest. */
  begins?: boolean;
}

/**
 * A value that no evidence gives and a person can: with it, a manual step becomes a change. It is asked for at a prompt and nowhere else, so that without
 * one the step stays what it is.
 */
export interface Decidable extends Editable, Pick<Draft, 'breaks' | 'evidence'> {
  question: string;
  choices: readonly Choice[];
}

/** A value that no report may show, and the name it goes by. */
export interface Concealed {
  name: string;
  value: string;
}

/**
 * A text file beside the Compose file that a change needs: a secret, a Dockerfile, a line of `.gitignore`. It is written before the
 * Compose file, or not at all.
 */
export interface SideFile {
  /** Relative to the directory of the Compose file, with `/`; never outside of it. */
  path: string;
  /** The new text, from the one that is there (without its BOM; undefined = no such file); or why it cannot be made. Pure. */
  edit(before: string | undefined): string | { refusal: string };
  /** Permissions of a new file, such as `0o600`; an existing one keeps its own. */
  mode?: number;
  /** Holds a secret: its text is never shown, and never part of a patch. */
  secret?: boolean;
}

/** What became of a side file: its text before (undefined = it is new) and after. */
export interface FileChange {
  path: string;
  before: string | undefined;
  after: string;
  mode?: number;
  secret: boolean;
}

/** What silences a finding, and why. */
export interface Suppression {
  by: 'comment' | 'configuration' | 'baseline';
  reason: string;
  /** Where a configuration says so. */
  place?: { file: string; line: number; column: number };
}

/** Something about the ignores of a file, or what it is checked against, that wants looking after. */
export interface Warning {
  code: 'unused-ignore' | 'unknown-transform' | 'expired-ignore' | 'stale-baseline';
  /** A sentence without a full stop. */
  message: string;
  /** Where that is: undefined = in the file itself. */
  file?: string;
  line?: number;
  column?: number;
}

/** A replacement of a stretch of the input. */
export interface TextEdit {
  range: Span;
  text: string;
}

/** What one finding alone would change, and how sure that is then; `file` and `identity` are the finding's. */
export interface Change extends Pick<Draft, 'plan' | 'breaks' | 'confidence'> {
  file: string;
  identity: string;
  /** The files it edits. */
  edited: { file: string; edits: TextEdit[] }[];
}

/** A proposal with its fate. The same object feeds the prompt, the text reports, JSON and SARIF. */
export interface Finding extends Draft, Pick<ProposedChange, 'files' | 'editable'>, Pick<ManualStep, 'decide'> {
  transform: string;
  /** The same for the same finding in another run, whatever was edited elsewhere. Holds no credential. */
  identity: string;
  range: Span;
  status: FindingStatus;
  /** What silences it; set when the status is `suppressed`. */
  suppression?: Suppression;
  /** The ops of a change; where it was applied, those that were. A manual step has none. */
  ops?: Op[];
  /** Why it is left to the person: a manual step, or a change that could not be made. */
  refusal?: Refusal;
  reportedOps: ReportedOp[];
}

/** A service whose proof counts no longer, and why. */
export interface StaleProof {
  service: string;
  reason: string;
}

/** Everything known about one file after a run. */
export interface FileResult {
  /** The path as the person gave it, `-` for standard input. */
  path: string;
  status: FileStatus;
  findings: Finding[];
  /** The text as read (with its BOM), and the text as it would be or was written. Equal when nothing changes. Those of the override file, if there is one. */
  before: string;
  after: string;
  /** The override file that takes the changes instead of the file itself. */
  override?: { path: string; isNew: boolean };
  error?: { code: string; message: string; line?: number; column?: number; hint?: string };
  /** What batten failed by on this file, when that is a fault of its own. */
  cause?: Error;
  /** Side files of the accepted changes, to be written before the file itself. */
  files: FileChange[];
  /** What the person should know and no finding says, e.g. which included file was not followed. */
  notes: string[];
  /** What was not looked at, so that nothing is said about it; undefined = all was. `notes` has files and services of it as well. */
  unseen?: Unseen[];
  /** What its ignores and the like want looked after; undefined = nothing. */
  warnings?: Warning[];
  /** Services whose proof is stale; undefined = none. */
  staleProofs?: StaleProof[];
  /** Each change on its own, when that was asked for. */
  changes?: Change[];
}
