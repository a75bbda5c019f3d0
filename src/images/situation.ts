import { covers } from '../compose/container-path';
import type { Mount, Service } from '../compose/types';
import type { Match } from './match';
import type { DataKind, Variant } from './template';
import { parseUidGid, readUser, type UserSetting } from './user';
import type { Version } from './version';

/** A user of a process, as far as it is known. */
export interface Owner {
  uid: number;
  gid?: number;
}

/** What a service's configuration says about how its image runs; the ground every verdict stands on. */
export interface Situation {
  /** Root, too, where it cannot be told: what root needs is a superset. */
  start: 'root' | 'user';
  /** Whether the container starts as uid 0; undefined when it cannot be told. */
  startsAsRoot?: boolean;
  user: UserSetting;
  /** The image's own user, `root` or `uid:gid`. */
  imageUser?: string;
  /** The user the container starts as, and the one its main process runs as; undefined for root and where unknown. */
  startOwner?: Owner;
  serviceOwner?: Owner;
  /** Whether a root start hands over to another uid. */
  stepsDown: boolean;
  variant?: Variant;
  version?: Version;
  /** What holds the data; undefined when it cannot be told. */
  data?: DataKind;
  command: 'default' | 'custom';
  entrypoint: 'default' | 'custom';
  init: boolean;
  hostNetwork: boolean;
  fileSecrets: boolean;
  grants: boolean;
}

/** Reads the situation of a service whose image may be unknown. */
export function situationOf(service: Service, match: Match | undefined): Situation {
  const user = readUser(service.user);
  const imageUser = match && shared(match, (variant) => variant.start);
  const runsAs = match && shared(match, (variant) => variant.runs_as);
  const startsAsRoot =
    user.kind === 'unset' ? imageUser && imageUser === 'root' : user.kind === 'maybe-root' ? undefined : user.kind === 'root';
  const start = user.kind === 'user' || (user.kind === 'unset' && startsAsRoot === false) ? 'user' : 'root';
  const startOwner = start === 'root' ? undefined : ownerOf(user, imageUser, runsAs, match?.template.account);
  return {
    start,
    startsAsRoot: typeof startsAsRoot === 'boolean' ? startsAsRoot : undefined,
    user,
    imageUser,
    startOwner,
    serviceOwner: start === 'root' ? (runsAs === undefined ? undefined : parseUidGid(runsAs)) : startOwner,
    stepsDown: start === 'root' && match !== undefined && variantsOf(match).every((variant) => variant.runs_as !== undefined),
    variant: match?.variant,
    version: match?.version,
    data: dataKind(service, match?.template.data ?? []),
    command: commandKind(service.command, match),
    entrypoint: entrypointKind(service.entrypoint, match),
    init: service.init === true || service.init === 'maybe',
    hostNetwork: service.networkMode?.text === 'host' || service.networkMode?.known === false,
    fileSecrets: [...service.secrets, ...service.configs].some((grant) => grant.source === 'file' || grant.source === 'unknown'),
    grants: service.secrets.length + service.configs.length > 0,
  };
}

/** What the variant says; of an unknown variant, what all of them say. */
function shared(match: Match, field: (variant: Variant) => string | undefined): string | undefined {
  const [first, ...others] = variantsOf(match).map(field);
  return others.every((other) => other === first) ? first : undefined;
}

function variantsOf(match: Match): readonly Variant[] {
  return match.variant ? [match.variant] : match.template.variants;
}

function ownerOf(
  user: UserSetting,
  imageUser: string | undefined,
  runsAs: string | undefined,
  account: string | undefined,
): Owner | undefined {
  if (user.kind !== 'user') return imageUser === undefined ? undefined : parseUidGid(imageUser);
  if (user.uid !== undefined) return { uid: user.uid, gid: user.gid };
  const own = runsAs ?? (imageUser === 'root' ? undefined : imageUser);
  return user.name === account && own !== undefined ? parseUidGid(own) : undefined;
}

/**
 * What is mounted at, above or below the data paths. The least comfortable kind wins: a bind mount belongs to whoever made the directory,
 * a new volume to the image's own user. A read-only mount below a data path (a provisioning file) holds no data.
 */
function dataKind(service: Service, paths: readonly string[]): DataKind | undefined {
  if (service.has('volumes_from')) return undefined;
  const holding = service.mounts.filter((mount) => paths.some((data) => holds(mount, data)));
  const kinds = new Set(holding.map((mount) => mount.kind));
  // A source that hangs on a variable is read as a bind mount, which is what it nearly always is and needs the most.
  if (['bind', 'npipe', 'cluster', 'image'].some((kind) => kinds.has(kind as Mount['kind']))) return 'bind';
  if (kinds.has('volume') || kinds.has('anonymous')) return 'volume';
  if (kinds.has('tmpfs') || service.tmpfs.some((entry) => paths.some((data) => covers(entry.target, data) || covers(data, entry.target))))
    return 'tmpfs';
  return 'none';
}

function holds(mount: Mount, data: string): boolean {
  if (mount.target !== '/' && covers(mount.target, data)) return true;
  return covers(data, mount.target) && !mount.readOnly;
}

/** A command keeps the image's own start when it is arguments of the image's program, or when its entrypoint script knows the first word. */
function commandKind(command: readonly string[] | undefined, match: Match | undefined): 'default' | 'custom' {
  const first = command?.[0];
  const rule = match?.template.command;
  if (first === undefined || rule === 'args') return 'default';
  if (rule && (rule.server.includes(first) || (rule.flags && first.startsWith('-')))) return 'default';
  return 'custom';
}

function entrypointKind(entrypoint: readonly string[] | undefined, match: Match | undefined): 'default' | 'custom' {
  if (entrypoint === undefined) return 'default';
  const own = match?.template.entrypoint ?? [];
  return entrypoint.length === 1 && own.includes(entrypoint[0] ?? '') ? 'default' : 'custom';
}
