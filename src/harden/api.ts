import type { FileSource } from '../compose/file-source';
import type { ComposeProject } from '../compose/project';
import type { ComposeService } from '../compose/service';
import type { Evaluated } from '../compose/types';
import type { ServiceDescription } from '../images/explain-service';
import type { Inspected } from '../images/image-config';
import type { OwnedData } from '../images/owned';
import type { Advice } from '../images/types';
import type { Data } from '../yaml/types';
import type { NetworkChange } from './networks';
import type { OverrideTarget } from './override/target';
import type { PrivilegeComparison } from './privileges';
import type { Profile } from './profiles';
import type { IgnoreRule } from './suppress';
import type { OptionSpec, Preset, Transform } from './transform';
import type { Confidence, FileChange, FileResult, Finding } from './types';

export type { OverrideTarget } from './override/target';

/** Settings of transforms by id and option: for all services, and for single ones, which win. */
export interface Settings {
  transforms?: Readonly<Record<string, Readonly<Record<string, Data>>>>;
  services?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Data>>>>>>;
}

/** Which transforms run for one service, other than for all. */
export interface ServiceSelection {
  /** Transform ids that leave it alone. */
  skip?: readonly string[];
  /** Transform ids that run for it whatever they do for others. */
  also?: readonly string[];
}

/** What a run takes into account. Every field has a default; unknown names are the caller's to check (`UsageError`). */
export interface RunOptions {
  /**
   * Who runs batten, where that decides what is meant: `platform` = a service that deploys the files of its users. All other options count before
   * what follows from it. Default none: a person over their own files.
   */
  profile?: Profile;
  /** The least confidence that is applied. Default `generic`. */
  confidence?: Confidence;
  /** Which transforms run, and how far they go. Default `recommended`. */
  preset?: Preset;
  /** Transform ids to run; default all of the preset. */
  only?: readonly string[];
  /** Transform ids to leave out. */
  skip?: readonly string[];
  /** Transform ids to run beside those of the preset. */
  also?: readonly string[];
  /** What is different for single services, by name. */
  perService?: Readonly<Record<string, ServiceSelection>>;
  /** What a configuration file sets. */
  settings?: Settings;
  /** Findings to ignore, with a reason, as a configuration file names them. Default none. */
  ignores?: readonly IgnoreRule[];
  /**
   * What becomes of files beside the Compose file: `write` = they can be written; `patch` = all but secrets can be part of the result;
   * `none` = a change that needs one is left to the person. Default `write` with a directory.
   */
  sideFiles?: 'write' | 'patch' | 'none';
  /** An override file that takes the changes; all files of the project are left alone, and what no override can do becomes `manual`. */
  override?: OverrideTarget;
  /** Service names to change; default all. */
  services?: readonly string[];
  /** True when the result will be written: findings are then `fixed` instead of `would-fix`. */
  apply?: boolean;
  /** Whether `# batten: ignore[id]` comments count. Default true. */
  inlineIgnores?: boolean;
  /** Findings to leave as they are, by the file they are in and their identity; they are then `held`, and are not asked about. Default none. */
  known?(path: string, identity: string): boolean;
  /**
   * What becomes of each change, asked in the order of the chain: an answer counts before the confidence of the run. Undefined = the
   * confidence decides. An error that it throws ends the run.
   *
   * @param path the file of the project that the finding is in.
   */
  choose?(finding: Finding, path: string): Ruling | undefined;
  /** Whether the result also has each change on its own, for tools that offer them one by one. Default false. */
  changesAlone?: boolean;
  /** Files and directories of saved image configurations (`docker image inspect`, OCI layouts) to take as evidence. Default none. */
  imageConfigs?: readonly string[];
  /** What an Engine said of the images; saved configurations count before it. Default nothing. */
  inspected?: Inspected;
  /** What is known of whom the mounts of a service belong to, by its name. Default nothing. */
  owned?(service: string): OwnedData | undefined;
  /** Whether what is known about images counts; without it everything falls back to rules of thumb. Default true. */
  templates?: boolean;
  /** Whether a proof in `.batten/proof.json` counts. Default true. */
  proof?: boolean;
  /** The key of this person on this machine, with which its own proofs are told from others. Without one a proof is evidence, and proves nothing. */
  proofKey?(): Uint8Array | undefined;
}

/** One input: the path as the person gave it (`-` for standard input) and its text, BOM included. */
export interface Input {
  path: string;
  text: string;
  /**
   * The directory that sibling files are looked up in (`include`, `extends`, override files, `.env`, Dockerfiles). Undefined = look at
   * nothing else.
   */
  directory?: string;
  /**
   * Other files of the project as texts, by path. With a directory they count in place of the files on disk, as an editor has them open, and paths
   * are absolute; without one they are all there is, no disk is looked at, and paths are called from where `path` is.
   */
  texts?: ReadonlyMap<string, string> | Readonly<Record<string, string>>;
  /**
   * Files that Compose merges on top of this one, in order; they are changed where they own a value. Undefined = a standard override file
   * beside this one is taken into account, and left alone.
   */
  overrides?: readonly MergedFile[];
  /** Whether files that this one includes may be changed, too. Default true. */
  changeIncluded?: boolean;
  /** Where sibling files are read from; undefined = the file system. Override files then have to be named. */
  files?: FileSource;
}

/** A file that is merged into another. */
export interface MergedFile {
  path: string;
  text: string;
  /** Where it is. */
  absolute: string;
  /** Whether it may be changed where it owns a value. Default true. */
  editable?: boolean;
}

/** A finding put to the person: number `index` of `total` (1-based), and the text of its file without and with it. */
export interface Question {
  index: number;
  total: number;
  finding: Finding;
  /** The file of the project it is in. */
  path: string;
  before: string;
  after: string;
  /** What would become of other files: of the project, and beside it. */
  files: FileChange[];
  /** The same with another value, where there is one to edit; a message when the text is no usable value. Good until the next answer. */
  edited?(value: string): Question | { error: string };
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
  /** Skip this and every later finding of the same transform. */
  | { kind: 'skip-transform' }
  /** Skip this and every later guess. */
  | { kind: 'skip-guesses' }
  /** Apply with another value (only where `finding.editable` or `finding.decide` is set). */
  | { kind: 'edit'; value: string }
  /** Leave it and write the ignore comment; `reason` may be empty. */
  | { kind: 'ignore'; reason: string };

/** One project, question by question. Nothing is written by it: `finish()` gives the result, the caller writes it. */
export interface FixSession {
  /** The question at hand; undefined when nothing is left to ask. Findings held by confidence are asked too: a person decides. Of manual ones those are asked that a person can decide (`finding.decide`). */
  current(): Question | undefined;
  /** Answers the question at hand. Returns a message, and changes nothing, when an edited value cannot be used. */
  answer(answer: Answer): { error: string } | undefined;
  /** Takes the last answer back, with all it applied. False when there is none. */
  undo(): boolean;
  /** What becomes of each file of the project, the main one first, with all accepted changes, proven; unanswered findings count as skipped (`held`). May be called at any time. */
  finish(): FileResult[];
}

/** What a person says of changes, in any order. */
export type Ruling =
  | { kind: 'apply' }
  | { kind: 'skip' }
  /** Apply with another value (only where `finding.editable` or `finding.decide` is set). */
  | { kind: 'edit'; value: string }
  /** Leave it and write the ignore comment; `reason` may be empty. */
  | { kind: 'ignore'; reason: string };

/** A change of a plan. */
export interface PlannedChange {
  /** The same as long as the change is: another ruling may make another change of a finding, which then has another key. */
  key: string;
  finding: Finding;
  /** The file of the project it is in. */
  path: string;
  /** What was said of it; undefined = it is open. */
  ruling?: Ruling;
}

/**
 * One project as a plan: all changes at once, to be ruled on in any order. What is open counts as applied from the confidence of the run on,
 * so that the plan shows what is left to do then. Nothing is written by it, and `finish()` applies nothing that was not ruled on.
 */
export interface PlanSession {
  /** The changes in the order of the chain, with what was said of them. */
  changes(): readonly PlannedChange[];
  /** What becomes of each file when what is open turns out as expected: applied from the confidence of the run on. */
  expected(): FileResult[];
  /** Changes as they are put to the person, by key; one that is no more is left out. */
  questions(keys: readonly string[]): ReadonlyMap<string, Question>;
  /** Rules on changes together. Returns a message, and changes nothing, when it cannot be said of all of them. */
  rule(keys: readonly string[], ruling: Ruling): { error: string } | undefined;
  /** Takes the last ruling back. Returns the keys it was about; none when there was none. */
  undo(): readonly string[];
  /** What becomes of each file of the project with what was accepted, proven. May be called at any time. */
  finish(): FileResult[];
}

/** A service of a project, before anything is said of it. */
export interface ServiceSummary {
  name: string;
  image?: Evaluated;
  /** Whether its image is built here. */
  built: boolean;
  /** Whether it mounts something: a volume, a directory, a secret. */
  mounts: boolean;
}

/** What `list` and `explain` show of a transform. */
export interface TransformInfo extends Omit<Transform, 'find'> {
  options: readonly OptionSpec[];
  /** Path of its README inside the package, e.g. `transforms/cap-drop/README.md`. */
  readme: string;
}

/** A project before and after a run, with what is known of the images of its services as they are configured. */
export interface ProjectChange {
  before: ComposeProject;
  after: ComposeProject;
  advise(service: ComposeService): Advice;
}

/** The library as the command line uses it; implemented by src/index.ts. */
export interface Batten {
  /**
   * The whole chain over one project, not asking: what becomes of each of its files, the main one first. Throws `InputError` when a file
   * cannot be understood.
   */
  runProject(input: Input, options?: RunOptions): FileResult[];
  /** The same for a project that is one file: what becomes of that file. Files it includes are left alone. */
  run(input: Input, options?: RunOptions): FileResult;
  /** The same, question by question. Throws `InputError` when the file cannot be understood. */
  session(input: Input, options?: RunOptions): FixSession;
  /** The chain for one project as a plan that a person rules on. Throws as `runProject` does. */
  plan(input: Input, options?: RunOptions): PlanSession;
  /** What is known of one service before anything is proposed; undefined when the file has no such service. Throws `InputError`. */
  describe(input: Input, service: string, options?: RunOptions): ServiceDescription | undefined;
  /** A project as it is read, for what writes it in another form. Throws `InputError`. */
  project(input: Input): ComposeProject;
  /** The services of a project. Throws `InputError`. */
  services(input: Input): readonly ServiceSummary[];
  /** For each service what changes when the way it runs does; see harden/proof. Throws `InputError`. */
  fingerprints(input: Input, texts?: ReadonlyMap<string, string>): ReadonlyMap<string, string>;
  /** Who can reach whom in a project, as it is and as a run would leave it. Throws `InputError`. */
  networks(input: Input, options?: RunOptions): NetworkChange;
  /**
   * What a project may do after a change that it might not before, and the other way round. Undefined = there is no such project on that
   * side. Throws `InputError` when a side cannot be understood.
   */
  privileges(before: Input | undefined, after: Input | undefined): PrivilegeComparison;
  /** A project as it is and as a run would leave it. Throws `InputError`. */
  change(input: Input, options?: RunOptions): ProjectChange;
  transforms(): readonly TransformInfo[];
}
