import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { InputError } from '../errors';
import { YamlDocument } from '../yaml/document';
import { effectiveEntries, find, isNull, type MapNode, type Node, resolve as resolveNode, type ScalarNode } from '../yaml/tree';
import { within } from './bounds';
import type { EnvFile } from './env-file';
import { DiskFiles, type FileSource } from './file-source';
import { evaluate } from './interpolate';
import type { ProjectFile, ProjectSetting } from './project';
import { placed, type UnseenCode, type UnseenFile } from './unseen';

/** One file of a project as it was read: what `ProjectFile` says of it, and its text. */
export interface SourceFile extends Omit<ProjectFile, 'document'> {
  text: string;
  /** What the text means, where somebody had to look already: never changed, only forked. */
  parsed?: YamlDocument;
  /** Why it was not read; its text is then empty. */
  problem?: string;
}

export interface LoadRequest {
  main: SourceFile;
  /** Files merged on top of it, in order. */
  overrides: readonly SourceFile[];
  /** The directory of the project, absolute; undefined = nothing else is read. */
  directory?: string;
  /** Whether included files may be changed. */
  changeIncluded: boolean;
  /** Where files are read from; undefined = the file system. */
  files?: FileSource;
}

/** A project of more files than this is a loop nobody saw, or not one to harden in one go. */
const MAX_FILES = 100;

const REMOTE = /^(?:[a-z][a-z0-9+.-]*:\/\/|oci:|git@|github\.com\/)|\.git(?:#|$)/i;

/**
 * Finds the files that belong to a project beside those that were named: what they include, and what their services extend. Remote ones
 * are never fetched. Nothing outside of the repository (or, without one, of the directory) is read; nothing outside of the directory is
 * to be changed. Never throws: what cannot be read is said in `missing`, with the place that
 * names it.
 */
export function loadProject(request: LoadRequest): { sources: SourceFile[]; setting: ProjectSetting } {
  return new Loader(request).load();
}

class Loader {
  private readonly sources: SourceFile[];
  private readonly missing = new Map<string, UnseenFile>();
  private readonly variables: Record<string, string>;
  private readonly files: FileSource | undefined;

  constructor(private readonly request: LoadRequest) {
    const { main, overrides, directory } = request;
    this.sources = [main, ...overrides];
    this.files = request.files ?? (directory === undefined ? undefined : new DiskFiles(directory));
    const { expanded, problem }: Pick<EnvFile, 'expanded' | 'problem'> =
      directory === undefined ? { expanded: {} } : this.files!.env(join(directory, '.env'));
    this.variables = expanded;
    if (problem) {
      const message = `.env was not read, so its variables are not known: it ${problem.message}`;
      this.miss({ code: problem.code === 'outside' ? 'outside' : 'unreadable', message, file: this.shown(join(directory!, '.env')) });
    }
  }

  load(): { sources: SourceFile[]; setting: ProjectSetting } {
    if (this.request.directory !== undefined) {
      for (let at = 0; at < this.sources.length; at++) if (this.sources[at]!.role !== 'extended') this.follow(at, 'include');
      for (let at = 0; at < this.sources.length; at++) this.follow(at, 'extends');
      for (const source of this.sources) this.lookAtNamed(source);
    }
    return { sources: this.sources, setting: { variables: this.variables, missing: [...this.missing.values()] } };
  }

  private miss(unseen: UnseenFile): void {
    if (!this.missing.has(unseen.message)) this.missing.set(unseen.message, unseen);
  }

  private follow(at: number, what: 'include' | 'extends'): void {
    const source = this.sources[at]!;
    // Most files have neither, and are not looked into here.
    if (source.absolute === undefined || !source.text.includes(what)) return;
    const root = rootOf(source);
    if (!root) return;
    if (what === 'extends') for (const file of extendedFilesOf(root)) this.add(file, source, 'extended', source);
    else
      for (const include of includesOf(root)) {
        const context = this.contextOf(include, source);
        for (const [index, file] of include.path.entries()) this.add(file, source, index === 0 ? 'included' : 'override', context);
      }
  }

  /** What an included project is beside its files: the directory its paths count from, and variables of its own below those of who includes it. */
  private contextOf({ path, envFile, projectDirectory }: Include, from: SourceFile): Context {
    const here = dirname(from.absolute!);
    const written = ({ text }: ScalarNode): string => evaluate(text, this.variablesOf(from)).text;
    const base = projectDirectory ? resolve(here, written(projectDirectory)) : dirname(resolve(here, path[0] ? written(path[0]) : ''));
    const files = envFile.length > 0 ? envFile.map((node) => resolve(here, written(node))) : [join(base, '.env')];
    const own = files.map((file) => this.files!.env(file).expanded);
    return { base, variables: Object.assign({}, ...own, this.variablesOf(from)) };
  }

  private variablesOf({ variables }: Context): Readonly<Record<string, string>> {
    return variables ?? this.variables;
  }

  /** Files of variables are Compose's to read; of one that leads out of the repository is said where. */
  private lookAtNamed(source: SourceFile): void {
    if (source.absolute === undefined || !/(?:env|label)_file/.test(source.text)) return;
    const root = rootOf(source);
    if (!root) return;
    const named = [
      ...includesOf(root).flatMap(({ envFile }) => envFile.map((node) => ({ key: 'env_file', node }))),
      ...namedByServices(root),
    ];
    for (const { key, node } of named) {
      const { text: file, known } = evaluate(node.text, this.variablesOf(source));
      if (!known || file === '') continue;
      const absolute = resolve(dirname(source.absolute), file);
      const shown = this.shown(absolute);
      const outside = this.leadsOut(absolute, shown);
      if (outside !== undefined) {
        this.miss({ code: 'outside', message: `${shown}, the ${key} here, ${outside}, so it was not read`, ...this.place(source, node) });
      }
    }
  }

  private leadsOut(absolute: string, shown: string): string | undefined {
    try {
      this.files!.place(absolute, shown);
    } catch (error) {
      if (error instanceof InputError && error.code === 'outside') return error.message;
    }
    return undefined;
  }

  private add(name: ScalarNode, from: SourceFile, role: SourceFile['role'], context: Context): void {
    const found = this.find(name.text, from, role);
    if (!found) return;
    const { variables, base } = context;
    if ('path' in found) this.sources.push({ ...found, variables, base: role === 'extended' ? dirname(found.absolute!) : base });
    else this.miss({ ...found, written: name.text, ...this.place(from, name) });
  }

  /** The file, or why it is not read; undefined when it is there already. */
  private find(name: string, from: SourceFile, role: SourceFile['role']): SourceFile | Pick<UnseenFile, 'code' | 'message'> | undefined {
    const not = (code: UnseenCode, message: string) => ({ code, message });
    const verb = role === 'extended' ? 'extended from' : 'included';
    const { text: file, known } = evaluate(name, this.variablesOf(from));
    if (!known) return not('variable', `the file ${verb} as ${name} hangs on a variable that is not known`);
    if (REMOTE.test(file)) return not('remote', `${file} is remote: it is never fetched, so what it says is not seen here`);
    const absolute = resolve(dirname(from.absolute!), file);
    if (this.sources.some((source) => source.absolute === absolute)) return undefined;
    if (this.sources.length >= MAX_FILES) {
      return not('limit', `more than ${MAX_FILES} files belong to this project: ${file} was not read`);
    }
    const shown = this.shown(absolute);
    try {
      const text = this.files!.read(absolute, shown);
      const parsed = YamlDocument.open(text);
      const editable = role !== 'extended' && this.request.changeIncluded && within(absolute, this.request.directory!);
      return { path: shown, text, parsed, role, absolute, editable };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      if (error.code === 'outside') return not('outside', `${shown}, ${verb} here, is outside of the project and was not read`);
      return not('unreadable', `${shown}, ${verb} here, was not read: ${error.message}`);
    }
  }

  private place({ path, parsed }: SourceFile, { src }: ScalarNode): Pick<UnseenFile, 'file' | 'line' | 'column'> {
    return src ? placed(path, parsed!.source.position(src.start)) : { file: path };
  }

  /** As the main file is called, so that the two can be told apart from the same place. */
  private shown(absolute: string): string {
    const { main, directory } = this.request;
    const path = join(dirname(main.path), relative(directory!, absolute));
    return isAbsolute(main.path) ? absolute : path.split(sep).join('/');
  }
}

function rootOf(source: SourceFile): MapNode | undefined {
  try {
    source.parsed ??= YamlDocument.open(source.text);
    const root = resolveNode(source.parsed.root);
    return root.kind === 'map' ? root : undefined;
  } catch {
    // The chain says what is wrong with it.
    return undefined;
  }
}

/** What is known of an included or extended file beside its text; undefined = as for the project. */
type Context = Pick<SourceFile, 'variables' | 'base'>;

/** What an include names: the files it merges, its files of variables, and the directory that its paths count from. */
interface Include {
  path: ScalarNode[];
  envFile: ScalarNode[];
  projectDirectory?: ScalarNode;
}

function includesOf(root: MapNode): Include[] {
  const include = find(root, 'include')?.node;
  if (include?.kind !== 'seq') return [];
  return include.items.map(({ value }) => {
    const item = resolveNode(value);
    if (item.kind !== 'map') return { path: textsOf(item), envFile: [] };
    const [projectDirectory] = textsOf(find(item, 'project_directory')?.node);
    return { path: textsOf(find(item, 'path')?.node), envFile: textsOf(find(item, 'env_file')?.node), projectDirectory };
  });
}

function extendedFilesOf(root: MapNode): ScalarNode[] {
  return servicesOf(root).flatMap((service) => {
    const base = find(service, 'extends')?.node;
    return base?.kind === 'map' ? textsOf(find(base, 'file')?.node) : [];
  });
}

/** The files that services take variables and labels from: each a text, or an item with a `path`. */
function namedByServices(root: MapNode): { key: string; node: ScalarNode }[] {
  return servicesOf(root).flatMap((service) =>
    ['env_file', 'label_file'].flatMap((key) => textsOf(find(service, key)?.node).map((node) => ({ key, node }))),
  );
}

function servicesOf(root: MapNode): MapNode[] {
  const services = find(root, 'services')?.node;
  if (services?.kind !== 'map') return [];
  return effectiveEntries(services).flatMap(({ node }) => {
    const service = resolveNode(node);
    return service.kind === 'map' ? [service] : [];
  });
}

/** A single text, or those of a list; an item of several keys counts for its `path`. */
function textsOf(node: Node | undefined): ScalarNode[] {
  const target = node && resolveNode(node);
  if (!target) return [];
  if (target.kind === 'seq') return target.items.flatMap(({ value }) => textsOf(value));
  if (target.kind === 'map') return textsOf(find(target, 'path')?.node);
  return isNull(target) ? [] : [target];
}
