import { cleanContainerPath } from '../../../compose/container-path';
import type { Place } from '../facts';
import type { Identity, SourceText } from './analysis';
import { shownArgv } from './analysis';
import { type Argument, type Call, note, programName, record } from './call';
import { type Outcome, SUCCESS, shortened, unknownOutcome } from './condition';
import { runExecline } from './execline';
import { PROGRAMS } from './programs';
import { readServerConfig } from './server-configs';
import { serverNamed } from './servers';
import { Shell } from './shell-runner';
import type { State } from './state';
import { COMMAND, known, optionsOf, type Value } from './value';

/** How a program comes out that nobody looks into. */
export function ordinary(call: Call): Outcome {
  const words = call.words.map(({ value, written }) => value.text ?? written);
  const on = call.words.flatMap(({ value }) => value.from);
  const condition = words.every((_, index) => call.words[index]!.value.text !== undefined)
    ? ({ if: 'command', words } as const)
    : ({ if: 'unknown', text: shortened(words.join(' ')), on } as const);
  return { fixed: false, condition };
}

/**
 * Follows a program that is called: what is known of its name, a script of the image, or the file alone. What it is run with may hang on
 * variables: each program it may be is followed.
 */
export function run(call: Call): Outcome {
  const [first] = call.words;
  if (!first) return SUCCESS;
  const { value } = first;
  if (value.text === undefined || value.open) note(call, 'dynamic', call.words.map(({ written }) => written).join(' '));
  // An empty variable before a program is no word.
  if (value.text === '' && first.many) return run({ ...call, words: call.words.slice(1) });
  for (const other of optionsOf(value).filter((text) => text !== value.text && text !== '')) {
    const state = call.state.fork(unknownOutcome(first.written, value.from));
    runNamed({ ...call, state, words: [{ ...first, value: known(other, value.from) }, ...call.words.slice(1)] }, other);
  }
  return value.text === undefined || value.text === '' ? unknownOutcome(first.written, value.from) : runNamed(call, value.text);
}

/** Where distributions put programs: by their names it is known what they do. */
const SYSTEM = /^\/(?:usr\/)?s?bin\//;

function runNamed(call: Call, name: string): Outcome {
  const path = findProgram(call, name);
  const program = PROGRAMS.get(programName(name));
  const node = path === undefined ? undefined : call.analysis.files.find(path)?.node;
  // A script that somebody put in the place of a program is followed instead.
  const replaced = path !== undefined && node?.text !== undefined && !SYSTEM.test(call.analysis.files.find(path)!.path);
  if (program && !(replaced && !program.always)) return program.run(call, path) ?? SUCCESS;
  if (path === undefined) {
    recordRun(call, name, undefined);
    note(call, 'missing', name);
    return ordinary(call);
  }
  return runFile(call, path);
}

/** A file is executed: a shell script is followed, anything else is what is run. */
export function runFile(call: Call, path: string): Outcome {
  const { analysis, state, who, at } = call;
  const node = analysis.files.find(path)?.node;
  if (node?.kind !== 'file') {
    note(call, 'missing', path);
    return ordinary(call);
  }
  if (node.content === 'elf' || node.content === 'empty') {
    recordRun(call, programName(call.words[0]?.value.text ?? path), path);
    // What takes the place of the script, or goes on beside it, is what the image is for; what it waits for may need anything.
    if (!call.replaces && !call.background) note(call, 'program', shown(call));
    return ordinary(call);
  }
  const text = analysis.source(path, at, state, who);
  const line = text?.text.startsWith('#!') ? text.text.slice(2, 258).split('\n')[0]!.trim() : text ? '/bin/sh' : undefined;
  const interpreter = line === undefined ? undefined : interpreterOf(line);
  const followed = text !== undefined && interpreter !== undefined && interpreter.kind !== 'other';
  recordRun(call, programName(call.words[0]?.value.text ?? path), path, followed);
  if (!text || !interpreter || interpreter.kind === 'other') {
    if (!node.withheld) note(call, 'language', shown(call));
    return ordinary(call);
  }
  const args = call.words.slice(1);
  return interpreter.kind === 'execline' ? runExecline(call, text, args) : runScript(call, text, args, call.words[0]!.value);
}

function shown(call: Call): string {
  return shortened(shownArgv(call.words).join(' '));
}

/** What is behind `#!`. `with-contenv` and `env` are before the interpreter. */
function interpreterOf(line: string): { kind: 'shell' | 'execline' | 'other' } {
  const words = line.split(/\s+/).filter((word) => word !== '' && !/^-/.test(word));
  const name = programName(words.find((word) => !/^(?:.*\/)?(?:env|with-contenv|busybox)$/.test(word)) ?? words.at(-1) ?? '');
  if (/^(?:(?:ba|da|a|k|z|mk)?sh|openrc-run|with-contenv|busybox)$/.test(name)) return { kind: 'shell' };
  return { kind: name === 'execlineb' ? 'execline' : 'other' };
}

/** A shell runs a script of the image. */
export function runScript(call: Call, text: SourceText, args: readonly Argument[], script: Value): Outcome {
  const { analysis, state, who, at } = call;
  let outcome: Outcome = unknownOutcome(text.path);
  const key = [text.realPath, who.uid, ...args.map(({ value }) => value.text)].join(' ');
  analysis.within(key, text.path, at, state, who, () => {
    const shell = new Shell(analysis, who, script, { text: text.text, at: analysis.place(text, 1) }, text.realPath);
    outcome = runShell(shell, call, args);
  });
  return outcome;
}

/** A shell runs a text: `sh -c TEXT NAME ARGUMENTS`. */
export function runText(call: Call, text: string, at: Place, name: Value, args: readonly Argument[]): Outcome {
  const { analysis, state, who } = call;
  let outcome: Outcome = unknownOutcome(text);
  analysis.within(`-c ${text} ${who.uid}`, text, at, state, who, () => {
    const shell = new Shell(analysis, who, name, { text, at, inline: true }, undefined);
    outcome = runShell(shell, call, args);
  });
  return outcome;
}

function runShell(shell: Shell, call: Call, args: readonly Argument[]): Outcome {
  const inner = call.state.fork();
  inner.args = args.some(({ many, value }) => many && value.text === undefined) ? undefined : args.map(({ value }) => value);
  const before = inner.guards.length;
  const outcome = shell.main(inner, call.print, call.input);
  // What ends in another program ends as that does.
  return before === inner.guards.length && inner.alive ? outcome : unknownOutcome(shown(call));
}

/** Notes that a program is run. `script`: one that is followed. */
export function recordRun(call: Call, program: string, path: string | undefined, script = false): void {
  const real = path === undefined ? undefined : call.analysis.files.find(path)?.path;
  // A program may be a link to another one, and be what it is called.
  const server = real === undefined ? undefined : (serverNamed(programName(real)) ?? serverNamed(program));
  record(call, {
    do: 'run',
    program,
    ...(path !== undefined && { path }),
    argv: shownArgv(call.words),
    ...(call.replaces && { replaces: true }),
    ...(call.background && { background: true }),
    ...(script && { script: true }),
    ...(call.words[0]?.value.from.includes(COMMAND) && { command: true }),
    ...(server !== undefined && { server }),
  });
  if (server !== undefined) readServerConfig(call, server);
}

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Where a program is that is called by a name: looked up in PATH, a path with a slash from where the process is. */
export function findProgram({ analysis, state }: Pick<Call, 'analysis' | 'state'>, name: string, executable = true): string | undefined {
  const { files } = analysis;
  const is = (path: string): boolean => {
    const node = files.find(path)?.node;
    return node?.kind === 'file' && (!executable || (node.mode & 0o111) !== 0);
  };
  if (name.includes('/')) {
    const path = name.startsWith('/')
      ? cleanContainerPath(name)
      : state.cwd.text === undefined
        ? undefined
        : cleanContainerPath(`${state.cwd.text}/${name}`);
    return path !== undefined && is(path) ? path : undefined;
  }
  const directories = (state.get('PATH').text || DEFAULT_PATH).split(':').slice(0, 64);
  return directories.map((directory) => cleanContainerPath(`${directory || '/'}/${name}`)).find(is);
}

/** The same call with other words, by somebody else. */
export function callAs(call: Call, words: readonly Argument[], who: Identity = call.who, state: State = call.state): Call {
  return { ...call, words, who, state };
}
