import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { project } from '../cli/run';

/** A file to be, by what it is: a text, a link, a FIFO. */
export type Planted = string | { link: string } | 'FIFO';

export const SERVICE = 'services:\n  web:\n    image: nginx:1.27\n';
/** A value that only a file outside of the repository has. */
export const CANARY = 'outside-canary-7291';

/** A repository and a directory beside it that nothing may touch. Link targets may start with `OUTSIDE`. */
export function layout(files: Record<string, Planted>, { git = true }: { git?: boolean } = {}) {
  const outside = project({
    'compose.yaml': `services:\n  stranger:\n    image: ${CANARY}\n`,
    'common.yaml': `services:\n  base:\n    image: ${CANARY}\n`,
    env: `NAME=${CANARY}\nCOMPOSE_FILE=nothing.yaml\n`,
    'known.json': '{"version":1,"files":{}}\n',
    'config.yaml': `skip: [${CANARY}]\n`,
    Dockerfile: `FROM alpine\nENV X=${CANARY}\nUSER 4711\n`,
    notes: `${CANARY}\n`,
    'deep/file': 'x',
  });
  const repository = project(
    git ? { '.git/HEAD': 'ref: refs/heads/main\n', '.git/config': `[remote "origin"]\n\turl = https://${CANARY}@example.org/\n` } : {},
  );
  for (const [name, what] of Object.entries(files)) {
    const file = path.join(repository, name);
    mkdirSync(path.dirname(file), { recursive: true });
    if (what === 'FIFO') execFileSync('mkfifo', [file]);
    else if (typeof what === 'string') writeFileSync(file, what.replaceAll('OUTSIDE', outside));
    else symlinkSync(what.link.replace('OUTSIDE', outside), file);
  }
  return { repository, outside };
}

/** Everything below a directory, by name: the bytes of files, the targets of links. */
export function snapshot(directory: string): Record<string, string> {
  const out: Record<string, string> = {};
  const visit = (folder: string, prefix: string): void => {
    for (const name of readdirSync(folder).sort()) {
      const file = path.join(folder, name);
      const stats = lstatSync(file);
      if (stats.isSymbolicLink()) out[prefix + name] = `-> ${readlinkSync(file)}`;
      else if (stats.isDirectory()) visit(file, `${prefix}${name}/`);
      else out[prefix + name] = stats.isFile() ? `${stats.mode.toString(8)} ${readFileSync(file, 'latin1')}` : 'special';
    }
  };
  if (existsSync(directory)) visit(directory, '');
  return out;
}
