import { Command, type CommanderError, Option } from 'commander';
import { loadApp } from './bundle';
import { COMMANDS, type CommandRow } from './command-table';
import { EXIT } from './exit-codes';
import type { Host } from './host';
import { type CommandName, OPTIONS, type OptionRow, type Options } from './options';

export { processHost } from './host';

/**
 * Parses the arguments, runs the command and reports what goes wrong. Never exits the process.
 *
 * @param words the arguments, without the program itself.
 * @returns the exit code.
 */
export async function runCli(words: readonly string[], host: Host): Promise<number> {
  let code: number = EXIT.ok;
  const program = newCommand('batten', host)
    .description('Rewrites a Docker Compose file into a hardened version that still runs, touching nothing else.')
    .version(host.version, '-V, --version', 'print the version')
    .usage('<command> [options] [paths...]')
    .addHelpText(
      'after',
      `
Without a path it is about the files Compose itself would load here; a path is a file, a directory, or - for standard input.

Examples:
  $ batten check              what could be hardened here
  $ batten fix                change by change, with the diff and what could break
  $ batten fix --yes --diff   apply everything that is sure enough, and show it
  $ batten explain cap-drop   what a change means`,
    );
  for (const row of COMMANDS) {
    const command = newCommand(row.name, host)
      .description(sentenceOf(row.summary))
      .summary(row.summary)
      .addHelpText('after', examplesText(row))
      .action(async () => {
        code = await loadApp().runCommand(row.name, host, command.opts<Options>(), command.args);
      });
    if (row.args) command.argument(row.args);
    // Of the others nothing is asked but what they are called.
    if (words.includes(row.name)) addOptions(command, row.name);
    program.addCommand(command);
  }
  try {
    await program.parseAsync(words, { from: 'user' });
    return code;
  } catch (error) {
    if (isCommanderError(error)) return error.exitCode === 0 ? EXIT.ok : EXIT.error;
    throw error;
  }
}

function newCommand(name: string, host: Host): Command {
  return new Command(name)
    .helpCommand(name === 'batten')
    .helpOption('-h, --help', 'show help')
    .showSuggestionAfterError()
    .showHelpAfterError(`(batten ${name === 'batten' ? '' : `${name} `}--help shows what there is)`)
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      getOutHelpWidth: () => host.stdout.columns ?? 100,
      getErrHelpWidth: () => host.stderr.columns ?? 100,
    })
    .exitOverride();
}

function addOptions(command: Command, name: CommandName): void {
  for (const option of OPTIONS) if (option.commands.includes(name)) command.addOption(toOption(option));
  command
    .addOption(new Option('--no-color').hideHelp().default(undefined))
    .on('option:no-color', () => command.setOptionValue('color', 'never'));
}

function toOption({ flags, description, choices, default: value, names, repeated, hidden }: OptionRow): Option {
  const option = new Option(flags, description);
  if (choices) option.choices(choices);
  if (value !== undefined) option.default(value);
  if (names)
    option.argParser<string[]>((text, before = []) => [
      ...before,
      ...text
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean),
    ]);
  if (repeated) option.argParser<string[]>((text, before = []) => [...before, text]);
  if (hidden) option.hideHelp();
  return option;
}

function examplesText({ examples }: CommandRow): string {
  const width = Math.max(...examples.map(([command]) => command.length));
  return `\nExamples:\n${examples.map(([command, meaning]) => `  $ ${command.padEnd(width)}   ${meaning}`).join('\n')}`;
}

function sentenceOf(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}

function isCommanderError(error: unknown): error is CommanderError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('commander.');
}
