import { cleanContainerPath, parentOf } from '../../compose/container-path';
import { isMap, sorted } from '../../compose/data';
import type { Data } from '../../yaml/types';
import { Accounts } from './accounts';
import type { ImageContents } from './contents';
import {
  type DirectoryFacts,
  IMAGE_FACTS_VERSION,
  type ImageConfigFacts,
  type ImageFacts,
  type OsFacts,
  type Place,
  type StartFacts,
  type UserFacts,
} from './facts';
import { decodeFileCapabilities } from './file-capabilities';
import { directoryNode, type FileNode, FileTree } from './file-tree';
import { hashOf, scriptFingerprint } from './fingerprint';
import type { SourceText } from './start/analysis';
import { followStart } from './start/start';
import { serversIn, toolsIn } from './tools';

/** Directories and programs of one kind that are listed at most. */
const MAX_LISTED = 200;
/** A user no image has. */
const NOBODY_ELSE = 65_530;

/** What an image says of itself: from its configuration alone where its files were not read. Pure, and the same for the same image wherever it came from. */
export function imageFacts(contents: ImageContents): ImageFacts {
  const { id, configuration, layers, withoutFiles } = contents;
  const files = contents.files ?? new FileTree(directoryNode(0, true));
  const layerOf = (node: FileNode): string => layers[node.layer]?.digest ?? '';
  const placeOf = (path: string, line?: number): Place | undefined => {
    const found = files.find(path);
    return found && { layer: layerOf(found.node), path: found.path, ...(line !== undefined && { line }) };
  };
  const config = configFacts(configuration);
  const accounts = new Accounts(files, placeOf);
  const user: UserFacts = accounts.resolve(config.user);
  const at: Place = { layer: id, path: 'config' };
  const input = { config, files, accounts, layers, at };
  const own = followStart(input, user);
  const asUser = user.uid === 0 ? followStart(input, otherUser(own.facts, accounts)) : undefined;
  const starts = [own.facts, ...(asUser ? [asUser.facts] : [])];
  const found = contents.files ? scan(files, layerOf, starts) : NOTHING;
  return {
    version: IMAGE_FACTS_VERSION,
    id,
    platform: [configuration.os, configuration.architecture, configuration.variant]
      .filter((part) => typeof part === 'string' && part !== '')
      .join('/'),
    layers: layers.map(({ digest, size }) => ({ digest, ...(size !== undefined && { size }) })),
    config,
    ...(withoutFiles !== undefined && { withoutFiles }),
    ...osFacts(files, placeOf),
    user,
    accounts: byName(accounts.users),
    groups: byName(accounts.groups),
    fileCapabilities: found.fileCapabilities,
    setuid: found.setuid,
    start: own.facts,
    ...(asUser && { startAsUser: asUser.facts }),
    directories: directories(files, layerOf, config, user, accounts, starts),
    worldWritable: found.worldWritable,
    tools: toolsIn(files, layerOf, config),
    servers: serversIn(files, layerOf),
    fingerprint: fingerprints(config, own.texts),
    unread: found.unread,
  };
}

/** Whom the image would start as with `user:`: the one it becomes anyway, where that is one. */
function otherUser({ steps }: StartFacts, accounts: Accounts): { uid: number; gid: number } {
  const become = steps.flatMap((step) =>
    step.do === 'become' && step.owner.uid !== undefined && step.owner.uid !== 0 ? [step.owner] : [],
  );
  const uids = new Set(become.map(({ uid }) => uid));
  const [uid] = uids;
  if (uids.size !== 1 || uid === undefined) return { uid: NOBODY_ELSE, gid: NOBODY_ELSE };
  return { uid, gid: become[0]!.gid ?? accounts.user(uid)?.gid ?? 0 };
}

function byName<T extends { name: string }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function configFacts(configuration: ImageContents['configuration']): ImageConfigFacts {
  const config = isMap(configuration.config) ? configuration.config : {};
  const labels = isMap(config.Labels)
    ? Object.fromEntries(Object.entries(sorted(config.Labels) as { [key: string]: Data }).map(([key, value]) => [key, String(value)]))
    : {};
  const health = isMap(config.Healthcheck) ? strings(config.Healthcheck.Test) : [];
  const history = Array.isArray(configuration.history) ? configuration.history : [];
  const base = {
    ...(labels['org.opencontainers.image.base.name'] !== undefined && { name: labels['org.opencontainers.image.base.name'] }),
    ...(labels['org.opencontainers.image.base.digest'] !== undefined && { digest: labels['org.opencontainers.image.base.digest'] }),
  };
  return {
    user: text(config.User) ?? '',
    entrypoint: strings(config.Entrypoint),
    command: strings(config.Cmd),
    environment: strings(config.Env),
    exposed: keys(config.ExposedPorts).map((port) => (port.includes('/') ? port : `${port}/tcp`)),
    volumes: keys(config.Volumes).map(cleanContainerPath),
    workdir: cleanContainerPath(text(config.WorkingDir) || '/'),
    ...(text(config.StopSignal) && { stopSignal: text(config.StopSignal) }),
    ...(health.length > 0 && { healthcheck: health }),
    labels,
    ...(Object.keys(base).length > 0 && { base }),
    history: history.flatMap((each) => (isMap(each) && typeof each.created_by === 'string' ? [each.created_by] : [])),
  };
}

function text(data: Data | undefined): string | undefined {
  return typeof data === 'string' ? data : undefined;
}

function strings(data: Data | undefined): string[] {
  return Array.isArray(data) ? data.filter((each): each is string => typeof each === 'string') : typeof data === 'string' ? [data] : [];
}

function keys(data: Data | undefined): string[] {
  return isMap(data) ? Object.keys(data).sort() : [];
}

/** os-release(5) */
function osFacts(files: FileTree, placeOf: (path: string) => Place | undefined): { os?: OsFacts } {
  for (const path of ['/etc/os-release', '/usr/lib/os-release']) {
    const release = files.text(path);
    const at = placeOf(path);
    if (release === undefined || !at) continue;
    const value = (key: string): string | undefined =>
      unquoted(
        release
          .split('\n')
          .find((line) => line.startsWith(`${key}=`))
          ?.slice(key.length + 1)
          .trimEnd(),
      );
    const [id, version, name] = [value('ID'), value('VERSION_ID'), value('PRETTY_NAME')];
    if (id !== undefined) return { os: { id, ...(version && { version }), ...(name && { name }), at } };
  }
  return {};
}

type Scanned = Pick<ImageFacts, 'fileCapabilities' | 'setuid' | 'worldWritable' | 'unread'>;

const NOTHING: Scanned = { fileCapabilities: [], setuid: [], worldWritable: [], unread: [] };

/** What is looked for in every file. */
function scan(files: FileTree, layerOf: (node: FileNode) => string, starts: readonly StartFacts[]): Scanned {
  const out: Scanned = { fileCapabilities: [], setuid: [], worldWritable: [], unread: [] };
  for (const { path, node } of files.below('/')) {
    const at: Place = { layer: layerOf(node), path };
    if (node.kind === 'file' && node.capability) {
      const set = decodeFileCapabilities(node.capability);
      if (set && out.fileCapabilities.length < MAX_LISTED) out.fileCapabilities.push({ ...set, at, named: namedIn(path, files, starts) });
    }
    if (node.kind === 'file' && (node.mode & 0o111) !== 0 && (node.mode & 0o6000) !== 0 && out.setuid.length < MAX_LISTED) {
      const [asUser, asGroup] = [(node.mode & 0o4000) !== 0, (node.mode & 0o2000) !== 0];
      out.setuid.push({ ...(asUser && { uid: node.uid }), ...(asGroup && { gid: node.gid }), at, named: namedIn(path, files, starts) });
    }
    if (node.kind === 'directory' && (node.mode & 0o002) !== 0 && out.worldWritable.length < MAX_LISTED) {
      out.worldWritable.push(directoryFacts(path, files, layerOf, []));
    }
    if (node.withheld && out.unread.length < MAX_LISTED) out.unread.push({ ...at, why: node.withheld });
  }
  return out;
}

/** Where the start runs a program, or has it among the words of another one. */
function namedIn(path: string, files: FileTree, starts: readonly StartFacts[]): Place[] {
  const name = path.replace(/^.*\//, '');
  const places = starts.flatMap(({ steps, notUnderstood }) => [
    ...steps.flatMap((step) => {
      if (step.do !== 'run') return 'by' in step && step.by === name ? [step.at] : [];
      const real = step.path === undefined ? undefined : files.find(step.path)?.path;
      const words = step.argv.some((word) => word.split(/[\s;&|()'"`]+/).some((each) => each === path || each === name));
      return real === path || words ? [step.at] : [];
    }),
    ...notUnderstood.flatMap((each) => (each.text.split(/[\s;&|()'"`]+/).some((word) => word === path || word === name) ? [each.at] : [])),
  ]);
  const distinct = new Map(places.map((place) => [`${place.path}:${place.line ?? 0}`, place]));
  return [...distinct.values()].slice(0, 20);
}

/** Directories that matter to a user, a tmpfs or a volume. */
function directories(
  files: FileTree,
  layerOf: (node: FileNode) => string,
  config: ImageConfigFacts,
  user: UserFacts,
  accounts: Accounts,
  starts: readonly StartFacts[],
): DirectoryFacts[] {
  const why = new Map<string, Set<DirectoryFacts['why'][number]>>();
  const add = (path: string | undefined, reason: DirectoryFacts['why'][number]): void => {
    if (path === undefined || !path.startsWith('/') || /[*?[]/.test(path)) return;
    why.set(path, (why.get(path) ?? new Set()).add(reason));
  };
  for (const volume of config.volumes) add(volume, 'volume');
  for (const path of givenAway(files, user, starts)) add(path, 'owned');
  add(config.workdir, 'workdir');
  add(user.home, 'home');
  for (const { steps } of starts) {
    for (const step of steps) {
      if (step.do === 'become' && step.owner.uid !== undefined) add(accounts.user(step.owner.uid)?.home, 'home');
      if (step.do === 'chown' || step.do === 'chmod') for (const path of pathsOf(step)) add(holder(files, path), 'owned');
      if (step.do === 'write') for (const path of pathsOf(step)) add(step.what === 'directory' ? path : holder(files, path), 'written');
      if (step.do === 'remove' || step.do === 'link') for (const path of pathsOf(step)) add(parentOf(path), 'written');
    }
  }
  return [...why.keys()]
    .sort()
    .slice(0, MAX_LISTED)
    .map((path) => directoryFacts(path, files, layerOf, [...why.get(path)!].sort()));
}

/** The uppermost directories that a user of the start may write to because they belong to it or to its group. */
function givenAway(files: FileTree, user: UserFacts, starts: readonly StartFacts[]): string[] {
  const become = starts.flatMap(({ steps }) => steps.flatMap((step) => (step.do === 'become' ? [step.owner] : [])));
  const who = [user, ...become].filter(({ uid }) => uid !== undefined && uid !== 0);
  const mayWrite = (node: FileNode): boolean =>
    who.some(({ uid, gid }) => node.uid === uid || (node.gid === gid && (node.mode & 0o020) !== 0)) && (node.mode & 0o002) === 0;
  const out: string[] = [];
  if (who.length === 0) return out;
  let last = '/';
  for (const { path, node } of files.below('/')) {
    // What is below one of them comes right behind it.
    if (node.kind !== 'directory' || path.startsWith(`${last}/`) || !mayWrite(node)) continue;
    last = path;
    out.push(path);
    if (out.length >= MAX_LISTED) break;
  }
  return out;
}

function pathsOf({ path, others = [] }: { path?: string; others?: string[] }): string[] {
  return [...(path === undefined ? [] : [path]), ...others];
}

/** A directory itself, for a file the one it is in. */
function holder(files: FileTree, path: string): string {
  const wild = path.search(/[*?[]/);
  const slash = wild < 0 ? -1 : path.lastIndexOf('/', wild);
  const plain = (slash < 0 ? path : path.slice(0, slash)) || '/';
  return files.find(plain)?.node.kind === 'directory' ? plain : parentOf(plain);
}

function directoryFacts(path: string, files: FileTree, layerOf: (node: FileNode) => string, why: DirectoryFacts['why']): DirectoryFacts {
  const found = files.find(path);
  if (found?.node.kind !== 'directory') return { path, there: false, why };
  const { node } = found;
  return {
    path,
    ...(found.path !== path && { realPath: found.path }),
    there: true,
    uid: node.uid,
    gid: node.gid,
    mode: node.mode.toString(8).padStart(4, '0'),
    files: filesBelow(node),
    ...(onlyStreams(node) && { streams: true as const }),
    why,
    layer: layerOf(node),
  };
}

/** `/var/log/nginx`, whose files are links to `/dev/stdout` and `/dev/stderr`. */
function onlyStreams({ children }: FileNode): boolean {
  const inside = [...(children?.values() ?? [])];
  return inside.length > 0 && inside.every(({ kind, link }) => kind === 'symlink' && /^\/(?:dev|proc)\//.test(link));
}

/** Files and links in a directory and below, directories not counted. */
function filesBelow(node: FileNode): number {
  let count = 0;
  const todo = [node];
  for (let next = todo.pop(); next; next = todo.pop()) {
    for (const child of next.children?.values() ?? []) {
      if (child.kind === 'directory') todo.push(child);
      else count++;
    }
  }
  return count;
}

/** The same for a mirror, a renamed image and one that only adds files: names, versions and comments are no part of it. */
function fingerprints(config: ImageConfigFacts, texts: readonly SourceText[]): ImageFacts['fingerprint'] {
  const scripts = texts.map((source) => ({ path: source.realPath, hash: scriptFingerprint(source.text) }));
  // Where the image has no entrypoint, its command is what it starts with.
  const words = config.entrypoint.length > 0 ? config.entrypoint : config.command;
  const named = new Set(words.map((word) => word.replace(/^.*\//, '')));
  const entrypoint = scripts.find(({ path }) => named.has(path.replace(/^.*\//, '')));
  const names = config.environment
    .map((each) => each.split('=')[0]!)
    .filter((name) => name !== 'PATH')
    .sort();
  const { command, exposed, user, volumes, workdir } = config;
  return {
    ...(entrypoint && { entrypoint: entrypoint.hash }),
    ...(scripts.length > 0 && { scripts: hashOf(scripts.map(({ path, hash }) => `${path} ${hash}`).join('\n')) }),
    config: hashOf(JSON.stringify({ entrypoint: config.entrypoint, command, user, workdir, volumes, exposed, names })),
  };
}

/** The text between the quotes, where it has some. */
function unquoted(text: string | undefined): string | undefined {
  return /^(["'])(.*)\1$/.exec(text ?? '')?.[2] ?? text;
}
