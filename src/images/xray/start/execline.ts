import type { SourceText } from './analysis';
import { type Argument, argument, type Call, isFile, note, optionsIn, pathOf, record } from './call';
import { type Outcome, SUCCESS, unknownOutcome } from './condition';
import { becoming } from './programs/step-down';
import { run } from './run';
import { known, UNKNOWN } from './value';

/*
 * The language of s6: programs that each do something and become the next one, with blocks in braces.
 * https://skarnet.org/software/execline/
 */

/** A word, or a block of them. */
type Item = string | Item[];

const MAX_DEPTH = 24;

/** Runs a script of execline. `args` are what `$1` and `$@` stand for. */
export function runExecline(call: Call, source: SourceText, args: readonly Argument[]): Outcome {
  const { analysis, state, who, at } = call;
  const place = analysis.place(source, 1);
  const items = itemsOf(source.text.replace(/^#!.*/, ''));
  if (!items) {
    analysis.note('syntax', 'unbalanced braces', place, state, who);
    return unknownOutcome(source.path);
  }
  analysis.within(`${source.realPath} ${who.uid}`, source.path, at, state, who, () => {
    chain({ ...call, at: place, state: state.fork() }, items, args, 0);
  });
  return unknownOutcome(source.path);
}

/** A line of execline: the `up` of a oneshot. */
export function runExeclineText(call: Call, text: string): void {
  const items = itemsOf(text);
  if (items) chain({ ...call, state: call.state.fork() }, items, [], 0);
  else note(call, 'syntax', 'unbalanced braces');
}

function itemsOf(text: string): Item[] | undefined {
  const top: Item[] = [];
  const open: Item[][] = [top];
  for (const [token, quoted] of text.matchAll(/"(?:[^"\\]|\\[\s\S])*"|#[^\n]*|[{}]|(?:\\[\s\S]|[^\s{}"\\]|\$\{[^}]*\})+/g)) {
    void quoted;
    if (token.startsWith('#')) continue;
    if (token === '{') {
      const block: Item[] = [];
      open.at(-1)!.push(block);
      open.push(block);
      if (open.length > MAX_DEPTH) return undefined;
    } else if (token === '}') {
      open.pop();
      if (open.length === 0) return undefined;
    } else open.at(-1)!.push(token.startsWith('"') ? token.slice(1, -1).replace(/\\([\s\S])/g, '$1') : token.replace(/\\([\s\S])/g, '$1'));
  }
  return open.length === 1 ? top : undefined;
}

/** Programs that do something about the process and become what follows, with their options that take an argument. */
const PASSING = new Map<string, { valued: readonly string[]; operands: number }>([
  ['cd', { valued: [], operands: 1 }],
  ['umask', { valued: [], operands: 1 }],
  ['fdmove', { valued: [], operands: 2 }],
  ['fdclose', { valued: [], operands: 1 }],
  ['fdblock', { valued: [], operands: 1 }],
  ['export', { valued: [], operands: 2 }],
  ['unexport', { valued: [], operands: 1 }],
  ['define', { valued: ['-d'], operands: 2 }],
  ['importas', { valued: ['-D', '-d'], operands: 2 }],
  ['import', { valued: ['-D', '-d'], operands: 1 }],
  ['emptyenv', { valued: [], operands: 0 }],
  ['exec', { valued: ['-a'], operands: 0 }],
  ['s6-envdir', { valued: ['-c', '-i', '-I', '-L'], operands: 1 }],
  ['s6-envuidgid', { valued: [], operands: 1 }],
  ['s6-notifyoncheck', { valued: ['-3', '-s', '-T', '-t', '-n', '-w', '-c'], operands: 0 }],
  ['s6-softlimit', { valued: ['-c', '-d', '-f', '-l', '-m', '-o', '-p', '-r', '-s', '-t'], operands: 0 }],
  ['s6-tai64n', { valued: [], operands: 0 }],
  ['elgetpositionals', { valued: ['-P'], operands: 0 }],
  ['elglob', { valued: [], operands: 2 }],
  ['wait', { valued: [], operands: 0 }],
  ['heredoc', { valued: [], operands: 2 }],
  ['justc-envdir', { valued: [], operands: 1 }],
  ['with-contenv', { valued: [], operands: 0 }],
  ['s6-overlay-uid', { valued: [], operands: 0 }],
]);

/** Programs that run a block, or several, and then become what follows. */
const BLOCKS = new Map<string, { blocks: number; operands: number; conditional?: boolean }>([
  ['foreground', { blocks: 1, operands: 0 }],
  ['background', { blocks: 1, operands: 0 }],
  ['pipeline', { blocks: 1, operands: 0 }],
  ['piperw', { blocks: 0, operands: 2 }],
  ['if', { blocks: 1, operands: 0 }],
  ['ifelse', { blocks: 2, operands: 0, conditional: true }],
  ['ifte', { blocks: 2, operands: 0, conditional: true }],
  ['ifthenelse', { blocks: 3, operands: 0, conditional: true }],
  ['backtick', { blocks: 1, operands: 1 }],
  ['forx', { blocks: 1, operands: 1 }],
  ['forbacktickx', { blocks: 1, operands: 1 }],
  ['loopwhilex', { blocks: 0, operands: 0 }],
  ['multisubstitute', { blocks: 0, operands: 0 }],
  ['multidefine', { blocks: 0, operands: 1 }],
  ['withstdinas', { blocks: 0, operands: 1 }],
  ['trap', { blocks: 0, operands: 0 }],
]);

function chain(first: Call, items: readonly Item[], args: readonly Argument[], depth: number): void {
  let call = first;
  let rest = [...items];
  while (rest.length > 0) {
    if (!call.analysis.counts(call.at, call.state, call.who) || depth > MAX_DEPTH) return;
    const [program] = rest;
    if (typeof program !== 'string') {
      note(call, 'syntax', 'a block without a program');
      return;
    }
    const name = program.replace(/^.*\//, '');
    const passing = PASSING.get(name);
    const block = BLOCKS.get(name);
    if (name === 's6-setuidgid' && typeof rest[1] === 'string') {
      const [user] = wordsOf(call, rest[1], args);
      const stepping = { ...call, words: [argument(name)] };
      call = { ...call, who: user ? becoming(stepping, user.value, user.written) : call.who };
      rest = rest.slice(2);
    } else if (name === 'redirfd') rest = redirfd(call, rest, args);
    else if (passing) rest = pass(call, name, rest, args, passing);
    else if (block) rest = runBlocks(call, name, rest, args, depth, block);
    else {
      run({ ...call, words: rest.flatMap((item) => wordsOf(call, item, args)) });
      return;
    }
  }
}

/** `redirfd -w 1 FILE` */
function redirfd(call: Call, items: readonly Item[], args: readonly Argument[]): Item[] {
  const mode = items.find((item): item is string => typeof item === 'string' && /^-[rwuaxb]+$/.test(item)) ?? '-r';
  const at = items.findIndex((item, index) => index > 0 && typeof item === 'string' && /^\d+$/.test(item));
  const file = items[at + 1];
  if (/[wuax]/.test(mode) && file !== undefined) {
    const [word] = wordsOf(call, file, args);
    const path = word && pathOf(call, word);
    if (path && isFile(path)) record(call, { do: 'write', by: 'redirfd', what: 'file', ...path });
  }
  return items.slice(at < 0 ? 1 : at + 2);
}

function pass(
  call: Call,
  name: string,
  items: readonly Item[],
  args: readonly Argument[],
  { valued, operands }: { valued: readonly string[]; operands: number },
): Item[] {
  const words = items.slice(1).map((item) => (typeof item === 'string' ? argument(item) : argument('{}')));
  const { at, named } = optionsIn(words, valued, true);
  const own = items.slice(1 + at, 1 + at + operands);
  const [key, value] = own.map((item) => (typeof item === 'string' ? item : ''));
  if (name === 'cd' && key !== undefined) {
    const { path } = pathOf(call, wordsOf(call, key, args)[0] ?? argument(key));
    if (path !== undefined) call.state.cwd = known(path);
  }
  if ((name === 'define' || name === 'export') && key && value !== undefined)
    call.state.set(key, wordsOf(call, value, args)[0]?.value ?? known(value), true);
  if (name === 'importas' && key && value) {
    const imported = call.state.get(value);
    const standard = named.get('-D')?.value;
    call.state.set(key, imported.text === '' && standard ? { ...standard, from: imported.from, open: imported.from.length > 0 } : imported);
  }
  return items.slice(1 + at + operands);
}

function runBlocks(
  call: Call,
  name: string,
  items: readonly Item[],
  args: readonly Argument[],
  depth: number,
  { blocks, operands, conditional }: { blocks: number; operands: number; conditional?: boolean },
): Item[] {
  let at = 1;
  while (typeof items[at] === 'string' && (items[at] as string).startsWith('-')) at++;
  const variable = operands > 0 && typeof items[at] === 'string' ? (items[at] as string) : undefined;
  at += operands;
  let taken = 0;
  while (taken < blocks && Array.isArray(items[at])) {
    const block = items[at] as Item[];
    const guard = conditional && taken > 0 ? unknownOutcome(`${name} { ${textOf(items[at - 1]!)} }`) : SUCCESS;
    chain(
      { ...call, state: call.state.fork(guard), replaces: false, background: name === 'background' || call.background, print: undefined },
      block,
      args,
      depth + 1,
    );
    taken++;
    at++;
  }
  // Blocks of those that only substitute.
  while (Array.isArray(items[at])) at++;
  if (variable !== undefined && /backtick|forx/.test(name)) call.state.set(variable, UNKNOWN);
  return items.slice(at);
}

function textOf(item: Item): string {
  return typeof item === 'string' ? item : item.map(textOf).join(' ');
}

/** A word with its variables, which only those are that were imported or defined; `$@` is all arguments. */
function wordsOf(call: Call, item: Item, args: readonly Argument[]): Argument[] {
  if (typeof item !== 'string') return [argument('{}')];
  if (item === '$@' || item === '${@}') return [...args];
  const whole = /^\$\{?(\w+)\}?$/.exec(item)?.[1];
  if (whole !== undefined)
    return [{ value: /^\d+$/.test(whole) ? (args[Number(whole) - 1]?.value ?? known('')) : call.state.get(whole), written: item }];
  let open = false;
  const from = new Set<string>();
  const text = item.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = call.state.get(name);
    for (const each of value.from) from.add(each);
    open ||= value.text === undefined;
    return value.text ?? '';
  });
  return [{ value: open ? { ...UNKNOWN, from: [...from].sort() } : known(text, [...from].sort()), written: item }];
}
