import type { Diagnostic, TextEdit } from 'vscode-languageserver-types';
import type { Confidence, Severity } from '../harden/types';

/** A document that the editor has open. */
export interface OpenDocument {
  uri: string;
  version: number;
  /** What the editor takes it for, such as `yaml` or `dockercompose`. */
  languageId: string;
  text: string;
}

/** What a diagnostic of a finding carries for the actions on it. */
export interface FindingData {
  transform: string;
  service: string;
  /** See `Finding.identity`. */
  identity: string;
  severity: Severity;
  confidence: Confidence;
  /** What would be done; undefined = it is left to the person. */
  plan?: string;
  /** Whether a fix would do it: it is sure enough. */
  sure: boolean;
}

/** Which changes are wanted as edits. */
export type Wanted =
  /** One finding, and nothing else. */
  | { what: 'one'; identity: string }
  /** All findings of a transform that are as sure, as `a` at the prompt. */
  | { what: 'transform'; transform: string; confidence: Confidence }
  /** The comment that ignores a finding. */
  | { what: 'ignore'; identity: string; reason: string }
  /** All that `fix` would do. */
  | { what: 'all' };

/** The edits of one file; `version` undefined = the editor does not have it open. */
export interface FileEdits {
  uri: string;
  version?: number;
  edits: TextEdit[];
}

/** A change as edits. */
export interface Edited {
  files: FileEdits[];
  /** Files that are new. */
  created: { uri: string; text: string }[];
  /** How many findings it mends. */
  count: number;
}

/** A file as `fix` would leave it. */
export interface Hardened {
  uri: string;
  text: string;
}

/** What the analysis is asked. */
export type Question =
  | { kind: 'check'; uri: string }
  | { kind: 'edit'; uri: string; version: number; wanted: Wanted; secondary?: boolean }
  | { kind: 'hover'; uri: string; line: number; character: number }
  | { kind: 'hardened'; uri: string }
  | { kind: 'transforms' };

/** What a completion says of a transform. */
export interface KnownTransform {
  id: string;
  title: string;
  summary: string;
}

/** What there is to say of a document. */
export interface Checked {
  uri: string;
  version: number;
  diagnostics: Diagnostic[];
  /** The files that were read for it, or looked for. */
  read: string[];
}

/** What the analysis is told and asked from the side that talks to the editor. */
export type ToAnalysis =
  | { kind: 'document'; document: OpenDocument }
  | { kind: 'closed'; uri: string }
  /** `day` as 2027-01-31, for ignores that end. */
  | { kind: 'ask'; id: number; day: string; question: Question; slot?: number; stamp?: number };

/** What it answers: undefined = the document is not there any more, or is another now. */
export interface FromAnalysis {
  id: number;
  answer?: unknown;
  /** What went wrong, in a sentence. */
  error?: string;
  /** Set when the answer was not wanted any more. */
  cancelled?: boolean;
}

/** What the analysis is started with. */
export interface AnalysisSetting {
  /** Counters of changes, one for each document (by the slot it is given): a check ends early when its counter has moved on. */
  changes: SharedArrayBuffer;
  /** The key that proofs of this person on this machine are told by. */
  proofKey?: Uint8Array;
}

/** How many counters there are. */
export const SLOTS = 1024;
