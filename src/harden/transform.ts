import type { ComposeProject } from '../compose/project';
import type { ComposeService } from '../compose/service';
import type { ProjectFiles } from '../images/project-files';
import type { Advice } from '../images/types';
import type { Data } from '../yaml/types';
import type { Proposal, Severity } from './types';

/** Which transforms run, and how far they go: `recommended` keeps what works working; `strict` also takes what a stack may have to be adapted to. */
export const PRESETS = ['recommended', 'strict'] as const;
export type Preset = (typeof PRESETS)[number];

/** One setting of a transform, as a configuration file may give it, for all services or for one. */
export interface OptionSpec {
  name: string;
  type: 'boolean' | 'number' | 'string' | 'list' | 'map';
  /** What it means, in one sentence without a full stop; with the unit and the forms. */
  summary: string;
  /** The words a string may be. */
  choices?: readonly string[];
  default: Data;
  /** The default in the preset `strict`, where that is another. */
  strict?: Data;
  /** The default where a run names the transform itself, where that is another: who names it wants all of it. */
  named?: Data;
}

/** What a transform sees: the project as it is now, with what earlier transforms changed. */
export interface TransformContext {
  project: ComposeProject;
  preset: Preset;
  /** What is known about a service's image, for the service as it is configured now. */
  advise(service: ComposeService): Advice;
  /** The value of one of the transform's own `options`: for the service, else for all, else the default of the preset. */
  setting<T extends Data>(name: string, service?: ComposeService): T;
  /** Files of the project to read; undefined when only a text was given. */
  files?: ProjectFiles;
  /** The text of a file beside the Compose file as accepted changes leave it; undefined when none is about it. */
  beside?(path: string): string | undefined;
}

/** One control: a folder of transforms/, with the README of the same name. */
export interface Transform {
  /** kebab-case; also the folder's name and the id in reports and ignore comments. */
  id: string;
  title: string;
  /** One sentence for lists and tables. */
  summary: string;
  severity: Severity;
  /** Controls it answers, e.g. `CIS 5.4`, `OWASP D#3`. */
  controls: readonly string[];
  /** The mildest preset it runs in; `asked` = only when `--only` or the configuration names it. */
  preset: Preset | 'asked';
  /** What a configuration file may set. */
  options?: readonly OptionSpec[];
  /** Detects and proposes in one go. Never changes the project. */
  find(context: TransformContext): Iterable<Proposal>;
}
