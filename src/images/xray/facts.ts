import type { FileCapabilitySet } from './file-capabilities';
import type { Condition } from './start/condition';

/*
 * What an image says of itself. Plain data: what is written to JSON is read back as the same. Lists are sorted by path or name, except for what
 * happens one after the other; what does not apply is not there.
 */

/** The version of these facts: fields may be added within one, never changed. */
export const IMAGE_FACTS_VERSION = 1;

/** Where something is in an image. */
export interface Place {
  /** `sha256:…` of the layer, uncompressed. */
  layer: string;
  path: string;
  /** 1-based. */
  line?: number;
}

export interface ImageFacts {
  version: typeof IMAGE_FACTS_VERSION;
  /** `sha256:…` of the configuration: what `docker image ls` calls the ID. */
  id: string;
  /** `linux/arm64/v8` */
  platform: string;
  /** From the bottom to the top; `size` in bytes, uncompressed. */
  layers: { digest: string; size?: number }[];
  config: ImageConfigFacts;
  /** Why there is nothing of its files below: only the configuration was read. */
  withoutFiles?: string;
  os?: OsFacts;
  /** Whom it starts as. */
  user: UserFacts;
  accounts: AccountFacts[];
  groups: GroupFacts[];
  /** Programs that get capabilities when they are executed. */
  fileCapabilities: FileCapabilityFacts[];
  /** Programs that are executed as their owner or group. */
  setuid: SetuidFacts[];
  /** What happens when it starts as it is. */
  start: StartFacts;
  /** What happens when it starts as another user, for an image that starts as root. */
  startAsUser?: StartFacts;
  /** Directories it writes to, volumes, and the one it works in. */
  directories: DirectoryFacts[];
  /** Directories that anybody may write to. */
  worldWritable: DirectoryFacts[];
  /** Programs for health checks and shells that are there. */
  tools: ProgramFacts[];
  /** Well-known servers and interpreters that are there. */
  servers: ProgramFacts[];
  fingerprint: FingerprintFacts;
  /** Texts that may matter and were not kept, as they are too large. */
  unread: (Place & { why: 'size' | 'total' })[];
}

/** What the configuration of the image says. */
export interface ImageConfigFacts {
  user: string;
  entrypoint: string[];
  command: string[];
  /** `NAME=value`, as they are set. */
  environment: string[];
  /** `8080/tcp` */
  exposed: string[];
  volumes: string[];
  workdir: string;
  stopSignal?: string;
  /** As in the image: `['CMD-SHELL', 'curl …']`. */
  healthcheck?: string[];
  labels: { [name: string]: string };
  /** The image at the bottom, where a label says so. */
  base?: { name?: string; digest?: string };
  /** What made each step, from the bottom; steps without a layer too. */
  history: string[];
}

export interface OsFacts {
  id: string;
  version?: string;
  name?: string;
  at: Place;
}

/** A user as numbers, as far as they are known. */
export interface UserFacts {
  /** As it is written: `postgres`, `1000:1000`; empty for root that nobody named. */
  written: string;
  uid?: number;
  gid?: number;
  name?: string;
  home?: string;
  /** Where the name becomes a number. */
  at?: Place;
}

export interface AccountFacts {
  name: string;
  uid: number;
  gid: number;
  home: string;
  shell: string;
  at: Place;
}

export interface GroupFacts {
  name: string;
  gid: number;
  members: string[];
  at: Place;
}

export interface FileCapabilityFacts extends FileCapabilitySet {
  at: Place;
  /** Where the start runs it, or names it. */
  named: Place[];
}

export interface SetuidFacts {
  /** Whose rights a process gets; undefined when only those of the group. */
  uid?: number;
  /** Undefined when only those of the user. */
  gid?: number;
  at: Place;
  named: Place[];
}

/** What happens from the first process on. */
export interface StartFacts {
  /** The user it starts as. */
  uid?: number;
  gid?: number;
  /** The first process and what it becomes: the programs that replace one another, in their order. */
  argv: string[];
  /** Scripts and configurations that say what happens, in the order they are read. */
  scripts: (Place & { digest: string })[];
  steps: Step[];
  /** What could not be followed. While it is empty, `steps` is all there is. */
  notUnderstood: NotUnderstood[];
}

/** Something that is done, and under what. */
export type Step = StepOf & {
  /** The user who does it; undefined when that is not known. */
  as?: number;
  at: Place;
  /** All of it has to hold; nothing is there when it always happens. */
  when?: Condition[];
  /** Whether it happens when the image starts as it is; undefined when that cannot be told. */
  usual?: boolean;
  /** The script says that it may fail, as in `touch FILE || true`. */
  mayFail?: true;
};

/** A path of a container, as far as it can be told. */
export interface PathFacts {
  /** Undefined when it is not known. */
  path?: string;
  /** As it is written, where that is something else. */
  written?: string;
  /** What it is in other configurations. */
  others?: string[];
  /** Variables of the container it hangs on; `$@` is the command. */
  variables?: string[];
}

/** Who somebody becomes, or something is given to. */
export interface OwnerFacts {
  /** As it is written, variables replaced where they are known. */
  written: string;
  uid?: number;
  gid?: number;
  variables?: string[];
}

export type StepOf =
  /**
   * A program is run; `replaces`: it takes the place of the one before. `command`: the command of the image, which a service may replace.
   * `script`: what it does is among the steps.
   */
  | {
      do: 'run';
      program: string;
      path?: string;
      argv: string[];
      replaces?: true;
      background?: true;
      script?: true;
      command?: true;
      server?: string;
    }
  /** Another user from here on. */
  | { do: 'become'; by: string; owner: OwnerFacts }
  | ({ do: 'chown'; by: string; owner: OwnerFacts; recursive?: true } & PathFacts)
  | ({ do: 'chmod'; by: string; mode: string; recursive?: true } & PathFacts)
  /** Something is made or changed. `keepsOwner`: with the owner or the times of what it is a copy of. */
  | ({ do: 'write'; by: string; what: 'file' | 'directory'; keepsOwner?: true } & PathFacts)
  | ({ do: 'remove'; by: string } & PathFacts)
  | ({ do: 'link'; by: string; to: string } & PathFacts)
  /** A file or directory is looked at, for which its directories have to be open. */
  | ({ do: 'look'; by: string; recursive?: true } & PathFacts)
  /** A user or group is made or changed. */
  | { do: 'account'; by: string; name?: string; uid?: number; gid?: number; variables?: string[] };

/** What was not followed, and why. */
export interface NotUnderstood {
  why:
    | 'dynamic' // what is called hangs on something that is not known
    | 'missing' // it is not in the image
    | 'language' // a script in another language
    | 'program' // a program that is not known
    | 'syntax'
    | 'option' // an option or a form that is not read
    | 'unread' // its text was too large to be kept
    | 'cycle'
    | 'limit';
  /** What it is about, as it is written. */
  text: string;
  at: Place;
  as?: number;
  when?: Condition[];
  usual?: boolean;
}

export interface DirectoryFacts {
  path: string;
  /** Where a link leads, when it is one. */
  realPath?: string;
  /** False when the image does not have it: then the Engine makes it, as root. */
  there: boolean;
  uid?: number;
  gid?: number;
  /** `0755` */
  mode?: string;
  /** Files of the image in it or below, which a tmpfs over it would hide. */
  files?: number;
  /** They are links to what processes print, and nothing else: its logs go to Docker. */
  streams?: true;
  /** Why it is listed. */
  why: ('volume' | 'workdir' | 'home' | 'written' | 'owned')[];
  layer?: string;
}

export interface ProgramFacts {
  name: string;
  at: Place;
  /** The program that is behind a link, such as `/bin/busybox`. */
  realPath?: string;
}

/** Hashes that are the same for images that start the same, whatever they are called. */
export interface FingerprintFacts {
  /** Of the entrypoint script alone, without comments and blank lines; undefined when it is no script. */
  entrypoint?: string;
  /** Of all scripts of the start, in their order. */
  scripts?: string;
  /** Of what the configuration says of the start: entrypoint, command, user, work directory, volumes, ports, names of variables. */
  config: string;
}
