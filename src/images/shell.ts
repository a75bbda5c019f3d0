import { type Command, eachChild, Lines, parseShell, type SyntaxNode, writtenFile } from './shell-syntax';

/** One simple command of a shell script: what is called, with what, and where its output goes. */
export interface SimpleCommand {
  /** The program and its arguments, quotes resolved; variables and substitutions stay as written. */
  words: readonly string[];
  /** 1-based. */
  line: number;
  /** Whether it replaces the shell. */
  exec: boolean;
  /** The files it is redirected into. */
  writesTo: readonly string[];
}

/** Words before a command that leave it one. */
const PREFIX = new Set(['exec', 'command', 'builtin']);

/** Substitutions within substitutions that are still read. */
const MAX_DEPTH = 16;

/**
 * The simple commands of a POSIX or bash script, in the order they are written, those inside `$(…)` included. It looks; it does not
 * understand: branches, loops and functions are taken apart, nothing is evaluated. Never throws: what cannot be parsed at all is one command
 * that nobody knows.
 */
export function simpleCommands(text: string, firstLine = 1): SimpleCommand[] {
  const { statements, errors } = parseShell(text);
  if (statements.length === 0 && errors.length > 0)
    return [{ words: [text.trim().slice(0, 40)], line: firstLine, exec: false, writesTo: [] }];
  const lines = new Lines(text);
  const out: SimpleCommand[] = [];
  const lineAt = (offset: number): number => firstLine - 1 + lines.at(offset);
  for (const statement of statements) collect(statement, lineAt, 0, out);
  return out;
}

function collect(node: SyntaxNode, lineAt: (offset: number) => number, depth: number, out: SimpleCommand[]): void {
  if (node.type === 'CommandExpansion' || node.type === 'ProcessSubstitution') {
    const { script } = node;
    if (!script || depth >= MAX_DEPTH) return;
    // Backticks with escapes inside have a text, and offsets, of their own.
    const inner = script.source === undefined ? lineAt : () => lineAt(node.pos);
    for (const statement of script.commands) collect(statement, inner, depth + 1, out);
    return;
  }
  eachChild(node, (child) => collect(child, lineAt, depth, out));
  if (node.type === 'Command') out.push(...commandOf(node, lineAt(node.name?.pos ?? node.pos)));
  if (node.type === 'Redirected') {
    const writesTo = node.redirects.flatMap((each) => writtenFile(each)?.value ?? []);
    if (writesTo.length > 0) out.push({ words: [], line: lineAt(node.redirects[0]!.pos), exec: false, writesTo });
  }
}

function commandOf({ name, args, redirects }: Command, line: number): SimpleCommand[] {
  const words = name ? [name.value, ...args.map((each) => ('value' in each && each.type === 'Word' ? each.value : assigned(each)))] : [];
  const writesTo = redirects.flatMap((each) => writtenFile(each)?.value ?? []);
  let exec = false;
  // `command -v` only looks.
  while (words.length > 0 && PREFIX.has(words[0]!) && !/^-[pvV]*[vV]/.test(words[1] ?? '')) exec = words.shift() === 'exec' || exec;
  return words.length > 0 || writesTo.length > 0 ? [{ words, line, exec, writesTo }] : [];
}

/** `A=1` as an argument: of `export`, of `env`. */
function assigned(argument: Command['args'][number]): string {
  if (argument.type === 'Word') return argument.value;
  return argument.value.type === 'Word' ? `${argument.name}${argument.append ? '+' : ''}=${argument.value.value}` : argument.text;
}
