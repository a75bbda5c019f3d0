import { Command, type CommanderError, Option } from 'commander';
import { json } from '../report/text/json';
import { say } from '../report/text/screen';
import type { Text } from '../report/text/text';
import { isVisible, visible } from '../report/text/visible';
import { loadApp } from './bundle';
import { COMMANDS, type CommandRow } from './command-table';
import { pluginMetadata } from './docker-plugin';
import { EXIT } from './exit-codes';
import type { Host } from './host';
import { type CommandName, OPTIONS, type OptionRow, type Options } from './options';
import { printOn } from './screen';

export { wordsFromDocker } from './docker-plugin';
export { processHost } from './host';

/**
 * Parses the arguments, runs the command and reports what goes wrong. Never exits the process.
 *
 * @param words the arguments, without the program itself.
 * @returns the exit code.
 */
export async function runCli(words: readonly string[], host: Host): Promise<number> {
  const metadata = pluginMetadata(words, host.version);
  if (metadata) {
    printOn(host.stdout, json(metadata));
    return EXIT.ok;
  }
  // What is wrong with a word quotes it, so it is said of one that can be seen: none that is right has anything else in it but a value.
  const shown = words.every(isVisible) ? undefined : words.map(visible);
  const code = await parsed(words, host, shown === undefined, (name, options, args) => loadApp().runCommand(name, host, options, args));
  if (code !== undefined) return code;
  return shown ? ((await parsed(shown, host, true, async () => EXIT.error)) ?? EXIT.error) : EXIT.error;
}

type Run = (name: CommandName, options: Options, args: readonly string[]) => Promise<number>;

/** @returns the exit code of what was run; undefined when the words are wrong, which is said when it is to be `told`. */
async function parsed(words: readonly string[], host: Host, told: boolean, run: Run): Promise<number | undefined> {
  let code: number = EXIT.ok;
  const program = newCommand('batten', host, told)
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
    const command = newCommand(row.name, host, told)
      .description(sentenceOf(row.summary))
      .summary(row.summary)
      .addHelpText('after', examplesText(row))
      .action(async () => {
        code = await run(row.name, command.opts<Options>(), command.args);
      });
    if (row.args) command.argument(row.args);
    // Of the others nothing is asked but what they are called.
    if (words.includes(row.name)) addOptions(command, row.name);
    program.addCommand(command);
  }
  try {
    await program.parseAsync(withLineApart(words), { from: 'user' });
    return code;
  } catch (error) {
    if (!isCommanderError(error)) throw error;
    return error.exitCode === 0 ? EXIT.ok : undefined;
  }
}

/** `batten import docker run -d nginx`: the options of a line that is typed behind a command are the line's. */
function withLineApart(words: readonly string[]): readonly string[] {
  if (words[0] !== 'import' || words.includes('--') || words.includes('--from-engine')) return words;
  const line = words.findIndex((word, at) => at > 0 && /^(?:docker|podman|nerdctl|sudo)$/.test(word) && !TAKES_VALUE.has(words[at - 1]!));
  return line === -1 ? words : [...words.slice(0, line), '--', ...words.slice(line)];
}

/** Options of `import` whose value may be called like a command. */
const TAKES_VALUE: ReadonlySet<string> = new Set(['-o', '--output', '--env-file', '--color']);

function newCommand(name: string, host: Host, told: boolean): Command {
  return new Command(name)
    .helpCommand(name === 'batten')
    .helpOption('-h, --help', 'show help')
    .showSuggestionAfterError()
    .showHelpAfterError(`(batten ${name === 'batten' ? '' : `${name} `}--help shows what there is)`)
    .configureOutput({
      writeOut: (text) => printOn(host.stdout, helpText(text)),
      writeErr: (text) => (told ? printOn(host.stderr, helpText(text)) : undefined),
      getOutHelpWidth: () => host.stdout.columns ?? 100,
      getErrHelpWidth: () => host.stderr.columns ?? 100,
    })
    .exitOverride();
}

/** What commander says is in lines of its own. */
function helpText(text: string): Text<'screen'> {
  return say.join(text.split('\n'), '\n');
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
