import type { AndOr, Command, If, Statement, SyntaxNode } from '../../shell-syntax';

/*
 * Where a script says that something may fail: it asks whether it can be done, or goes on with a word about it. What fails anywhere else may end it.
 */

/** Programs that say something, or nothing at all. */
const CONSOLING = new Set(['true', ':', 'echo', 'printf', 'logger']);

/** The parts of `a && b || true` that may fail: all before the last `||` that only says so. Their number. */
export function forgivenParts({ commands, operators }: AndOr): number {
  return operators.findLastIndex((operator, index) => operator === '||' && consoles(commands[index + 1]!)) + 1;
}

/** Whether what an `if` asks may fail: no way of it ends the script with an error. */
export function isQuestion(node: If, isFunction: (name: string) => boolean): boolean {
  const gives = (statements: readonly Statement[]): boolean => statements.some(({ command }) => givesUp(command, isFunction));
  const ways = [node.then, ...node.elif.map(({ then }) => then), ...(node.else ? [node.else] : [])];
  return !ways.some((way) => gives(way.commands));
}

function consoles(node: SyntaxNode): boolean {
  switch (node.type) {
    case 'Command':
      return CONSOLING.has(nameOf(node)) || (isEnd(node) && node.args[0]?.text === '0');
    case 'BraceGroup':
    case 'Subshell':
      return node.body.commands.every(({ command }) => consoles(command));
    default:
      return false;
  }
}

/** Whether it may end the script with an error; a function of the script might. */
function givesUp(node: SyntaxNode, isFunction: (name: string) => boolean): boolean {
  switch (node.type) {
    case 'Command':
      return (isEnd(node) && node.args[0]?.text !== '0') || nameOf(node) === 'false' || isFunction(nameOf(node));
    case 'AndOr':
      return node.commands.some((each) => givesUp(each, isFunction));
    case 'Redirected':
      return givesUp(node.command, isFunction);
    case 'BraceGroup':
    case 'Subshell':
      return node.body.commands.some(({ command }) => givesUp(command, isFunction));
    default:
      return false;
  }
}

function isEnd(node: Command): boolean {
  return ['exit', 'return'].includes(nameOf(node));
}

function nameOf({ name }: Command): string {
  return name?.text ?? '';
}
