import path from 'node:path';
import { ANYWHERE } from '../../compose/bounds';
import { isMap } from '../../compose/data';
import { parseDotEnv } from '../../compose/dotenv';
import { evaluate } from '../../compose/interpolate';
import { readInput } from '../../compose/read';
import { BattenError } from '../../errors';
import { YamlDocument } from '../../yaml/document';
import { resolve as resolveNode, toData } from '../../yaml/tree';
import type { Data } from '../../yaml/types';
import type { Environment } from '../client/endpoint';
import type { ProjectFilesOnDisk } from './resolve';

/** Something that Compose reads to load a project, or fetches. */
export interface Reads {
  /** What it is there: `include`, `extends`, `env_file`, `label_file`, `.env`, `build context`. */
  what: string;
  /** The file that says so. */
  from: string;
  /** As it is written, with variables replaced. */
  written: string;
  /** Where that is; undefined for something remote, or something that hangs on what is not known. */
  file?: string;
  /** A Compose file, which may name more. */
  compose?: boolean;
}

/** More files than this are a loop that nobody saw, or a bomb. */
const MAX_FILES = 200;

/**
 * What Compose would take for something to fetch: `oci://`, any other scheme, and what Git takes for a repository without one.
 * Source: https://github.com/docker/compose/tree/main/pkg/remote, and gitutil.ParseGitRef of BuildKit
 */
export function isRemote(place: string): boolean {
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(place) || /^(?:oci|git|docker-image):/i.test(place)) return true;
  return (
    /^[\w.-]+@[\w.-]+:/.test(place) || /^(?:www\.)?(?:github|gitlab|bitbucket)\.(?:com|org)\//i.test(place) || /\.git(?:#|$)/.test(place)
  );
}

/**
 * Everything that Compose reads, or fetches, to load these files: found by reading them, before Compose is run. Files that cannot be read name
 * nothing: Compose says what is wrong with them.
 */
export function readsOf({ files, directory, envFile }: ProjectFilesOnDisk, env: Environment): Reads[] {
  return new Reader(directory, envFile, env).all(files);
}

class Reader {
  private readonly found: Reads[] = [];
  private readonly seen = new Set<string>();
  private readonly variables: Record<string, string>;

  constructor(
    private readonly directory: string,
    envFile: string | undefined,
    env: Environment,
  ) {
    const dotEnv = path.join(directory, '.env');
    if (envFile === undefined) this.found.push({ what: '.env', from: '.env', written: '.env', file: dotEnv });
    this.variables = variablesOf(textOf(envFile ?? dotEnv) ?? '', env);
  }

  all(files: readonly string[]): Reads[] {
    for (const file of files) this.compose(path.resolve(file), this.directory);
    return this.found;
  }

  /** @param base the directory that paths of the file are relative to. */
  private compose(file: string, base: string): void {
    if (this.seen.has(file) || this.seen.size >= MAX_FILES) return;
    this.seen.add(file);
    const data = dataOf(file);
    if (!isMap(data)) return;
    for (const item of listOf(data.include)) this.include(item, file, base);
    for (const service of Object.values(isMap(data.services) ? data.services : {})) if (isMap(service)) this.service(service, file, base);
  }

  private include(item: Data, from: string, base: string): void {
    const long: Record<string, Data> = isMap(item) ? item : { path: item };
    const paths = listOf(long.path).map((each) => this.note('include', each, from, base, true));
    for (const each of listOf(long.env_file)) this.note('env_file', each, from, base);
    const main = paths[0];
    const written =
      typeof long.project_directory === 'string' ? this.note('project_directory', long.project_directory, from, base) : undefined;
    const directory = written ?? (main === undefined ? base : path.dirname(main));
    if (long.env_file === undefined && directory !== this.directory) this.note('.env', path.join(directory, '.env'), from, base);
    for (const file of paths) if (file !== undefined) this.compose(file, directory);
  }

  private service(service: Record<string, Data>, from: string, base: string): void {
    const { build } = service;
    if (isMap(service.extends) && service.extends.file !== undefined && service.extends.file !== null) {
      const file = this.note('extends', service.extends.file, from, base, true);
      // Paths of what is extended are relative to it.
      if (file !== undefined) this.compose(file, path.dirname(file));
    }
    for (const key of ['env_file', 'label_file'] as const)
      for (const each of listOf(service[key])) this.note(key, isMap(each) ? (each.path ?? '') : each, from, base);
    const long: Record<string, Data> = isMap(build) ? build : { context: build ?? null };
    if (typeof long.context === 'string') this.remoteOnly('build context', long.context, from);
    const more = long.additional_contexts;
    const places = isMap(more) ? Object.values(more) : listOf(more).map((each) => String(each).slice(String(each).indexOf('=') + 1));
    for (const place of places)
      if (!/^docker-image:\/\//.test(String(place))) this.remoteOnly('additional build context', String(place), from);
  }

  /** A place that is read later, when its real path is known: what matters now is that it is not fetched. */
  private remoteOnly(what: string, written: string, from: string): void {
    const { text } = evaluate(written, this.variables);
    if (isRemote(text)) this.found.push({ what, from, written: text });
  }

  /** @returns where it is, when that is here. */
  private note(what: string, value: Data, from: string, base: string, compose = false): string | undefined {
    if (value === null || typeof value === 'object') return undefined;
    // A variable that is not set is empty to Compose as well.
    const { text } = evaluate(String(value), this.variables);
    if (text === '') return undefined;
    const file = isRemote(text) ? undefined : path.resolve(base, text.replace(/^~(?=\/|$)/, this.variables.HOME ?? '~'));
    this.found.push({ what, from, written: text, ...(file !== undefined && { file }), ...(compose && { compose }) });
    return file;
  }
}

/** The variables Compose replaces: those of the environment, and for what is not there those of `.env`, in which earlier ones may stand. */
function variablesOf(dotEnv: string, env: Environment): Record<string, string> {
  const all = Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
  for (const [name, value] of Object.entries(parseDotEnv(dotEnv))) if (!Object.hasOwn(all, name)) all[name] = evaluate(value, all).text;
  return all;
}

const listOf = (data: Data | undefined): Data[] => (Array.isArray(data) ? data : data === undefined || data === null ? [] : [data]);

function dataOf(file: string): Data {
  const text = textOf(file);
  if (text === undefined) return null;
  try {
    return toData(resolveNode(YamlDocument.open(text).root));
  } catch (error) {
    if (error instanceof BattenError) return null;
    throw error;
  }
}

function textOf(file: string): string | undefined {
  try {
    // Only to see what it names. One that is outside of the project is refused before anything is made of it.
    return readInput(file, file, ANYWHERE).text;
  } catch {
    return undefined;
  }
}
