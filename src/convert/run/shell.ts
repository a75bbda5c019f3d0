import { InputError } from '../../errors';
import { type Command, parseShell, type Statement, type SyntaxNode, type Word, type WordPart } from '../../images/shell-syntax';
import { SourceText } from '../../yaml/source';
import { type Loss, literal } from '../stack';

/** A word of a command line, as Compose has to write it: `$$` is a dollar, `${NAME}` a variable. */
export interface ShellWord {
  text: string;
  /** As it was written, for messages. */
  written: string;
  line?: number;
  column?: number;
}

/** A command of a script: its words, the program first. */
export interface ShellLine {
  words: ShellWord[];
}

/** The words of an argument list, which a shell has read already. */
export function fromArguments(words: readonly string[]): ShellLine {
  return { words: words.map((word) => ({ text: literal(word), written: word })) };
}

/**
 * The commands of a text in the order they stand: several lines, continued lines (`\`, and `` ` `` and `^` of the shells of Windows), `&&`, `;`, prompts
 * before a command. Nothing of it is run: variables that the text sets are put in their place, others stay variables, and the output of a command becomes a variable that is
 * to be set.
 *
 * @throws InputError `shell-syntax` with line and column.
 */
export function fromText(raw: string, losses: Loss[]): ShellLine[] {
  const text = withPlainContinuations(raw);
  const source = new SourceText(text);
  const { statements, errors } = parseShell(source.text);
  const [error] = errors;
  if (error) {
    throw new InputError('shell-syntax', `this is no command line: ${error.message}`, {
      position: source.position(error.pos),
      hint: 'a quote or a bracket that is never closed? A line that goes on ends with a backslash',
    });
  }
  return new Script(source, losses).lines(statements);
}

/** Prompts, and the ways in which PowerShell and cmd continue a line, replaced by as many characters that mean the same to sh. */
function withPlainContinuations(raw: string): string {
  return raw
    .replace(/^\uFEFF/, '')
    .replace(/\\\r\n/g, ' \\\n')
    .replace(/\r\n/g, ' \n')
    .replace(/([ \t])[`^] ?\n(?=[ \t]*\S)/g, '$1\\\n')
    .replace(/^([ \t]*)[$❯](?=[ \t]+\S)/gm, '$1 ');
}

class Script {
  private readonly set = new Map<string, string>();
  private number = 0;

  constructor(
    private readonly source: SourceText,
    private readonly losses: Loss[],
  ) {}

  lines(statements: readonly Statement[]): ShellLine[] {
    return statements.flatMap(({ command }) => this.node(command));
  }

  private node(node: SyntaxNode): ShellLine[] {
    switch (node.type) {
      case 'Command':
        return this.command(node);
      case 'AndOr':
      case 'Pipeline':
        return node.commands.flatMap((each) => this.node(each));
      case 'Statement':
        return this.node(node.command);
      case 'CompoundList':
        return this.lines(node.commands);
      case 'BraceGroup':
      case 'Subshell':
        return this.lines(node.body.commands);
      case 'If':
        return [...this.lines(node.clause.commands), ...this.lines(node.then.commands), ...(node.else ? this.node(node.else) : [])];
      default:
        this.losses.push({
          code: 'skipped',
          what: node.type,
          reason: 'what is in loops and functions is not looked at',
          ...this.source.position(node.pos),
        });
        return [];
    }
  }

  private command({ name, prefix, suffix }: Command): ShellLine[] {
    if (!name || name.value === 'export') {
      for (const each of [...prefix, ...suffix]) {
        if (each.type === 'Assignment' && each.name !== undefined && each.value?.type === 'Word')
          this.set.set(each.name, this.word(each.value).text);
      }
      return [];
    }
    return [{ words: [name, ...suffix].flatMap((word) => (word.type === 'Word' ? [this.word(word)] : [])) }];
  }

  private word(word: Word): ShellWord {
    const { parts, text: written, value, pos } = word;
    const tilde = /^~(?=\/|$)/.test(written);
    const home = tilde ? '${HOME}' : '';
    const asked = /^([A-Za-z_]\w*)=/.exec(written)?.[1];
    const text = parts ? parts.map((part) => this.part(part, asked)).join('') : literal(value);
    return { text: home + (tilde ? text.slice(1) : text), written, ...this.source.position(pos) };
  }

  private part(part: WordPart, asked: string | undefined): string {
    switch (part.type) {
      case 'Literal':
      case 'SingleQuoted':
      case 'AnsiCQuoted':
      case 'Glob':
        return literal(part.value);
      case 'DoubleQuoted':
      case 'LocaleString':
        return part.parts.map((each) => this.part(each, asked)).join('');
      case 'SimpleExpansion':
        return this.variable(part.text.slice(1), part, asked);
      case 'ParameterExpansion': {
        const { parameter, operation, text } = part;
        if (operation === undefined && text === `\${${parameter}}`) return this.variable(parameter, part, asked);
        // What Compose reads the same way.
        const known = /^\$\{[A-Za-z_]\w*:?[-?+][^$`'"\\{}]*\}$/.test(text);
        if (!known) return this.toBeSet(part, asked);
        return this.set.get(parameter) ?? text;
      }
      case 'CommandExpansion': {
        const run = part.text.slice(part.text.startsWith('$') ? 2 : 1, -1).trim();
        if (run === 'pwd' || run === 'pwd -P') return '${PWD}';
        return this.toBeSet(part, run === 'id -u' ? 'HOST_UID' : run === 'id -g' ? 'HOST_GID' : asked);
      }
      case 'BraceExpansion':
        throw new InputError('shell-syntax', `${part.text} stands for several words, which are not made of it here`, {
          position: this.source.position(part.pos),
          hint: 'write the words one by one',
        });
      default:
        return this.toBeSet(part, asked);
    }
  }

  private variable(name: string, part: WordPart, asked: string | undefined): string {
    const known = this.set.get(name);
    if (known !== undefined) return known;
    return /^[A-Za-z_]\w*$/.test(name) ? `\${${name}}` : this.toBeSet(part, asked);
  }

  /** A variable in place of what only a shell can tell. */
  private toBeSet({ text, pos }: WordPart, asked: string | undefined): string {
    const name = asked?.toUpperCase() ?? `VALUE_${++this.number}`;
    this.losses.push({
      code: 'decision',
      what: name,
      reason: `nothing is run here: set ${name} in .env to what the shell makes of ${text}`,
      ...this.source.position(pos),
    });
    return `\${${name}:?}`;
  }
}
