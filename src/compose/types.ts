import type { Node } from '../yaml/tree';
import type { Data, Path, Range } from '../yaml/types';

/** A scalar after interpolation. Detection reads `text`; a rewrite keeps `raw`. */
export interface Evaluated {
  /** The value with `${VAR:-default}` replaced by its default and `$$` by `$`; a variable without a default becomes ''. */
  text: string;
  /** The value as written, quotes resolved. */
  raw: string;
  /** False when a variable without a usable default takes part, so that `text` is only a part of the truth. */
  known: boolean;
  /** True when `raw` contains at least one variable. */
  interpolated: boolean;
}

/**
 * Where a service's key comes from. `own` is written on the service; `alias` is written as `key: *anchor`;
 * `merge` comes through `<<`; `extends` comes from another service of the same file.
 */
export type Origin = 'own' | 'alias' | 'merge' | 'extends';

/** One item of a list-like key, with the path at which it is written (only meaningful for `own`). */
export interface Item extends Evaluated {
  path: Path;
  range?: Range;
}

export type MountKind = 'bind' | 'volume' | 'anonymous' | 'tmpfs' | 'npipe' | 'cluster' | 'image';

export interface Mount {
  kind: MountKind;
  /** Host path, or volume name; undefined for anonymous volumes and tmpfs. */
  source?: string;
  /** Container path, cleaned (no trailing slash, no `.` or `..`). */
  target: string;
  readOnly: boolean;
  /** The options of the short syntax as written (`ro,z`), or of the long one reduced to the same words. */
  options: string[];
  long: boolean;
  /** The short syntax as written. */
  raw?: string;
  /** The long syntax as written. */
  map?: { readonly [key: string]: Data };
  /** False when the source or target hangs on a variable without a default. */
  known: boolean;
  path: Path;
  range?: Range;
}

export interface TmpfsEntry {
  /** Cleaned container path. */
  target: string;
  options: string[];
  /** The item as written. */
  raw?: string;
  path: Path;
}

export type Protocol = 'tcp' | 'udp' | 'sctp';

export interface Port {
  /** The container port or range, as digits: `80`, `3000-3002`. */
  target: string;
  /** The host port or range; undefined = chosen by Docker. */
  published?: string;
  /** The bind address without brackets; undefined = all interfaces. */
  hostIp?: string;
  protocol: Protocol;
  mode?: string;
  long: boolean;
  /** The short form as written. */
  raw: string;
  /** False when a variable without a default takes part in it. */
  known: boolean;
  path: Path;
  range?: Range;
}

export interface NetworkRef {
  name: string;
  aliases: string[];
}

/** Where the text of a variable is: a value of a map or an item of a list, on the service or where it is inherited from. */
export interface Variable {
  name: string;
  node: Node;
  /** Whether it is an item, `NAME=value`. */
  item: boolean;
  /** Whether it is written in an `environment:` of the service itself. */
  own: boolean;
}

/** A secret or config that a service mounts. */
export interface Grant {
  name: string;
  /** Cleaned absolute container path. */
  target: string;
  /** How the top level defines it: `file` is a bind mount; `environment` and `content` are copied into the container. */
  source: 'file' | 'environment' | 'content' | 'external' | 'unknown';
  /** The path of a `file`, as it counts from the project's directory. */
  file?: string;
  /** The text of a `content`. */
  content?: string;
}

/** One service of one file, as Compose would see it: short and long syntaxes, merge keys, aliases and same-file `extends` resolved. */
export interface Service {
  name: string;
  path: Path;
  range: Range;
  /** Keys the service has, wherever they come from. */
  has(key: string): boolean;
  origin(key: string): Origin | undefined;
  /** The effective value as plain data, uninterpolated; undefined when absent. */
  data(key: string): Data | undefined;
  /** The directory that relative paths in a key count from, absolute; undefined = the project's. */
  directory(key: string): string | undefined;
  /** True when the service is a whole service of this file: it has an image or a build, no provider, and nothing external is missing. */
  complete: boolean;
  /** The reason why parts of the service are not in this file (`extends` of another file, …), for refusals. */
  notFollowed?: { reason: string };
  image?: Evaluated;
  build?: { context?: Evaluated; dockerfile?: Evaluated; target?: Evaluated; inline: boolean };
  user?: Evaluated;
  /** Words of the command; a string command is split as Compose does. Undefined = the image's own. */
  command?: string[];
  entrypoint?: string[];
  environment: ReadonlyMap<string, Evaluated | null>;
  labels: ReadonlyMap<string, Evaluated | null>;
  capAdd: Item[];
  capDrop: Item[];
  securityOpt: Item[];
  mounts: Mount[];
  tmpfs: TmpfsEntry[];
  ports: Port[];
  devices: Item[];
  /** Undefined = the implicit default network (unless networkMode is set). */
  networks?: NetworkRef[];
  networkMode?: Evaluated;
  secrets: Grant[];
  configs: Grant[];
  /** Undefined = not set or null. `maybe` when it hangs on a variable without a default. */
  privileged?: boolean | 'maybe';
  readOnly?: boolean | 'maybe';
  init?: boolean | 'maybe';
  /** Names of the services it depends on: depends_on, links, volumes_from, network_mode and ipc/pid `service:`. */
  dependsOn: ReadonlySet<string>;
  containerName?: Evaluated;
  hostname?: Evaluated;
}
