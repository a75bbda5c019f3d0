import type { Draft, Refusal, Severity } from '../harden/types';
import type { Op, Path } from '../yaml/types';
import type { DaemonJson } from './daemon-json';
import type { HostFiles } from './files';
import type { Settings } from './settings';
import type { Unit } from './unit';

/** What `docker info` says, as far as a rule asks for it; the names are the Engine's. */
export interface EngineInfo {
  ServerVersion?: string;
  Driver?: string;
  LoggingDriver?: string;
  CgroupVersion?: string;
  CgroupDriver?: string;
  DockerRootDir?: string;
  LiveRestoreEnabled?: boolean;
  ExperimentalBuild?: boolean;
  SecurityOptions?: readonly string[] | null;
  Containers?: number;
  Images?: number;
  Swarm?: { LocalNodeState?: string; Managers?: number; Cluster?: { Spec?: { EncryptionConfig?: { AutoLockManagers?: boolean } } } };
  Warnings?: readonly string[] | null;
}

/** A Docker host as it was read. */
export interface DockerHost {
  files: HostFiles;
  /** The daemon's configuration: where it is on the host, and what it says. */
  daemon: { file: string; isNew: boolean; json: DaemonJson };
  settings: Settings;
  unit?: Unit;
  /** What the Engine says; undefined when it was not asked, or does not answer. */
  info?: EngineInfo;
  /** The most files the daemon that runs may open; undefined when that is not known. */
  openFiles?: number;
  /** Directory of images, containers and volumes. */
  dataRoot: string;
}

/** What is wrong with a host, and what a change of the daemon's configuration would be, or why there is none. */
export interface HostProposal extends Omit<Draft, 'service' | 'services' | 'path' | 'severity' | 'controls'> {
  /** The file of the host it is about; default the daemon's configuration. */
  file?: string;
  /** Where in the daemon's configuration. Default: none of it. */
  path?: Path;
  /** The line of another file. */
  line?: number;
  /** Default: those of the rule. */
  severity?: Severity;
  controls?: readonly string[];
  ops?: Op[];
  refusal?: Refusal;
}

/** What applying a change asks for, mildest first: nothing, `systemctl reload docker`, or a restart of the daemon. */
export type Takes = 'reload' | 'restart';

/** One check of a host: a file of `src/host/rules/`. */
export interface HostRule {
  /** kebab-case; the id in reports. */
  id: string;
  title: string;
  /** One sentence for lists and tables. */
  summary: string;
  severity: Severity;
  /** Controls it answers: numbers are those of the CIS Docker Benchmark 1.6 and 1.7. */
  controls: readonly string[];
  /** What its change needs to count. */
  takes: Takes;
  /** Detects and proposes in one go. Never changes anything. */
  find(host: DockerHost): Iterable<HostProposal>;
}
