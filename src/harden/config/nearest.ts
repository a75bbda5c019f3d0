import { existsSync, lstatSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ANYWHERE, type Bounds, Repository } from '../../compose/bounds';
import { shownPath } from '../../compose/discover';
import { isRepository } from '../../compose/project-root';
import { readInput } from '../../compose/read';
import { BattenError, ConfigError } from '../../errors';
import type { RunOptions, TransformInfo } from '../api';
import type { Warning } from '../types';
import type { Config } from './read';

/** In this order; the first one in a directory counts. */
export const CONFIG_NAMES = ['.batten.yaml', '.batten.yml'] as const;

/** A configuration file and what it means for a run. */
export interface LoadedConfig {
  /** Where it is, and how to call it. */
  absolute: string;
  shown: string;
  config: Config;
  run: RunOptions;
  /** Ignores that no longer count. */
  warnings: readonly Warning[];
}

/** What the reading of configurations has of the world. */
export interface ConfigSetting {
  /** The current directory, absolute: configurations are called from there. */
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  /** The day it is here, as 2027-01-31, for ignores that end. */
  today(): string;
  /** Texts that count in place of files, by absolute path: what an editor has open. */
  unsaved?: ReadonlyMap<string, string>;
}

/** The configurations of a run. Each is read once, however many files it is about. */
export class Configs {
  private readonly byDirectory = new Map<string, LoadedConfig | undefined>();
  /** Configurations of other users, which were found and do not count. */
  readonly refused = new Set<string>();
  private readonly byFile = new Map<string, LoadedConfig | undefined>();

  constructor(
    private readonly host: ConfigSetting,
    private readonly options: { readonly config?: string | false },
    private readonly transforms: readonly TransformInfo[],
  ) {}

  /**
   * The one for files of a directory: what `--config` names, else the nearest one upwards, up to the root of the repository.
   *
   * @throws ConfigError when it cannot be read or understood.
   */
  for(directory: string): LoadedConfig | undefined {
    const { config } = this.options;
    if (config === false) return undefined;
    if (config !== undefined) return this.read(resolve(this.host.cwd, config), config, ANYWHERE);
    if (!this.byDirectory.has(directory)) this.byDirectory.set(directory, this.nearest(directory, directory));
    return this.byDirectory.get(directory);
  }

  /** @param start the directory that the configuration is for, whose owner is as good as its files. */
  private nearest(directory: string, start: string): LoadedConfig | undefined {
    for (const name of CONFIG_NAMES) {
      const file = join(directory, name);
      if (isThere(file) && this.isTrusted(file, directory, start))
        return this.read(file, shownPath(this.host.cwd, file), Repository.of(directory, this.host.unsaved));
    }
    const manifest = join(directory, 'package.json');
    if (existsSync(manifest) && hasKey(manifest) && this.isTrusted(manifest, directory, start))
      return this.read(manifest, shownPath(this.host.cwd, manifest), Repository.of(directory, this.host.unsaved));
    const above = dirname(directory);
    // What lies above a repository is not part of the project.
    if (above === directory || isRepository(directory)) return undefined;
    return this.nearest(above, start);
  }

  /**
   * Whether a configuration that was found may count. In a directory that others write to as well, such as /tmp, anybody could put one above the files
   * of somebody else. So one that is not in their repository, nor beside them, has to be this user's, root's, or of who owns their directory.
   *
   * @see https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory
   */
  private isTrusted(file: string, directory: string, start: string): boolean {
    const { getuid } = process;
    if (!getuid || directory === start || isRepository(directory)) return true;
    const own = [getuid(), 0, ownerOf(start)];
    if (getuid() === 0 && /^\d+$/.test(this.host.env.SUDO_UID ?? '')) own.push(Number(this.host.env.SUDO_UID));
    if ([lstatSync(file).uid, ownerOf(file) ?? lstatSync(file).uid].every((owner) => own.includes(owner))) return true;
    this.refused.add(file);
    return false;
  }

  private read(absolute: string, shown: string, bounds: Bounds): LoadedConfig | undefined {
    if (!this.byFile.has(absolute)) this.byFile.set(absolute, this.load(absolute, shown, bounds));
    return this.byFile.get(absolute);
  }

  private load(absolute: string, shown: string, bounds: Bounds): LoadedConfig {
    const { readConfig } = require('./read') as typeof import('./read');
    const { configuredRun } = require('./run') as typeof import('./run');
    const key = basename(absolute) === 'package.json' ? 'batten' : undefined;
    const config = readConfig(textOf(absolute, shown, bounds), shown, this.transforms, key);
    const { run, expired } = configuredRun(config, shown, this.host.today());
    const warnings = expired.map(({ transform, service, until, position }): Warning => {
      const about = `${transform.join(', ')}${service === undefined ? '' : ` for ${service}`}`;
      return { code: 'expired-ignore', message: `the ignore of ${about} ended on ${until} and no longer counts`, file: shown, ...position };
    });
    return { absolute, shown, config, run, warnings };
  }
}

function textOf(absolute: string, shown: string, bounds: Bounds): string {
  try {
    return readInput(absolute, shown, bounds).text;
  } catch (error) {
    if (!(error instanceof BattenError)) throw error;
    const { message, position, hint } = error;
    throw new ConfigError(message, { file: shown, position, hint, cause: error });
  }
}

function ownerOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.uid;
}

/** A link that leads nowhere is there, too: whoever made it wanted a configuration. */
function isThere(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}

/** Whether a package.json configures batten. One that is broken is its own trouble. */
function hasKey(manifest: string): boolean {
  try {
    const { text } = readInput(manifest, manifest, Repository.of(dirname(manifest)));
    return text.includes('"batten"') && Object.hasOwn(JSON.parse(text) as object, 'batten');
  } catch {
    return false;
  }
}

/** What a configuration says, and over it what the command line does: there, naming transforms disregards every other selection. */
export function overlay(configured: RunOptions | undefined, given: RunOptions): RunOptions {
  if (!configured) return given;
  const { only, also = [], skip = [], perService = {}, ignores, ...rest } = configured;
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const left = Object.fromEntries(Object.entries(perService).map(([name, each]) => [name, { skip: each.skip }]));
  const selection = given.only
    ? { skip: given.skip, perService: left }
    : { only, also, skip: [...skip, ...(given.skip ?? [])], perService: withoutSkipped(perService, given.skip) };
  return { ...rest, ...set, ...selection, ignores: given.inlineIgnores === false ? [] : ignores };
}

function withoutSkipped(perService: NonNullable<RunOptions['perService']>, skip: readonly string[] = []): RunOptions['perService'] {
  if (skip.length === 0) return perService;
  return Object.fromEntries(
    Object.entries(perService).map(([name, each]) => [name, { ...each, also: each.also?.filter((id) => !skip.includes(id)) }]),
  );
}
