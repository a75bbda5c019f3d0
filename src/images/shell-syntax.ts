/*
 * The grammar of POSIX sh and bash is unbash's: it reads what is malformed as far as it goes, in linear time, and to a depth of 256. Only this
 * file knows it by name; its tree is what the readers of scripts walk.
 */

type Unbash = typeof import('unbash', { with: { 'resolution-mode': 'import' }});

export type AndOr = import('unbash', { with: { 'resolution-mode': 'import' }}).AndOr;
export type ArithmeticExpression = import('unbash', { with: { 'resolution-mode': 'import' }}).ArithmeticExpression;
export type ArrayValue = import('unbash', { with: { 'resolution-mode': 'import' }}).ArrayValue;
export type Assignment = import('unbash', { with: { 'resolution-mode': 'import' }}).Assignment;
export type Case = import('unbash', { with: { 'resolution-mode': 'import' }}).Case;
export type Command = import('unbash', { with: { 'resolution-mode': 'import' }}).Command;
export type CommandNode = import('unbash', { with: { 'resolution-mode': 'import' }}).CommandNode;
export type CompoundList = import('unbash', { with: { 'resolution-mode': 'import' }}).CompoundList;
export type For = import('unbash', { with: { 'resolution-mode': 'import' }}).For;
export type If = import('unbash', { with: { 'resolution-mode': 'import' }}).If;
export type ParameterExpansionPart = import('unbash', { with: { 'resolution-mode': 'import' }}).ParameterExpansionPart;
export type Pipeline = import('unbash', { with: { 'resolution-mode': 'import' }}).Pipeline;
export type Redirection = import('unbash', { with: { 'resolution-mode': 'import' }}).Redirection;
export type Statement = import('unbash', { with: { 'resolution-mode': 'import' }}).Statement;
export type SyntaxNode = import('unbash', { with: { 'resolution-mode': 'import' }}).SyntaxNode;
export type TestExpression = import('unbash', { with: { 'resolution-mode': 'import' }}).TestExpression;
export type While = import('unbash', { with: { 'resolution-mode': 'import' }}).While;
export type Word = import('unbash', { with: { 'resolution-mode': 'import' }}).Word;
export type WordPart = import('unbash', { with: { 'resolution-mode': 'import' }}).WordPart;
/** A script within a word: `$(…)`, backticks, `<(…)`. */
export type NestedScript = import('unbash', { with: { 'resolution-mode': 'import' }}).ParsedScript;

/** A script, parsed. */
export interface ShellScript {
  text: string;
  statements: readonly Statement[];
  /** What is no shell, in the order it is found; offsets into the text. */
  errors: readonly { message: string; pos: number }[];
}

/** Operators without a command before them, after which a script is read on; each costs another pass. */
const MAX_RESTARTS = 16;

/**
 * Parses a script of sh or bash, also what is malformed, as far as it goes. Never throws: what is too deeply nested to be parsed is an error and
 * has no statements.
 */
export function parseShell(text: string): ShellScript {
  let source = text;
  let parsed = tryParse(source);
  const errors = parsed.errors ?? [];
  for (let restart = 0; restart < MAX_RESTARTS; restart++) {
    const stuck = whereStuck(source, parsed);
    if (stuck === undefined) break;
    source = source.slice(0, stuck.at) + ' '.repeat(stuck.length) + source.slice(stuck.at + stuck.length);
    parsed = tryParse(source);
  }
  return { text, statements: parsed.commands, errors };
}

type Parsed = Pick<NestedScript, 'commands' | 'errors'>;

function tryParse(text: string): Parsed {
  const { parse } = require('unbash') as Unbash;
  try {
    return parse(text);
  } catch (error) {
    return { commands: [], errors: [{ message: error instanceof Error ? error.message : String(error), pos: 0 }] };
  }
}

/** The operator at which the parser gave up, with text after it that it did not look at. */
function whereStuck(text: string, { commands, errors }: Parsed): { at: number; length: number } | undefined {
  const error = errors?.find(({ message }) => message.startsWith('unexpected token'));
  if (!error || (commands.at(-1)?.pos ?? 0) > error.pos) return undefined;
  const [operator = ''] = /^(?:&&|\|\||;;&?|;&|[&|;()])/.exec(text.slice(error.pos, error.pos + 3)) ?? [];
  return operator !== '' && text.slice(error.pos + operator.length).trim() !== '' ? { at: error.pos, length: operator.length } : undefined;
}

/** Told of the parts of a node, one by one, those of its words included. */
export function eachChild(node: SyntaxNode, visit: (child: SyntaxNode) => void): void {
  (require('unbash') as Unbash).forEachChild(node, visit);
}

/** Where lines begin, to tell the line of an offset. */
export class Lines {
  private readonly starts: number[] = [0];

  constructor(text: string) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.starts.push(at + 1);
  }

  /** 1-based. */
  at(offset: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }
}

/** The file a redirection writes, as it is written; undefined for one that reads, or duplicates a descriptor. */
export function writtenFile(redirection: Redirection): Word | undefined {
  if (redirection.type !== 'Redirect' || !redirection.operator.includes('>') || redirection.operator === '<>') return undefined;
  if (redirection.operator === '>&' && /^(?:\d+-?|-)$/.test(redirection.target?.value ?? '-')) return undefined;
  return redirection.target;
}
