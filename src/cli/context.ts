import { dirname, relative, resolve } from 'node:path';
import { UsageError } from '../errors';
import type { Batten, Input, RunOptions } from '../harden/api';
import { Configs, overlay } from '../harden/config/nearest';
import type { FileResult } from '../harden/types';
import { say } from '../report/text/screen';
import type { Host } from './host';
import { failedResult, type Opened, openInputs } from './inputs';
import { inspected } from './inspected';
import { positive, shardOf } from './numbers';
import type { Options } from './options';
import { ProofKey } from './proof-key';
import { isForPrograms } from './report';
import { type Screen, screenOn } from './screen';
import { requireServices, requireTransforms } from './selection';

/** A run of a command: the host with what the options say about it. */
export interface Context {
  host: Host;
  options: Options;
  /** Standard output, for results. */
  readonly out: Screen;
  /** Standard error, for all else. */
  readonly err: Screen;
  /** What proofs of this machine are told by. */
  readonly proofKey: ProofKey;
}

export function createContext(host: Host, options: Options): Context {
  let [out, err]: (Screen | undefined)[] = [];
  return {
    host,
    options,
    proofKey: new ProofKey(host),
    // Opening a stream takes a while, and few runs need both.
    get out() {
      out ??= screenOn(host.stdout, host, options);
      return out;
    },
    get err() {
      err ??= screenOn(host.stderr, host, options);
      return err;
    },
  };
}

/** Everything a command needs to start on its files. */
export interface Prepared {
  batten: Batten;
  opened: Opened[];
  run: RunOptions;
}

/**
 * Loads the library and reads the inputs, and checks the names of the selection.
 *
 * @throws UsageError for an unknown transform or service; InputError when no path is given and no Compose file is found, or when the Engine
 * that `--inspect` asks for is not there.
 */
export async function prepare(context: Context, paths: readonly string[]): Promise<Prepared> {
  const { host, options } = context;
  const batten = host.batten();
  requireTransforms(batten.transforms(), [...(options.only ?? []), ...(options.skip ?? [])]);
  if (options.file && paths.length > 0) {
    throw new UsageError('files are named by -f or as paths, not both', {
      hint: 'several -f are one project, several paths are a project each',
    });
  }
  const found = await openInputs(host, paths, options.file);
  const configs = new Configs(host, options, batten.transforms());
  const opened = withBaselines({ host, options }, sharded(configure(found, configs, { cwd: host.cwd, paths }), options));
  for (const file of configs.refused) {
    const hint = `name it, if it is yours: -c ${file}`;
    if (!options.quiet)
      context.err.print(
        say`${file}: warning: it belongs to another user and lies outside of the repository, so it does not count (${hint})\n`,
      );
  }
  if (options.service) requireServices(batten, opened, options.service);
  const fromEngine = await inspected(context, opened, options.service);
  const seen = options.inspect ? await withOwners(context, opened) : opened;
  return { batten, opened: seen, run: { ...givenRun(context), inspected: fromEngine } };
}

/** Gives each input what can be seen of whom the mounts of its services belong to. */
async function withOwners(context: Context, opened: readonly Opened[]): Promise<Opened[]> {
  const { ownedOf, seenOwners } = require('./owned') as typeof import('./owned');
  const seen: Opened[] = [];
  for (const each of opened) seen.push({ ...each, owned: ownedOf(await seenOwners(context, each)) });
  return seen;
}

/** What the command line says about a run. */
export function givenRun({ host, options, proofKey }: Pick<Context, 'host' | 'options' | 'proofKey'>): RunOptions {
  const { confidence, preset, only, skip, service: services } = options;
  const changesAlone = options.format === 'sarif' || undefined;
  return {
    confidence,
    preset,
    only,
    skip,
    services,
    inlineIgnores: options.ignore,
    changesAlone,
    imageConfigs: imageConfigPaths(host, options),
    templates: options.templates,
    proofKey: () => proofKey.get(),
  };
}

/** Gives each input its configuration, and leaves out what that excludes: never a file that was named. */
export function configure(
  opened: readonly Opened[],
  configs: Configs,
  { cwd, paths }: { cwd: string; paths: readonly string[] },
): Opened[] {
  const named = new Set(paths.map((path) => resolve(cwd, path)));
  return opened.flatMap((each) => {
    const { absolute } = each;
    const configured = configs.for(absolute === '-' ? cwd : dirname(absolute));
    const exclude = configured?.config.exclude;
    if (exclude && paths.length > 0 && absolute !== '-' && !named.has(absolute)) {
      const { isExcluded } = require('../compose/search') as typeof import('../compose/search');
      if (isExcluded(absolute, dirname(configured.absolute), exclude)) return [];
    }
    return [{ ...each, configured }];
  });
}

/** The part of the projects that `--shard` asks for. They are told apart by their order, which is the same on every machine. */
function sharded(opened: readonly Opened[], { shard }: Options): readonly Opened[] {
  if (shard === undefined) return opened;
  const { part, of } = shardOf(shard);
  return opened.filter((_, index) => index % of === part - 1);
}

/** Gives each input its baseline. */
function withBaselines(context: Pick<Context, 'host' | 'options'>, opened: readonly Opened[]): Opened[] {
  if (context.options.baseline === undefined && !opened.some(({ configured }) => configured?.config.baseline)) return [...opened];
  const { Baselines } = require('./baseline') as typeof import('./baseline');
  const baselines = new Baselines(context);
  return opened.map((each) => ({ ...each, baseline: baselines.for(each.configured) }));
}

/** The same inputs for a run that changes things: it leaves what is known as it is. */
export function leavingKnown(opened: readonly Opened[]): Opened[] {
  return opened.map((each) => {
    if (!each.baseline) return each;
    return { ...each, known: (require('./baseline') as typeof import('./baseline')).knows(each.baseline) };
  });
}

/**
 * The saved image configurations, as paths from where the process is. Looked at here, so that a wrong one is blamed once and not on every
 * Compose file.
 *
 * @throws InputError when one cannot be read or is something else.
 */
export function imageConfigPaths(host: Host, { imageConfig = [] }: Options): string[] {
  if (imageConfig.length === 0) return [];
  const { imageConfigKind } = require('../images') as typeof import('../images');
  return imageConfig.flatMap((shown) => {
    const found = resolve(host.cwd, shown);
    // Images with their files are looked into elsewhere, and one by one.
    return imageConfigKind(found, shown) === 'images' ? [] : [relative(process.cwd(), found)];
  });
}

/** The chain over one input, not asking: what becomes of each file of its project. An input error becomes a result. */
export function runInput(batten: Batten, opened: Opened, run: RunOptions): FileResult[] {
  const { path, input, failure } = opened;
  if (!input) return [failure!];
  return completed(opened, projectResults(batten, path, input, runOf(opened, run)));
}

/** Fewer projects are done before a worker thread would have started. */
const MANY = 32;

/**
 * `runInput` over all projects, in their order; where there are many, in worker threads.
 *
 * @throws UsageError for a `--jobs` that is no positive integer
 */
export async function runInputs(context: Context, batten: Batten, opened: readonly Opened[], run: RunOptions): Promise<FileResult[][]> {
  const { jobs, prove } = context.options;
  const most = jobs === undefined || prove ? undefined : positive('--jobs', jobs);
  if (opened.length < MANY) return opened.map((each) => runInput(batten, each, run));
  return (require('./many') as typeof import('./many')).runMany(context, batten, opened, run, most);
}

/** What the library makes of a project. An input error becomes a result. */
export function projectResults(batten: Batten, path: string, input: Input, run: RunOptions): FileResult[] {
  return orFailures(path, input, (usable) => batten.runProject(usable, run));
}

/**
 * Does something with a project. One of the files merged on top may be broken: that is its own error, and the others are done without it.
 */
export function orFailures(path: string, input: Input, work: (usable: Input) => FileResult[]): FileResult[] {
  try {
    return work(input);
  } catch (error) {
    const failure = failedResult(path, error);
    const others = input.overrides?.filter((file) => file.path !== failure.path) ?? [];
    if (others.length === (input.overrides?.length ?? 0)) return [failure];
    const [main, ...rest] = orFailures(path, { ...input, overrides: others }, work);
    const note = `${failure.path} is merged into this file by Compose, but could not be read`;
    return [{ ...main!, notes: [note, ...main!.notes] }, ...rest, failure];
  }
}

/** What an input is run with: its configuration, and over it what the command line says. */
export function runOf({ configured, known, owned }: Pick<Opened, 'configured' | 'known' | 'owned'>, run: RunOptions): RunOptions {
  const over = overlay(configured?.run, owned ? { ...run, owned } : run);
  return known ? { ...over, known } : over;
}

/** The results of a project with what is known of its main file from elsewhere. */
export function completed({ configured, baseline, unseen: searched = [] }: Opened, [main, ...others]: readonly FileResult[]): FileResult[] {
  const warnings = [...(main!.warnings ?? []), ...(configured?.warnings ?? [])];
  const unseen = [...searched, ...(main!.unseen ?? [])];
  const results = [{ ...main!, ...(warnings.length > 0 && { warnings }), ...(unseen.length > 0 && { unseen }) }, ...others];
  if (!baseline) return results;
  return (require('./baseline') as typeof import('./baseline')).withBaseline(results, baseline);
}

/** @throws UsageError when both a report for programs and another text would go to standard output. */
export function requireFreeStdout({ options }: Context, other: string | undefined): void {
  if (other !== undefined && isForPrograms(options.format)) {
    throw new UsageError(`--format ${options.format} and ${other} both go to standard output`, {
      hint: 'ask for one of them, or use -o FILE',
    });
  }
}
