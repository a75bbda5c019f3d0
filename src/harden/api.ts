import type { ServiceDescription } from '../images/explain-service';
import type { Confidence, FileResult, Finding, Severity } from './types';

/** What a run takes into account. Every field has a default; unknown names are the caller's to check (`UsageError`). */
export interface RunOptions {
  /** The least confidence that is applied. Default `generic`. */
  confidence?: Confidence;
  /** Transform ids to run; default all that are on. */
  only?: readonly string[];
  /** Transform ids to leave out. */
  skip?: readonly string[];
  /** Service names to change; default all. */
  services?: readonly string[];
  /** True when the result will be written: findings are then `fixed` instead of `would-fix`. */
  apply?: boolean;
  /** Whether `# batten: ignore[id]` comments count. Default true. */
  inlineIgnores?: boolean;
  /** Files and directories of saved image configurations (`docker image inspect`, OCI layouts) to take as evidence. Default none. */
  imageConfigs?: readonly string[];
}

/** One input: the path as the person gave it (`-` for standard input) and its text, BOM included. */
export interface Input {
  path: string;
  text: string;
  /** The directory that sibling files are looked up in (override files, Dockerfiles). Undefined = look at nothing else. */
  directory?: string;
}

/** A finding put to the person: number `index` of `total` (1-based), and the text of the file without and with it. */
export interface Question {
  index: number;
  total: number;
  finding: Finding;
  before: string;
  after: string;
}

export type Answer =
  | { kind: 'apply' }
  | { kind: 'skip' }
  /** Apply this and every later finding of the same transform, at the same or better confidence. */
  | { kind: 'apply-transform' }
  /** Apply this and every later finding of the same service, at the same or better confidence. */
  | { kind: 'apply-service' }
  /** Skip this and everything that is left in the file. */
  | { kind: 'skip-file' }
  /** Apply with another value (only where `finding.editable` is set). */
  | { kind: 'edit'; value: string }
  /** Leave it and write the ignore comment; `reason` may be empty. */
  | { kind: 'ignore'; reason: string };

/** One file, question by question. Nothing is written by it: `finish()` gives the result, the caller writes it. */
export interface FixSession {
  /** The question at hand; undefined when nothing is left to ask. Findings held by confidence are asked too: a person decides. Manual ones are not asked. */
  current(): Question | undefined;
  /** Answers the question at hand. Returns a message, and changes nothing, when an edited value cannot be used. */
  answer(answer: Answer): { error: string } | undefined;
  /** Takes the last answer back, with all it applied. False when there is none. */
  undo(): boolean;
  /** The result with all accepted changes, proven; unanswered findings count as skipped (`held`). May be called at any time. */
  finish(): FileResult;
}

/** What `list` and `explain` show of a transform. */
export interface TransformInfo {
  id: string;
  title: string;
  summary: string;
  severity: Severity;
  controls: readonly string[];
  /** Whether it runs without being asked for. */
  default: boolean;
  /** Path of its README inside the package, e.g. `transforms/cap-drop/README.md`. */
  readme: string;
}

/** The library as the command line uses it; implemented by src/index.ts. */
export interface Batten {
  /** The whole chain over one file, not asking. Throws `InputError` when the file cannot be understood. */
  run(input: Input, options?: RunOptions): FileResult;
  /** The same, question by question. Throws `InputError` when the file cannot be understood. */
  session(input: Input, options?: RunOptions): FixSession;
  /** What is known of one service before anything is proposed; undefined when the file has no such service. Throws `InputError`. */
  describe(input: Input, service: string, options?: RunOptions): ServiceDescription | undefined;
  transforms(): readonly TransformInfo[];
}
