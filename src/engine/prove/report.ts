import type { CisRow } from '../cis';
import type { EngineFacts } from '../client/types';
import type { Failure } from '../observe/types';
import type { Reach } from '../trial/withheld';
import type { Unexercised } from './exercise';

/** What became of one transform of a service. */
export interface ProvenChange {
  transform: string;
  /**
   * `proven`: it ran, as proposed, and what it concerns was exercised. `relaxed`: the same with a milder value. `ran`: it ran, and that was not exercised.
   * `left-out`: it does not work. `untried`: it changes nothing a trial can see, such as a published address.
   */
  outcome: 'proven' | 'relaxed' | 'ran' | 'left-out' | 'untried';
  plan: string;
  /** The plans of all that it changes in the service. */
  plans: string[];
  /** What each of them is, whatever it is called; see `hashOfChange`. */
  hashes: string[];
  /** What it concerns and was not exercised; where it only ran. */
  unexercised?: Unexercised[];
  /** The value that ran, where the transform has one. */
  value?: string;
  /** The value that was proposed, where another one ran. */
  proposed?: string;
  why?: Failure;
}

export interface ProvenService {
  name: string;
  image: string;
  imageId: string;
  digest?: string;
  /**
   * `proven`: works with its changes. `ran`: runs with them, and was not exercised: it was not given what it works with, or nothing was asked of it. `unchanged`: nothing to change, and it works. `own-fault`: it does not work even before. `unsteady`: it
   * does not do the same each time, as it is or hardened, so nothing is said of its settings. `failed`: no settings were found.
   */
  status: 'proven' | 'ran' | 'unchanged' | 'own-fault' | 'unsteady' | 'failed';
  /** Why it does not work. */
  fault?: string;
  changes: ProvenChange[];
  /** What was done with it besides starting it twice. */
  exercised: string[];
  notExercised: string[];
  /** What the trial did not give it. */
  withheld: { reach: Reach; what: string }[];
  /** What was seen before hardening. */
  baseline: { ready?: number; processes: Record<string, number[]>; listening: number[]; stopsWith?: number };
  /** The end of its log in the last trial. */
  log: string;
}

/** One proof of one project; also the JSON report, version 1. */
export interface ProveReport {
  version: 1;
  files: string[];
  engine: EngineFacts;
  compose: string;
  /** Day and time the proof ended, ISO 8601. */
  date: string;
  /** Whether every service works with the settings that were found. */
  works: boolean;
  services: ProvenService[];
  cis: CisRow[];
  /** How the trial differed from the project, and what else should be known. */
  notes: string[];
  /** Runs of the whole stack, and seconds all of it took. */
  runs: number;
  seconds: number;
}

/** Whether a service works in the end: with its changes, whether or not they were exercised, or because there are none. */
export function isWorking({ status }: Pick<ProvenService, 'status'>): boolean {
  return status === 'proven' || status === 'ran' || status === 'unchanged';
}
