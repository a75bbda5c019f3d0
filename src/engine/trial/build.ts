import path from 'node:path';
import type { Data } from '../../yaml/types';
import { listOf, type Model, mapOf } from '../compose/model';
import { findHere, type World } from './host/world';
import { labelsOf, type TrialOptions } from './options';
import type { Holding } from './withheld';

/**
 * Keys of a build that say what is built. The others push it, tag it over somebody's image, write caches to the host, or give a build step more than
 * a container of a trial has. Source: https://github.com/compose-spec/compose-spec/blob/170098ba/build.md
 */
const KEPT = ['dockerfile_inline', 'args', 'target', 'shm_size', 'ulimits', 'extra_hosts', 'platforms', 'no_cache', 'isolation'];

/** Keys that take something of the host. */
const HOST_KEYS = ['privileged', 'entitlements', 'ssh'];

/** A build as a trial does it, with the secrets its steps may read; or why it is none. */
export type TrialBuild = { build: Record<string, Data>; secrets: Record<string, Data> } | { refused: string };

/**
 * A build of files of the project: what is elsewhere is sent to nobody, and nothing is fetched but what a Dockerfile itself names. Files are those of
 * this machine, wherever the Engine is.
 */
export function trialBuild(written: Data, model: Model, id: string, options: TrialOptions, world: World, holding: Holding): TrialBuild {
  const given: Record<string, Data> = typeof written === 'string' ? { context: written } : mapOf(written);
  const build: Record<string, Data> = { labels: labelsOf(id) };
  for (const key of KEPT) if (given[key] !== undefined) build[key] = given[key];
  const places = new Map<string, string>();
  const context = String(given.context ?? '');
  places.set('context', context);
  const contexts = contextsOf(given.additional_contexts);
  for (const [name, place] of contexts) if (!/^(?:service:|docker-image:\/\/)/.test(place)) places.set(`additional context ${name}`, place);
  for (const [what, place] of places) {
    // Compose makes every local path absolute.
    if (!path.isAbsolute(place)) return { refused: `its build ${what} is remote (${place}), which a trial never fetches` };
    const refused = outside(place, options, world);
    if (refused) return { refused: `its build ${what} ${refused}` };
  }
  build.context = context;
  if (contexts.length > 0) build.additional_contexts = Object.fromEntries(contexts);
  if (typeof given.dockerfile === 'string') {
    const refused = outside(path.resolve(context, given.dockerfile), options, world);
    if (refused) return { refused: `its Dockerfile ${refused}` };
    build.dockerfile = given.dockerfile;
  }
  if (given.network === 'none' || (given.network !== undefined && options.allowPrivileged)) build.network = given.network;
  else if (given.network === 'host') holding.hold('host-network', 'the network of the host, in its build,');
  for (const key of HOST_KEYS) {
    const value = given[key];
    if (value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0)) continue;
    if (options.allowPrivileged) build[key] = value;
    else holding.hold('privileges', `${key}, in its build,`);
  }
  return { build, secrets: secretsOf(given, build, model, options, world, holding) };
}

/** The secrets of a build that are of the project; the build gets no others. */
function secretsOf(
  given: Record<string, Data>,
  build: Record<string, Data>,
  { secrets = {} }: Model,
  options: TrialOptions,
  world: World,
  holding: Holding,
): Record<string, Data> {
  const kept: Record<string, Data> = {};
  const used = listOf(given.secrets).filter((item) => {
    const name = typeof item === 'string' ? item : String(mapOf(item).source);
    const { file, environment } = mapOf(secrets[name]);
    const refused = file === undefined ? undefined : outside(String(file), options, world);
    if (refused) holding.hold('secrets', `the secret ${name}, in its build,`, { why: `its file ${refused}` });
    else kept[name] = file === undefined ? { environment: environment ?? '' } : { file };
    return refused === undefined;
  });
  if (used.length > 0) build.secrets = used;
  return kept;
}

function contextsOf(written: Data | undefined): [string, string][] {
  if (Array.isArray(written)) {
    return written.map((item) => {
      const [name = '', ...rest] = String(item).split('=');
      return [name, rest.join('=')];
    });
  }
  return Object.entries(mapOf(written)).map(([name, place]) => [name, String(place)]);
}

/** Why a path is none of the project's; undefined for one that is, and for one that is not there, of which Compose tells. */
function outside(place: string, { allowPrivileged }: TrialOptions, world: World): string | undefined {
  const { kind, real } = findHere(place);
  if (kind === 'missing' || allowPrivileged) return undefined;
  if (!world.inside(real)) return `is outside of the project (${place})`;
  return kind === 'file' || kind === 'directory' ? undefined : `is a ${kind} (${place})`;
}
