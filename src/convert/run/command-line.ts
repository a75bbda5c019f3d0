import { InputError } from '../../errors';
import { closest } from '../../harden/suggest';
import { table } from '../../table';
import type { Loss } from '../stack';
import { OTHER_NAMES, RUN_OPTIONS, type RunOption, SHORT_OPTIONS } from './options';
import type { ShellLine, ShellWord } from './shell';

/** An option that was given, by its long name. */
export interface GivenOption {
  name: string;
  option: RunOption;
  /** `true` or `false` of a switch. */
  value: string;
  word: ShellWord;
}

/** A line that makes a container. */
export interface RunLine {
  kind: 'run';
  options: GivenOption[];
  image: ShellWord;
  command: ShellWord[];
}

/** A line that makes a network or a volume: `docker network create`. */
export interface CreateLine {
  kind: 'network' | 'volume';
  /** Options by their long names, with all values of each. */
  options: Map<string, string[]>;
  name?: string;
  word: ShellWord;
}

const ENGINES = new Set(['docker', 'podman', 'nerdctl']);
/** Words before a command that change nothing about the container, and their options that take a value. */
const WRAPPERS: Readonly<Record<string, RegExp>> = table({
  sudo: /^-[ugpCrtThD]$|^--(?:user|group)$/,
  doas: /^-[uC]$/,
  time: /^$/,
  nohup: /^$/,
  exec: /^$/,
  command: /^$/,
});
/** Options of the docker command itself that take a value. */
const GLOBAL_VALUE =
  /^(?:-H|-c|-l|--host|--context|--config|--log-level|--tlscacert|--tlscert|--tlskey|--connection|--url|--namespace|-n)$/;

/** Whether words are a call of docker, as they were typed. */
export function callsEngine(words: readonly string[]): boolean {
  const first = programOf(words[0] ?? '');
  return words.length > 1 && (ENGINES.has(first) || (Object.hasOwn(WRAPPERS, first) && words.some((word) => ENGINES.has(programOf(word)))));
}

function programOf(word: string): string {
  return word.replace(/^.*[/\\]/, '').replace(/\.exe$/i, '');
}

/**
 * What a command makes: a container, a network or a volume; undefined for any other, which `losses` is told of.
 *
 * @throws InputError `run-line` for what docker would refuse: an unknown form, an option without its value, no image.
 */
export function readCommand({ words }: ShellLine, losses: Loss[]): RunLine | CreateLine | undefined {
  const rest = withoutWrappers(words);
  const [program, ...after] = rest;
  const skipped = (what: string, reason: string): undefined => {
    const { line, column } = words[0]!;
    losses.push({ code: 'skipped', what, reason, line, column });
  };
  if (!program || !ENGINES.has(programOf(program.text))) {
    return skipped(programOf(words[0]!.text), 'it makes no container');
  }
  while (after[0]?.text.startsWith('-')) {
    const { text } = after.shift()!;
    if (GLOBAL_VALUE.test(text)) after.shift();
  }
  if (after[0]?.text === 'container') after.shift();
  const verb = after.shift()?.text ?? '';
  if (verb === 'run' || verb === 'create') return runLine(program, after, losses);
  if ((verb === 'network' || verb === 'volume') && after[0]?.text === 'create') return createLine(verb, after.slice(1), after[0]);
  return skipped(`${programOf(program.text)} ${verb}`, 'it makes no container');
}

function withoutWrappers(words: readonly ShellWord[]): ShellWord[] {
  const rest = [...words];
  for (;;) {
    const options = WRAPPERS[programOf(rest[0]?.text ?? '')];
    if (!options || !Object.hasOwn(WRAPPERS, programOf(rest[0]!.text))) return rest;
    rest.shift();
    while (rest[0] && (rest[0].text.startsWith('-') || /^\w+=/.test(rest[0].text))) {
      const { text } = rest.shift()!;
      if (options.test(text)) rest.shift();
    }
  }
}

function runLine(program: ShellWord, words: ShellWord[], losses: Loss[]): RunLine {
  const isPodman = programOf(program.text) === 'podman';
  const options: GivenOption[] = [];
  const rest = [...words];
  while (rest[0]?.text.startsWith('-') && rest[0].text !== '-') {
    const word = rest.shift()!;
    if (word.text === '--') break;
    if (word.text.startsWith('--')) longOption(word, rest, { isPodman, options, losses });
    else shortOptions(word, rest, options);
  }
  const [image, ...command] = rest;
  if (!image) throw refused(program, 'the line names no image', 'docker run [OPTIONS] IMAGE [COMMAND]');
  return { kind: 'run', options, image, command };
}

interface Reading {
  isPodman: boolean;
  options: GivenOption[];
  losses: Loss[];
}

function longOption(word: ShellWord, rest: ShellWord[], { isPodman, options, losses }: Reading): void {
  const [, written = '', sign, attached = ''] = /^--([^=]*)(=?)(.*)$/s.exec(word.text)!;
  const name = OTHER_NAMES[written] ?? written;
  const option = RUN_OPTIONS[name];
  if (!option || (option.podman && !isPodman && !/^(?:rootfs|tz|umask)$/.test(name))) {
    const near = closest(name, Object.keys(RUN_OPTIONS));
    // Whether an unknown option takes the next word nobody can tell: with a value attached it is left out, else the line is refused.
    if (sign === '=') {
      losses.push({ code: 'unknown', what: `--${written}`, reason: 'no such option is known', line: word.line, column: word.column });
      return;
    }
    throw refused(
      word,
      `unknown option --${written}`,
      near ? `did you mean --${near}?` : 'write its value behind "=": the rest of the line is read without it',
    );
  }
  if (sign === '=') options.push({ name, option, value: attached, word });
  else if (option.takes === 'nothing') options.push({ name, option, value: 'true', word });
  else options.push({ name, option, value: taken(word, rest), word });
}

/** Letters of switches, and at the end one that takes what is left of the word, or the next one. */
function shortOptions(word: ShellWord, rest: ShellWord[], options: GivenOption[]): void {
  for (let at = 1; at < word.text.length; at++) {
    const letter = word.text[at]!;
    const name = SHORT_OPTIONS[letter];
    const option = name === undefined ? undefined : RUN_OPTIONS[name];
    if (name === undefined || !option) throw refused(word, `unknown option -${letter}`, 'see docker run --help');
    if (option.takes === 'nothing') {
      if (word.text[at + 1] === '=') {
        options.push({ name, option, value: word.text.slice(at + 2), word });
        return;
      }
      options.push({ name, option, value: 'true', word });
      continue;
    }
    const left = word.text.slice(at + 1);
    options.push({ name, option, value: left === '' ? taken(word, rest) : left.replace(/^=/, ''), word });
    return;
  }
}

function taken(word: ShellWord, rest: ShellWord[]): string {
  const next = rest.shift();
  if (!next) throw refused(word, `${word.text} needs a value`, 'the line ends behind it');
  return next.text;
}

/** Options of `docker network create` and `docker volume create` that take no value. */
const CREATE_SWITCHES = new Set(['attachable', 'internal', 'ipv4', 'ipv6', 'ingress', 'config-only', 'ignore']);
const CREATE_SHORT: Readonly<Record<string, string>> = table({ d: 'driver', o: 'opt' });

function createLine(kind: 'network' | 'volume', words: ShellWord[], verb: ShellWord): CreateLine {
  const options = new Map<string, string[]>();
  const rest = [...words];
  let named: string | undefined;
  while (rest.length > 0) {
    const word = rest.shift()!;
    const long = /^--([^=]+)(?:=(.*))?$/s.exec(word.text);
    const short = /^-([do])=?(.*)$/s.exec(word.text);
    const name = long?.[1] ?? (short ? CREATE_SHORT[short[1]!] : undefined);
    if (name === undefined) {
      if (word.text.startsWith('-')) throw refused(word, `unknown option ${word.text}`, `see docker ${kind} create --help`);
      named ??= word.text;
      continue;
    }
    const attached = long ? long[2] : short![2] || undefined;
    const value = attached ?? (CREATE_SWITCHES.has(name) ? 'true' : taken(word, rest));
    options.set(name, [...(options.get(name) ?? []), value]);
  }
  return { kind, options, word: verb, ...(named !== undefined && { name: named }) };
}

/** What docker would not take. */
export function refused({ line, column }: ShellWord, message: string, hint?: string): InputError {
  return new InputError('run-line', message, { hint, ...(line !== undefined && { position: { line, column: column! } }) });
}
