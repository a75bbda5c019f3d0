import type { ComposeProject } from '../../compose/project';
import type { ComposeService } from '../../compose/service';
import type { ProjectFiles } from '../../images/project-files';
import type { Advice, Confidence, Evidence } from '../../images/types';

/** What the intent of a project is read from; a `TransformContext` is one. */
export interface IntentContext {
  project: ComposeProject;
  advise(service: ComposeService): Advice;
  files?: ProjectFiles;
}

/**
 * Whether two services have to talk: `needed` when something says so, `none` when it is known of both that they do not, `possible` when
 * nothing is known. `confidence` is that of a `none`, and only then says anything.
 */
export interface Need {
  verdict: 'needed' | 'possible' | 'none';
  /** Of `possible`: nothing names the other, but an image may know its address by itself. */
  likely?: true;
  confidence: Confidence;
  /** One sentence without a full stop. */
  why: string;
  evidence: Evidence[];
}

/** One service that calls another, as the file says. */
export interface Call {
  from: string;
  to: string;
  /** Where it is said: `environment DB_HOST`, `depends_on`, `labels of web`, `nginx.conf`. */
  where: string;
  /** False for a mere order of starting. */
  named: boolean;
}

/** A text of a service that may name others. Only `where` is ever shown: the text may hold secrets. */
export interface Saying {
  where: string;
  text: string;
}
