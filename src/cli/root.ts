import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { isRepository } from '../compose/project-root';
import type { Host } from './host';

/**
 * How a file is called from the root of the repository, which is where GitHub counts from: GITHUB_WORKSPACE, else the directory with `.git`,
 * else the current one. Undefined for a file outside.
 */
export function fromRoot({ cwd, env }: Pick<Host, 'cwd' | 'env'>): (path: string) => string | undefined {
  const root = env.GITHUB_WORKSPACE || repository(cwd) || cwd;
  return (path) => {
    const inside = relative(root, resolve(cwd, path));
    return inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside) ? undefined : inside.split(sep).join('/');
  };
}

function repository(directory: string): string | undefined {
  for (let at = directory; ; at = dirname(at)) {
    if (isRepository(at)) return at;
    if (dirname(at) === at) return undefined;
  }
}
