import type { MessagePort } from 'node:worker_threads';
import type { Batten } from '../harden/api';
import { type Context, createContext } from './context';
import { EXIT } from './exit-codes';
import type { Host } from './host';
import { errorText, isInterrupted } from './messages';
import type { CommandName, Options } from './options';
import type { Prompter } from './prompt';
import { screenOn } from './screen';

type Command = (context: Context, words: readonly string[]) => Promise<number>;

/** Each is loaded when it is asked for: start-up does not pay for the others. */
const COMMANDS: Record<CommandName, () => Command> = {
  fix: () => (require('./commands/fix') as typeof import('./commands/fix')).fix,
  patch: () => (require('./commands/patch') as typeof import('./commands/patch')).patch,
  check: () => (require('./commands/check') as typeof import('./commands/check')).check,
  undo: () => (require('./commands/undo') as typeof import('./commands/undo')).undo,
  init: () => (require('./commands/init') as typeof import('./commands/init')).init,
  completion: () => (require('./commands/completion') as typeof import('./commands/completion')).completion,
  graph: () => (require('./commands/graph') as typeof import('./commands/graph')).graph,
  diff: () => (require('./commands/diff') as typeof import('./commands/diff')).diff,
  host: () => (require('./commands/host') as typeof import('./commands/host')).host,
  bench: () => (require('./commands/bench') as typeof import('./commands/bench')).bench,
  explain: () => (require('./commands/explain') as typeof import('./commands/explain')).explain,
  prove: () => (require('./commands/prove') as typeof import('./commands/prove')).prove,
  learn: () => (require('./commands/learn') as typeof import('./commands/learn')).learn,
  migrate: () => (require('./commands/migrate') as typeof import('./commands/migrate')).migrate,
  lock: () => (require('./commands/lock') as typeof import('./commands/lock')).lock,
  import: () => (require('./commands/import') as typeof import('./commands/import')).importStack,
  lsp: () => (require('./commands/lsp') as typeof import('./commands/lsp')).lsp,
  export: () => (require('./commands/export') as typeof import('./commands/export')).exportStack,
  list: () => (require('./commands/list') as typeof import('./commands/list')).list,
};

/**
 * Runs a command and says what goes wrong. All of batten but the parsing of arguments is behind this function, in a file of its own: help
 * and version do not load it.
 *
 * @returns the exit code.
 */
export async function runCommand(name: CommandName, host: Host, options: Options, words: readonly string[]): Promise<number> {
  try {
    const context = createContext(host, options);
    if (options.printConfig) return await (require('./print-config') as typeof import('./print-config')).printConfig(context, words);
    return await COMMANDS[name]()(context, words);
  } catch (error) {
    const screen = screenOn(host.stderr, host, options);
    screen.print(errorText(error, screen.colors, options.debug === true));
    return isInterrupted(error) ? EXIT.interrupted : EXIT.error;
  }
}

/** The library. */
export function loadBatten(): Batten {
  return (require('../index') as typeof import('../index')).batten;
}

/** What a worker thread does. */
export function answerTasks(port: MessagePort): void {
  (require('./many') as typeof import('./many')).answer(port, loadBatten());
}

/** The person at the terminal. */
export function loadPrompter(): Promise<Prompter> {
  return (require('./prompt-inquirer') as typeof import('./prompt-inquirer')).inquirerPrompter();
}
