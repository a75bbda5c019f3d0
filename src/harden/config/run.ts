import type { Data } from '../../yaml/types';
import type { RunOptions, ServiceSelection, Settings } from '../api';
import type { IgnoreRule } from '../suppress';
import type { Config, ConfiguredIgnore, Switch } from './read';

/**
 * What a configuration means for a run. The options of the command line go over it: naming transforms there with `--only` disregards
 * every selection of the configuration.
 *
 * @param today as 2027-01-31: what counts until an earlier day is `expired`.
 */
export function configuredRun(config: Config, file: string, today: string): { run: RunOptions; expired: readonly ConfiguredIgnore[] } {
  const { preset, confidence, only, skip = [], also = [], transforms = {}, services = {}, user } = config;
  const expired = config.ignore.filter(({ until }) => until !== undefined && until < today);
  const ignores = config.ignore
    .filter((rule) => !expired.includes(rule))
    .map(
      ({ transform, service, reason, position }): IgnoreRule => ({ transforms: transform, service, reason, place: { file, ...position } }),
    );
  const perService = Object.entries(services).map(([name, { skip: left = [], transforms: own = {} }]): [string, ServiceSelection] => [
    name,
    { skip: [...left, ...turned(own, false)], also: turned(own, true) },
  ]);
  const settings: Settings = {
    transforms: withUser(optionsOf(transforms), user),
    services: Object.fromEntries(
      Object.entries(services).map(([name, { transforms: own = {}, user: number }]) => [name, withUser(optionsOf(own), number)]),
    ),
  };
  return {
    run: {
      ...(preset && { preset }),
      ...(confidence && { confidence }),
      ...(only && { only }),
      skip: [...skip, ...turned(transforms, false)],
      also: [...also, ...turned(transforms, true)],
      perService: Object.fromEntries(perService),
      settings,
      ignores,
    },
    expired,
  };
}

/** `user:` is a shorter way to give the transform of that name its number. */
function withUser(options: Record<string, Readonly<Record<string, Data>>>, number: string | undefined): typeof options {
  return number === undefined ? options : { ...options, user: { number, ...options.user } };
}

/** The transforms that are switched off, or that are on: giving one options means wanting it. */
function turned(switches: Readonly<Record<string, Switch>>, on: boolean): string[] {
  return Object.entries(switches).flatMap(([id, value]) => ((value !== false) === on ? [id] : []));
}

function optionsOf(switches: Readonly<Record<string, Switch>>): Record<string, Readonly<Record<string, Data>>> {
  return Object.fromEntries(Object.entries(switches).flatMap(([id, value]) => (typeof value === 'boolean' ? [] : [[id, value]])));
}
