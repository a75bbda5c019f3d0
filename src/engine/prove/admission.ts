import path from 'node:path';
import { EngineError } from '../../errors';
import type { Environment } from '../client/endpoint';
import { type Reads, readsOf } from '../compose/reads';
import type { ProjectFilesOnDisk } from '../compose/resolve';
import { isWithin } from '../trial/host/places';
import { findHere, projectRoots } from '../trial/host/world';
import type { TrialOptions } from '../trial/options';

/**
 * Looks at what Compose would read, or fetch, to load a project, before it is run: by reading an `env_file`, say, Compose gives what is in it to a
 * container. Files that were named are the person's own choice.
 *
 * @throws EngineError for something remote, whatever is allowed; for something outside of the project, or that is no regular file, unless the trial
 * may reach the host.
 */
export function admit(project: ProjectFilesOnDisk, env: Environment, { allowPrivileged }: Pick<TrialOptions, 'allowPrivileged'>): void {
  const all = readsOf(project, env);
  for (const each of all) {
    if (each.file !== undefined) continue;
    throw new EngineError(`${saying(each, project)}: it is remote, and a trial fetches nothing`, {
      hint: 'get it yourself, look at it, and name the file',
    });
  }
  if (allowPrivileged) return;
  const roots = projectRoots(project.directory);
  for (const each of all) {
    const { kind, real } = findHere(each.file!);
    const why = roots.some((folder) => isWithin(real, folder)) ? undefined : 'it is outside of the project';
    // What is not there is Compose's to tell.
    if (kind === 'missing' || (why === undefined && (kind === 'file' || kind === 'directory'))) continue;
    throw new EngineError(`${saying(each, project)}: ${why ?? `it is a ${kind}`}, and a trial does not read it`, {
      hint: 'put what is needed into the project, or let the trial reach the host with --allow-privileged',
    });
  }
}

/** `compose.yaml: include oci://…`. */
function saying({ what, from, written }: Reads, { directory }: ProjectFilesOnDisk): string {
  const shown = path.isAbsolute(from) ? path.relative(directory, from) || from : from;
  return what === '.env' && written === '.env' ? '.env' : `${shown}: ${what} ${written}`;
}
