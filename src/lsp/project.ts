import { basename, dirname, relative, resolve, sep } from 'node:path';
import { Repository } from '../compose/bounds';
import { DEFAULT_NAMES, discover, OVERRIDE_NAMES } from '../compose/discover';
import { readEnvFile } from '../compose/env-file';
import { readInput } from '../compose/read';
import { isExcluded } from '../compose/search';
import { ConfigError, InputError } from '../errors';
import type { Input, MergedFile, RunOptions, TransformInfo } from '../harden/api';
import { type KnownFinding, parseBaseline, withKnown } from '../harden/baseline';
import { Configs, type LoadedConfig, overlay } from '../harden/config/nearest';
import { fingerprint } from '../harden/fingerprint';
import type { FileResult } from '../harden/types';
import type { Documents } from './documents';
import type { OpenDocument } from './messages';

/** The project a document is part of, as `batten fix` in its directory would take it. */
export interface DocumentProject {
  input: Input;
  /** How results call the document. */
  path: string;
  run: RunOptions;
  configured?: LoadedConfig;
  /** Whether the configuration leaves it out. */
  excluded: boolean;
  /** Files that were read, or looked for; more are added while the project is read on. */
  read: Set<string>;
  /** Results in which what the baseline knows is suppressed. */
  completed(results: readonly FileResult[]): FileResult[];
}

export interface ProjectSetting {
  transforms: readonly TransformInfo[];
  today(): string;
  proofKey?: Uint8Array;
}

/**
 * Finds the project of a document. An override file belongs to the file it is merged into; a file of `COMPOSE_FILE` in `.env` to the others.
 * Any other file stands for itself.
 *
 * @throws ConfigError when the configuration cannot be understood; InputError when the main file of the project cannot be read.
 */
export function projectOf(document: OpenDocument, documents: Documents, setting: ProjectSetting): DocumentProject {
  const read = new Set<string>();
  const files = documents.texts((each) => read.add(each));
  const file = documents.pathOf(document.uri);
  if (file === undefined) {
    // Without a directory there is nothing beside it.
    const path = `untitled/${document.uri.slice(document.uri.lastIndexOf('/') + 1)}`;
    return { input: { path, text: document.text }, path, run: overlay(undefined, {}), excluded: false, read, completed: (all) => [...all] };
  }
  const directory = dirname(file);
  const repository = Repository.of(directory, files);
  const text = (absolute: string): string => {
    read.add(absolute);
    return documents.at(absolute)?.text ?? readInput(absolute, absolute, repository).text;
  };
  const [main, ...overrides] = composed(file, directory);
  const merged = overrides.map((absolute): MergedFile => ({ path: absolute, absolute, text: text(absolute) }));
  const input: Input = {
    path: main!,
    text: text(main!),
    directory: dirname(main!),
    texts: files,
    ...(merged.length > 0 && { overrides: merged }),
  };
  const configs = new Configs({ cwd: directory, env: {}, today: setting.today, unsaved: files }, {}, setting.transforms);
  const configured = configs.for(dirname(main!));
  const exclude = configured?.config.exclude;
  const baseline = knownFindings(configured, files);
  return {
    input,
    path: file,
    run: overlay(configured?.run, { proofKey: () => setting.proofKey, ...(baseline && { known: baseline.knows }) }),
    configured,
    excluded: exclude !== undefined && isExcluded(file, dirname(configured!.absolute), exclude),
    read,
    completed: (results) => (baseline ? results.map(baseline.suppressed) : [...results]),
  };
}

/** The files that are merged where this one is, the main one first, absolute. */
function composed(file: string, directory: string): string[] {
  const name = basename(file);
  const named = DEFAULT_NAMES.includes(name) || OVERRIDE_NAMES.includes(name);
  try {
    if (!named && readEnvFile(directory).variables.COMPOSE_FILE === undefined) return [file];
    const [found] = discover({ cwd: directory, env: {}, paths: [] });
    const all = found && found.kind === 'file' ? [found.absolute, ...found.overrides] : [];
    return all.includes(file) ? all : [file];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return [file];
  }
}

interface KnownFindings {
  knows(path: string, identity: string): boolean;
  suppressed(result: FileResult): FileResult;
}

/** @throws ConfigError as the command line, when the baseline that is configured is not there or is none. */
function knownFindings(configured: LoadedConfig | undefined, texts: ReadonlyMap<string, string>): KnownFindings | undefined {
  const named = configured?.config.baseline;
  if (named === undefined) return undefined;
  const directory = dirname(configured!.absolute);
  const absolute = resolve(directory, named);
  let baseline: ReadonlyMap<string, readonly KnownFinding[]>;
  try {
    baseline = parseBaseline(readInput(absolute, named, Repository.of(directory, texts)).text, named);
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw new ConfigError(`baseline: ${named} ${cause.message}`, { file: configured!.shown, hint: cause.hint, cause });
  }
  const knownIn = (path: string) => baseline.get(relative(dirname(absolute), path).split(sep).join('/')) ?? [];
  return {
    knows: (path, identity) => knownIn(path).some((each) => each.fingerprint === fingerprint({ identity })),
    suppressed: (result) => withKnown(result, knownIn(result.path), true),
  };
}
