import { covers } from '../compose/container-path';
import type { Mount, Service } from '../compose/types';
import { withoutInit } from './commands';
import type { Match } from './match';
import type { OwnImage } from './own-image';
import { shellCommands } from './start-scripts';
import type { DataKind, Template, Variant } from './template';
import { parseUidGid, readUser, type UserSetting } from './user';
import type { Version } from './version';

/** A user of a process, as far as it is known. */
export interface Owner {
  uid: number;
  gid?: number;
}

/** `shell` = a shell that starts the image's own server and nothing else, which hides it from an entrypoint that would step down for it. */
export type CommandKind = 'default' | 'shell' | 'custom';

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
  command: CommandKind;
  entrypoint: 'default' | 'custom';
  /** Whether the image's server is started without the image's own entrypoint, or by a shell in front of it. */
  bypassed: boolean;
  init: boolean;
  hostNetwork: boolean;
  fileSecrets: boolean;
  grants: boolean;
}

/** Reads the situation of a service whose image may be unknown; `own` is what the project itself says of that image. */
export function situationOf(service: Service, match: Match | undefined, own?: OwnImage): Situation {
  const user = readUser(service.user);
  const runsAs = match && shared(match, (variant) => variant.runs_as);
  const image = imageUserOf(match, own);
  const imageUser = image.text;
  const startsAsRoot = user.kind === 'unset' ? image.root : user.kind === 'maybe-root' ? undefined : user.kind === 'root';
  const start = user.kind === 'user' || (user.kind === 'unset' && startsAsRoot === false) ? 'user' : 'root';
  const startOwner = start === 'root' ? undefined : ownerOf(user, imageUser, runsAs, match, own);
  const started = startOf(service, match);
  const entrypoint = own?.ownEntrypoint || replacesStart(service, match) ? 'custom' : started.entrypoint;
  // An entrypoint that the image was given replaces the one that steps down.
  const replaced = (own?.entrypoint ?? own?.ownEntrypoint) !== undefined && entrypoint === 'custom';
  const script = own?.scripts.find((each) => each.stepDown);
  const written = started.command;
  // To an image that does not step down, or is another user already, a shell around its server makes no difference.
  const command = written === 'shell' && (start === 'user' || !match || !variantsOf(match).some(runsAsAnother)) ? 'default' : written;
  const hidden = replaced || command === 'shell';
  return {
    start,
    startsAsRoot,
    user,
    imageUser,
    startOwner,
    serviceOwner: start === 'user' ? startOwner : hidden || runsAs === undefined ? undefined : parseUidGid(runsAs),
    stepsDown:
      start === 'root' &&
      (script !== undefined ||
        inspectedStepsDown(service, own) ||
        (!hidden && match !== undefined && variantsOf(match).every(runsAsAnother))),
    variant: match?.variant,
    version: match?.version,
    data: dataKind(service, match?.template.data ?? []),
    command,
    entrypoint,
    bypassed: written === 'shell',
    init: service.init === true || service.init === 'maybe',
    hostNetwork: service.networkMode?.text === 'host' || service.networkMode?.known === false,
    fileSecrets:
      [...service.secrets, ...service.configs].some((grant) => grant.source === 'file' || grant.source === 'unknown') ||
      readsMountedFile(service),
    grants: service.secrets.length + service.configs.length > 0,
  };
}

/** An image that was looked into becomes another user when it starts as it is. */
function inspectedStepsDown({ entrypoint = [] }: Service, own: OwnImage | undefined): boolean {
  const facts = own?.inspected?.facts;
  if (!facts || entrypoint.join('\0') !== facts.config.entrypoint.join('\0')) return false;
  return facts.start.steps.some((step) => step.do === 'become' && step.owner.uid !== 0 && step.usual !== false);
}

/** A variable names a file that is bind-mounted, which keeps the owner and mode it has on the host: POSTGRES_PASSWORD_FILE, say. */
function readsMountedFile(service: Service): boolean {
  const binds = service.mounts.filter((mount) => mount.kind === 'bind');
  return [...service.environment].some(
    ([name, value]) =>
      /_FILE$|^FILE__/.test(name) &&
      value?.known === true &&
      binds.some((mount) => mount.target !== '' && covers(mount.target, value.text)),
  );
}

/** The user the image starts as: its own USER, else that of the image it is built on. */
function imageUserOf(match: Match | undefined, own: OwnImage | undefined): { text?: string; root?: boolean } {
  if (own?.user) {
    const setting = readUser(own.user.value);
    if (setting.kind === 'root') return { text: 'root', root: true };
    if (setting.kind !== 'user') return {};
    const owner = ownerOf(setting, undefined, undefined, match, own);
    return { text: owner && (owner.gid === undefined ? `${owner.uid}` : `${owner.uid}:${owner.gid}`), root: false };
  }
  if (own?.scratch) return { text: 'root', root: true };
  const start = match && shared(match, (variant) => variant.start);
  return { text: start === 'user' ? undefined : start, root: start === undefined ? undefined : start === 'root' };
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
  match: Match | undefined,
  own: OwnImage | undefined,
): Owner | undefined {
  if (user.kind !== 'user') return imageUser === undefined ? undefined : parseUidGid(imageUser);
  if (user.uid !== undefined) return { uid: user.uid, gid: user.gid };
  const made = own?.accounts.get(user.name ?? '')?.value;
  if (made) return made.uid === undefined ? undefined : { uid: made.uid, gid: user.gid ?? made.gid };
  if (!match || user.name !== match.template.account) return undefined;
  const known = runsAs ?? accountOf(match) ?? (imageUser === 'root' ? undefined : imageUser);
  return known === undefined ? undefined : parseUidGid(known);
}

/** The number of the template's account, where the image has it only for those who want it (`node`). */
function accountOf(match: Match): string | undefined {
  const values = new Set([...variantsOf(match).map((variant) => variant.runs_as), ...match.template.user.map((entry) => entry.value)]);
  const numbers = [...values].filter((value) => typeof value === 'string' && /^\d+:\d+$/.test(value));
  const started = variantsOf(match).every((variant) => variant.start === 'root' && variant.runs_as === undefined);
  return started && numbers.length === 1 ? (numbers[0] ?? undefined) : undefined;
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

function runsAsAnother(variant: Variant): boolean {
  return variant.runs_as !== undefined;
}

/** A command keeps the image's own start when it is arguments of the image's program, or when its entrypoint script knows the first word. */
function commandKind(command: readonly string[] | undefined, match: Match | undefined): CommandKind {
  const first = command?.[0];
  const rule = match?.template.command;
  if (first === undefined || rule === 'args') return 'default';
  if (rule && (rule.server.includes(first) || (rule.flags && first.startsWith('-')))) return 'default';
  return match && rule ? shellKind(shellCommands(command ?? []) ?? [], rule.server, match) : 'custom';
}

/** A shell that starts nothing but the image's own server, maybe several times (to prepare its data, then to serve). */
function shellKind(commands: readonly (readonly string[])[], server: readonly string[], match: Match): CommandKind {
  const [first = [], ...others] = commands;
  const [program = '', ...rest] = first;
  // The entrypoint, called by the shell, sees the server again.
  if (others.length === 0 && match.template.entrypoint?.includes(program)) return commandKind(rest, match);
  return commands.length > 0 && commands.every(([each = '']) => server.includes(each)) ? 'shell' : 'custom';
}

/** Something of the project's is mounted over the script that the image starts with. */
function replacesStart(service: Service, match: Match | undefined): boolean {
  const scripts = match?.template.entrypoint ?? [];
  return [...service.mounts, ...service.configs].some(({ target }) =>
    scripts.some((script) => target === script || (!script.startsWith('/') && target.endsWith(`bin/${script}`))),
  );
}

/**
 * How the service starts what its image is for. An entrypoint of its own is seen through where it comes to the image's own, behind an init
 * process or a shell, or to the image's server (`entrypoint: [redis-server, /x.conf]`), which then runs without what the image does before.
 */
function startOf(service: Service, match: Match | undefined): Pick<Situation, 'entrypoint' | 'command'> {
  const { entrypoint, command } = service;
  if (entrypoint === undefined) return { entrypoint: 'default', command: commandKind(command, match) };
  const custom = { entrypoint: 'custom', command: commandKind(command, match) } as const;
  if (!match) return custom;
  const own = match.template.entrypoint ?? [];
  const words = withoutInit([...entrypoint, ...(command ?? [])]);
  const [program = '', ...rest] = words;
  if (own.includes(program)) return { entrypoint: 'default', command: commandKind(rest.length === 0 ? undefined : rest, match) };
  const servers = serversOf(match.template);
  const kind = servers.includes(program) ? 'shell' : shellKind(shellCommands(words) ?? [], servers, match);
  return kind === 'custom' ? custom : { entrypoint: 'default', command: kind };
}

/** The programs that an image is there to run; of one that takes arguments only, the one that is called like it. */
function serversOf({ command, family, role }: Template): readonly string[] {
  if (role === 'runtime') return [];
  const named = command === 'args' ? [family] : (command?.server ?? []);
  return named.flatMap((name) => [name, `/usr/local/bin/${name}`, `/usr/bin/${name}`, `/usr/sbin/${name}`, `/usr/local/sbin/${name}`]);
}
