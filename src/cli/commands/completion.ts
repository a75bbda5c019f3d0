import { UsageError } from '../../errors';
import { hintFor } from '../../harden/suggest';
import { exact } from '../../report/text/text';
import { completedCommands } from '../completion/model';
import type { Context } from '../context';
import { openInputs } from '../inputs';
import { servicesOf } from '../selection';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** What Compose takes for the name of a service. `compgen -W` would run `$(…)` in any other: it expands its words. */
const NAME = /^[a-zA-Z0-9._-]+$/;

/**
 * `batten completion bash`: a script to be sourced. The scripts themselves call `batten completion services [files]` for what depends on
 * the Compose file.
 */
export async function completion(context: Context, words: readonly string[]): Promise<number> {
  const { host } = context;
  const [shell = '', ...rest] = words;
  if (shell === 'services') {
    const names = (await services(context, rest)).filter((name) => NAME.test(name));
    context.out.print(exact(names.map((name) => `${name}\n`).join('')));
    return 0;
  }
  if (rest.length > 0) throw new UsageError('completion takes one shell');
  const transforms = host
    .batten()
    .transforms()
    .map(({ id }) => id);
  context.out.print(exact(scriptFor(shell)(completedCommands(), transforms)));
  return 0;
}

function scriptFor(shell: string) {
  switch (shell) {
    case 'bash':
      return (require('../completion/bash') as typeof import('../completion/bash')).bashCompletion;
    case 'zsh':
      return (require('../completion/zsh') as typeof import('../completion/zsh')).zshCompletion;
    case 'fish':
      return (require('../completion/fish') as typeof import('../completion/fish')).fishCompletion;
    default:
      throw new UsageError(`there is no completion for "${shell}"`, { hint: hintFor(shell, SHELLS) });
  }
}

/** The services of the files, or of those Compose would load here. A person in the middle of a word wants no error. */
async function services({ host }: Context, paths: readonly string[]): Promise<readonly string[]> {
  try {
    return [...(servicesOf(host.batten(), await openInputs(host, paths)) ?? [])];
  } catch {
    return [];
  }
}
