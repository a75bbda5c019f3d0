import type { Data } from '../yaml/types';
import type { Entry } from './template';
import type { Confidence } from './types';

/**
 * Facts of a template beside what it needs to run hardened: how its health is checked, which variables hold secrets, whether it talks to
 * the Docker Engine, what of the host is its job to see, and where its sources disagree. They are checked like every other field.
 */
export interface TemplateFacts {
  healthcheck?: Entry<HealthCheck | null>[];
  secrets?: SecretVariable[];
  docker_socket?: Entry<DockerSocket>[];
  socket_proxy?: SocketProxy;
  host_access?: HostAccess[];
  conflicts?: Conflict[];
}

/** A check from inside of the container. `null` instead of one: the image has no program to check with, or is a job that ends. */
export interface HealthCheck {
  /**
   * In Compose's list form: `CMD` or `CMD-SHELL` first, `$` already doubled. It asks 127.0.0.1: of `localhost` many clients try ::1 first,
   * and give up where the server listens on IPv4 only. May be left out of a check that is built in, which is never written.
   */
  test?: string[];
  /** Whether the image has this check built in. */
  builtin?: boolean;
  /** What has to be there for it, in words: a program, a port that is switched on, a password. Where it may be missing, the check is a guess. */
  needs?: string;
  /** When a service is sure to have what is needed; undefined = it may always lack it. */
  met?: NeedMet;
  /** What else to know of the check, in words. */
  note?: string;
}

/** All of it has to hold. */
export interface NeedMet {
  /** The version of the image: `>=6`. */
  major?: string;
  /** Nothing in the service asks clients for a password or for TLS. */
  open?: true;
}

/** A variable that holds a secret, and how the same can be read from a file instead. */
export interface SecretVariable {
  /** With `*` it stands for any that fits; `file` then has one too. */
  env: string;
  /** The variable that names a file, or null where the image knows none. */
  file: string | null;
  /** Whether a file that others than its owner may read is refused. */
  private?: boolean;
  /** Another way to keep it out of the environment: `a value of file:///path is read`. */
  instead?: string;
  confidence: Exclude<Confidence, 'proven'>;
  sources: string[];
}

/** What a client wants of the Docker socket; `proxy` = to hold it for the others is its job. */
export interface DockerSocket {
  need: 'needed' | 'optional' | 'none' | 'proxy';
  /** The variable or argument that points it to a proxy, in words for a person. */
  client?: string;
  /** Sections of the Engine's API, as docker-socket-proxy names them. */
  sections?: string[];
  /** How a Compose file can point it to a proxy: the first whose conditions hold. None: it cannot. */
  point?: SocketPointer[];
}

/**
 * A way to point a client to a proxy, by an argument or by variables, in which `HOST` and `PORT` stand for the proxy's. `if` and `unless`
 * name what must and must not be there: the start of an argument (`--providers.docker`), the start of a variable's name (`TRAEFIK_`), or a
 * container path at which something is mounted (`/traefik.toml`; with `*` at its end, one that starts so).
 */
export interface SocketPointer {
  flag?: string;
  env?: Record<string, string>;
  if?: string;
  unless?: string[];
}

/** Something that clients of the Docker socket do, in a word or two and in a phrase, and the sections of the API that it takes. */
export interface SocketUse {
  word: string;
  what: string;
  sections: string[];
  sources: string[];
}

/** How a proxy for the Docker socket is run, for a client that is to lose the socket. */
export interface SocketProxy {
  /** With a tag, so that what was read and run is what starts. */
  image: string;
  port: number;
  /** Sections that are on unless they are switched off. */
  on: string[];
  /** Those of them that every client wants: without a ping or a version, clients cannot agree on the API (`client version … is too new`). */
  always: string[];
  /** Keys of its service in the order in which they are written, beside image, environment, volumes and networks. */
  service: Record<string, Data>;
  /** What clients commonly do, the least first, to choose from where nothing tells what a client asks for. */
  uses: SocketUse[];
  sources: string[];
}

export const HOST_ACCESS_KINDS = [
  'mount',
  'device',
  'network',
  'pid',
  'ipc',
  'uts',
  'cgroup',
  'sysctl',
  'ulimit',
  'apparmor',
  'seccomp',
  'label',
  'systempaths',
  'shm',
] as const;
export type HostAccessKind = (typeof HOST_ACCESS_KINDS)[number];

/** Something of the host that is the image's job to see or to set, so that taking it away breaks the image. */
export interface HostAccess {
  kind: HostAccessKind;
  /** For `mount` and `device` an absolute host path; else the value, such as `host` or `vm.max_map_count=262144`. */
  what: string;
  /** Whether it is only for a feature that not everybody uses. */
  optional?: boolean;
  /** Whether a mount may be read-only. */
  read_only?: boolean;
  confidence: Exclude<Confidence, 'proven'>;
  why: string;
  sources: string[];
}

/** What one side of a disagreement says. */
export interface Reading {
  says: string;
  sources: string[];
}

/** Two readings of the same thing. The safer one is followed: the one with which the service keeps working. */
export interface Conflict {
  /** The field of the template it is about. */
  field: string;
  followed: Reading;
  rejected: Reading[];
  why: string;
}
