import type { SourceFile } from '../../compose/load-project';
import type { ProjectSetting } from '../../compose/project';
import type { ComposeService } from '../../compose/service';
import type { Unseen } from '../../compose/unseen';
import type { Inspected } from '../../images/image-config';
import type { ProjectFiles } from '../../images/project-files';
import type { Advice } from '../../images/types';
import type { Data, Op } from '../../yaml/types';
import type { IgnoreSetup } from '../ignores';
import type { OverrideTarget } from '../override/target';
import type { ProofRead } from '../proof';
import type { SideFileMode, SideFiles } from '../side-files';
import type { Preset, Transform } from '../transform';
import type { Draft, FileChange, Finding, StaleProof, Warning } from '../types';
import type { Workspace } from '../workspace';

/** What happens to a finding that could be fixed. `edit` replaces the finding's own ops when the person edited the value. */
export type Decision = { kind: 'apply'; edit?: { value: string; ops: Op[] } } | { kind: 'hold' } | { kind: 'ignore'; reason: string };

/**
 * A finding that waits for a decision, and the project's documents without it. One without ops waits for a value (`decide`): to apply it without one
 * leaves it to the person.
 */
export interface Pending {
  finding: Finding;
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
