import type { Exercise } from '../exercise';
import type { ProgramFacts } from '../programs';
import type { Hint, HintSource } from './types';

/** A port by which a kind of server is reached, whatever the image is called: `5432`, `53/udp`. */
export interface PortFact {
  port: string;
  kind: 'datastore' | 'public';
  /** What it is for: `PostgreSQL`, `the web`. */
  what: string;
  sources: readonly string[];
}

/** What installing a package puts into an image. */
export interface PackageFact {
  /** Its name in Debian, Alpine, Fedora or SUSE. */
  names: readonly string[];
  /** A daemon that root is meant to run. */
  root?: string;
  /** File capabilities of its programs. */
  file_capabilities?: readonly string[];
  /** A setuid program, which no-new-privileges stops. */
  setuid?: string;
  sources: readonly string[];
}

/** How to write to a server and read it back, told by the name of its process. */
export interface ExerciseFact {
  processes: readonly string[];
  exercise: Exercise;
  sources: readonly string[];
}

/** A setting by which a program is told how much memory to take. */
export interface MemorySetting {
  /** What stands before the number: `-Xmx`, `shared_buffers`. A name may be followed by `=`, `:` or a blank. */
  name: string;
  /** What a number without a suffix counts, in bytes. */
  unit: number;
  sources: readonly string[];
}

/** How much memory those give their services who limit it. */
export interface MemoryFact {
  /** `any` = services of all roles. */
  role: string;
  mebibytes: number;
  /** How many public services were counted. */
  services: number;
  sources: readonly string[];
}

/** What the images of a family have started with: scripts, by the first digits of their fingerprints, or programs of that image alone, by their paths. */
export interface EntrypointFact {
  family: string;
  scripts?: readonly string[];
  programs?: readonly string[];
  sources: readonly string[];
}

/** The tables of templates/hints, each compiled into a file of its own that is read when it is first asked for. */
export interface Tables {
  hints: { sources: Sources; hints: readonly Hint[] };
  ports: { sources: Sources; ports: readonly PortFact[] };
  packages: { sources: Sources; packages: readonly PackageFact[] };
  programs: { sources: Sources; programs: readonly ProgramFacts[] };
  exercises: { sources: Sources; exercises: readonly ExerciseFact[] };
  entrypoints: { sources: Sources; entrypoints: readonly EntrypointFact[] };
  memory: { sources: Sources; memory: readonly MemoryFact[]; settings: readonly MemorySetting[] };
}

export type Sources = Readonly<Record<string, HintSource>>;
export type TableName = keyof Tables;
