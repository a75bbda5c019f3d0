import { dirname, relative, resolve } from 'node:path';
import { shownPath } from '../compose/discover';
import { UsageError } from '../errors';
import type { FileResult } from '../harden/types';
import type { Effect, Redundant, RootlessUser, Stack } from '../host';
import type { Context } from './context';
import { failedResult, openInputs } from './inputs';

/** A stack that was looked at, under the name of its main file. */
export interface OpenedStack {
  path: string;
  stack: Stack;
}

/** What the daemon's settings do to a stack. Lines count from 1. */
export interface StackReport {
  path: string;
  services: number;
  effects: (Effect & { file: string; line: number })[];
  redundant: (Redundant & { file: string; line: number })[];
}

/** The stacks that `--stacks` names: files, or directories that are searched. */
export async function openStacks(context: Context): Promise<{ stacks: OpenedStack[]; failed: FileResult[] }> {
  const { host, options } = context;
  if (options.stacks === undefined) return { stacks: [], failed: [] };
  const root = options.root === undefined ? '/' : resolve(host.cwd, options.root);
  const failed: FileResult[] = [];
  const stacks = (await openInputs(host, options.stacks)).flatMap(({ path, absolute, input, failure }): OpenedStack[] => {
    if (!input) {
      failed.push(failure!);
      return [];
    }
    try {
      // One transform, whichever: the project as it is and what is known of its images are all that is asked for.
      const { before: project, advise } = host.batten().change(input, { only: ['userns'], proof: false });
      const directory = resolve('/', relative(root, dirname(absolute)));
      return [{ path, stack: { project, directory, advise } }];
    } catch (error) {
      failed.push(failedResult(path, error));
      return [];
    }
  });
  return { stacks, failed };
}

/** Where something of a stack is written. */
export function placed<T extends Effect | Redundant>(
  found: T,
  { path, stack: { project } }: OpenedStack,
  cwd: string,
): T & { file: string; line: number } {
  const { file, line = 1 } = project.placeOf(found.path);
  return { ...found, file: file === undefined ? path : shownPath(cwd, resolve(cwd, file)), line };
}

/** Who would run a rootless Engine: who called sudo, else who runs batten; `--rootless-user` names another. @throws UsageError */
export function rootlessUser({ host, options }: Context, passwd: string | undefined): RootlessUser {
  const name = options.rootlessUser ?? host.env.SUDO_USER;
  if (name === undefined) {
    const uid = process.getuid?.() ?? 1000;
    return { name: String(uid), uid: uid === 0 ? 1000 : uid, gid: uid === 0 ? 1000 : (process.getgid?.() ?? 1000) };
  }
  const row = (passwd ?? '').split(/\r?\n/).find((line) => line.startsWith(`${name}:`));
  const [, , uid, gid] = (row ?? '').split(':').map(Number);
  if (!row || !Number.isInteger(uid) || !Number.isInteger(gid))
    throw new UsageError(`there is no user "${name}" on this host`, { hint: '--rootless-user names who would run the Engine' });
  return { name, uid: uid!, gid: gid! };
}
