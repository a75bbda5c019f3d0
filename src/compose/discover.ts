import { type Stats, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { InputError } from '../errors';
import { ANYWHERE, type Bounds, Repository } from './bounds';
import { readEnvFile } from './env-file';
import { searchDirectory } from './search';

/** One input. */
export interface DiscoveredFile {
  /** How to call it: relative to the current directory when it is inside, else absolute; `-` for standard input. */
  path: string;
  /** Where it is; `-` for standard input. */
  absolute: string;
  kind: 'file' | 'stdin';
  /** Absolute paths of the files that Compose merges on top of this one, in order. */
  overrides: string[];
  /** Where it and its overrides may really be: anywhere when the person named them, else in the repository. */
  bounds: Bounds;
}

export interface DiscoverOptions {
  /** The current directory, absolute. */
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Files, directories or `-`, as given; none = what Compose itself would load. */
  paths: readonly string[];
  /** Files that form one project, as `-f` names them: the first is the main one. */
  files?: readonly string[];
  /** Told of each file that a search had to do without, such as a `.gitignore` that may not be read. */
  onProblem?(problem: InputError): void;
  /** Told of what a search could not look at, absolute, and why. */
  onUnseen?(path: string, why: string): void;
}

/**
 * The names Compose looks for, in its order.
 * Source: https://github.com/compose-spec/compose-go/blob/main/cli/options.go, DefaultFileNames
 */
export const DEFAULT_NAMES: readonly string[] = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];

/** The names of the override Compose adds, whatever the name of the main file. Same source, DefaultOverrideFileNames. */
export const OVERRIDE_NAMES: readonly string[] = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
];

/**
 * Which files a command is about. Without paths: `COMPOSE_FILE` (environment, else `.env`), whose files are one project, else the first
 * default name with its override. A directory is searched (see `searchDirectory`); a file stands for itself, alone; `-` is standard input.
 * A file that comes up twice is listed once. The files are not opened. What the person named, on the command line or in the environment,
 * may be anywhere; what `.env`, a search or a default name leads to may not leave the repository.
 *
 * @throws InputError `not-found` for a path that does not exist, `no-compose-file` when nothing is found, `outside`, `unreadable`; with a
 * hint.
 */
export function discover({ cwd, env, paths, files = [], onProblem, onUnseen }: DiscoverOptions): DiscoveredFile[] {
  if (files.length > 0) return [asOneProject(cwd, files)];
  const found = paths.length === 0 ? [asComposeWould(cwd, env)] : paths.flatMap((path) => discoverPath(cwd, path, { onProblem, onUnseen }));
  return [...new Map(found.map((file) => [file.absolute, file])).values()];
}

/** How to call a file: relative to `cwd` when it is inside, else absolute. */
export function shownPath(cwd: string, absolute: string): string {
  const path = relative(cwd, absolute);
  return path === '' || path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path) ? absolute : path;
}

function asOneProject(cwd: string, files: readonly string[]): DiscoveredFile {
  const [main, ...rest] = files.map((file) => {
    if (file === '-') return file;
    const absolute = resolve(cwd, file);
    if (!look(absolute)) {
      throw new InputError('not-found', 'no such file', { file, hint: 'check the path and the current directory' });
    }
    return absolute;
  });
  if (main === '-') return stdin(rest, ANYWHERE);
  return input(cwd, main!, rest, ANYWHERE);
}

function discoverPath(cwd: string, path: string, on: Pick<DiscoverOptions, 'onProblem' | 'onUnseen'>): DiscoveredFile[] {
  if (path === '-') return [stdin([], ANYWHERE)];
  const absolute = resolve(cwd, path);
  const stats = look(absolute);
  if (stats === undefined) {
    throw new InputError('not-found', 'no such file or directory', { file: path, hint: 'check the path and the current directory' });
  }
  if (!stats.isDirectory()) return [input(cwd, absolute, [], ANYWHERE)];
  const files = searchDirectory(absolute, path, on.onProblem, on.onUnseen);
  if (files.length === 0) {
    throw new InputError('no-compose-file', 'no Compose file in this directory or below', {
      file: path,
      hint: `looked for ${DEFAULT_NAMES.join(', ')} and variants such as compose.prod.yaml, except what .gitignore leaves out; name other files one by one`,
    });
  }
  return files.map((file) => {
    const overrides = DEFAULT_NAMES.includes(file.slice(file.lastIndexOf(sep) + 1)) ? overrideOf(file) : [];
    return input(cwd, file, overrides, Repository.found(dirname(file), absolute));
  });
}

function asComposeWould(cwd: string, env: DiscoverOptions['env']): DiscoveredFile {
  const dotEnv = dotEnvOf(cwd);
  const repository = Repository.of(cwd);
  const names = env.COMPOSE_FILE || dotEnv.COMPOSE_FILE;
  if (names) {
    const separator = env.COMPOSE_PATH_SEPARATOR || dotEnv.COMPOSE_PATH_SEPARATOR || delimiter;
    const files = names.split(separator).filter(Boolean);
    const origin = env.COMPOSE_FILE ? 'the environment variable COMPOSE_FILE' : 'COMPOSE_FILE in .env';
    // The environment is the person's, `.env` is the repository's.
    const bounds = env.COMPOSE_FILE ? ANYWHERE : repository;
    for (const name of files) if (name !== '-') requireNamed(resolve(cwd, name), name, origin, bounds);
    const [first, ...rest] = files.map((name) => (name === '-' ? name : resolve(cwd, name)));
    if (first === '-') return stdin(rest, bounds);
    if (first !== undefined) return input(cwd, first, rest, bounds);
  }
  const name = DEFAULT_NAMES.find((candidate) => look(join(cwd, candidate))?.isFile());
  if (name === undefined) {
    throw new InputError('no-compose-file', `no Compose file here: looked for ${DEFAULT_NAMES.join(', ')}`, {
      hint: 'name a file or a directory, or run batten where the Compose file is',
    });
  }
  return input(cwd, join(cwd, name), overrideOf(join(cwd, name)), repository);
}

function requireNamed(absolute: string, name: string, origin: string, bounds: Bounds): void {
  try {
    // Out of bounds it is not even looked for.
    bounds.place(absolute, name);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.code, `${error.message}, and only ${origin} names it`, {
      file: name,
      hint: 'name the file yourself',
      cause: error,
    });
  }
  if (look(absolute)?.isFile()) return;
  throw new InputError('not-found', `no such file, but ${origin} names it`, { file: name, hint: 'correct COMPOSE_FILE, or name a file' });
}

function input(cwd: string, absolute: string, overrides: string[], bounds: Bounds): DiscoveredFile {
  return { path: shownPath(cwd, absolute), absolute, kind: 'file', overrides, bounds };
}

function stdin(overrides: string[], bounds: Bounds): DiscoveredFile {
  return { path: '-', absolute: '-', kind: 'stdin', overrides, bounds };
}

/** The override Compose would add to a main file of a default name: the first one beside it. */
function overrideOf(absolute: string): string[] {
  const override = OVERRIDE_NAMES.map((name) => resolve(absolute, '..', name)).find((candidate) => look(candidate)?.isFile());
  return override === undefined ? [] : [override];
}

/** @throws InputError when it cannot be read: it could name the Compose files, so going on without it could mean the wrong ones. */
function dotEnvOf(cwd: string): Record<string, string> {
  const { variables, problem } = readEnvFile(cwd);
  if (!problem) return variables;
  throw new InputError(problem.code, `${problem.message}, and may set COMPOSE_FILE`, {
    file: '.env',
    hint: 'name the Compose file',
    cause: problem,
  });
}

function look(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new InputError('unreadable', `cannot be looked at (${code})`, {
      file: path,
      hint: 'check the permissions of its directories',
      cause,
    });
  }
}
