import { dirname } from 'node:path';
import {
  effectiveEntries,
  type Found,
  find,
  isNull,
  type MapNode,
  mergedMaps,
  type Node,
  resolve,
  type ScalarNode,
  type SeqNode,
  toData,
} from '../yaml/tree';
import type { Data, Path, Range } from '../yaml/types';
import { words } from './command';
import { cleanContainerPath } from './container-path';
import { isTrue } from './data';
import { inFile, splitFile } from './file-path';
import { layerOf } from './layer';
import { MergeClash, merge } from './merge';
import { isAppended, kindOfServiceKey } from './merge-kinds';
import { parseLongVolume, parseShortVolume, parseTmpfs } from './mounts';
import { parseLongPort, parseShortPort } from './ports';
import type { ComposeProject, NotFollowed } from './project';
import type { Evaluated, Grant, Item, Mount, NetworkRef, Origin, Port, Service, TmpfsEntry, Variable } from './types';

interface Listed {
  node: ScalarNode | MapNode | SeqNode;
  path: Path;
  own: boolean;
}

/** A place that says something of a key. */
export interface Located {
  node: ScalarNode | MapNode | SeqNode;
  origin: Origin;
  path: Path;
  /** The file of the piece it was found through: for something extended, the file that extends it. */
  file: number;
}

/** What one file says of a service. */
export interface Piece {
  /** The file's index in the project. */
  file: number;
  /** The service's map there, aliases followed. */
  map: MapNode;
  /** What it extends, as that file sees it. */
  parent: ComposeService | undefined;
  notFollowed: NotFollowed | undefined;
}

/** A service read lazily off the tree: what is not asked for is not computed. */
export class ComposeService implements Service {
  readonly path: Path;
  readonly notFollowed: NotFollowed | undefined;
  private readonly cache = new Map<string, unknown>();
  private readonly places = new Map<string, readonly Located[]>();

  constructor(
    readonly name: string,
    /** What the files of the project say of it, the nearest first: the last one of them is where it is defined. */
    readonly pieces: readonly Piece[],
    private readonly project: ComposeProject,
    private readonly onRead?: (key: string) => void,
  ) {
    this.path = inFile(this.home.file, ['services', name]);
    this.notFollowed = pieces.map((piece) => piece.notFollowed ?? piece.parent?.notFollowed).find((reason) => reason !== undefined);
  }

  /** The same service, which tells of each key that is read of it, now or later. */
  watched(onRead: (key: string) => void): ComposeService {
    return new ComposeService(this.name, this.pieces, this.project, onRead);
  }

  /** The service's own map in the file that defines it. */
  get map(): MapNode {
    return this.home.map;
  }

  /** The file that defines it, as an index of the project's files. */
  get file(): number {
    return this.home.file;
  }

  get range(): Range {
    return this.project.rangeOf(this.path);
  }

  has(key: string): boolean {
    return this.locate(key).length > 0;
  }

  /** Where a key is written, or would be when it is new: what ops about it name. */
  at(key: string): Path {
    return inFile(this.locate(key)[0]?.file ?? this.home.file, ['services', this.name, key]);
  }

  /** Where the value of a key is read from, also when it is inherited. */
  source(key: string): Path {
    return this.locate(key)[0]?.path ?? this.path;
  }

  /** The directory that relative paths in a key count from, absolute: that of an included or extended file; undefined = the project's. */
  directory(key: string): string | undefined {
    const { role, absolute } = this.project.files[splitFile(this.source(key)).file]!;
    return (role === 'included' || role === 'extended') && absolute !== undefined ? dirname(absolute) : undefined;
  }

  origin(key: string): Origin | undefined {
    return this.locate(key)[0]?.origin;
  }

  /** What a key comes to, with all places that say something of it merged as Compose does. */
  data(key: string): Data | undefined {
    return this.memo(`data:${key}`, () => {
      const places = this.locate(key);
      if (places.length < 2) return this.nearest(key);
      try {
        return places.reduceRight<Data | undefined>((below, { node }) => merge([key], below, layerOf(node)), undefined);
      } catch (error) {
        // Compose would not load it, so that whatever is said of it is as good.
        if (error instanceof MergeClash) return this.nearest(key);
        throw error;
      }
    });
  }

  /** What the nearest place alone says of a key: what an op at `at(key)` meets. */
  nearest(key: string): Data | undefined {
    const [place] = this.locate(key);
    return place && toData(place.node);
  }

  /** A text of this service with variables replaced as far as they are known. */
  evaluate(raw: string): Evaluated {
    return this.project.evaluate(raw);
  }

  /** The text of a key and where it is written, which through `<<`, an alias or `extends` is elsewhere. */
  written(key: string): { text: string; path: Path } | undefined {
    const node = this.locate(key)[0]?.node;
    const path = node && this.project.pathOf(node);
    return node?.kind === 'scalar' && path ? { text: node.text, path } : undefined;
  }

  /** Whether the map of a key, as its nearest place writes it, has an entry, through no merge key. The entry is named by its keys. */
  ownsEntry(key: string, ...entry: string[]): boolean {
    let node: Node | undefined = this.locate(key)[0]?.node;
    for (const part of entry) {
      const found: Found | undefined = node?.kind === 'map' ? find(node, part) : undefined;
      if (!found || found.via === 'merge') return false;
      node = found.node;
    }
    return node !== undefined;
  }

  /** How many entries or items the nearest place of a key has. */
  sizeOf(key: string): number {
    const node = this.locate(key)[0]?.node;
    return node?.kind === 'map' ? effectiveEntries(node).length : node?.kind === 'seq' ? node.items.length : 0;
  }

  /**
   * Where a key, or an entry below it, still comes from when its nearest place says nothing of it any more: `merge` = a merge key brings it;
   * `further` = what the service extends or another file says it; undefined = from nowhere.
   */
  beneath(key: string, ...entry: string[]): 'merge' | 'further' | undefined {
    const has = (node: Node | undefined): boolean =>
      entry.reduce<Node | undefined>((at, part) => (at?.kind === 'map' ? find(at, part)?.node : undefined), node) !== undefined;
    const [nearest, ...others] = this.locate(key);
    if (nearest && (nearest.origin === 'own' || nearest.origin === 'alias')) {
      const maps = this.pieces.filter(({ file }) => file === nearest.file).flatMap(({ map }) => mergedMaps(map));
      if (maps.some(({ map }) => has(find(map, key)?.node))) return 'merge';
    }
    return others.some(({ node }) => has(node)) ? 'further' : undefined;
  }

  get complete(): boolean {
    return this.memo('complete', () => !this.notFollowed && !this.has('provider') && (this.has('image') || this.has('build')));
  }

  get image(): Evaluated | undefined {
    return this.text('image');
  }

  get build(): Service['build'] {
    return this.memo('build', () => {
      const data = this.data('build');
      if (data === undefined || data === null) return undefined;
      if (typeof data !== 'object' || Array.isArray(data)) return { context: this.evaluate(String(data)), inline: false };
      const part = (key: string): Evaluated | undefined =>
        data[key] === undefined || data[key] === null ? undefined : this.evaluate(String(data[key]));
      return {
        context: part('context'),
        dockerfile: part('dockerfile'),
        target: part('target'),
        inline: data.dockerfile_inline !== undefined,
      };
    });
  }

  get user(): Evaluated | undefined {
    return this.text('user');
  }

  get command(): string[] | undefined {
    return this.memo('command', () => words(this.data('command')));
  }

  get entrypoint(): string[] | undefined {
    return this.memo('entrypoint', () => words(this.data('entrypoint')));
  }

  get environment(): ReadonlyMap<string, Evaluated | null> {
    return this.memo('environment', () => this.pairs('environment'));
  }

  /** Every text that gives a variable a value, the nearest last: also one that another file or a nearer key replaces. */
  get variables(): readonly Variable[] {
    return this.memo('variables', () =>
      this.locate('environment')
        .toReversed()
        .flatMap(({ node, origin }): Variable[] => {
          if (node.kind === 'map') {
            return effectiveEntries(node)
              .filter((entry) => !isNull(resolve(entry.node)))
              .map((entry) => ({ name: entry.key, node: entry.node, item: false, own: origin === 'own' && entry.via === 'own' }));
          }
          if (node.kind !== 'seq') return [];
          return node.items
            .map(({ value }) => ({ name: textOf(value).split('=')[0]!, node: value, item: true, own: origin === 'own' }))
            .filter(({ name, node: value }) => textOf(value).startsWith(`${name}=`));
        }),
    );
  }

  get labels(): ReadonlyMap<string, Evaluated | null> {
    return this.memo('labels', () => this.pairs('labels'));
  }

  get capAdd(): Item[] {
    return this.items('cap_add');
  }

  get capDrop(): Item[] {
    return this.items('cap_drop');
  }

  get securityOpt(): Item[] {
    return this.items('security_opt');
  }

  get devices(): Item[] {
    return this.memo('devices', () =>
      this.listed('devices').flatMap(({ node, path, own }) => {
        const raw = node.kind === 'scalar' ? node.text : deviceText(toData(node));
        return raw === undefined ? [] : [{ ...this.evaluate(raw), path, range: this.rangeIf(own, path) }];
      }),
    );
  }

  get deviceCgroupRules(): Item[] {
    return this.items('device_cgroup_rules');
  }

  get mounts(): Mount[] {
    return this.memo('volumes', () => {
      const all = this.listed('volumes').flatMap(({ node, path, own }) => {
        const { variables } = this.project;
        const parsed = node.kind === 'scalar' ? parseShortVolume(node.text, variables) : parseLongVolume(toData(node), variables);
        if (!parsed) return [];
        // A volume of the top level may be a bind mount in disguise (`driver_opts: { o: bind, device: /srv/data }`).
        const device = parsed.kind === 'volume' && parsed.source !== undefined ? this.project.boundDevice(parsed.source) : undefined;
        const mount: Mount = { ...parsed, path, range: this.rangeIf(own, path) };
        return [device === undefined ? mount : { ...mount, kind: 'bind' as const, source: device }];
      });
      if (this.locate('volumes').length < 2) return all;
      // Of two lists the nearer one decides what is at a container path.
      return all.filter(({ target }, index) => !all.slice(index + 1).some((later) => later.target === target));
    });
  }

  get tmpfs(): TmpfsEntry[] {
    return this.memo('tmpfs', () =>
      this.items('tmpfs').map(({ raw, path }) => ({ ...parseTmpfs(raw, this.project.variables), raw, path })),
    );
  }

  get ports(): Port[] {
    return this.memo('ports', () =>
      this.listed('ports').flatMap(({ node, path, own }) => {
        const parsed =
          node.kind === 'scalar' ? parseShortPort(node.text, this.project.variables) : parseLongPort(toData(node), this.project.variables);
        return parsed ? [{ ...parsed, path, range: this.rangeIf(own, path) }] : [];
      }),
    );
  }

  get networks(): NetworkRef[] | undefined {
    return this.memo('networks', () => {
      const all: NetworkRef[] = [];
      for (const { node } of this.locate('networks').toReversed()) {
        if (node.kind === 'seq') all.push(...node.items.map((item) => ({ name: textOf(item.value), aliases: [] })));
        if (node.kind === 'map') all.push(...effectiveEntries(node).map((entry) => ({ name: entry.key, aliases: aliasesOf(entry.node) })));
      }
      const unique = all.filter(({ name }, index) => all.findIndex((other) => other.name === name) === index);
      return unique.length > 0 ? unique : undefined;
    });
  }

  get networkMode(): Evaluated | undefined {
    return this.text('network_mode');
  }

  get secrets(): Grant[] {
    return this.memo('secrets', () => this.grants('secrets', '/run/secrets/'));
  }

  get configs(): Grant[] {
    return this.memo('configs', () => this.grants('configs', '/'));
  }

  get privileged(): boolean | 'maybe' | undefined {
    return this.flag('privileged');
  }

  get readOnly(): boolean | 'maybe' | undefined {
    return this.flag('read_only');
  }

  get init(): boolean | 'maybe' | undefined {
    return this.flag('init');
  }

  get dependsOn(): ReadonlySet<string> {
    return this.memo('depends_on', () => {
      const names = new Set<string>();
      for (const key of ['depends_on', 'links', 'volumes_from']) {
        const places = this.locate(key).map(({ node }) => toData(node));
        const lists = places.map((data) =>
          Array.isArray(data) ? data.map(String) : data !== null && typeof data === 'object' ? Object.keys(data) : [],
        );
        for (const item of lists.flat()) if (!item.startsWith('container:')) names.add(item.split(':')[0]!);
      }
      for (const key of ['network_mode', 'ipc', 'pid', 'uts', 'cgroup']) {
        const mode = this.text(key)?.text;
        if (mode?.startsWith('service:')) names.add(mode.slice('service:'.length));
      }
      return names;
    });
  }

  get containerName(): Evaluated | undefined {
    return this.text('container_name');
  }

  get hostname(): Evaluated | undefined {
    return this.text('hostname');
  }

  /** Whether keys can come to it from elsewhere in the file: through `<<` or `extends`. */
  get inherits(): boolean {
    return this.pieces.length > 1 || this.extended !== undefined || mergedMaps(this.map).length > 0;
  }

  /** The service that this one extends in the file that defines it. */
  get extended(): ComposeService | undefined {
    return this.home.parent;
  }

  private get home(): Piece {
    return this.pieces.at(-1)!;
  }

  /** Every place that says something of a key, the nearest first. */
  placesOf(key: string): readonly Located[] {
    return this.locate(key);
  }

  // --- reading keys

  /** Where a key's value is, nearest first: on the service, merged into it, and, where Compose merges further, on what it extends. */
  private locate(key: string): readonly Located[] {
    this.onRead?.(key);
    let places = this.places.get(key);
    if (!places) {
      places = this.locateAnew(key);
      this.places.set(key, places);
    }
    return places;
  }

  private locateAnew(key: string): Located[] {
    const out: Located[] = [];
    for (const piece of this.pieces) {
      const { file, parent } = piece;
      const found = find(piece.map, key);
      if (found?.node.tag === '!reset') break;
      if (found) out.push({ node: found.node, origin: found.via, path: inFile(file, ['services', this.name, key]), file });
      if (found?.node.tag === '!override') break;
      if (parent) out.push(...parent.locate(key).map((each): Located => ({ ...each, origin: 'extends', file })));
    }
    // A key without a value in one file leaves what another file says as it is, unless it takes it away.
    const said = this.pieces.length > 1 && kindOfServiceKey([key]) !== 'replace' ? out.filter(({ node }) => !isNull(node)) : out;
    return said.length > 0 ? said : out;
  }

  private text(key: string): Evaluated | undefined {
    return this.memo(`text:${key}`, () => {
      const [found] = this.locate(key);
      return found?.node.kind === 'scalar' && !isNull(found.node) ? this.evaluate(found.node.text) : undefined;
    });
  }

  private flag(key: string): boolean | 'maybe' | undefined {
    const value = this.text(key);
    if (!value) return undefined;
    if (!value.known) return 'maybe';
    return isTrue(value.text);
  }

  private listed(key: string): Listed[] {
    const places = this.locate(key);
    const used = isAppended(key) ? places.toReversed() : places.slice(0, 1);
    return used.flatMap(({ node, origin, path }): Listed[] => {
      const own = origin === 'own';
      if (node.kind === 'seq') return node.items.map((item, index) => ({ node: resolve(item.value), path: [...path, index], own }));
      return node.kind === 'scalar' && !isNull(node) ? [{ node, path, own }] : [];
    });
  }

  private items(key: string): Item[] {
    return this.memo(key, () =>
      this.listed(key).flatMap(({ node, path, own }) =>
        node.kind === 'scalar' ? [{ ...this.evaluate(node.text), path, range: this.rangeIf(own, path) }] : [],
      ),
    );
  }

  private pairs(key: string): Map<string, Evaluated | null> {
    const out = new Map<string, Evaluated | null>();
    for (const { node } of this.locate(key).toReversed()) {
      if (node.kind === 'map') {
        for (const entry of effectiveEntries(node)) {
          const value = resolve(entry.node);
          out.set(entry.key, value.kind === 'scalar' && !isNull(value) ? this.evaluate(value.text) : null);
        }
      } else if (node.kind === 'seq') {
        for (const item of node.items) {
          const text = textOf(item.value);
          const equals = text.indexOf('=');
          if (equals < 0) out.set(text, null);
          else out.set(text.slice(0, equals), this.evaluate(text.slice(equals + 1)));
        }
      }
    }
    return out;
  }

  private grants(kind: 'secrets' | 'configs', directory: string): Grant[] {
    return this.listed(kind).map(({ node }) => {
      const data = toData(node);
      const long = data !== null && typeof data === 'object' && !Array.isArray(data) ? data : undefined;
      const name = String(long ? (long.source ?? '') : data);
      const target = this.evaluate(String(long?.target ?? name)).text;
      const absolute = target.startsWith('/') ? target : directory + target;
      return { name, target: cleanContainerPath(absolute), ...this.project.grant(kind, name) };
    });
  }

  private rangeIf(own: boolean, path: Path): Range | undefined {
    return own ? this.project.rangeOf(path) : undefined;
  }

  private memo<T>(key: string, make: () => T): T {
    const known = this.cache.get(key);
    if (known !== undefined || this.cache.has(key)) return known as T;
    const made = make();
    this.cache.set(key, made);
    return made;
  }
}

function textOf(node: Node): string {
  const target = resolve(node);
  return target.kind === 'scalar' ? target.text : '';
}

function aliasesOf(node: Node): string[] {
  const target = resolve(node);
  const aliases = target.kind === 'map' ? find(target, 'aliases')?.node : undefined;
  return aliases?.kind === 'seq' ? aliases.items.map((item) => textOf(item.value)) : [];
}

/** The long syntax of a device in the words of the short one. */
function deviceText(data: Data): string | undefined {
  if (data === null || typeof data !== 'object' || Array.isArray(data) || data.source === undefined) return undefined;
  return [data.source, data.target ?? data.source, data.permissions].filter((part) => part !== undefined).join(':');
}
