import { dirname, resolve as resolvePath } from 'node:path';
import { InputError } from '../errors';
import type { YamlDocument } from '../yaml/document';
import { effectiveEntries, find, type MapNode, type Node, resolve, toData } from '../yaml/tree';
import type { Data, Path, Range } from '../yaml/types';
import { isMap, isTrue } from './data';
import { inFile, splitFile } from './file-path';
import { inService } from './in-service';
import { evaluate, variablesIn } from './interpolate';
import { object } from './layer';
import { mergedSection, type Section } from './sections';
import { ComposeService } from './service';
import { checkShapes } from './shape';
import { Sharers, type Sharing } from './sharing';
import type { Evaluated, Grant } from './types';
import { placed, type Unseen, type UnseenFile } from './unseen';

/** How long a chain of `extends` may be. Those of people have two or three services; each step is gone through for each key that is asked for. */
const MAX_EXTENDS = 50;

/** A network of the top level, or the implicit `default`. */
export interface Network {
  name: string;
  /** Whether the file writes it at the top level. */
  declared: boolean;
  external: boolean;
  internal: boolean | 'maybe';
  driver?: string;
  /** The real name, when the file sets one. */
  realName?: string;
  path: Path;
}

/** One file of a project. */
export interface ProjectFile {
  /** How it is called. */
  path: string;
  document: YamlDocument;
  /**
   * `main` = what the project is read from; `override` = merged into the files before it; `included` = the start of a project of its own
   * that is included; `extended` = only looked into for services that others extend.
   */
  role: 'main' | 'override' | 'included' | 'extended';
  /** Where it is; undefined for standard input and for a text alone. */
  absolute?: string;
  /** Whether changes may be written to it. */
  editable: boolean;
  /** The directory that relative paths in it count from, absolute; undefined = the project's. */
  base?: string;
  /** Its variables for `${…}`, where it is part of a project that is included; undefined = the project's. */
  variables?: Readonly<Record<string, string>>;
}

/** What a project is beside its files. */
export interface ProjectSetting {
  /** Variables for `${…}`, of the project's `.env`. */
  variables?: Readonly<Record<string, string>>;
  /** What could not be followed. */
  missing?: readonly UnseenFile[];
}

/**
 * What a Compose project means: its files merged as Compose merges them, seen through merge keys, aliases, `extends` and `include`. Read
 * again after every change of a document.
 */
export class ComposeProject {
  readonly services: readonly ComposeService[];
  readonly networks: ReadonlyMap<string, Network>;
  /** Files and services that are not seen here. */
  readonly gaps: readonly Unseen[];
  /** What the person should know of other files that take part. */
  readonly notes: readonly string[];
  /** True when other files may add services, or change those that are there, which are not seen here. */
  readonly partial: boolean;
  readonly variables: Readonly<Record<string, string>>;
  private readonly tops = new Map<Section, { readonly [key: string]: Data }>();
  private byName: Map<string, ComposeService> | undefined;
  private readonly facts = new Map<unknown, unknown>();
  private order: Map<ComposeService, number> | undefined;
  private sharers: Sharers | undefined;
  private paths: Map<Node, Path> | undefined;
  private usages: Map<string, Set<string>> | undefined;

  private constructor(
    readonly files: readonly ProjectFile[],
    private readonly setting: ProjectSetting,
    private readonly roots: readonly MapNode[],
  ) {
    this.variables = setting.variables ?? {};
    this.networks = this.readNetworks();
    this.services = this.readServices();
    this.gaps = this.readGaps();
    this.partial = this.gaps.length > 0;
    this.notes = [...this.gaps.map(({ message }) => message), ...this.leftAlone()];
  }

  /** @throws InputError with line and column when the document is not a Compose file; see `checkShapes` for the codes */
  static read(document: YamlDocument): ComposeProject {
    return ComposeProject.of([{ path: '', document, role: 'main', editable: true }]);
  }

  /**
   * @param files the main file first, then in the order in which Compose merges them.
   * @throws InputError as `read`; `file` says of which file
   */
  static of(files: readonly ProjectFile[], setting: ProjectSetting = {}): ComposeProject {
    const roots = files.map(({ document, path, role }) => {
      try {
        return checkShapes(document, role === 'main');
      } catch (error) {
        if (error instanceof InputError && path !== '') error.file ??= path;
        throw error;
      }
    });
    return new ComposeProject(files, setting, roots);
  }

  /** The project as it is after its documents were changed. Ops keep the shapes right, they are not checked again. */
  reread(): ComposeProject {
    return new ComposeProject(this.files, this.setting, this.roots);
  }

  /** A text with variables replaced as far as they are known: from `.env`, and by their defaults. */
  evaluate(raw: string): Evaluated {
    return evaluate(raw, this.variables);
  }

  /** The range of a place in the text of its file. */
  rangeOf(place: Path): Range {
    const { file, path } = splitFile(place);
    return this.files[file]!.document.rangeOf(path);
  }

  /** The start of a place, as it is told to a person. */
  placeOf(place: Path): Pick<Unseen, 'file' | 'line' | 'column'> {
    const { file, path } = splitFile(place);
    const { path: shown, document } = this.files[file]!;
    return placed(shown, document.source.position(document.rangeOf(path).start));
  }

  service(name: string): ComposeService | undefined {
    this.byName ??= new Map(this.services.map((service) => [service.name, service]));
    return this.byName.get(name);
  }

  /** What a function reads of the project as a whole, read once: for what each service, port or mount asks. */
  once<T>(read: (project: ComposeProject) => T): T {
    if (!this.facts.has(read)) this.facts.set(read, read(this));
    return this.facts.get(read) as T;
  }

  /** The place of a service in the order of the file, from 0; -1 for one of another project. */
  indexOf(service: ComposeService): number {
    this.order ??= new Map(this.services.map((each, index) => [each, index]));
    return this.order.get(service) ?? -1;
  }

  /** The `name:` of the project, when it is written and no variable takes part. */
  get name(): string | undefined {
    const found = this.merged()
      .map((root) => find(root, 'name')?.node)
      .find((node) => node?.kind === 'scalar');
    if (found?.kind !== 'scalar') return undefined;
    const { text, known } = this.evaluate(found.text);
    return known && text !== '' ? text : undefined;
  }

  /** The `version:` of the file format, as the main file writes it; '' when it does not. */
  get version(): string {
    const found = find(this.roots[0]!, 'version')?.node;
    return found?.kind === 'scalar' ? found.text : '';
  }

  /** True when something only a Swarm stack has is used. */
  get swarm(): boolean {
    return this.once(isSwarm);
  }

  grant(kind: 'secrets' | 'configs', name: string): Pick<Grant, 'source' | 'file' | 'content'> {
    const data = this.top(kind)[name];
    if (!isMap(data)) return { source: 'unknown' };
    if (data.file !== undefined) return { source: 'file', file: this.evaluate(String(data.file)).text };
    if (data.environment !== undefined) return { source: 'environment' };
    if (data.content !== undefined) return { source: 'content', content: this.evaluate(String(data.content)).text };
    return { source: data.external ? 'external' : 'unknown' };
  }

  /** The host path that a volume of the top level binds, if it does. */
  boundDevice(volume: string): string | undefined {
    const data = this.top('volumes')[volume];
    if (!isMap(data) || !isMap(data.driver_opts)) return undefined;
    const { device, o = '', type = '' } = data.driver_opts;
    const bind = /(?:^|,)r?bind(?:,|$)/.test(String(o)) || String(type) === 'bind';
    return bind && device !== undefined && device !== null ? this.evaluate(String(device)).text : undefined;
  }

  /** A map of the top level (`volumes`, `secrets`, …) as plain data; empty when it is missing. */
  top(section: Section): { readonly [key: string]: Data } {
    let top = this.tops.get(section);
    if (!top) {
      top = object([...mergedSection(this.merged().reverse(), section)]);
      this.tops.set(section, top);
    }
    return top;
  }

  hasTop(key: string): boolean {
    return this.merged().some((root) => find(root, key) !== undefined);
  }

  /** Where an entry of a map of the top level is written, or would be when it is new. */
  topAt(key: string, name: string): Path {
    const file = this.roots.findIndex((root, index) => {
      const map = this.files[index]!.role === 'extended' ? undefined : find(root, key)?.node;
      return map?.kind === 'map' && find(map, name) !== undefined;
    });
    return inFile(Math.max(file, 0), [key, name]);
  }

  /** Where a node is written, aliases not followed; undefined for one that is in none of the documents. */
  pathOf(node: Node): Path | undefined {
    this.paths ??= pathsOf(this.roots);
    return this.paths.get(node);
  }

  /** The variables that the files take from outside, each with the ways in which they do: `${NAME:-x}`, `${NAME}`. */
  get interpolated(): ReadonlyMap<string, ReadonlySet<string>> {
    this.usages ??= usagesIn(this.roots);
    return this.usages;
  }

  /** The services that change when the text of this one does; with keys, also those that take the value of one of them through an alias. */
  sharing(service: ComposeService, keys: readonly string[] = []): Sharing[] {
    this.sharers ??= new Sharers(this.services);
    return this.sharers.of(service, keys);
  }

  /** What all files but those only looked into say at the top, the nearest first. */
  private merged(): MapNode[] {
    return this.roots.filter((_, index) => this.files[index]!.role !== 'extended').reverse();
  }

  private readServices(): ComposeService[] {
    const maps = this.roots.map(serviceMaps);
    const made = new Map<string, ComposeService>();
    /** How many services each extends, one through the other. */
    const depths = new Map<string, number>();
    /** A service as one file alone says it: what others extend. */
    const make = (file: number, name: string, trail: readonly string[]): ComposeService => {
      const id = `${file}:${name}`;
      const known = made.get(id);
      if (known) return known;
      const map = maps[file]!.get(name)!;
      const base = extendsOf(map);
      if (base && trail.length > MAX_EXTENDS) throw this.tooDeep(file, map);
      const from = base && this.extendedFile(file, base.file);
      const loop = base !== undefined && trail.includes(`${from}:${base.service}`);
      const followed = base !== undefined && from !== undefined && maps[from]!.has(base.service) && !loop;
      const parent = followed ? make(from, base.service, [...trail, id]) : undefined;
      const depth = parent ? (depths.get(`${from}:${base!.service}`) ?? 0) + 1 : 0;
      if (depth > MAX_EXTENDS) throw this.tooDeep(file, map);
      depths.set(id, depth);
      const missing = base && !followed ? notFollowed(base, from !== undefined) : undefined;
      const service = new ComposeService(name, [{ file, map, parent, notFollowed: missing }], this);
      made.set(id, service);
      return service;
    };
    const out = new Map<string, ComposeService[]>();
    for (const [file, { role }] of this.files.entries()) {
      if (role === 'extended') continue;
      for (const name of maps[file]!.keys()) {
        const known = out.get(name);
        if (role === 'included' && known) {
          // What an included project defines is its own: Compose refuses a second definition, but other files may be merged on top of it.
          const onTop = known.every((service) => this.files[service.file]!.role === 'override');
          if (onTop) out.set(name, [...known, make(file, name, [`${file}:${name}`])]);
          continue;
        }
        out.set(name, [make(file, name, [`${file}:${name}`]), ...(out.get(name) ?? [])]);
      }
    }
    return [...out].map(([name, all]) => {
      if (all.length === 1) return all[0]!;
      return new ComposeService(
        name,
        all.flatMap(({ pieces }) => pieces),
        this,
      );
    });
  }

  private tooDeep(file: number, map: MapNode): InputError {
    const { document, path } = this.files[file]!;
    const { src } = find(map, 'extends')!.node;
    return new InputError(
      'extends-too-deep',
      `a chain of more than ${MAX_EXTENDS} services, each of which extends the next, goes on here`,
      {
        file: path === '' ? undefined : path,
        position: src && document.source.position(src.start),
        hint: 'let the services extend one they have in common',
      },
    );
  }

  /** The index of the file a service of a file extends from; undefined when it was not read. */
  private extendedFile(file: number, name: string | undefined): number | undefined {
    if (name === undefined) return file;
    const { absolute } = this.files[file]!;
    if (absolute === undefined) return undefined;
    const wanted = resolvePath(dirname(absolute), this.evaluate(name).text);
    const found = this.files.findIndex((each) => each.absolute === wanted);
    return found < 0 ? undefined : found;
  }

  private readNetworks(): Map<string, Network> {
    const out = new Map<string, Network>();
    for (const [name, data] of Object.entries(this.top('networks'))) {
      out.set(
        name,
        network(name, data, this.topAt('networks', name), (raw) => this.evaluate(raw)),
      );
    }
    if (!out.has('default')) {
      out.set('default', { ...network('default', null, ['networks', 'default'], (raw) => this.evaluate(raw)), declared: false });
    }
    return out;
  }

  /** What of the project is not seen here. A file that was not read is said once, with the services that hang on it. */
  private readGaps(): Unseen[] {
    const notFollowed = this.services.filter((service) => service.notFollowed);
    const unread = this.setting.missing ?? [];
    const gaps = unread.map(({ written, ...gap }): Unseen => {
      const services = notFollowed.filter(({ notFollowed: base }) => written !== undefined && base!.unread === written);
      return services.length > 0 ? { ...gap, services: services.map(({ name }) => name) } : gap;
    });
    const includes = this.merged().some((root) => find(root, 'include'));
    if (includes && !this.files.some(({ role }) => role === 'included') && gaps.length === 0) {
      const message = '`include` is not followed: services of included files are neither seen nor changed';
      gaps.push({ code: 'not-followed', message, ...this.placeOf([this.roots.findIndex((root) => find(root, 'include')), 'include']) });
    }
    for (const { name, notFollowed: base, path } of notFollowed) {
      if (unread.some(({ written }) => written !== undefined && written === base!.unread)) continue;
      const code = base!.unread === undefined ? 'no-such-service' : 'not-followed';
      gaps.push({ code, message: inService(name, base!.reason), ...this.placeOf(path), services: [name] });
    }
    return gaps;
  }

  private leftAlone(): string[] {
    return this.files.flatMap(({ path, role, editable }) => {
      if (editable || role === 'extended') return [];
      const why = role === 'included' ? 'is included in this file' : 'is merged into this file by Compose';
      return [`${path} ${why}: what it says counts, but it is not changed here`];
    });
  }
}

function isSwarm({ networks, services }: ComposeProject): boolean {
  const swarmKeys = ['placement', 'update_config', 'rollback_config', 'endpoint_mode'];
  return (
    [...networks.values()].some((network) => network.driver === 'overlay') ||
    services.some((service) => {
      const deploy = service.data('deploy');
      if (!isMap(deploy)) return false;
      return deploy.mode === 'global' || swarmKeys.some((key) => deploy[key] !== undefined);
    })
  );
}

function serviceMaps(root: MapNode): Map<string, MapNode> {
  const map = find(root, 'services')?.node;
  if (map?.kind !== 'map') return new Map();
  const entries = effectiveEntries(map).filter((entry) => !entry.key.startsWith('x-'));
  return new Map(
    entries.flatMap(({ key, node }): [string, MapNode][] => {
      const service = resolve(node);
      return service.kind === 'map' ? [[key, service]] : [];
    }),
  );
}

function network(name: string, data: Data, path: Path, evaluate: (raw: string) => Evaluated): Network {
  const map = isMap(data) ? data : {};
  const internal = map.internal === undefined || map.internal === null ? undefined : evaluate(String(map.internal));
  const realName = map.name === undefined || map.name === null ? undefined : String(map.name);
  return {
    name,
    declared: true,
    external: map.external !== undefined && map.external !== null && map.external !== false && String(map.external) !== 'false',
    internal: internal === undefined ? false : internal.known ? isTrue(internal.text) : 'maybe',
    driver: map.driver === undefined || map.driver === null ? undefined : String(map.driver),
    realName,
    path,
  };
}

function pathsOf(roots: readonly Node[]): Map<Node, Path> {
  const out = new Map<Node, Path>();
  const visit = (node: Node, path: Path): void => {
    out.set(node, path);
    if (node.kind === 'map') for (const { key, value } of node.entries) visit(value, [...path, key.text]);
    if (node.kind === 'seq') for (const [index, { value }] of node.items.entries()) visit(value, [...path, index]);
  };
  for (const [file, root] of roots.entries()) visit(root, inFile(file, []));
  return out;
}

function usagesIn(roots: readonly Node[]): Map<string, Set<string>> {
  const out = new Map<string, Set<string>>();
  const visit = (node: Node): void => {
    if (node.kind === 'map') for (const { value } of node.entries) visit(value);
    if (node.kind === 'seq') for (const { value } of node.items) visit(value);
    if (node.kind !== 'scalar') return;
    for (const { name, written } of variablesIn(node.text)) out.set(name, (out.get(name) ?? new Set()).add(written));
  };
  for (const root of roots) visit(root);
  return out;
}

function extendsOf(map: MapNode): { service: string; file?: string } | undefined {
  const node = find(map, 'extends')?.node;
  if (!node) return undefined;
  const data = toData(node);
  if (typeof data === 'string') return { service: data };
  if (!isMap(data)) return undefined;
  return { service: String(data.service ?? ''), file: data.file === undefined ? undefined : String(data.file) };
}

/** Why what a service extends is not known; `unread` = the file that is not read, as it is written. */
export interface NotFollowed {
  reason: string;
  unread?: string;
}

function notFollowed(base: { service: string; file?: string }, read: boolean): NotFollowed {
  if (base.file === undefined) return { reason: `it extends the service "${base.service}", which this file does not have` };
  if (read) return { reason: `it extends "${base.service}" of ${base.file}, which does not have it` };
  return { reason: `it extends "${base.service}" of ${base.file}, which is not read`, unread: base.file };
}
