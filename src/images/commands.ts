import type { Service } from '../compose/types';
import { fits } from './hints/words';
import type { Match } from './match';
import { type Wrapper, wrapperOf } from './programs';
import { simpleCommands } from './shell';
import { isShell, shellLine } from './shell-line';

/** A command that a service's start comes to. */
export interface Command {
  /** The name of the program without its directory. */
  program: string;
  /** The program as it is written, and its arguments. */
  words: readonly string[];
}

/** Wrappers within wrappers that are still seen through, and commands that are looked at. */
const MAX_DEPTH = 8;
const MAX_COMMANDS = 500;

/** PATH_MAX of Linux. What is longer is nothing that can be started. */
const MAX_PATH = 4096;

/** Scripts that by their name end in the command they are given. */
const HANDS_OVER =
  /(^|[/_-])(docker-entrypoint|entrypoint|wait-for(-it)?|wait|dockerize|start|run|init|startup|boot)([._-][\w-]*)?(\.sh)?$/;

/** The programs that `find` is told to run. */
const FIND_RUNS = /^-(exec|ok)(dir)?$/;

/**
 * The commands that words come to which are executed as they are (an entrypoint, a command, the test of a health check): shells, wrappers such
 * as `tini --`, `env`, `gosu USER` and `su -c`, and scripts that hand over are seen through, and stand in the list as well. It looks and
 * evaluates nothing; variables stay as written. Never throws.
 */
export function commandsIn(words: readonly string[]): Command[] {
  const out: Command[] = [];
  read(words, 0, out);
  return out;
}

/** The commands a service starts with. Arguments for a program of the image are none. */
export function startCommands(service: Service, match: Match | undefined): Command[] {
  const command = service.command ?? [];
  if (service.entrypoint) return commandsIn([...service.entrypoint, ...command]);
  if (command[0] === undefined || command[0].startsWith('-') || match?.template.command === 'args') return [];
  return commandsIn(command);
}

/** The commands of a health check that is written out. */
export function checkCommands(service: Service): Command[] {
  const health = service.data('healthcheck');
  const test = typeof health === 'object' && health !== null && !Array.isArray(health) ? health.test : undefined;
  if (typeof test === 'string') return commandsIn(['sh', '-c', test]);
  if (!Array.isArray(test)) return [];
  const [kind, ...words] = test.map(String);
  if (kind === 'CMD') return commandsIn(words);
  return kind === 'CMD-SHELL' ? commandsIn(['sh', '-c', words.join(' ')]) : [];
}

/** Whether a command is of a form such as `sshd` or `setpriv --bounding-set*`: the program, and words that its arguments must have. */
export function isCommand({ program, words }: Command, form: string): boolean {
  const [wanted = '', ...more] = form.split(' ');
  return fits(wanted, program) && more.every((word) => words.some((each, index) => index > 0 && fits(word, each)));
}

/**
 * The commands that one runs which only prepares another: `env A=b cmd`, `timeout 5 cmd`, `gosu USER cmd`, `su -c 'line'`, `find … -exec cmd ;`.
 * Undefined for every other program.
 */
export function wrappedBy(words: readonly string[]): (readonly string[])[] | undefined {
  const program = (words[0] ?? '').replace(/^.*\//, '');
  if (program === 'find') return foundBy(words);
  const wrapper = wrapperOf(program);
  if (!wrapper) return undefined;
  const within = wrapped(words, wrapper);
  return within.length > 0 ? [within] : [];
}

/** What an init process runs: it makes no difference to the rest. */
export function withoutInit(words: readonly string[]): readonly string[] {
  const program = (words[0] ?? '').replace(/^.*\//, '');
  const isInit = ['tini', 'tini-static', 'dumb-init', 'catatonit', 'docker-init'].includes(program);
  return (isInit ? wrappedBy(words)?.[0] : undefined) ?? words;
}

function read(words: readonly string[], depth: number, out: Command[]): void {
  const [first] = words;
  if (first === undefined || first === '' || depth > MAX_DEPTH || out.length >= MAX_COMMANDS) return;
  const program = first.replace(/^.*\//, '');
  out.push({ program, words });
  const within = isShell(first)
    ? runByShell(words)
    : (wrappedBy(words) ?? (first.length <= MAX_PATH && HANDS_OVER.test(first) ? [handedOver(words)] : []));
  for (const each of within) read(each, depth + 1, out);
}

function runByShell(words: readonly string[]): (readonly string[])[] {
  const line = shellLine(words);
  // `sh script.sh …` runs the script.
  if (!line) return [afterOptions(words)];
  // `exec "$@"`: the words behind the line; the first of them is `$0`.
  return simpleCommands(line.text).map((each) => (/^\$(@|\{@\}|\*)$/.test(each.words[0] ?? '') ? line.rest.slice(1) : each.words));
}

function afterOptions(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word, index) => index > 0 && !/^[-+]/.test(word));
  return at < 0 ? [] : words.slice(at);
}

/** The command within: after options with their values, assignments, and the words of its own. */
function wrapped(words: readonly string[], { words: own = 0, values = [], line = [] }: Wrapper): readonly string[] {
  let left = own;
  for (let at = 1; at < words.length; at++) {
    const word = words[at]!;
    const text = line.includes(word) ? words[at + 1] : undefined;
    if (text !== undefined) return ['sh', '-c', text];
    if (word === '--' || word === '-' || /^[A-Za-z_]\w*=/.test(word)) continue;
    if (word.startsWith('-')) {
      if (values.includes(word)) at++;
    } else if (left-- <= 0) return words.slice(at);
  }
  return [];
}

function foundBy(words: readonly string[]): string[][] {
  return words.flatMap((word, index) => {
    if (!FIND_RUNS.test(word)) return [];
    const end = words.findIndex((each, at) => at > index && (each === ';' || each === '+'));
    return [words.slice(index + 1, end < 0 ? undefined : end)];
  });
}

/** What follows `--`; else the arguments from the first that is no option. */
function handedOver(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--');
  return end > 0 ? words.slice(end + 1) : afterOptions(words);
}
