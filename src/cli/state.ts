import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Host } from './host';

/**
 * Where batten keeps what is the person's and no project's.
 *
 * @see https://specifications.freedesktop.org/basedir-spec/latest/
 */
export function stateDirectory({ env }: Pick<Host, 'env'>): string {
  const { XDG_STATE_HOME: state, HOME: home } = env;
  const base = state && isAbsolute(state) ? state : join(home && isAbsolute(home) ? home : homedir(), '.local', 'state');
  return join(base, 'batten');
}
