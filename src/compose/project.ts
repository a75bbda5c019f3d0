import type { YamlDocument } from '../yaml/document';
import { effectiveEntries, find, type MapNode, mergedMaps, type Node, resolve, toData } from '../yaml/tree';
import type { Data, Path } from '../yaml/types';
import { isMap } from './data';
import { evaluate } from './interpolate';
import { ComposeService } from './service';
import { checkShapes } from './shape';
import type { Grant } from './types';

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

/** How another service's text is shared: as a whole (`web2: *web`), through `<<`, or by `extends` within the file. */
export interface Sharing {
  service: string;
  through: 'alias' | 'merge' | 'extends';
}

/** What an override file beside this one sets: keys by service. Its values are not read into the model. */
export interface OverrideKeys {
  file: string;
  services: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What one Compose file means, seen through merge keys, aliases and same-file `extends`. Read again after every change of its document. */
export class ComposeProject {
  readonly services: readonly ComposeService[];
  readonly networks: ReadonlyMap<string, Network>;
  /** What was not followed, for the person. */
  readonly notes: readonly string[];
  private readonly root: MapNode;

  private constructor(
    readonly document: YamlDocument,
    readonly overrides: readonly OverrideKeys[],
    root: MapNode,
  ) {
    this.root = root;
    this.networks = this.readNetworks();
    this.services = this.readServices();
    this.notes = this.readNotes();
  }

  /** @throws InputError with line and column when the document is not a Compose file; see `checkShapes` for the codes */
  static read(document: YamlDocument, overrides: readonly OverrideKeys[] = []): ComposeProject {
    return new ComposeProject(document, overrides, checkShapes(document));
  }

  /** The project as it is after its document was changed. Ops keep the shapes right, they are not checked again. */
  reread(): ComposeProject {
    return new ComposeProject(this.document, this.overrides, this.root);
  }

  service(name: string): ComposeService | undefined {
    return this.services.find((service) => service.name === name);
  }

  /** The `name:` of the project, when it is written and no variable takes part. */
  get name(): string | undefined {
    const found = find(this.root, 'name')?.node;
    if (found?.kind !== 'scalar') return undefined;
    const { text, known } = evaluate(found.text);
    return known && text !== '' ? text : undefined;
  }

  /** True when other files may add services, or change those of this file, that are not seen here. */
  get partial(): boolean {
    return this.notes.length > 0;
  }

  /** True when something only a Swarm stack has is used. */
  get swarm(): boolean {
    const swarmKeys = ['placement', 'update_config', 'rollback_config', 'endpoint_mode'];
    return (
      [...this.networks.values()].some((network) => network.driver === 'overlay') ||
      this.services.some((service) => {
        const deploy = service.data('deploy');
        if (!isMap(deploy)) return false;
        return deploy.mode === 'global' || swarmKeys.some((key) => deploy[key] !== undefined);
      })
    );
  }

  grantSource(kind: 'secrets' | 'configs', name: string): Grant['source'] {
    const data = this.top(kind)[name];
    if (!isMap(data)) return 'unknown';
    if (data.file !== undefined) return 'file';
    if (data.environment !== undefined) return 'environment';
    if (data.content !== undefined) return 'content';
    return data.external ? 'external' : 'unknown';
  }

  /** The host path that a volume of the top level binds, if it does. */
  boundDevice(volume: string): string | undefined {
    const data = this.top('volumes')[volume];
    if (!isMap(data) || !isMap(data.driver_opts)) return undefined;
    const { device, o = '', type = '' } = data.driver_opts;
    const bind = /(?:^|,)r?bind(?:,|$)/.test(String(o)) || String(type) === 'bind';
    return bind && device !== undefined && device !== null ? evaluate(String(device)).text : undefined;
  }

  /** A map of the top level (`volumes`, `secrets`, …) as plain data; empty when it is missing. */
  top(key: string): { readonly [key: string]: Data } {
    const node = find(this.root, key)?.node;
    const data = node ? toData(node) : null;
    return isMap(data) ? data : {};
  }

  hasTop(key: string): boolean {
    return find(this.root, key) !== undefined;
  }

  /** The services that change when the text of this one does; with keys, also those that take the value of one of them through an alias. */
  sharing(service: ComposeService, keys: readonly string[] = []): Sharing[] {
    const sharesValue = (other: ComposeService): boolean =>
      keys.some((key) => {
        const [mine, theirs] = [find(service.map, key), find(other.map, key)];
        return mine?.via === 'own' && theirs?.via === 'alias' && theirs.node === mine.node;
      });
    return this.services
      .filter((other) => other !== service)
      .flatMap((other): Sharing[] => {
        if (other.map === service.map || sharesValue(other)) return [{ service: other.name, through: 'alias' }];
        if (merges(other.map, service.map)) return [{ service: other.name, through: 'merge' }];
        for (let base = other.extended; base; base = base.extended)
          if (base === service) return [{ service: other.name, through: 'extends' }];
        return [];
      });
  }

  /** The override file that also sets a key of a service, if one does. */
  overriddenBy(service: string, key: string): string | undefined {
    return this.overrides.find((each) => each.services.get(service)?.has(key))?.file;
  }

  private readServices(): ComposeService[] {
    const map = find(this.root, 'services')?.node;
    if (map?.kind !== 'map') return [];
    const entries = effectiveEntries(map).filter((entry) => !entry.key.startsWith('x-'));
    const nodes = new Map(entries.map(({ key, node }) => [key, resolve(node) as MapNode]));
    const made = new Map<string, ComposeService>();
    const make = (name: string, trail: readonly string[]): ComposeService => {
      const known = made.get(name);
      if (known) return known;
      const node = nodes.get(name)!;
      const base = extendsOf(node);
      const loop = base !== undefined && trail.includes(base.service);
      const followed = base !== undefined && base.file === undefined && nodes.has(base.service) && !loop;
      const parent = followed ? make(base.service, [...trail, name]) : undefined;
      const missing = base && !followed ? notFollowed(base) : undefined;
      const service = new ComposeService(name, node, this.document, this, parent, missing);
      made.set(name, service);
      return service;
    };
    return entries.map(({ key }) => make(key, [key]));
  }

  private readNetworks(): Map<string, Network> {
    const out = new Map<string, Network>();
    const map = find(this.root, 'networks')?.node;
    if (map?.kind === 'map') for (const { key, node } of effectiveEntries(map)) out.set(key, network(key, toData(node)));
    if (!out.has('default')) out.set('default', { ...network('default', null), declared: false });
    return out;
  }

  private readNotes(): string[] {
    const notes: string[] = [];
    const include = find(this.root, 'include');
    if (include) notes.push('`include` is not followed: services of included files are neither seen nor changed');
    for (const service of this.services) if (service.notFollowed) notes.push(`${service.name}: ${service.notFollowed}`);
    for (const { file } of this.overrides) notes.push(`${file} is merged into this file by Compose: what it sets is left alone here`);
    return notes;
  }
}

function network(name: string, data: Data): Network {
  const map = isMap(data) ? data : {};
  const internal = map.internal === undefined || map.internal === null ? undefined : evaluate(String(map.internal));
  const realName = map.name === undefined || map.name === null ? undefined : String(map.name);
  return {
    name,
    declared: true,
    external: map.external !== undefined && map.external !== null && map.external !== false && String(map.external) !== 'false',
    internal: internal === undefined ? false : internal.known ? /^(?:true|yes|on|1)$/i.test(internal.text) : 'maybe',
    driver: map.driver === undefined || map.driver === null ? undefined : String(map.driver),
    realName,
    path: ['networks', name],
  };
}

function extendsOf(map: MapNode): { service: string; file?: string } | undefined {
  const node = find(map, 'extends')?.node;
  if (!node) return undefined;
  const data = toData(node);
  if (typeof data === 'string') return { service: data };
  if (!isMap(data)) return undefined;
  return { service: String(data.service ?? ''), file: data.file === undefined ? undefined : String(data.file) };
}

function notFollowed(base: { service: string; file?: string }): string {
  return base.file === undefined
    ? `it extends the service "${base.service}", which this file does not have`
    : `it extends "${base.service}" of ${base.file}, which is not read`;
}

function merges(map: MapNode, wanted: MapNode): boolean {
  return mergedMaps(map).some((source) => source.map === wanted || merges(source.map, wanted));
}

/** Reads which keys an override file sets. A file that cannot be read as Compose gives none. */
export function overrideKeys(document: YamlDocument, file: string): OverrideKeys {
  const services = new Map<string, Set<string>>();
  const root: Node = resolve(document.root);
  const map = root.kind === 'map' ? find(root, 'services')?.node : undefined;
  if (map?.kind === 'map') {
    for (const { key, node } of effectiveEntries(map)) {
      const service = resolve(node);
      services.set(key, new Set(service.kind === 'map' ? effectiveEntries(service).map((entry) => entry.key) : []));
    }
  }
  return { file, services };
}
