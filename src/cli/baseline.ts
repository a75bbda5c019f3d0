import { existsSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { ANYWHERE, type Bounds, namedOutput, Repository } from '../compose/bounds';
import { shownPath } from '../compose/discover';
import { readInput } from '../compose/read';
import { writeFileAtomic } from '../compose/write';
import { ConfigError, InputError, UsageError } from '../errors';
import { type Baseline, baselineText, type KnownFinding, knownOf, parseBaseline, withKnown } from '../harden/baseline';
import type { LoadedConfig } from '../harden/config/nearest';
import { fingerprint } from '../harden/fingerprint';
import type { FileResult } from '../harden/types';
import { type Shown, say } from '../report/text/screen';
import type { Context } from './context';
import type { Opened } from './inputs';

/** A baseline file, read. */
export interface OpenBaseline {
  absolute: string;
  shown: string;
  baseline: Baseline;
  /** Where it may be written: it is the repository's to name only inside of it. */
  bounds: Bounds;
  /** Whether all was looked for that it may hold. */
  complete: boolean;
  /** The current directory, from which results call their files. */
  cwd: string;
}

/** The baselines of a run, each read once. */
export class Baselines {
  private readonly read = new Map<string, OpenBaseline>();

  constructor(private readonly context: Pick<Context, 'host' | 'options'>) {}

  /**
   * The one for files under a configuration, if any.
   *
   * @throws ConfigError when it is not there and is not about to be written, or is no baseline.
   */
  for(configured: LoadedConfig | undefined): OpenBaseline | undefined {
    const place = baselinePath(this.context, configured);
    if (place === undefined) return undefined;
    const known = this.read.get(place.absolute) ?? this.open(place);
    this.read.set(place.absolute, known);
    return known;
  }

  private open({ absolute, read, write }: Place): OpenBaseline {
    const { host, options } = this.context;
    const shown = shownPath(host.cwd, absolute);
    const complete = !options.only && !options.skip && !options.service;
    const made = { absolute, shown, bounds: write, complete, cwd: host.cwd };
    if (existsSync(absolute)) return { ...made, baseline: parseBaseline(readInput(absolute, shown, read).text, shown) };
    if (options.updateBaseline) return { ...made, baseline: new Map() };
    throw new ConfigError('there is no such baseline', { file: shown, hint: 'write it with batten check --update-baseline' });
  }
}

/** Where a baseline is, and where it may be to be read and written. */
interface Place {
  absolute: string;
  read: Bounds;
  write: Bounds;
}

function baselinePath({ host, options }: Pick<Context, 'host' | 'options'>, configured: LoadedConfig | undefined): Place | undefined {
  if (options.baseline !== undefined) {
    return { absolute: resolve(host.cwd, options.baseline), read: ANYWHERE, write: namedOutput(host.cwd) };
  }
  const named = configured?.config.baseline;
  if (named === undefined) return undefined;
  const directory = dirname(configured!.absolute);
  const repository = Repository.of(directory);
  const absolute = resolve(directory, named);
  // Before anything is looked for there.
  requireWithin(repository, absolute, named, configured!.shown);
  return { absolute, read: repository, write: repository };
}

/** @throws ConfigError when a configuration names a baseline out of bounds. */
function requireWithin(bounds: Bounds, absolute: string, named: string, config: string): void {
  try {
    bounds.place(absolute, named);
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw new ConfigError(`baseline: ${named} ${cause.message}`, { file: config, hint: 'name it yourself, with --baseline', cause });
  }
}

/** The results of a project with what its baseline knows suppressed. */
export function withBaseline(results: readonly FileResult[], open: OpenBaseline): FileResult[] {
  return results.map((result) => withKnown(result, knownIn(open, result.path), open.complete));
}

/** Whether a baseline knows a finding, for a run that leaves those alone. */
export function knows(open: OpenBaseline): (path: string, identity: string) => boolean {
  const marks = new Map<string, Set<string>>();
  return (path, identity) => {
    const known = marks.get(path) ?? new Set(knownIn(open, path).map((each) => each.fingerprint));
    marks.set(path, known);
    return known.has(fingerprint({ identity }));
  };
}

function knownIn(open: OpenBaseline, path: string): readonly KnownFinding[] {
  return open.baseline.get(nameOf(open, path)) ?? [];
}

/** How a baseline calls a file. Standard input has no name, and so no known findings. */
function nameOf({ absolute, cwd }: OpenBaseline, path: string): string {
  return path === '-' ? '' : relative(dirname(absolute), resolve(cwd, path)).split(sep).join('/');
}

/**
 * Writes what is found now as what is known. Files that were not looked at, or could not be read, keep what was known of them; so do
 * transforms and services that were left out.
 *
 * @returns what was written, in words.
 * @throws UsageError without a baseline to write.
 */
export function updateBaselines(projects: readonly { opened: Opened; results: readonly FileResult[] }[]): Shown {
  const byFile = new Map<string, { open: OpenBaseline; results: FileResult[] }>();
  for (const { opened, results } of projects) {
    if (!opened.baseline) {
      throw new UsageError('--update-baseline has no file to write', {
        hint: 'name it: --baseline batten-baseline.json, or baseline: in .batten.yaml',
      });
    }
    const { absolute } = opened.baseline;
    const so = byFile.get(absolute) ?? { open: opened.baseline, results: [] };
    so.results.push(...results);
    byFile.set(absolute, so);
  }
  return say.join(
    [...byFile.values()].map(({ open, results }) => write(open, results)),
    '',
  );
}

function write(open: OpenBaseline, results: readonly FileResult[]): Shown {
  const next = new Map(open.baseline);
  for (const result of results) {
    if (result.status === 'error' || result.path === '-') continue;
    const found = knownOf(result);
    const marks = new Set(found.map((each) => each.fingerprint));
    const kept = open.complete ? [] : knownIn(open, result.path).filter((each) => !marks.has(each.fingerprint));
    next.set(nameOf(open, result.path), [...found, ...kept]);
  }
  writeFileAtomic(open.absolute, baselineText(next), { within: open.bounds, shown: open.shown });
  const count = [...next.values()].reduce((sum, known) => sum + known.length, 0);
  return say`Wrote ${open.shown}: ${count} known ${count === 1 ? 'finding' : 'findings'}\n`;
}
