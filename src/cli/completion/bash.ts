import { type Candidates, type CompletedCommand, fixedWords } from './model';

/** A completion script for bash 4 and newer. It needs no other package. */
export function bashCompletion(commands: readonly CompletedCommand[], transforms: readonly string[]): string {
  return `# batten completion for bash: eval "$(batten completion bash)"
_batten() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command='' word files=()
  COMPREPLY=()
  # bash takes --option=value apart at the sign.
  if [[ $cur == = ]]; then cur=''; elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in ${commands.map(({ name }) => name).join('|')}) [[ -n $command ]] || command=$word ;; esac
    [[ -f $word ]] && files+=("$word")
  done
  case $command:$prev in
${commands.flatMap((command) => values(command, transforms)).join('\n')}
  esac
  case $command in
    '') _batten_words "${commands.map(({ name }) => name).join(' ')} help --help --version" ;;
${commands.map((command) => words(command, transforms)).join('\n')}
  esac
}
_batten_words() {
  COMPREPLY=($(compgen -W "$1" -- "$cur"))
}
# The last of several, separated by commas.
_batten_list() {
  local before=''
  [[ $cur == *,* ]] && before=\${cur%,*},
  COMPREPLY=($(compgen -P "$before" -W "$1" -- "\${cur##*,}"))
  [[ \${#COMPREPLY[@]} -gt 0 ]] && compopt -o nospace 2>/dev/null
}
# Without candidates bash completes names of files.
complete -o default -F _batten batten
`;
}

function values({ name, options }: CompletedCommand, transforms: readonly string[]): string[] {
  return options.flatMap(({ long, short, value, list }) => {
    if (!value) return [];
    const patterns = [long, short].flatMap((flag) => (flag ? [`${name}:${flag}`] : [])).join('|');
    return [`    ${patterns}) ${reply(value, list, transforms)}return ;;`];
  });
}

function reply(value: Candidates, list: boolean, transforms: readonly string[]): string {
  const fixed = fixedWords(value, transforms);
  const how = list ? '_batten_list' : '_batten_words';
  if (fixed) return `${how} "${fixed.join(' ')}"; `;
  return value === 'services' ? `${how} "$("\${COMP_WORDS[0]}" completion services "\${files[@]}" 2>/dev/null)"; ` : '';
}

function words({ name, options, argument }: CompletedCommand, transforms: readonly string[]): string {
  const flags = options.flatMap(({ long, short }) => (short ? [short, long] : [long])).join(' ');
  const fixed = fixedWords(argument, transforms);
  const rest = fixed ? ` else _batten_words "${fixed.join(' ')}";` : '';
  return `    ${name}) if [[ $cur == -* ]]; then _batten_words "${flags}";${rest} fi ;;`;
}
