import type { Evaluated } from '../compose/types';
import type { Data } from '../yaml/types';
import type { Configuration } from './configuration';
import type { InspectedImage } from './inspected/places';
import type { ScriptFacts } from './script';
import type { Owner } from './situation';
import type { Evidence } from './types';

/** Something that is written in the person's own project, and where. */
export interface Fact<T> {
  value: T;
  evidence: Evidence;
}

/** Capabilities a program file has. `byHand` = a build step gives them, so they are wanted; else a package brings them along. */
export interface FileCapabilities extends Fact<readonly string[]> {
  byHand: boolean;
}

/** What the image of one service is, as far as the project's Dockerfile, its scripts and a saved image configuration say. */
export interface OwnImage {
  source: 'dockerfile' | 'image-config';
  /** The image itself, where it was looked into. */
  inspected?: InspectedImage;
  /** The image at the bottom, as a reference whose unknown variables are still there; undefined when it cannot be told. */
  base?: Fact<string>;
  /** Names of the same image; any of them may have a template. */
  tags: readonly string[];
  /** Whether nothing is below the instructions that were read (`FROM scratch`). */
  scratch: boolean;
  /** The last USER; undefined when the base image decides. */
  user?: Fact<Evaluated>;
  /** Users that are made in the image, by name. */
  accounts: ReadonlyMap<string, Fact<Partial<Owner>>>;
  entrypoint?: Fact<readonly string[]>;
  /** Where a file of the project takes the place of the script the image starts with, whatever that is called. */
  ownEntrypoint?: Evidence;
  command?: Fact<readonly string[]>;
  /** In the form of Compose's `healthcheck:`. */
  healthcheck?: Fact<Data>;
  environment: ReadonlyMap<string, Evaluated>;
  /** `8080/tcp` */
  exposed: readonly Fact<string>[];
  /** Container paths that become anonymous volumes. */
  volumes: readonly Fact<string>[];
  workdir: string;
  /** Capabilities that files of the image are given. */
  fileCapabilities: readonly FileCapabilities[];
  /** Whether file capabilities may come from where nobody looked: an unknown base, files of another image. */
  unseenFiles?: string;
  /** Programs that are installed to be run as root. */
  rootPrograms: readonly Fact<string>[];
  /** sudo without a password, or a program made setuid. */
  setuid?: Fact<string>;
  /** sudo, or another setuid program, is installed; whether it is used is not known. */
  sudo?: Fact<string>;
  /** Where files are given to another user than root. */
  givenAway: readonly Fact<string>[];
  /** The first RUN of the image: from there on it is more than its base. */
  changed?: Evidence;
  /** The scripts it starts with, that could be read, in the order they run. */
  scripts: readonly ScriptFacts[];
  /** What could not be told, one sentence each. */
  unknown: readonly string[];
}

/** What was found for each service, and what the person should know of what was not read. */
export interface ProjectEvidence {
  /** What of its configuration lies in the project, by name of the service. */
  configurations: ReadonlyMap<string, Configuration>;
  /** Container paths of bind mounts whose directory is not there yet, so that Docker makes it and it belongs to root, by name of the service. */
  absent: ReadonlyMap<string, ReadonlySet<string>>;
  /** By name of the service. */
  images: ReadonlyMap<string, OwnImage>;
  notes: readonly string[];
}
