import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { ANYWHERE } from '../../compose/bounds';
import type { EnvFile } from '../../compose/env-file';
import { DiskFiles, type FileSource } from '../../compose/file-source';
import { readInput } from '../../compose/read';
import { isComposeName, searchDirectory } from '../../compose/search';
import { UsageError } from '../../errors';
import { Git, isRevision } from '../../revisions/git';
import { type Listing, type ProjectFiles, projectsOf, standardProject } from '../../revisions/projects';
import { RevisionTree } from '../../revisions/tree';
import type { Host } from '../host';

/** One of the two states that are compared. */
export interface Side {
  /** How it is called: a revision as it was named, `working tree`, or a path. */
  name: string;
  /** The commit, for a revision. */
  commit?: string;
  files: FileSource;
  /** The text of a Compose file. */
  text(absolute: string, shown: string): string;
  has(absolute: string): boolean;
  /** Its projects. */
  projects(): readonly ProjectFiles[];
}

/** The two states that words name, the older first, and what a project of one is to the other. */
export interface Sides {
  before: Side;
  after: Side;
  /** Two projects whatever they are called, rather than those that are called the same. */
  pair: boolean;
}

/** `A..B`, `A...B`, and with one of them left out, which is then HEAD. */
const RANGE = /^(.*?)(\.{2,3})(.*)$/s;

/**
 * What is compared, by the words of the command line: `REV..REV`, `REV...REV` (from where they parted), `REV` (with the working tree), `REV REV`, two files, two
 * directories, and nothing (HEAD with the working tree). Paths behind revisions narrow it down.
 *
 * @throws UsageError for words that name nothing, or two things at once.
 */
export function sidesOf(host: Host, words: readonly string[], named: readonly string[] = []): Sides {
  const { cwd } = host;
  const isPath = (word: string): boolean => existsSync(path.resolve(cwd, word));
  const [first, second, ...more] = words;
  if (first !== undefined && second !== undefined && more.length === 0 && isPath(first) && isPath(second) && !rangeOf(first)) {
    const git = tryGit(host);
    if (![first, second].some((word) => git?.commit(word))) return twoPaths(host, first, second, named);
  }
  const git = Git.open(cwd, host.env);
  const commit = (name: string): string => git.commit(name) ?? noRevision(name);
  const range = first === undefined ? undefined : rangeOf(first);
  if (first !== undefined && range && !isPath(first)) {
    const [from, dots, to] = range;
    const [one, other] = [commit(from), commit(to)];
    const start = dots === '...' ? (git.mergeBase(one, other) ?? noBase(from, to)) : one;
    const scope = scopeOf(host, words.slice(1), named);
    const label = dots === '...' ? `merge base of ${from} and ${to}` : from;
    return { before: revisionSide(git, label, start, scope), after: revisionSide(git, to, other, scope), pair: false };
  }
  const revisions: [name: string, commit: string][] = [];
  for (const word of words.slice(0, 2)) {
    const found = git.commit(word);
    if (found === undefined) break;
    if (isPath(word)) {
      throw new UsageError(`${word} is a revision and a file`, {
        hint: `write ./${word} for the file, and ${word}..HEAD or refs/heads/${word} for the revision`,
      });
    }
    revisions.push([word, found]);
  }
  const paths = words.slice(revisions.length);
  const lost = paths.find((word) => !isPath(word) && (revisions.length === 0 || isRevision(word)));
  if (lost !== undefined && !(revisions.length > 0 && looksLikePath(lost))) noRevision(lost);
  const scope = scopeOf(host, paths, named);
  const [from = ['HEAD', commit('HEAD')] as [string, string], to] = revisions;
  if (to) return { before: revisionSide(git, ...from, scope), after: revisionSide(git, ...to, scope), pair: false };
  return { before: revisionSide(git, ...from, scope, true), after: diskSide('working tree', git.root, scope), pair: false };
}

function rangeOf(word: string): [from: string, dots: string, to: string] | undefined {
  const [, from, dots, to] = RANGE.exec(word) ?? [];
  if (from === undefined || dots === undefined || to === undefined || (from === '' && to === '')) return undefined;
  const [one, other] = [from || 'HEAD', to || 'HEAD'];
  return isRevision(one) && isRevision(other) ? [one, dots, other] : undefined;
}

function looksLikePath(word: string): boolean {
  return word.includes('/') || /\.ya?ml$/.test(word);
}

function tryGit(host: Host): Git | undefined {
  try {
    return Git.open(host.cwd, host.env);
  } catch {
    return undefined;
  }
}

function noRevision(name: string): never {
  const hint = isRevision(name)
    ? 'a shallow clone does not have older commits: fetch them (in GitHub Actions: fetch-depth: 0)'
    : 'a revision is named as for git: main, v1.2, HEAD~2, 3f2a1c9';
  throw new UsageError(`${name} is neither a revision of this repository nor a path`, { hint });
}

function noBase(one: string, other: string): never {
  throw new UsageError(`${one} and ${other} have no commit in common here`, {
    hint: 'a shallow clone does not have older commits: fetch them, or name both with two dots',
  });
}

/** What of a side is looked at: all Compose files in directories, single files, or one project of named files; absolute. */
interface Scope {
  paths: readonly string[];
  /** Files of one project, as `-f` names them. */
  named: readonly string[];
}

function scopeOf({ cwd }: Host, paths: readonly string[], named: readonly string[]): Scope {
  if (named.length > 0 && paths.length > 0)
    throw new UsageError('files are named by -f or as paths, not both', { hint: 'several -f are one project' });
  return {
    paths: (paths.length === 0 ? ['.'] : paths).map((each) => path.resolve(cwd, each)),
    named: named.map((each) => path.resolve(cwd, each)),
  };
}

function revisionSide(git: Git, name: string, commit: string, scope: Scope, besideTree = false): Side {
  const tree = new RevisionTree(git, name, commit);
  const files: FileSource = besideTree ? sharingIgnored(tree, git) : tree;
  const side: Omit<Side, 'projects'> = {
    name,
    commit,
    files,
    text: (absolute, shown) => tree.read(absolute, shown),
    has: (absolute) => tree.has(absolute),
  };
  const all = (): string[] => {
    const found = tree
      .paths()
      .filter((file) => isComposeName(path.basename(file)))
      .map((file) => path.join(git.root, file));
    tree.expect(found);
    return found;
  };
  return { ...side, projects: () => scoped(scope, side, all, listingOf(side)) };
}

/** A `.env` that git ignores is of no revision: the one that lies here counts for both sides. */
function sharingIgnored(tree: RevisionTree, git: Git): FileSource {
  return {
    place: (absolute, shown) => tree.place(absolute, shown),
    read: (absolute, shown) => tree.read(absolute, shown),
    env(absolute): EnvFile {
      const inside = path.relative(git.root, absolute).split(path.sep).join('/');
      if (tree.has(absolute) || !existsSync(absolute) || git.isTracked(inside)) return tree.env(absolute);
      return new DiskFiles(path.dirname(absolute)).env(absolute);
    },
  };
}

function diskSide(name: string, root: string, scope: Scope): Side {
  const disk = new DiskFiles(root);
  const side = { name, files: disk, text: (absolute: string, shown: string) => disk.read(absolute, shown), has: existsSync };
  const all = (): string[] => scope.paths.flatMap((each) => (isDirectory(each) ? searchDirectory(each, each) : [each]));
  return { ...side, projects: () => scoped(scope, side, all, listingOf(side)) };
}

function listingOf({ files, has }: Omit<Side, 'projects'>): Listing {
  return { has, variable: (directory, name) => files.env(path.join(directory, '.env')).variables[name] };
}

function scoped({ paths, named }: Scope, { has }: Omit<Side, 'projects'>, all: () => readonly string[], listing: Listing): ProjectFiles[] {
  const [main, ...overrides] = named;
  if (main !== undefined) return has(main) ? [{ id: main, main, overrides: overrides.filter(has) }] : [];
  const alone = paths.filter((each) => listing.has(each) && !isDirectory(each));
  const within = all().filter(
    (file) =>
      isComposeName(path.basename(file)) &&
      !file.includes(`${path.sep}node_modules${path.sep}`) &&
      paths.some((each) => file.startsWith(`${each.replace(/[/\\]$/, '')}${path.sep}`)),
  );
  const single = alone.map((file): ProjectFiles => {
    const standard = standardProject(path.dirname(file), listing);
    return standard?.main === file ? standard : { id: file, main: file, overrides: [] };
  });
  return [...single, ...projectsOf(within, listing)];
}

function isDirectory(absolute: string): boolean {
  return statSync(absolute, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Two files are one project before and after; of two directories those in the same place are. */
function twoPaths(host: Host, one: string, other: string, named: readonly string[]): Sides {
  if (named.length > 0)
    throw new UsageError('-f names the files of a project in revisions, and these are paths', { hint: 'name two files, or a revision' });
  const [from, to] = [path.resolve(host.cwd, one), path.resolve(host.cwd, other)];
  const [directory, alsoDirectory] = [isDirectory(from), isDirectory(to)];
  if (directory !== alsoDirectory)
    throw new UsageError('a file and a directory cannot be compared', { hint: 'name two files or two directories' });
  if (!directory) return { before: fileSide(one, from), after: fileSide(other, to), pair: true };
  return {
    before: diskSide(one, from, { paths: [from], named: [] }),
    after: movedTo(from, to, diskSide(other, to, { paths: [to], named: [] })),
    pair: false,
  };
}

/** A file that the person named, which may be anywhere. */
function fileSide(name: string, absolute: string): Side {
  const disk = new DiskFiles(path.dirname(absolute));
  const text = (file: string, shown: string): string =>
    file === absolute ? readInput(file, shown, ANYWHERE).text : disk.read(file, shown);
  const side = { name, files: disk, text, has: existsSync };
  return { ...side, projects: () => scoped({ paths: [absolute], named: [] }, side, () => [], listingOf(side)) };
}

/** The projects of another directory under the names that they would have in the first. */
function movedTo(from: string, to: string, side: Side): Side {
  const renamed = (id: string): string => path.join(from, path.relative(to, id));
  return { ...side, projects: () => side.projects().map((each) => ({ ...each, id: renamed(each.id) })) };
}
