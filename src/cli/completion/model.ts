import { COMMANDS } from '../command-table';
import { type CommandName, OPTIONS } from '../options';

/** What may be completed for a value. */
export type Candidates = { words: readonly string[] } | 'transforms' | 'services' | 'files' | 'nothing';

/** An option as a shell has to know it. */
export interface CompletedOption {
  long: string;
  short?: string;
  description: string;
  /** Undefined = it takes no value. */
  value?: Candidates;
  /** Comma separated. */
  list: boolean;
}

export interface CompletedCommand {
  name: CommandName;
  summary: string;
  options: readonly CompletedOption[];
  /** What stands after the options. */
  argument: Candidates;
}

/** What all commands take, from the tables that also make the help. */
export function completedCommands(): readonly CompletedCommand[] {
  return COMMANDS.map(({ name, summary }) => ({ name, summary, options: optionsOf(name), argument: ARGUMENTS[name] ?? 'files' }));
}

const ARGUMENTS: Partial<Record<CommandName, Candidates>> = {
  explain: 'transforms',
  completion: { words: ['bash', 'zsh', 'fish'] },
  list: 'nothing',
  host: 'nothing',
  init: 'nothing',
};

const HELP: CompletedOption = { long: '--help', short: '-h', description: 'show help', list: false };

function optionsOf(command: CommandName): CompletedOption[] {
  const rows = OPTIONS.filter(({ commands, hidden }) => commands.includes(command) && !hidden);
  const options = rows.map(({ flags, description, choices, names = false }): CompletedOption => {
    const [, short, long, metavar] = /^(?:(-\w), )?(--[\w-]+)(?: <([^>]+)>)?$/.exec(flags)!;
    return { long: long!, short, description, ...(metavar && { value: candidates(long!, metavar, choices) }), list: names };
  });
  return [...options, HELP];
}

function candidates(long: string, metavar: string, choices: readonly string[] | undefined): Candidates {
  if (choices) return { words: choices };
  if (metavar === 'ids') return 'transforms';
  if (metavar === 'dir') return 'files';
  if (long === '--service') return 'services';
  return metavar === 'file' || metavar === 'paths' ? 'files' : 'nothing';
}

/** The words for a candidate that are known when the script is made; undefined where the shell has to ask. */
export function fixedWords(candidate: Candidates, transforms: readonly string[]): readonly string[] | undefined {
  if (candidate === 'transforms') return transforms;
  return typeof candidate === 'object' ? candidate.words : undefined;
}
