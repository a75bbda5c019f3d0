import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { InputError } from '../errors';
import { YamlDocument } from '../yaml/document';
import { resolve as resolveNode, toData } from '../yaml/tree';
import type { Data } from '../yaml/types';
import { Repository, within } from './bounds';
import { isMap } from './data';
import { readEnvFile } from './env-file';
import { evaluate } from './interpolate';
import type { ProjectFile, ProjectSetting } from './project';
import { readInput } from './read';

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
}

/** A project of more files than this is a loop nobody saw, or not one to harden in one go. */
const MAX_FILES = 100;

const REMOTE = /^(?:[a-z][a-z0-9+.-]*:\/\/|oci:|git@|github\.com\/)|\.git(?:#.*)?$/i;

/**
 * Finds the files that belong to a project beside those that were named: what they include, and what their services extend. Remote ones
 * are never fetched. Nothing outside of the repository (or, without one, of the directory) is read; nothing outside of the directory is
 * to be changed. Never throws: what cannot be read is said in `missing`.
 */
export function loadProject(request: LoadRequest): { sources: SourceFile[]; setting: ProjectSetting } {
  return new Loader(request).load();
}

class Loader {
  private readonly sources: SourceFile[];
  private readonly missing = new Set<string>();
  private readonly variables: Record<string, string>;
  private readonly repository: Repository | undefined;

  constructor(private readonly request: LoadRequest) {
    const { main, overrides, directory } = request;
    this.sources = [main, ...overrides];
    const { variables, problem } = directory === undefined ? { variables: {} } : readEnvFile(directory);
    // Compose replaces variables in their values, which is not done here: those are not known.
    this.variables = Object.fromEntries(Object.entries(variables).filter(([, value]) => !value.includes('$')));
    if (problem) this.missing.add(`.env was not read, so its variables are not known: it ${problem.message}`);
    this.repository = directory === undefined ? undefined : Repository.of(directory);
  }

  load(): { sources: SourceFile[]; setting: ProjectSetting } {
    if (this.repository) {
      for (let at = 0; at < this.sources.length; at++) if (this.sources[at]!.role !== 'extended') this.follow(at, 'include');
      for (let at = 0; at < this.sources.length; at++) this.follow(at, 'extends');
    }
    return { sources: this.sources, setting: { variables: this.variables, missing: [...this.missing] } };
  }

  private follow(at: number, what: 'include' | 'extends'): void {
    const source = this.sources[at]!;
    const { text, absolute } = source;
    // Most files have neither, and are not looked into here.
    if (absolute === undefined || !text.includes(what)) return;
    const data = dataOf(source);
    if (what === 'include') for (const paths of includesOf(data)) this.include(paths, absolute);
    else for (const file of extendedFilesOf(data)) this.add(file, absolute, 'extended');
  }

  private include(paths: readonly string[], from: string): void {
    for (const [index, file] of paths.entries()) this.add(file, from, index === 0 ? 'included' : 'override');
  }

  private add(name: string, from: string, role: SourceFile['role']): void {
    const found = this.find(name, from, role);
    if (typeof found === 'string') this.missing.add(found);
    else if (found) this.sources.push(found);
  }

  /** The file, or why it is not read; undefined when it is there already. */
  private find(name: string, from: string, role: SourceFile['role']): SourceFile | string | undefined {
    const verb = role === 'extended' ? 'extended from' : 'included';
    const { text: file, known } = evaluate(name, this.variables);
    if (!known) return `the file ${verb} as ${name} hangs on a variable that is not known`;
    if (REMOTE.test(file)) return `${file} is remote: it is never fetched, so what it says is not seen here`;
    const absolute = resolve(dirname(from), file);
    if (this.sources.some((source) => source.absolute === absolute)) return undefined;
    if (this.sources.length >= MAX_FILES) return `more than ${MAX_FILES} files belong to this project: ${file} was not read`;
    const shown = this.shown(absolute);
    try {
      const { text } = readInput(absolute, shown, this.repository!);
      const parsed = YamlDocument.open(text);
      const editable = role !== 'extended' && this.request.changeIncluded && within(absolute, this.request.directory!);
      return { path: shown, text, parsed, role, absolute, editable };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      if (error.code === 'outside') return `${shown}, ${verb} here, is outside of the project and was not read`;
      return `${shown}, ${verb} here, was not read: ${error.message}`;
    }
  }

  /** As the main file is called, so that the two can be told apart from the same place. */
  private shown(absolute: string): string {
    const { main, directory } = this.request;
    const path = join(dirname(main.path), relative(directory!, absolute));
    return isAbsolute(main.path) ? absolute : path.split(sep).join('/');
  }
}

function dataOf(source: SourceFile): Data {
  try {
    source.parsed ??= YamlDocument.open(source.text);
    return toData(resolveNode(source.parsed.root));
  } catch {
    // The chain says what is wrong with it.
    return null;
  }
}

/** Each include as the list of files it merges. */
function includesOf(data: Data): string[][] {
  const include = isMap(data) ? data.include : undefined;
  if (!Array.isArray(include)) return [];
  return include.map((item) => {
    const path = isMap(item) ? (item.path ?? null) : item;
    return Array.isArray(path) ? path.map(String) : path === null ? [] : [String(path)];
  });
}

function extendedFilesOf(data: Data): string[] {
  const services = isMap(data) && isMap(data.services) ? data.services : {};
  return Object.values(services).flatMap((service) => {
    const base = isMap(service) ? service.extends : undefined;
    return isMap(base) && base.file !== undefined && base.file !== null ? [String(base.file)] : [];
  });
}
