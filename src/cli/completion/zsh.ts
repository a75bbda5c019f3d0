import { type Candidates, type CompletedCommand, type CompletedOption, fixedWords } from './model';

/** A completion script for zsh: to be evaluated after compinit, or a file \`_batten\` on fpath. */
export function zshCompletion(commands: readonly CompletedCommand[], transforms: readonly string[]): string {
  return `#compdef batten
# batten completion for zsh: eval "$(batten completion zsh)" after compinit, or a file _batten on fpath
_batten() {
  local context state line
  local -a batten_commands
  batten_commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')}
  )
  _arguments -C '(-)'{-h,--help}'[show help]' '(-)'{-V,--version}'[print the version]' '1: :->command' '*:: :->rest'
  case $state in
    command) _describe -t commands command batten_commands ;;
    rest)
      case $words[1] in
${commands.map((command) => body(command, transforms)).join('\n')}
      esac ;;
  esac
}
_batten_services() {
  local -a names
  names=(\${(f)"$(batten completion services \${(M)words:#*.y(|a)ml} 2>/dev/null)"})
  _values -s , service $names
}
if [[ $funcstack[1] == _batten ]]; then _batten "$@"; else compdef _batten batten; fi
`;
}

function body({ name, options, argument }: CompletedCommand, transforms: readonly string[]): string {
  const specs = options.flatMap((option) => spec(option, transforms));
  const rest = argument === 'nothing' ? [] : [`'*: :${action(argument, false, transforms)}'`];
  return `        ${name}) _arguments ${[...specs, ...rest].join(' ')} ;;`;
}

function spec({ long, short, description, value, list }: CompletedOption, transforms: readonly string[]): string[] {
  const text = description.replace(/[[\]:\\]/g, '\\$&');
  const after = value ? `: :${action(value, list, transforms)}` : '';
  return [long, short].flatMap((flag) => (flag ? [quoted(`*${flag}${value && flag === long ? '=' : ''}[${text}]${after}`)] : []));
}

function action(value: Candidates, list: boolean, transforms: readonly string[]): string {
  const fixed = fixedWords(value, transforms);
  if (fixed) return list ? `_values -s , name ${fixed.join(' ')}` : `(${fixed.join(' ')})`;
  if (value === 'services') return '_batten_services';
  return value === 'files' ? '_files' : '( )';
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
