import type { EvidenceKind } from './evidence-kind';
import type { DockerSocket, HostAccessKind, SocketPointer } from './facts';
import type { OperationAdvice } from './operation';
import type { OwnedData } from './owned';

/** How sure a change is, best first. `proven` ran on this Engine; `known` has evidence for this configuration; `generic` is a rule of thumb that rarely breaks; `guess` may well break. */
export const CONFIDENCES = ['proven', 'known', 'generic', 'guess'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

export type { EvidenceKind } from './evidence-kind';

/** Why a value is believed: what kind of source, where it is, and what it says. */
export interface Evidence {
  kind: EvidenceKind;
  ref: string;
  detail: string;
}

/** What a container is for. `client` = drives the Docker socket; `runtime` = a language base image that runs the person's own code. */
export type Role = 'datastore' | 'cache' | 'queue' | 'proxy' | 'web' | 'app' | 'admin' | 'agent' | 'client' | 'runtime' | 'unknown';

/** A believed value. `why` is one sentence for the person; `breaks` says what fails if it is wrong. */
export interface Verdict<T> {
  value: T;
  confidence: Confidence;
  why: string;
  breaks?: string;
  evidence: Evidence[];
}

/** One tmpfs mount a read-only service needs. Absent options are not written. `size` is a Docker size such as `64m`, `mode` octal digits such as `1777`. */
export interface TmpfsMount {
  path: string;
  uid?: number;
  gid?: number;
  mode?: string;
  size?: string;
  exec?: boolean;
}

/** What read-only means for a service: `false` = it cannot be, else the tmpfs mounts it needs. */
export type ReadOnlyAdvice = false | { tmpfs: TmpfsMount[] };

/** What a container port is for. `datastore` and `admin` may go to loopback; `public` must stay; `app` is unknown to the rule. */
export type PortKind = 'datastore' | 'admin' | 'public' | 'app';

/** Whether something of the host is an image's job to see or to set; `optional` = for some uses only. */
export interface HostVerdict extends Verdict<'needed' | 'optional' | 'not-needed' | 'unknown'> {
  /** For a mount: whether reading is enough. */
  readOnly: boolean;
  /** What it needs, as the template says it: the size of the shared memory, for example. */
  what?: string;
}

/** What a client asks of the Docker socket, and how it can be pointed to a proxy instead, for the service as it is configured. */
export interface SocketAdvice {
  need: DockerSocket['need'];
  /** How it is pointed to a proxy, in words; undefined when nobody knows. */
  client?: string;
  sections?: readonly string[];
  /** The way that this service's configuration allows; undefined when the Compose file cannot do it. */
  point?: SocketPointer;
}

/** How a variable that holds a secret can be read from a file instead: `file` names the variable for its path, null where there is none. */
export interface SecretAdvice {
  file: string | null;
  /** Whether a file that others than its owner may read is refused. */
  private: boolean;
  /** Another way to keep it out of the environment. */
  instead?: string;
}

/** Why there is no user to set. */
export interface NoUser extends Verdict<null> {
  /** All that is in the way, where it is a mount of which nobody here can see who owns it. */
  ownerUnseen?: { kind: 'bind' | 'volume'; source: string; target: string };
  /** Whether the image is known to run as whoever its data belongs to. */
  anyOwner?: boolean;
}

/** Everything the transforms ask about one service's image, for the service as it is configured at this moment. */
export interface Advice extends OperationAdvice {
  /** The template's family, e.g. `postgres`, or undefined for an unknown image. */
  family?: string;
  /** What to call the image in a sentence: `PostgreSQL (postgres:16-alpine)`, `acme/api:1`. */
  label: string;
  role: Role;
  /** Which tag variant matched, e.g. `alpine`. */
  variant?: string;
  /** The user the container starts as when `user:` is not set: `root`, `uid[:gid]`, or undefined when unknown. */
  imageUser?: string;
  /** Whether a process of this service, as configured, starts as uid 0: undefined when unknown. */
  startsAsRoot?: boolean;
  /** The `user:` to set; undefined when the image does not allow one or nothing is known. */
  user?: Verdict<string>;
  /** Why there is no `user`, for the report. */
  noUser?: NoUser;
  /** What is known of whom its mounts belong to; undefined when nobody looked. */
  owned?: OwnedData;
  /** The capabilities to add beside `cap_drop: ALL`, sorted, without `CAP_`. */
  capabilities: Verdict<string[]>;
  /** false = it breaks something. */
  noNewPrivileges: Verdict<boolean>;
  readOnly: Verdict<ReadOnlyAdvice>;
  /** What the image wants of a tmpfs at a container path, whether the service has one there or not. */
  tmpfs(path: string): TmpfsMount | undefined;
  /** Whether the service must be able to call out. `value: 'none'` allows an internal network. */
  egress: Verdict<'none' | 'needed' | 'unknown'>;
  /** What a published container port is for. */
  port(containerPort: number, protocol: 'tcp' | 'udp'): Verdict<PortKind>;
  /** The ports its image is known to listen on, unless it is told otherwise. */
  listens: readonly { port: number; protocol?: 'tcp' | 'udp' }[];
  /** Whether `privileged: true` is this image's job (`needed`), known not to be (`not-needed`), or unknown. */
  privileged: Verdict<'needed' | 'not-needed' | 'unknown'>;
  /**
   * Whether something of the host is this image's job: `what` is a host path for `mount` and `device`, else a value such as `host`
   * or `unconfined`; '' asks whether there is anything of that kind.
   */
  hostAccess(kind: HostAccessKind, what: string): HostVerdict;
  /** The digest by which its image was pulled, by a saved configuration of it. */
  readonly digest: Verdict<string> | undefined;
  /** How a variable can be read from a file; undefined when nothing is known, or when the image's own start does not run. */
  secretFile(variable: string): Verdict<SecretAdvice> | undefined;
  /** What it asks of the Docker socket; undefined when nothing is known. Looked up when it is asked for. */
  readonly dockerSocket: Verdict<SocketAdvice> | undefined;
}
