import { processHome } from './machine';

/** How a trial is kept apart from what the person runs. */
export interface TrialOptions {
  /** What the named volumes of a trial hold at first: nothing, or what the person's volumes hold now. */
  volumes: 'fresh' | 'copy';
  /** Directories of the host: copied, mounted read-only, or mounted as the file says. */
  binds: 'copy' | 'ro' | 'as-is';
  /** Whether privileged containers, sockets, devices, namespaces and files of the host are given to the trial. */
  allowPrivileged: boolean;
}

/** The label of everything a trial makes. Its value is the id of the run. */
export const LABEL = 'batten.trial';

/** The label that says where that run is: several machines may share an Engine, and a process number means nothing on another. */
export const HOME_LABEL = 'batten.trial.home';

/** What a trial's projects are called. */
export const PREFIX = 'batten-trial-';

/** The labels of everything a run makes. */
export function labelsOf(id: string): Record<string, string> {
  return { [LABEL]: id, [HOME_LABEL]: processHome() };
}
