import { resolve } from 'node:path';
import type { SeenProject } from '../engine';
import { BattenError } from '../errors';
import type { Batten, Input } from '../harden/api';
import type { OwnedData } from '../images/owned';
import type { Context } from './context';
import type { Opened } from './inputs';
import { loadEngine, ours } from './trial';

/** With `--inspect`: whom the mounts of a project's containers belong to, by service; nothing where it cannot be seen from here. */
export async function seenOwners({ host }: Context, { absolute, input }: Opened): Promise<SeenProject> {
  if (absolute === '-' || !input || !mountsSomething(host.batten(), input)) return NOTHING;
  try {
    return await loadEngine().inspectOwners(resolve(host.cwd, absolute), host.env);
  } catch (error) {
    // That there is no Engine is said where it is asked for images.
    if (ours(error) instanceof BattenError) return NOTHING;
    throw error;
  }
}

const NOTHING: SeenProject = { engine: '', services: new Map() };

function mountsSomething(batten: Batten, input: Input): boolean {
  try {
    return batten.services(input).some(({ mounts }) => mounts);
  } catch {
    // Reported when the file is run.
    return false;
  }
}

/** The same, as it is asked for by advice about a service. */
export function ownedOf({ engine, services }: SeenProject): (service: string) => OwnedData | undefined {
  return (service) => {
    const mounts = services.get(service)?.mounts ?? [];
    if (mounts.length === 0) return undefined;
    const { usable } = loadEngine();
    const files = mounts.reduce((sum, { entries }) => sum + entries.length, 0);
    return {
      fits: ({ uid, gid = 0 }) => mounts.every((mount) => usable({ uid, gid, groups: [], overrides: 'none' }, mount) === true),
      evidence: {
        kind: 'engine-run',
        ref: `the mounts of ${service} on Engine ${engine}`,
        detail: `all ${files} files of ${mounts.map(({ target }) => target).join(', ')} can be used by that user as they are`,
      },
    };
  };
}
