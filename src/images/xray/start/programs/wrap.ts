import { type Argument, argument, type Call, note, optionsIn, pathOf, programName, record, textsOf } from '../call';
import { type Outcome, SUCCESS } from '../condition';
import { findProgram, ordinary, recordRun, run, runFile, runScript, runText } from '../run';
import { concat, known, type Value } from '../value';

import type { Programs } from './program';

/** Programs that run another one: init programs, shells, and what sets something for one process. */
export const WRAPPING: Programs = [
  ['tini tini-static docker-init', (call) => runRest(call, ['-p', '-e'], { init: true }), 'always'],
  ['dumb-init', (call) => runRest(call, ['-r', '--rewrite'], { init: true }), 'always'],
  ['catatonit', (call) => runRest(call, ['-g'], { init: true }), 'always'],
  ['env', environment, 'always'],
  ['with-contenv', (call) => runRest(call, []), 'always'],
  ['nice', (call) => runRest(call, ['-n', '--adjustment'])],
  ['ionice', (call) => runRest(call, ['-c', '-n', '-p', '--class', '--classdata'])],
  ['chrt taskset', (call) => runRest(call, ['-p', '-T', '-P', '-D'], { skip: 1 })],
  ['nohup setsid eatmydata unbuffer proxychains4 exec command builtin chronic ts', (call) => runRest(call, [])],
  ['s6-notifyoncheck', (call) => runRest(call, ['-3', '-s', '-T', '-t', '-n', '-w', '-c'])],
  ['s6-softlimit', (call) => runRest(call, ['-c', '-d', '-f', '-l', '-m', '-o', '-p', '-r', '-s', '-t'])],
  ['s6-envdir', (call) => runRest(call, ['-c', '-i', '-I', '-L'], { skip: 1 })],
  ['fdmove', (call) => runRest(call, [], { skip: 2 })],
  ['stdbuf', (call) => runRest(call, ['-i', '-o', '-e', '--input', '--output', '--error'])],
  ['timeout', (call) => runRest(call, ['-k', '-s', '--signal', '--kill-after'], { skip: 1 })],
  ['time', (call) => runRest(call, ['-f', '-o'])],
  ['flock', (call) => runRest(call, ['-w', '--timeout', '-E', '-c'], { skip: 1 })],
  ['softlimit', (call) => runRest(call, ['-m', '-d', '-s', '-l', '-a', '-o', '-p', '-f', '-c', '-r', '-t'])],
  ['prlimit', (call) => runRest(call, [])],
  ['numactl', (call) => runRest(call, ['-C', '-N', '-m', '-i', '-p'])],
  ['strace ltrace', (call) => runRest(call, ['-e', '-o', '-p', '-s', '-u'])],
  ['busybox toybox', busybox, 'always'],
  ['sh bash ash dash ksh zsh', shell, 'always'],
  ['start-stop-daemon', startStopDaemon],
];

interface Rest {
  /** Operands before the program. */
  skip?: number;
  init?: boolean;
}

/** What follows the options is a program. */
function runRest(call: Call, valued: readonly string[], { skip = 0, init = false }: Rest = {}): Outcome {
  const rest = call.words.slice(1);
  const { at } = optionsIn(rest, valued, true);
  let words = rest.slice(at + skip);
  if (words[0]?.value.text === '--') words = words.slice(1);
  if (init) recordRun(call, programName(call.words[0]!.value.text ?? ''), findProgram(call, call.words[0]!.value.text ?? ''));
  if (words.length === 0) return SUCCESS;
  // An init program has its child beside it.
  return run({ ...call, words, replaces: call.replaces });
}

/** `env -i A=b PROGRAM`; alone it prints. */
function environment(call: Call): Outcome {
  const rest = call.words.slice(1);
  const { named, at } = optionsIn(rest, ['-u', '-C', '--unset', '--chdir'], true);
  const words = rest.slice(at);
  const first = words.findIndex(({ value, written }) => !/^[A-Za-z_]\w*=/.test(value.text ?? written));
  if (first < 0) {
    call.print?.({ others: [], open: true, from: [] });
    return SUCCESS;
  }
  const state = call.state.fork();
  const unset = named.get('-u') ?? named.get('--unset');
  if (unset?.value.text) state.unset(unset.value.text);
  for (const { value } of words.slice(0, first)) {
    const [, name, text] = /^(\w+)=([\s\S]*)$/.exec(value.text ?? '') ?? [];
    if (name !== undefined) state.set(name, known(text!, value.from), true);
  }
  return run({ ...call, state, words: words.slice(first) });
}

/** `busybox httpd -f` is httpd. */
function busybox(call: Call): Outcome {
  const rest = call.words.slice(1);
  return rest.length === 0 ? SUCCESS : run({ ...call, words: rest });
}

/** `sh SCRIPT`, `bash -lc TEXT NAME`, `sh` with what comes in. */
function shell(call: Call): Outcome {
  const rest = call.words.slice(1);
  const { named, at } = optionsIn(rest, ['-o', '-O', '--rcfile', '--init-file'], true);
  const operands = rest.slice(at);
  const [first, ...args] = operands;
  if (!first) {
    if (call.input?.text) return runText(call, call.input.text, call.at, call.words[0]!.value, []);
    if (call.input) note(call, 'dynamic', textsOf(call.words).join(' '));
    else recordRun(call, programName(textsOf(call.words)[0]!), findProgram(call, textsOf(call.words)[0]!));
    return SUCCESS;
  }
  if (named.has('-c')) {
    const { text } = first.value;
    if (text === undefined) {
      note(call, 'dynamic', `${textsOf(call.words).slice(0, 2).join(' ')} ${first.written}`);
      return ordinary(call);
    }
    if (first.value.open) note(call, 'dynamic', first.written);
    return runText(call, text, call.at, args[0]?.value ?? call.words[0]!.value, args.slice(1));
  }
  const { path } = pathOf(call, first);
  const name = first.value.text;
  const file =
    path !== undefined && call.analysis.files.find(path) ? path : name === undefined ? undefined : findProgram(call, name, false);
  if (file === undefined) {
    note(call, name === undefined ? 'dynamic' : 'missing', first.written);
    return ordinary(call);
  }
  const text = call.analysis.source(file, call.at, call.state, call.who);
  if (text) return runScript(call, text, args, first.value);
  return runFile({ ...call, words: operands }, file);
}

/** `start-stop-daemon --start --chuid app --exec PROGRAM -- ARGUMENTS` */
function startStopDaemon(call: Call): Outcome {
  const valued = [
    '-x',
    '-n',
    '-u',
    '-g',
    '-c',
    '-p',
    '-d',
    '-r',
    '-k',
    '-R',
    '-s',
    '-a',
    '--exec',
    '--name',
    '--user',
    '--group',
    '--chuid',
    '--pidfile',
    '--chdir',
    '--chroot',
    '--umask',
    '--retry',
    '--signal',
    '--startas',
  ];
  const rest = call.words.slice(1);
  const { named } = optionsIn(rest, valued, false);
  const program = named.get('-a') ?? named.get('--startas') ?? named.get('-x') ?? named.get('--exec');
  const dashes = rest.findIndex(({ value }) => value.text === '--');
  const args = dashes < 0 ? [] : rest.slice(dashes + 1);
  const pid = named.get('-p') ?? named.get('--pidfile');
  if (pid && (named.has('-m') || named.has('--make-pidfile')))
    record(call, { do: 'write', by: 'start-stop-daemon', what: 'file', ...pathOf(call, pid) });
  if (!program || named.has('-K') || named.has('--stop')) return ordinary(call);
  const user = named.get('-c') ?? named.get('--chuid');
  const words: Argument[] = [program, ...args];
  if (!user) return run({ ...call, words, background: true });
  return run({ ...call, words: [argument('gosu'), user, ...words], background: true });
}

/** A value of several words as one. */
export function joinedWords(words: readonly Argument[]): Value {
  return concat([known(''), ...words.flatMap(({ value }, index) => (index === 0 ? [value] : [known(' '), value]))]);
}
