import type { Kind, Survey } from '../../src/engine/trial/host/survey';
import type { Found, World } from '../../src/engine/trial/host/world';

/** A look through something small and harmless that belongs to everybody. */
export const SMALL: Survey = {
  ...{ bytes: 1, entries: 1, complete: true, closed: false, specials: [], isPrivate: false, foreign: false, mounts: [] },
};

/** What a test knows of a path. */
export interface Known {
  kind?: Kind;
  /** Where it leads. */
  real?: string;
  /** What of the host it reaches. */
  reaches?: string;
  survey?: Partial<Survey>;
}

/** A machine of which only some paths are out of the ordinary: all others are small directories of the project. */
export function fakeWorld(known: Readonly<Record<string, Known>> = {}, more: Partial<World> = {}): World {
  const find = (path: string): Found => ({
    kind: known[path]?.kind ?? 'directory',
    real: known[path]?.real ?? (path.replace(/\/+$/, '') || '/'),
  });
  return {
    ...{ local: true, keepsOwners: true, machine: 'x64', find },
    reaches: (real) => known[real]?.reaches,
    inside: (real) => !real.startsWith('/outside'),
    survey: (real) => ({ ...SMALL, ...known[real]?.survey }),
    copyPath: (source, shared) => `/scratch/${shared ? 'shared' : 'own'}${source}`,
    textPath: (name) => `/scratch/${name}`,
    read: () => undefined,
    enforced: () => false,
    ...more,
  };
}
