import type { HostAccessKind } from '../facts';
import type { Confidence, EvidenceKind, TmpfsMount } from '../types';

/** Where a hint is known from, as a template names its sources. */
export interface HintSource {
  /** What it is: code, documentation, a report, how somebody configures it, a run. */
  kind: EvidenceKind;
  ref: string;
  detail: string;
}

/**
 * What a hint looks for. All that is given must hold, and of a list one item. `image` and `publishes` tell by a name or a number what an image
 * may be, so they give way to what a template says of the same; what the file says that a service does counts for every image.
 */
export interface HintWhen {
  /** Words of the image's path, each with the sources that speak of it; see `wordsIn`. */
  image?: Readonly<Record<string, readonly string[]>>;
  /** Whether it is only a sign, which gives way to a template. As it is written, a name and a port are, and nothing else is. */
  weak?: boolean;
  /** Families of templates. */
  family?: readonly string[];
  /** Programs that its entrypoint or command runs: `sshd`, or with arguments that must follow, `setpriv --bounding-set*`. */
  runs?: readonly string[];
  /** Programs that its health check runs, in the same form. */
  checks?: readonly string[];
  /** One of these variables is set: `PUID`, `JAVA_*`, `*_JAVA_OPTS`, or `NAME=value` for that value only. */
  env?: readonly string[];
  /** A variable has one of these words in its name, between underscores and in any case: `smtp`, `mail-host`. */
  env_words?: readonly string[];
  /** None of these is: a variable, or a device or mount by its absolute path. */
  lacks?: readonly string[];
  /** A container port, published or exposed: `22`, `53/udp`. */
  publishes?: readonly string[];
  /** A device, as a path of the host or of the container, or something below it. */
  device?: readonly string[];
  /** A mount at this container path or below it. */
  mounts?: readonly string[];
  cap_add?: readonly string[];
  network?: 'host';
  start?: 'root' | 'user';
  config?: HintConfig;
}

/** What the configuration that the project mounts into a service switches on. */
export interface HintConfig {
  /** Container paths of files or directories. */
  at: readonly string[];
  /** Only lines below a header such as `[[inputs.ping]]`, up to the next one. */
  section?: string;
  /** A line in its plain form (see `plainLines`), in which `*` stands for any text and `<1024` for a smaller number; without any, the section is enough. */
  line?: readonly string[];
  /** Lines that take it back, in the same place. */
  unless?: readonly string[];
}

/** Something of the host that is a service's job to see or to set. */
export interface HintHostAccess {
  kinds: readonly HostAccessKind[];
  /** Only for these values; host paths stand for what is below them. */
  what?: readonly string[];
  need: 'needed' | 'optional';
  read_only?: boolean;
}

/** What follows for the service. */
export interface HintSays {
  /** Capabilities it keeps: used by a root process, or by programs that have them as file capabilities. */
  capabilities?: readonly string[];
  /** Something in it gains privileges when it is executed. */
  no_new_privileges?: false;
  /** It has to start as root. */
  user?: null;
  /** It writes into the image. */
  read_only?: false;
  /** Mounts that a read-only service needs beside the usual ones. */
  tmpfs?: readonly TmpfsMount[];
  /** Mounts out of which it loads programs or libraries. */
  exec?: readonly string[];
  privileged?: 'needed';
  host_access?: readonly HintHostAccess[];
  /** `refused` = it must be the first process itself; `present` = it has an init process. */
  init?: 'refused' | 'present';
  /** It keeps a thread for each client or job. */
  threads?: true;
  /** It calls out. */
  egress?: 'unknown';
}

/** A rule of thumb about a kind of image or program: templates/hints/*.yaml, validated. */
export interface Hint extends HintSays {
  id: string;
  /** One of these holds. */
  when: readonly HintWhen[];
  confidence: Exclude<Confidence, 'proven' | 'known'>;
  /** One sentence without a full stop. */
  why: string;
  breaks?: string;
  sources: readonly string[];
}

/** All hints, with the sources that any of them names. */
export interface HintTable {
  sources: Readonly<Record<string, HintSource>>;
  hints: readonly Hint[];
}
