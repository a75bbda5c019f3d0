import type { Position } from '../errors';
import { nearMisses } from './near-misses';
import type { ComposeProject } from './project';

/**
 * Why something was not looked at:
 * - `outside`: it leads out of the repository.
 * - `remote`: it is not on this machine, and nothing is fetched.
 * - `variable`: its name hangs on a variable that is not known.
 * - `unreadable`: it is not there, or cannot be read or understood.
 * - `limit`: there is more of it than is read.
 * - `not-followed`: where it is cannot be told, as with a text from standard input.
 * - `no-such-service`: a service extends one that is not there.
 * - `no-image`: a service has neither an image nor a build, so that what depends on its image is not asked.
 * - `near-miss`: a key is none of Compose's, but close to one.
 */
export type UnseenCode =
  | 'outside'
  | 'remote'
  | 'variable'
  | 'unreadable'
  | 'limit'
  | 'not-followed'
  | 'no-such-service'
  | 'no-image'
  | 'near-miss';

/** Something that a run did not look at, so that nothing is said about it. */
export interface Unseen {
  code: UnseenCode;
  /** A sentence without a full stop. */
  message: string;
  /** What to do about it. */
  hint?: string;
  /** Where that is said: undefined = in the main file. */
  file?: string;
  line?: number;
  column?: number;
  /** The services that were not looked at because of it. */
  services?: string[];
}

/** An unseen file, with its name as another file writes it. */
export interface UnseenFile extends Unseen {
  /** Undefined for one that no file names. */
  written?: string;
}

/** All that is not seen of a project: files, services and keys. */
export function unseenOf(project: ComposeProject): Unseen[] {
  return [...project.gaps, ...withoutImage(project), ...nearMisses(project.files)];
}

/** Of a file that is only merged into others, by its own name, nothing else can be expected; it is said all the same. */
function withoutImage(project: ComposeProject): Unseen[] {
  return project.services.flatMap((service): Unseen[] => {
    if (service.notFollowed || service.complete || service.has('provider')) return [];
    const message = `${service.name} has neither an image nor a build here, so nothing that depends on its image was looked at`;
    const hint = 'where another file says it, name both with -f';
    return [{ code: 'no-image', message, hint, ...project.placeOf(service.path), services: [service.name] }];
  });
}

/** The place of something unseen, as it is kept. */
export function placed(file: string, position: Position): Pick<Unseen, 'file' | 'line' | 'column'> {
  return { file, line: position.line, column: position.column };
}

/** What is said of it in one line. */
export function sayingOf({ message, hint }: Pick<Unseen, 'message' | 'hint'>): string {
  return hint === undefined ? message : `${message}: ${hint}`;
}
