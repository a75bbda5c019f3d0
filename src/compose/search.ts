import { type Dirent, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { Ignore } from 'ignore';
import { InputError } from '../errors';
import { Repository } from './bounds';
import { isRepository } from './project-root';
import { readIfThere } from './read';

const COMPOSE_NAME = /^(?:docker-)?compose(?:\..+)?\.ya?ml$/;
const NEVER = new Set(['.git', 'node_modules']);

/** Told of a .gitignore that is there and may not be read. */
type OnProblem = (problem: InputError) => void;

/** Told of what may hold Compose files, or be one, and cannot be looked at. */
type OnUnseen = (path: string, why: string) => void;

/** The rules of one .gitignore, and the directory they count from. */
interface Rules {
  base: string;
  rules: Ignore;
}

/**
 * The Compose files in a directory and below, as sorted absolute paths: `compose.yaml`, `docker-compose.yml` and the like, and variants
 * (`compose.prod.yaml`). What git would ignore is left out, by the .gitignore files below, here, and above up to the repository's root.
 * `.git`, `node_modules` and links to directories are not entered. A directory below that may not be read is passed over, and said: a database's
 * data directory beside the Compose file is the usual case.
 *
 * @throws InputError `unreadable` when the directory itself may not be read; `shown` is how the error calls it.
 */
export function searchDirectory(
  directory: string,
  shown: string,
  onProblem: OnProblem = () => {},
  onUnseen: OnUnseen = () => {},
): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(directory, { withFileTypes: true });
  } catch (cause) {
    throw new InputError('unreadable', 'the directory cannot be read', { file: shown, hint: 'check its permissions', cause });
  }
  return visit(directory, entries, rulesAbove(directory, onProblem), onProblem, onUnseen).sort();
}

function visit(directory: string, entries: Dirent[], above: Rules[], onProblem: OnProblem, onUnseen: OnUnseen): string[] {
  const rules = withOwnRules(directory, above, onProblem);
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      if (NEVER.has(entry.name) || isIgnored(path, true, rules)) continue;
      const inside = listOrNothing(path);
      if (inside) for (const each of visit(path, inside, rules, onProblem, onUnseen)) found.push(each);
      else onUnseen(path, 'the directory cannot be read, so that what is in it was not looked at');
    } else if (COMPOSE_NAME.test(entry.name) && !isIgnored(path, false, rules)) {
      if (isFile(entry, path)) found.push(path);
      else onUnseen(path, 'it is no file, or a link that leads to none, so that it was not looked at');
    }
  }
  return found;
}

function listOrNothing(directory: string): Dirent[] | undefined {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return undefined;
  }
}

/** Whether a file of this name is one that Compose or its users would call a Compose file. */
export function isComposeName(name: string): boolean {
  return COMPOSE_NAME.test(name);
}

/** A link to a file is as good as the file; one that leads nowhere, or back to itself, is not. */
function isFile(entry: Dirent, path: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isFile();
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The rules from the root of the repository down to the parent of `directory`; none outside a repository. */
function rulesAbove(directory: string, onProblem: OnProblem): Rules[] {
  const parents: string[] = [];
  for (let at = directory; ; at = dirname(at)) {
    if (at !== directory) parents.unshift(at);
    if (isRepository(at)) break;
    if (dirname(at) === at) return [];
  }
  return parents.reduce<Rules[]>((rules, parent) => withOwnRules(parent, rules, onProblem), []);
}

/** Git itself follows no link there; one that stays in the repository does no harm. */
function withOwnRules(directory: string, above: Rules[], onProblem: OnProblem): Rules[] {
  const file = join(directory, '.gitignore');
  try {
    const text = readIfThere(file, file, Repository.of(directory));
    if (text === undefined) return above;
    // Loaded for a directory only: a run over files does without.
    const ignore = require('ignore') as typeof import('ignore');
    return [...above, { base: directory, rules: ignore().add(text) }];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    // A directory that may not be read is passed over, whatever is in it.
    if (error.code !== 'is-directory' && error.code !== 'unreadable') onProblem(error);
    return above;
  }
}

/**
 * Whether patterns, as in a .gitignore of `base`, leave a file out, or a directory it is in.
 *
 * @param path absolute; one outside of `base` is never left out.
 */
export function isExcluded(path: string, base: string, patterns: readonly string[]): boolean {
  const ignore = require('ignore') as typeof import('ignore');
  const inside = relative(base, path).split(sep).join('/');
  return (
    ignore.isPathValid(inside) &&
    ignore()
      .add([...patterns])
      .ignores(inside)
  );
}

/** The nearest .gitignore that says something about the path decides. */
function isIgnored(path: string, directory: boolean, rules: Rules[]): boolean {
  for (const { base, rules: own } of rules.toReversed()) {
    const inside = relative(base, path).split(sep).join('/') + (directory ? '/' : '');
    const { ignored, unignored } = own.test(inside);
    if (ignored || unignored) return ignored;
  }
  return false;
}
