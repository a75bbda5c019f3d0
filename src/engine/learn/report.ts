import type { EngineFacts } from '../client/types';
import type { Failure } from '../observe/types';
import type { WrittenDirectory } from '../search/written';
import type { KernelTrace } from '../trace/kernel-trace';
import type { LearnedApparmor } from './apparmor';
import type { LearnedProfile } from './seccomp';
import type { Usage } from './usage';

/** Settings of one service that ran together, from empty volumes, twice. */
export interface Confirmation {
  /** Of `capabilities`, `read_only` and `limits`, what worked. */
  held: string[];
  /** What did not, and why. */
  failed: { what: string; why: Failure }[];
}

/** What was seen of one service, and the tightest settings that follow from it. */
export interface LearnedService {
  name: string;
  image: string;
  /** Why nothing can be said: it does not work as it is. */
  fault?: string;
  /** The processes and the users they act as. */
  processes: Record<string, number[]>;
  listening: number[];
  /** The user all processes have become by themselves. */
  user?: string;
  written: WrittenDirectory[];
  /** A tmpfs for each of those that hides nothing; undefined when something else has to stay writable. */
  tmpfs?: string[];
  /** The least with which it still did everything, found by leaving out one after the other; undefined when that was not tried. */
  capabilities?: string[];
  usage?: Usage;
  limits?: { mem_limit: string; pids_limit: number };
  /** What of these settings ran together; undefined when none did. */
  confirmed?: Confirmation;
  /** Undefined where the kernel could not be asked. */
  trace?: KernelTrace;
  /** A seccomp profile, where one was asked for. */
  seccomp?: LearnedProfile;
  /** An AppArmor profile, where one was asked for. It was not enforced. */
  apparmor?: LearnedApparmor;
  /** Services it talked to, and whether it talked to anybody else. */
  talksTo: string[];
  outside: boolean;
  exercised: string[];
  notExercised: string[];
}

/** One project that was learnt about; also the JSON report, version 1 (schemas/learn.schema.json). */
export interface LearnReport {
  version: 1;
  engine: EngineFacts;
  compose: string;
  date: string;
  /** Whether the kernel was traced; else why not. `lost` events came faster than they could be read. */
  tracing: { traced: boolean; why?: string; lost?: number };
  services: LearnedService[];
  notes: string[];
  runs: number;
}
