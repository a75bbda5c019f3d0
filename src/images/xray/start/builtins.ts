import { type Argument, type Call, isFile, note, optionsIn, pathOf, record, textsOf } from './call';
import { FAILURE, fixed, type Outcome, SUCCESS, shortened, unknownOutcome } from './condition';
import { testContext } from './double-brackets';
import { findProgram, run } from './run';
import { commandText, type Shell } from './shell-runner';
import type { State } from './state';
import { type TestWord, testCommand } from './test-expression';
import { concat, known, mapValue, UNKNOWN, union, type Value } from './value';

/** Something the shell does itself. */
export type Builtin = (call: Call, shell: Shell, node: { pos: number; end: number }) => Outcome;

const nothing: Builtin = () => SUCCESS;

export const BUILTINS: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ...[
    'umask',
    'ulimit',
    'shopt',
    'alias',
    'unalias',
    'hash',
    'wait',
    'jobs',
    'disown',
    'bind',
    'enable',
    'complete',
    'let',
    'history',
    'fg',
    'bg',
  ].map((name): [string, Builtin] => [name, nothing]),
  [':', nothing],
  ['true', nothing],
  ['false', () => FAILURE],
  ['set', setOptions],
  ['shift', shift],
  ['export', declare],
  ['local', declare],
  ['declare', declare],
  ['typeset', declare],
  ['readonly', declare],
  ['unset', unset],
  ['cd', changeDirectory],
  ['pushd', changeDirectory],
  ['popd', nothing],
  ['pwd', (call) => print(call, call.state.cwd)],
  ['echo', echo],
  ['printf', printf],
  ['read', read],
  ['mapfile', readLines],
  ['readarray', readLines],
  ['getopts', (call, shell, node) => readInto(call, [call.words[2]], shell, node)],
  ['.', source],
  ['source', source],
  ['eval', evaluate],
  ['exec', execute],
  ['command', command],
  ['builtin', command],
  ['type', lookUp],
  ['which', lookUp],
  ['exit', end],
  ['return', leave],
  ['break', (call, shell) => jump(call, shell, 'break')],
  ['continue', (call, shell) => jump(call, shell, 'continue')],
  ['trap', trap],
  ['[', test],
  ['test', test],
]);

function print(call: Call, value: Value): Outcome {
  call.print?.(concat([value, known('\n')]));
  return SUCCESS;
}

/** `set -- a b` sets the arguments, `set -e` what batten has no need of. */
function setOptions({ words, state }: Call): Outcome {
  const at = words.findIndex(({ value }) => value.text === '--');
  const args = at >= 0 ? words.slice(at + 1) : words.length > 1 && !/^[-+]/.test(words[1]!.value.text ?? '') ? words.slice(1) : undefined;
  if (args) state.args = args.some(({ many, value }) => many && value.text === undefined) ? undefined : args.map(({ value }) => value);
  return SUCCESS;
}

function shift({ words, state }: Call): Outcome {
  const count = words[1] ? Number(words[1].value.text) : 1;
  state.args = Number.isInteger(count) ? state.args?.slice(count) : undefined;
  return SUCCESS;
}

/** `export A=b`, `local x`, `export "$name"="$value"`. */
function declare({ words, state }: Call, shell: Shell): Outcome {
  const name = words[0]!.value.text;
  const exported = name === 'export' || words.some(({ value }) => /^-\w*x/.test(value.text ?? ''));
  const remove = words.some(({ value }) => value.text === '-n') && name === 'export';
  const local = name !== 'export' && name !== 'readonly' && !words.some(({ value }) => /^-\w*g/.test(value.text ?? ''));
  for (const { value } of words.slice(1)) {
    const text = value.text ?? value.others[0] ?? '';
    if (text === '' || /^[-+]/.test(text)) continue;
    const [, variable, append, assigned] = /^([A-Za-z_]\w*)(?:(\+?=)([\s\S]*))?$/.exec(text) ?? [];
    if (variable === undefined) continue;
    if (local) shell.local(variable, state);
    if (assigned !== undefined) {
      const prefix = text.length - assigned.length;
      const cut = mapValue(value, (each) => each.slice(prefix));
      const whole = append === '+=' ? concat([state.get(variable), cut]) : withSource(cut, value);
      state.set(variable, whole, exported || undefined);
    } else if (exported && !remove) state.set(variable, state.get(variable), true);
    else if (local && !state.variables.has(variable)) state.set(variable, known(''));
  }
  return SUCCESS;
}

/** `local user="${X:-}"` is still X. */
function withSource(value: Value, before: Value): Value {
  return before.source ? { ...value, source: before.source } : value;
}

function unset({ words, state }: Call): Outcome {
  for (const name of textsOf(words.slice(1))) if (/^[A-Za-z_]\w*$/.test(name)) state.unset(name);
  return SUCCESS;
}

function changeDirectory(call: Call): Outcome {
  const target = call.words.slice(1).find(({ value }) => !/^-[LP@e]*$/.test(value.text ?? '') && value.text !== '--');
  const value = target?.value ?? call.state.get('HOME');
  const { path } = pathOf(call, { value, written: target?.written ?? '~' });
  call.state.cwd = path === undefined ? { ...UNKNOWN, from: value.from } : known(path, value.from);
  return SUCCESS;
}

function echo(call: Call): Outcome {
  const words = call.words.slice(1);
  const plain = words.filter(({ value }, index) => !(index === 0 && /^-[neE]+$/.test(value.text ?? '')));
  const newline = plain.length === words.length || !/n/.test(words[0]!.value.text ?? '');
  const joined = plain.flatMap(({ value }, index) => (index === 0 ? [value] : [known(' '), value]));
  call.print?.(concat([known(''), ...joined, known(newline ? '\n' : '')]));
  return SUCCESS;
}

function printf(call: Call): Outcome {
  const words = call.words.slice(1);
  if (words[0]?.value.text === '-v') {
    const [, name, format, ...rest] = words;
    if (name?.value.text) call.state.set(name.value.text, formatted(format, rest));
    return SUCCESS;
  }
  call.print?.(formatted(words[0], words.slice(1)));
  return SUCCESS;
}

/** `%s` and `%d`; the format is used again while there are arguments. */
function formatted(format: Argument | undefined, args: readonly Argument[]): Value {
  const text = format?.value.text;
  if (text === undefined) return UNKNOWN;
  const parts = text.split(/(%[sdiq]|%%|\\[nt])/);
  const takes = parts.filter((part) => /^%[sdiq]$/.test(part)).length;
  if (/%[^sdiq%]/.test(text.replace(/%%/g, '')) || args.length > 64)
    return { ...UNKNOWN, from: union(args.flatMap(({ value }) => value.from)) };
  const out: Value[] = [known('')];
  const todo = [...args];
  do {
    for (const part of parts) {
      if (/^%[sdiq]$/.test(part)) out.push(todo.shift()?.value ?? known(''));
      else out.push(known(part === '%%' ? '%' : part === '\\n' ? '\n' : part === '\\t' ? '\t' : part));
    }
  } while (todo.length > 0 && takes > 0);
  return concat(out);
}

function read(call: Call, shell: Shell, node: { pos: number; end: number }): Outcome {
  const { operands } = optionsIn(call.words.slice(1), ['-d', '-n', '-N', '-p', '-t', '-u', '-i']);
  return readInto(call, operands, shell, node);
}

function readInto(call: Call, names: readonly (Argument | undefined)[], shell: Shell, node: { pos: number; end: number }): Outcome {
  const { input, state } = call;
  names.forEach((name, index) => {
    const text = name?.value.text;
    if (text === undefined || !/^[A-Za-z_]\w*$/.test(text)) return;
    const line = input?.text?.split('\n')[0];
    const words = line?.trim().split(/\s+/);
    const last = index === names.length - 1;
    const value = words === undefined ? undefined : last ? words.slice(index).join(' ') : (words[index] ?? '');
    state.set(text, value === undefined ? { ...UNKNOWN, from: input?.from ?? [] } : known(value, input?.from));
  });
  const outcome = unknownOutcome(shell.written(node), input?.from);
  return input?.text === undefined ? outcome : { ...outcome, holds: input.text !== '' };
}

/** `mapfile -t LIST < <(…)` */
function readLines(call: Call): Outcome {
  const { operands } = optionsIn(call.words.slice(1), ['-d', '-n', '-O', '-s', '-u', '-C', '-c']);
  const name = operands[0]?.value.text ?? 'MAPFILE';
  const { input, state } = call;
  const lines = input?.text?.split(/\n|\0/).filter((line, index, all) => line !== '' || index < all.length - 1);
  state.set(name, lines ? lines.map((line) => known(line, input?.from)) : [{ ...UNKNOWN, from: input?.from ?? [] }]);
  return SUCCESS;
}

/** A file is run in this shell. */
function source(call: Call, shell: Shell): Outcome {
  const { words, state, who, analysis, at } = call;
  const file = words[1];
  if (!file) return SUCCESS;
  const written = file.written;
  const name = file.value.text;
  if (name === undefined) {
    note(call, 'dynamic', `. ${written}`);
    return unknownOutcome(`. ${written}`, file.value.from);
  }
  const path = name.includes('/') ? pathOf(call, file).path : (findProgram(call, name, false) ?? pathOf(call, file).path);
  if (path === undefined || !isFile({ path })) return SUCCESS;
  record(call, { do: 'look', by: '.', ...pathOf(call, file) });
  const text = analysis.source(path, at, state, who);
  if (!text) {
    // Of what may be set or mounted there nothing is known; a file the image does not have is only there then.
    note(call, analysis.files.find(path) ? 'unread' : 'missing', `. ${name}`);
    return unknownOutcome(`. ${name}`, file.value.from);
  }
  let outcome: Outcome = SUCCESS;
  const args = state.args;
  if (words.length > 2) state.args = words.slice(2).map(({ value }) => value);
  analysis.within(`. ${text.realPath} ${who.uid}`, path, at, state, who, () => {
    outcome = shell.include({ text: text.text, at: analysis.place(text, 1) }, state, true);
  });
  if (words.length > 2) state.args = args;
  return outcome;
}

function evaluate(call: Call, shell: Shell): Outcome {
  const words = call.words.slice(1);
  const value =
    words.length === 0 ? known('') : concat(words.flatMap(({ value: each }, index) => (index === 0 ? [each] : [known(' '), each])));
  if (value.text === undefined || value.open) {
    note(call, 'dynamic', commandText(call.words));
    if (value.text === undefined) return unknownOutcome(commandText(call.words), value.from);
  }
  return within(call, shell, value.text, call.state);
}

/** A text that is run in this shell. */
function within({ analysis, at, state: now, who }: Call, shell: Shell, text: string, state: State): Outcome {
  let outcome = unknownOutcome(text);
  analysis.within(`eval ${text} ${who.uid}`, text, at, now, who, () => {
    outcome = shell.include({ text, at, inline: true }, state, false);
  });
  return outcome;
}

function execute(call: Call): Outcome {
  const { at } = optionsIn(call.words.slice(1), ['-a'], true);
  const words = call.words.slice(1 + at);
  if (words.length === 0) return SUCCESS;
  const outcome = run({ ...call, words, replaces: true });
  call.state.flow = 'exit';
  return outcome;
}

function command(call: Call, shell: Shell, node: { pos: number; end: number }): Outcome {
  const { named, at } = optionsIn(call.words.slice(1), [], true);
  const words = call.words.slice(1 + at);
  if (named.has('-v') || named.has('-V')) return lookUp({ ...call, words: [call.words[0]!, ...words] }, shell);
  if (words.length === 0) return SUCCESS;
  const builtin = BUILTINS.get(words[0]!.value.text ?? '');
  return builtin ? builtin({ ...call, words }, shell, node) : run({ ...call, words });
}

/** `command -v X`, `type X`, `which X`: whether there is such a program, and where. */
function lookUp(call: Call, shell: Shell): Outcome {
  const names = call.words.slice(1).filter(({ value }) => !/^-/.test(value.text ?? ''));
  const [name] = names;
  const text = name?.value.text;
  if (text === undefined) return unknownOutcome(commandText(call.words), name?.value.from);
  if (BUILTINS.has(text) || shell.hasFunction(text)) {
    print(call, known(text));
    return SUCCESS;
  }
  const path = findProgram(call, text);
  if (path) print(call, known(path));
  return name!.value.from.length === 0
    ? fixed(path !== undefined)
    : { holds: path !== undefined, fixed: false, condition: { if: 'command', words: textsOf(call.words) } };
}

function end({ state, words }: Call): Outcome {
  state.flow = 'exit';
  state.failed = /^[1-9]\d*$/.test(words[1]?.value.text ?? '0');
  return SUCCESS;
}

function leave(call: Call, shell: Shell): Outcome {
  const code = call.words[1]?.value;
  const outcome = code === undefined ? SUCCESS : code.text === undefined ? unknownOutcome('return', code.from) : fixed(code.text === '0');
  if (shell.frames.length <= 1) call.state.flow = 'exit';
  else shell.leave(call.state, outcome);
  return outcome;
}

function jump({ state }: Call, shell: Shell, how: 'break' | 'continue'): Outcome {
  const loop = shell.loops.at(-1);
  loop?.[how === 'break' ? 'breaks' : 'continues'].push(copyOf(state));
  state.flow = how;
  return SUCCESS;
}

function copyOf(state: State): State {
  return state.fork();
}

/** What is done at a signal, or when the shell ends. */
function trap(call: Call, shell: Shell): Outcome {
  const [action, ...signals] = call.words.slice(1).filter(({ value }) => !/^-[lp]$/.test(value.text ?? ''));
  const text = action?.value.text;
  if (text === undefined || text === '' || text === '-' || signals.length === 0) return SUCCESS;
  const names = textsOf(signals).map((name) => name.toUpperCase().replace(/^SIG/, ''));
  // An error, a return and each command are no signals.
  if (names.every((name) => /^(?:ERR|RETURN|DEBUG)$/.test(name))) return SUCCESS;
  const state = call.state.fork({ holds: true, fixed: false, condition: { if: 'signal', names } });
  within(call, shell, text, state);
  return SUCCESS;
}

function test(call: Call, shell: Shell, node: { pos: number; end: number }): Outcome {
  const closed = call.words[0]!.value.text === '[' && call.words.at(-1)?.value.text === ']';
  const words = call.words.slice(1, closed ? -1 : undefined);
  return testCommand(words.map(testWord), testContext(shell, call.state, node.pos));
}

function testWord({ value, written }: Argument): TestWord {
  const bare = /^['"]?([^$`]*)['"]?$/.test(written) && value.text !== undefined && value.from.length === 0;
  return { value, written: bare ? value.text! : shortened(written) };
}
