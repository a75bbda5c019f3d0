import { type Candidates, type CompletedCommand, type CompletedOption, fixedWords } from './model';

/** A completion script for fish. */
export function fishCompletion(commands: readonly CompletedCommand[], transforms: readonly string[]): string {
  const none = `not __fish_seen_subcommand_from ${commands.map(({ name }) => name).join(' ')}`;
  return `# batten completion for fish: batten completion fish | source
function __batten_services
  set -l files
  for word in (commandline -opc)
    test -f $word; and set -a files $word
  end
  batten completion services $files 2>/dev/null
end
# The last of several, separated by commas.
function __batten_list
  set -l token (string replace -r '^--[\\w-]+=' '' -- (commandline -ct))
  set -l before (string match -r '^.*,' -- $token)
  for word in $argv
    echo "$before$word"
  end
end
complete -c batten -f -n '${none}' -s h -l help -d 'show help'
complete -c batten -f -n '${none}' -s V -l version -d 'print the version'
${commands.map(({ name, summary }) => `complete -c batten -f -n '${none}' -a ${name} -d ${quoted(summary)}`).join('\n')}
${commands.flatMap((command) => body(command, transforms)).join('\n')}
`;
}

function body({ name, options, argument }: CompletedCommand, transforms: readonly string[]): string[] {
  const when = `complete -c batten -n '__fish_seen_subcommand_from ${name}'`;
  const fixed = fixedWords(argument, transforms);
  const rest = fixed ? [`${when} -f -a ${quoted(fixed.join(' '))}`] : argument === 'nothing' ? [`${when} -f`] : [];
  return [...rest, ...options.map((option) => `${when} ${flags(option, transforms)}`)];
}

function flags({ long, short, description, value, list }: CompletedOption, transforms: readonly string[]): string {
  const names = `${short ? `-s ${short.slice(1)} ` : ''}-l ${long.slice(2)} -d ${quoted(description)}`;
  return value ? `${names} ${argumentOf(value, list, transforms)}` : names;
}

function argumentOf(value: Candidates, list: boolean, transforms: readonly string[]): string {
  const fixed = fixedWords(value, transforms);
  if (fixed) return list ? `-x -a '(__batten_list ${fixed.join(' ')})'` : `-x -a ${quoted(fixed.join(' '))}`;
  if (value === 'services') return `-x -a '(__batten_list (__batten_services))'`;
  return value === 'files' ? '-r -F' : '-x';
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
