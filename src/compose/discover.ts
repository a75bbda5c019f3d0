import { readFileSync, type Stats, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { InputError } from '../errors';
import { parseDotEnv } from './dotenv';
import { searchDirectory } from './search';

export { parseDotEnv } from './dotenv';

/** One input. */
export interface DiscoveredFile {
  /** How to call it: relative to the current directory when it is inside, else absolute; `-` for standard input. */
  path: string;
  /** Where it is; `-` for standard input. */
  absolute: string;
  kind: 'file' | 'stdin';
  /** Absolute paths of the files that Compose merges on top of this one, in order. */
  overrides: string[];
}

export interface DiscoverOptions {
  /** The current directory, absolute. */
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Files, directories or `-`, as given; none = what Compose itself would load. */
  paths: readonly string[];
  /** Files that form one project, as `-f` names them: the first is the main one. */
  files?: readonly string[];
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
 * A file that comes up twice is listed once. The files are not opened.
 *
 * @throws InputError `not-found` for a path that does not exist, `no-compose-file` when nothing is found, `unreadable`; with a hint.
 */
export function discover({ cwd, env, paths, files = [] }: DiscoverOptions): DiscoveredFile[] {
  if (files.length > 0) return [asOneProject(cwd, files)];
  const found = paths.length === 0 ? [asComposeWould(cwd, env)] : paths.flatMap((path) => discoverPath(cwd, path));
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
  if (main === '-') return { path: main, absolute: main, kind: 'stdin', overrides: rest };
  return input(cwd, main!, rest);
}

function discoverPath(cwd: string, path: string): DiscoveredFile[] {
  if (path === '-') return [{ path, absolute: path, kind: 'stdin', overrides: [] }];
  const absolute = resolve(cwd, path);
  const stats = look(absolute);
  if (stats === undefined) {
    throw new InputError('not-found', 'no such file or directory', { file: path, hint: 'check the path and the current directory' });
  }
  if (!stats.isDirectory()) return [input(cwd, absolute, [])];
  const files = searchDirectory(absolute, path);
  if (files.length === 0) {
    throw new InputError('no-compose-file', 'no Compose file in this directory or below', {
      file: path,
      hint: `looked for ${DEFAULT_NAMES.join(', ')} and variants such as compose.prod.yaml, except what .gitignore leaves out; name other files one by one`,
    });
  }
  return files.map((file) => input(cwd, file, DEFAULT_NAMES.includes(file.slice(file.lastIndexOf(sep) + 1)) ? overrideOf(file) : []));
}

function asComposeWould(cwd: string, env: DiscoverOptions['env']): DiscoveredFile {
  const dotEnv = readDotEnv(cwd);
  const names = env.COMPOSE_FILE || dotEnv.COMPOSE_FILE;
  if (names) {
    const separator = env.COMPOSE_PATH_SEPARATOR || dotEnv.COMPOSE_PATH_SEPARATOR || delimiter;
    const files = names.split(separator).filter(Boolean);
    for (const name of files) {
      if (name !== '-' && !look(resolve(cwd, name))?.isFile()) {
        const origin = env.COMPOSE_FILE ? 'the environment variable COMPOSE_FILE' : 'COMPOSE_FILE in .env';
        throw new InputError('not-found', `no such file, but ${origin} names it`, {
          file: name,
          hint: 'correct COMPOSE_FILE, or name a file',
        });
      }
    }
    const [first, ...rest] = files.map((name) => (name === '-' ? name : resolve(cwd, name)));
    if (first === '-') return { path: first, absolute: first, kind: 'stdin', overrides: rest };
    if (first !== undefined) return input(cwd, first, rest);
  }
  const name = DEFAULT_NAMES.find((candidate) => look(join(cwd, candidate))?.isFile());
  if (name === undefined) {
    throw new InputError('no-compose-file', `no Compose file here: looked for ${DEFAULT_NAMES.join(', ')}`, {
      hint: 'name a file or a directory, or run batten where the Compose file is',
    });
  }
  return input(cwd, join(cwd, name), overrideOf(join(cwd, name)));
}

function input(cwd: string, absolute: string, overrides: string[]): DiscoveredFile {
  return { path: shownPath(cwd, absolute), absolute, kind: 'file', overrides };
}

/** The override Compose would add to a main file of a default name: the first one beside it. */
function overrideOf(absolute: string): string[] {
  const override = OVERRIDE_NAMES.map((name) => resolve(absolute, '..', name)).find((candidate) => look(candidate)?.isFile());
  return override === undefined ? [] : [override];
}

function readDotEnv(cwd: string): Record<string, string> {
  const path = join(cwd, '.env');
  if (!look(path)?.isFile()) return {};
  try {
    return parseDotEnv(readFileSync(path, 'utf8'));
  } catch (cause) {
    // It could name the Compose files, so going on without it could mean the wrong ones.
    throw new InputError('unreadable', 'cannot be read, and may set COMPOSE_FILE', { file: '.env', hint: 'name the Compose file', cause });
  }
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
