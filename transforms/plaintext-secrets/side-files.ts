import { appendDotEnv, parseDotEnv } from '../../src/compose/dotenv';
import { ignoring } from '../../src/compose/gitignore';
import type { ComposeProject } from '../../src/compose/project';
import type { SideFile } from '../../src/harden/types';

/** The directory of the files that hold secrets, beside the Compose file. */
export const DIRECTORY = 'secrets';

/**
 * A secret in a file of its own. The Engine mounts it with the owner and mode it has (docker/compose#9648), and who reads it is the
 * container's user, whatever number that has: so all may read the file, and only its owner may enter the directory on the host.
 */
export function secretFile(name: string, value: string): SideFile {
  return {
    path: `${DIRECTORY}/${name}`,
    mode: 0o644,
    secret: true,
    edit: (before) => {
      if (before === undefined || before === value || before === `${value}\n`) return before ?? value;
      return { refusal: `${DIRECTORY}/${name} is there and holds something else` };
    },
  };
}

/** An entry of `.env`, which Compose itself reads: nobody else has to. */
export function dotEnvEntry(name: string, value: string): SideFile {
  return {
    path: '.env',
    mode: 0o600,
    secret: true,
    edit: (before) => {
      const there = entriesOf(before ?? '');
      if (!Object.hasOwn(there, name)) return grown(before, name, value);
      return there[name] === value ? before! : { refusal: `.env sets ${name} to something else` };
    },
  };
}

/** The entries of the text that was last read or written: hundreds may follow one another, and each adds one. */
let latest: { text: string; entries: Record<string, string> } = { text: '', entries: {} };

function entriesOf(text: string): Readonly<Record<string, string>> {
  if (latest.text !== text) latest = { text, entries: parseDotEnv(text) };
  return latest.entries;
}

function grown(before: string | undefined, name: string, value: string): string {
  const text = appendDotEnv(before, name, value);
  latest.entries[name] = value;
  latest.text = text;
  return text;
}

/** Keeps what holds secrets out of version control, and out of images that are built from the same directory. */
export function keptOut(entry: string, project: ComposeProject, isNew: boolean): SideFile[] {
  const files: SideFile[] = [{ path: '.gitignore', edit: (before) => ignoring(before, [entry]) }];
  // A `.env` that was there may be meant for the image.
  if (isNew && project.once(isBuiltHere)) files.push({ path: '.dockerignore', edit: (before) => ignoring(before, [entry]) });
  return files;
}

function isBuiltHere({ services }: ComposeProject): boolean {
  return services.some(({ build }) => build?.context?.known === true && /^\.?\/?$/.test(build.context.text));
}
