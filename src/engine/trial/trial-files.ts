import type { Data } from '../../yaml/types';
import { listOf, type Model, type ModelService, mapOf } from '../compose/model';
import type { Copies } from './copies';
import type { World } from './host/world';
import type { TrialOptions } from './options';
import type { Holding } from './withheld';

const KINDS = ['secrets', 'configs'] as const;

/** Secrets and configs of a trial. */
export interface TrialFiles {
  /** The top level of the trial's file. */
  things: Pick<Model, (typeof KINDS)[number]>;
  /** What a service is given of them; the others are held back from it. */
  of(service: ModelService, holding: Holding): ModelService;
}

/** What is said of one that is held back. */
type Refused = Parameters<Holding['hold']>[2];

/**
 * Secrets and configs without the names they have in the person's project. Files are copies, and only of the project: any other file of the host
 * may be a secret of somebody else's.
 */
export function trialFiles(resolved: Model, copies: Copies, { allowPrivileged }: TrialOptions, world: World): TrialFiles {
  const refused = new Map<string, Refused>();
  const converted = (kind: string, name: string, thing: Data): Data | undefined => {
    const { file, environment, content, external, name: real } = mapOf(thing);
    if (external) return { external, name: real ?? name };
    if (file === undefined || file === null)
      return { ...(environment !== undefined && { environment }), ...(content !== undefined && { content }) };
    const answer = fileOf(String(file), copies, world, allowPrivileged);
    if (typeof answer === 'string') return { file: answer };
    refused.set(`${kind}\n${name}`, answer);
    return undefined;
  };
  const things: TrialFiles['things'] = {};
  for (const kind of KINDS) {
    const entries = Object.entries(resolved[kind] ?? {}).flatMap(([name, thing]): [string, Data][] => {
      const given = converted(kind, name, thing);
      return given === undefined ? [] : [[name, given]];
    });
    if (entries.length > 0) things[kind] = Object.fromEntries(entries);
  }
  return {
    things,
    of: (service, holding) => {
      const out: ModelService = {};
      for (const kind of KINDS) {
        const given = listOf(service[kind]).filter((item) => {
          const name = typeof item === 'string' ? item : String(mapOf(item).source);
          const why = refused.get(`${kind}\n${name}`);
          if (why) holding.hold('secrets', `the ${kind === 'secrets' ? 'secret' : 'config'} ${name}`, why);
          return why === undefined;
        });
        if (given.length > 0) out[kind] = given;
      }
      return out;
    },
  };
}

/** Where the file of a secret is in the trial, or why it has none. */
function fileOf(file: string, copies: Copies, world: World, allowed: boolean): string | NonNullable<Refused> {
  const { kind, real } = world.find(file);
  // Compose says what is missing.
  if (kind === 'missing') return file;
  if (!allowed && !world.inside(real)) return { why: `its file ${file} is outside of the project` };
  const given = copies.of(file);
  if (given.as === 'copy' || given.as === 'live') return given.path;
  return given.as === 'nothing' ? given : { why: 'it is no file', hint: '' };
}
