import { dirname, relative, resolve, sep } from 'node:path';
import { namedOutput } from '../compose/bounds';
import { makeDirectory, writeFileAtomic } from '../compose/write';
import type { LearnReport } from '../engine';
import type { Context } from './context';
import type { Opened } from './inputs';

/** Writes the profiles that were found into the directories that were named, and notes in the report how a Compose file names them. */
export function storeProfiles({ host, options }: Context, { absolute }: Opened, { services }: LearnReport): void {
  // A path in `security_opt` is relative to the project.
  const project = dirname(resolve(host.cwd, absolute));
  const within = namedOutput(host.cwd);
  const write = (directory: string, name: string, text: string): string => {
    const folder = resolve(host.cwd, directory);
    makeDirectory(folder, { within, shown: directory });
    const file = resolve(folder, name);
    writeFileAtomic(file, text, { within, shown: relative(host.cwd, file) });
    return inCompose(project, file);
  };
  for (const { name, seccomp, apparmor } of services) {
    if (seccomp?.profile && options.seccomp !== undefined)
      seccomp.file = write(options.seccomp, `${name}.seccomp.json`, `${JSON.stringify(seccomp.profile, null, 2)}\n`);
    if (apparmor && options.apparmor !== undefined) apparmor.file = write(options.apparmor, `${name}.apparmor`, apparmor.text);
  }
}

/** A path as a Compose file writes it. */
function inCompose(project: string, file: string): string {
  const path = relative(project, file).split(sep).join('/');
  return path.startsWith('../') || path.startsWith('/') ? path : `./${path}`;
}
