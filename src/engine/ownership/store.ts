import type { ProjectFilesOnDisk } from '../compose/resolve';
import type { Processes, RunningServices } from './stack';
import type { Toolbox, WorkerMount } from './worker';

/**
 * How far a migration is. Each is reached before the next begins, and kept so that it outlives the process:
 *
 * `begun`     what ran is written down; it is being stopped
 * `recorded`  all owners are written down as they were; they are being changed
 * `owned`     they are changed; the Compose file is being written
 * `written`   it is; the stack is being started
 * `done`      it is
 * `undoing`   all of it is being taken back
 * `undone`    it is as it was
 */
export const PHASES = ['begun', 'recorded', 'owned', 'written', 'done', 'undoing', 'undone'] as const;
export type MigrationPhase = (typeof PHASES)[number];

/** A service whose user changes, as it is written. */
export interface MovedService {
  name: string;
  before: string;
  after: string;
}

/** What is known before anything is stopped. */
export interface Begun {
  project: ProjectFilesOnDisk;
  /** What Compose calls it. */
  name: string;
  /** Which Engine it is on. */
  engine: string;
  running: RunningServices;
  services: MovedService[];
}

/** A mount whose owners change, with the number of its record. */
export interface RecordedMount {
  mount: WorkerMount;
  shown: string;
  services: string[];
  toolbox: Toolbox;
  record: number;
  /** How many entries it has. */
  count: number;
}

/** Where a migration is written down, so that what was killed at any moment can be gone on with, or taken back. Each call lasts when it returns. */
export interface MigrationStore extends Processes {
  readonly phase: MigrationPhase;
  readonly begun: Begun;
  readonly mounts: readonly RecordedMount[];
  record(mounts: readonly (Omit<RecordedMount, 'record'> & { packed: Buffer })[]): void;
  packed(record: number): Buffer;
  reach(phase: MigrationPhase): void;
  /** @throws InputError when a file of the project is neither as it was before nor as it is after. */
  checkFiles(way: 'forth' | 'back'): void;
  /** Writes the files of the project that the migration changes, as they are after or were before. */
  writeFiles(way: 'forth' | 'back'): void;
}
