import { relative, resolve } from 'node:path';
import { UsageError } from '../errors';
import type { Batten, RunOptions } from '../harden/api';
import type { FileResult } from '../harden/types';
import { type Colors, createColors, useColor } from '../report/colors';
import type { Host, Output } from './host';
import { failedResult, type Opened, openInputs } from './inputs';
import type { Options } from './options';
import { requireServices, requireTransforms } from './selection';

/** A run of a command: the host with what the options say about it. */
export interface Context {
  host: Host;
  options: Options;
  /** Colours and width of one stream. */
  screen(stream: Output): { colors: Colors; width: number };
}

/** The widest a report gets: longer lines are hard to read. */
const MAX_WIDTH = 110;

export function createContext(host: Host, options: Options): Context {
  return {
    host,
    options,
    screen: (stream) => ({
      colors: createColors(useColor(options.color, host.env, stream.isTTY === true)),
      width: Math.max(60, Math.min(MAX_WIDTH, stream.columns ?? 100)),
    }),
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
 * @throws UsageError for an unknown transform or service; InputError when no path is given and no Compose file is found.
 */
export async function prepare({ host, options }: Context, paths: readonly string[]): Promise<Prepared> {
  const batten = host.batten();
  requireTransforms(batten.transforms(), [...(options.only ?? []), ...(options.skip ?? [])]);
  const opened = await openInputs(host, paths);
  if (options.service) requireServices(opened, options.service);
  const { confidence, preset, only, skip, service: services } = options;
  const imageConfigs = imageConfigPaths(host, options);
  return { batten, opened, run: { confidence, preset, only, skip, services, inlineIgnores: options.ignore, imageConfigs } };
}

/**
 * The saved image configurations, as paths from where the process is. Looked at here, so that a wrong one is blamed once and not on every
 * Compose file.
 *
 * @throws InputError when one cannot be read or is something else.
 */
export function imageConfigPaths(host: Host, { imageConfig = [] }: Options): string[] {
  if (imageConfig.length === 0) return [];
  const { readImageConfigs } = require('../images') as typeof import('../images');
  return imageConfig.map((shown) => {
    const found = resolve(host.cwd, shown);
    readImageConfigs(found, shown);
    return relative(process.cwd(), found);
  });
}

/** The chain over one input, not asking. An input error becomes a result. */
export function runOne(batten: Batten, { path, input, failure, notes }: Opened, run: RunOptions): FileResult {
  if (!input) return failure!;
  try {
    const result = batten.run(input, run);
    return { ...result, notes: [...notes, ...result.notes] };
  } catch (error) {
    return failedResult(path, error);
  }
}

/** @throws UsageError when both a report for programs and another text would go to standard output. */
export function requireFreeStdout({ options }: Context, other: string | undefined): void {
  if (other !== undefined && options.format === 'json') {
    throw new UsageError(`--format json and ${other} both go to standard output`, { hint: 'ask for one of them, or use -o FILE' });
  }
}
