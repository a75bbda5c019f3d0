import { trimEndOf } from '../../../trim';
import {
  type AndOr,
  type Assignment,
  type Command,
  type CommandNode,
  type CompoundList,
  Lines,
  type Pipeline,
  parseShell,
  type Redirection,
  type Statement,
  type SyntaxNode,
  type Word,
  type WordPart,
  writtenFile,
} from '../../shell-syntax';
import type { PathFacts, Place } from '../facts';
import type { Analysis, Identity } from './analysis';
import { evaluateArithmetic } from './arithmetic';
import { BUILTINS } from './builtins';
import { type Argument, type Call, isFile, pathOf } from './call';
import { both, FAILURE, fixed, negated, type Outcome, oneOf, SUCCESS, shortened, unknownOutcome } from './condition';
import { evaluateTest } from './double-brackets';
import { type ExpansionContext, expandSingle, expandWord } from './expand';
import { fileOutcome } from './file-outcome';
import { runCase, runFor, runIf, runWhile } from './flow';
import { forgivenParts } from './forgiving';
import { run } from './run';
import { meet, type State, type Variable } from './state';
import { concat, known, UNKNOWN, type Value } from './value';

/** A function of a script, and the text it is in. */
interface ShellFunction {
  body: SyntaxNode;
  source: ShellSource;
}

/** A text that is run by a shell: a file, or what `-c` or `eval` gets. */
interface ShellSource {
  text: string;
  lines: Lines;
  /** Where its first line is. */
  at: Place;
  /** A text in a line of another one has no lines of its own. */
  inline: boolean;
}

/** A function that is running: where it returns to, and what it may change. */
interface Frame {
  name: string;
  returns: { state: State; outcome: Outcome }[];
  locals: Map<string, Variable | undefined>;
  file: boolean;
}

/** What a shell prints, while somebody looks at it. */
class Capture {
  private readonly parts: Value[] = [];

  add(value: Value): void {
    this.parts.push(value);
  }

  value(): Value {
    const whole = this.parts.length === 0 ? known('') : concat(this.parts);
    const trim = (text: string): string => trimEndOf(text, '\n');
    return whole.text === undefined && whole.others.length === 0
      ? whole
      : { ...whole, text: whole.text === undefined ? undefined : trim(whole.text), others: whole.others.map(trim) };
  }
}

const MAX_FUNCTIONS = 24;
const MAX_SUBSTITUTIONS = 12;

/** A shell that runs a script without doing anything: it takes both ways at a branch, and notes what would happen on each. */
export class Shell {
  private readonly functions = new Map<string, ShellFunction>();
  readonly frames: Frame[] = [];
  /** Loops that are running: how ways out of them go on. */
  readonly loops: { breaks: State[]; continues: State[] }[] = [];
  private source: ShellSource;
  private capture: Capture | undefined;
  private input: Value | undefined;
  private substitutions = 0;

  constructor(
    readonly analysis: Analysis,
    readonly who: Identity,
    /** `$0`: how the script was called. */
    readonly script: Value,
    source: { text: string; at: Place; inline?: boolean },
    /** Where the script really is; undefined for a text that was given on the command line. */
    private readonly scriptPath: string | undefined,
  ) {
    this.source = { text: source.text, lines: new Lines(source.text), at: source.at, inline: source.inline ?? false };
  }

  /** Runs the text it was made with. */
  main(state: State, print?: (value: Value) => void, input?: Value): Outcome {
    this.input = input;
    if (print) this.capture = new Capture();
    this.frames.push({ name: 'main', returns: [], locals: new Map(), file: true });
    const outcome = this.text(state);
    this.frames.pop();
    if (print) print(this.capture!.value());
    return outcome;
  }

  /** A text within this shell: `source FILE`, `eval TEXT`. */
  include(source: { text: string; at: Place; inline?: boolean }, state: State, file: boolean): Outcome {
    const before = this.source;
    this.source = { text: source.text, lines: new Lines(source.text), at: source.at, inline: source.inline ?? false };
    if (!file) {
      const outcome = this.text(state);
      this.source = before;
      return outcome;
    }
    const frame: Frame = { name: 'source', returns: [], locals: new Map(), file: true };
    this.frames.push(frame);
    let outcome = this.text(state);
    this.frames.pop();
    outcome = this.returned(frame, state, outcome);
    this.source = before;
    return outcome;
  }

  private text(state: State): Outcome {
    const { statements, errors } = parseShell(this.source.text);
    const [error] = errors;
    if (error) this.analysis.note('syntax', error.message, this.placeAt(error.pos), state, this.who);
    return this.statements(statements, state);
  }

  /** The place of something in the text that is running. */
  placeAt(offset: number): Place {
    const { at, lines, inline } = this.source;
    return inline ? at : { ...at, line: (at.line ?? 1) - 1 + lines.at(offset) };
  }

  /** A loop goes through the files that a pattern stands for: others may be mounted there. */
  goesThrough(pattern: string, pos: number, state: State): void {
    const directory = /^((?:\/[^/*?[]+)+)\/[^/]*$/.exec(pattern)?.[1];
    if (directory !== undefined)
      this.analysis.record({ do: 'look', by: 'for', recursive: true, path: directory }, this.placeAt(pos), state, this.who);
  }

  written(node: { pos: number; end: number }): string {
    return this.source.text.slice(node.pos, node.end);
  }

  list(list: CompoundList, state: State): Outcome {
    return this.statements(list.commands, state);
  }

  statements(statements: readonly Statement[], state: State): Outcome {
    let outcome: Outcome = SUCCESS;
    for (const statement of statements) {
      if (!state.alive || !this.analysis.counts(this.placeAt(statement.pos), state, this.who)) break;
      if (statement.background) {
        this.node(statement.command, state.fork(), true);
        outcome = SUCCESS;
      } else outcome = this.node(statement.command, state, false);
    }
    return outcome;
  }

  /** Runs a part of a script, in a state that it changes. */
  node(node: SyntaxNode, state: State, background = false): Outcome {
    switch (node.type) {
      case 'Command':
        return this.command(node, state, background);
      case 'AndOr':
        return this.andOr(node, state, background);
      case 'Pipeline':
        return this.pipeline(node, state, background);
      case 'If':
        return runIf(this, node, state);
      case 'Case':
        return runCase(this, node, state);
      case 'For':
      case 'Select':
        return runFor(this, node, state);
      case 'While':
        return runWhile(this, node, state);
      case 'ArithmeticFor':
        this.list(node.body, state);
        return SUCCESS;
      case 'BraceGroup':
        return this.list(node.body, state);
      case 'CompoundList':
        return this.list(node, state);
      case 'Subshell': {
        const inner = state.fork();
        return this.list(node.body, inner);
      }
      case 'Redirected': {
        const before = this.input;
        this.redirect(node.redirects, state);
        this.input = this.inputOf(node.redirects, state) ?? before;
        const printed = node.redirects.some((each) => writtenFile(each) && isStandardOutput(each));
        const capture = this.capture;
        if (printed) this.capture = undefined;
        const outcome = this.node(node.command, state, background);
        this.capture = capture;
        this.input = before;
        return outcome;
      }
      case 'Function':
        this.functions.set(node.name.value, { body: node.body, source: this.source });
        return SUCCESS;
      case 'TestCommand':
        return evaluateTest(node.expression, this, state);
      case 'ArithmeticCommand': {
        const value = node.expression ? evaluateArithmetic(node.expression, this.context(state)) : UNKNOWN;
        return value.text === undefined || value.from.length > 0 || value.open
          ? { ...unknownOutcome(this.written(node), value.from), ...(value.text !== undefined && { holds: value.text !== '0' }) }
          : fixed(value.text !== '0');
      }
      case 'Coproc':
        this.node(node.body, state.fork(), true);
        return SUCCESS;
      default:
        return SUCCESS;
    }
  }

  /** Runs what may fail, where `forgiven`. */
  forgiving(forgiven: boolean, state: State, run: () => Outcome): Outcome {
    const before = state.forgiven;
    state.forgiven = before || forgiven;
    const outcome = run();
    state.forgiven = before;
    return outcome;
  }

  private andOr(node: AndOr, state: State, background: boolean): Outcome {
    const { commands, operators } = node;
    const forgiven = forgivenParts(node);
    const part = (index: number, within: State): Outcome =>
      this.forgiving(index < forgiven, within, () => this.node(commands[index]!, within, background));
    let outcome = part(0, state);
    for (const [index, operator] of operators.entries()) {
      if (!state.alive) return outcome;
      const runs = operator === '&&' ? outcome : negated(outcome);
      if (runs.fixed) {
        if (runs.holds) outcome = part(index + 1, state);
        continue;
      }
      const inner = state.fork(runs);
      const after = part(index + 1, inner);
      const skipped = state.fork(negated(runs));
      // Where the other way ends, what follows is under the condition that it was not taken.
      const usual = runs.holds === undefined ? undefined : runs.holds ? 'first' : 'second';
      outcome = !inner.alive ? (operator === '&&' ? FAILURE : SUCCESS) : operator === '&&' ? both(outcome, after) : oneOf(outcome, after);
      state.become(meet(inner, skipped, usual));
    }
    return outcome;
  }

  private pipeline({ commands, prefixes }: Pipeline, state: State, background: boolean): Outcome {
    const not = prefixes.filter(({ type }) => type === 'Negation').length % 2 === 1;
    let outcome: Outcome = SUCCESS;
    if (commands.length === 1) outcome = this.node(commands[0]!, state, background);
    else {
      const [input, capture] = [this.input, this.capture];
      commands.forEach((command, index) => {
        const last = index === commands.length - 1;
        const own = new Capture();
        this.capture = last ? capture : own;
        // Every part is a process of its own; what the last one sets is gone too.
        outcome = this.node(command, state.fork(), background);
        this.input = last ? input : own.value();
      });
      this.capture = capture;
    }
    return not ? negated(outcome) : outcome;
  }

  private command(node: Command, state: State, background: boolean): Outcome {
    const context = this.context(state);
    const before = this.input;
    this.redirect(node.redirects, state);
    const input = this.inputOf(node.redirects, state) ?? before;
    const printed = node.redirects.some((each) => writtenFile(each) && isStandardOutput(each));
    if (!node.name) {
      for (const each of node.prefix) if (each.type === 'Assignment') this.assign(each, state);
      // `$(< FILE)` prints the file.
      if (node.prefix.length === 0 && input && !printed) this.capture?.add(input);
      return SUCCESS;
    }
    const lists = node.args.filter((each) => each.type === 'Assignment' && each.value.type === 'ArrayValue');
    const words = [node.name, ...node.args].flatMap((each) => (lists.includes(each) ? [] : this.argumentsOf(each, context)));
    const [first] = words;
    if (!first) return SUCCESS;
    // Variables before a command are its own.
    const own = state.fork();
    for (const each of node.prefix) if (each.type === 'Assignment') this.assign(each, own);
    const target = node.prefix.some(({ type }) => type === 'Assignment') ? own : state;
    const capture = this.capture;
    if (printed) this.capture = undefined;
    this.input = input;
    // `local LIST=(a b)`
    for (const each of lists) if (each.type === 'Assignment') this.declareList(each, first.value.text, target);
    const outcome = this.invoke(words, target, node, background);
    if (target === own) state.flow = own.flow;
    this.input = before;
    this.capture = capture;
    return outcome;
  }

  /** Calls a function, a builtin or a program. */
  invoke(words: readonly Argument[], state: State, node: { pos: number; end: number }, background = false): Outcome {
    const name = words[0]?.value.text;
    const own = name === undefined ? undefined : this.functions.get(name);
    if (own) return this.callFunction(name!, own, words.slice(1), state, node);
    const builtin = name === undefined ? undefined : BUILTINS.get(name);
    const call = this.call(words, state, this.placeAt(node.pos), background);
    if (builtin) return builtin(call, this, node);
    return run(call);
  }

  /** Whether there is a function of this name. */
  hasFunction(name: string): boolean {
    return this.functions.has(name);
  }

  call(words: readonly Argument[], state: State, at: Place, background = false, replaces = false): Call {
    const { capture } = this;
    return {
      analysis: this.analysis,
      state,
      who: this.who,
      at,
      words,
      replaces,
      background,
      input: this.input,
      ...(capture && { print: (value: Value) => capture.add(value) }),
    };
  }

  print(value: Value): void {
    this.capture?.add(value);
  }

  get standardInput(): Value | undefined {
    return this.input;
  }

  set standardInput(value: Value | undefined) {
    this.input = value;
  }

  private callFunction(name: string, own: ShellFunction, args: readonly Argument[], state: State, node: { pos: number }): Outcome {
    const running = this.frames.filter((frame) => frame.name === name).length;
    if (this.frames.length >= MAX_FUNCTIONS || running >= 2) {
      this.analysis.note('cycle', `${name}()`, this.placeAt(node.pos), state, this.who);
      return unknownOutcome(name);
    }
    const [source, outerArgs, loops] = [this.source, state.args, this.loops.splice(0)];
    const frame: Frame = { name, returns: [], locals: new Map(), file: false };
    this.frames.push(frame);
    this.source = own.source;
    state.args = args.some(({ many }) => many) ? undefined : args.map(({ value }) => value);
    let outcome = this.node(own.body, state);
    this.frames.pop();
    outcome = this.returned(frame, state, outcome);
    this.source = source;
    this.loops.push(...loops);
    state.args = outerArgs;
    for (const [local, before] of frame.locals) {
      state.restore(local, before);
    }
    return outcome;
  }

  /** All ways out of a function meet behind it. */
  private returned(frame: Frame, state: State, last: Outcome): Outcome {
    const ways = [...frame.returns];
    if (state.alive) ways.push({ state: state.fork(), outcome: last });
    if (ways.length === 0) return last;
    let [met] = ways.map((way) => way.state);
    for (const way of ways.slice(1)) {
      const usual = way.state.usual === true ? 'second' : met!.usual === true ? 'first' : undefined;
      met = meet(met!, way.state, usual);
    }
    // How it comes out hangs on the way that was taken, the last of which is taken when no other is.
    const depth = met!.guards.length;
    const outcome = ways.reduceRight<Outcome | undefined>((rest, way) => {
      const condition = way.state.guards.slice(depth).reduce<Outcome>((sum, guard) => both(sum, guard), SUCCESS);
      if (rest === undefined) return way.outcome;
      return oneOf(both(condition, way.outcome), both(negated(condition), rest));
    }, undefined);
    state.become(met!);
    state.flow = 'go';
    return outcome ?? SUCCESS;
  }

  /** What a function or a sourced file returns with. */
  leave(state: State, outcome: Outcome): void {
    const frame = this.frames.at(-1);
    const copy = state.fork();
    frame?.returns.push({ state: copy, outcome });
    state.flow = 'return';
  }

  /** A variable of the function that is running. */
  local(name: string, state: State): void {
    const locals = this.frames.at(-1)?.locals;
    if (locals && !locals.has(name)) locals.set(name, state.variables.get(name));
  }

  private assign({ name, value, append, index }: Assignment, state: State): void {
    const context = this.context(state);
    if (index) {
      state.set(name, [...(state.list(name) ?? []), value.type === 'Word' ? expandSingle(value, context) : UNKNOWN]);
      return;
    }
    if (value.type === 'ArrayValue') {
      const fields = value.elements.flatMap((each) => this.argumentsOf(each, context));
      const items = fields.map((each) => each.value);
      state.set(name, append ? [...(state.list(name) ?? []), ...items] : items);
      return;
    }
    const assigned = expandSingle(value, context);
    const before = state.list(name);
    state.set(name, append ? concat([before?.[0] ?? known(''), assigned]) : assigned);
  }

  private declareList(node: Assignment, builtin: string | undefined, state: State): void {
    if (builtin !== 'export' && builtin !== 'readonly') this.local(node.name, state);
    this.assign(node, state);
  }

  argumentsOf(word: Word | Assignment, context: ExpansionContext): Argument[] {
    const written = this.written(word);
    if (word.type === 'Assignment') {
      const value = word.value.type === 'Word' ? expandSingle(word.value, context) : UNKNOWN;
      return [{ value: concat([known(`${word.name}${word.append ? '+' : ''}=`), value]), written }];
    }
    return expandWord(word, context).map(({ value, pattern, many }) => ({ value, written, pattern, many }));
  }

  /** Notes the files that are written to. */
  private redirect(redirects: readonly Redirection[], state: State): void {
    for (const each of redirects) {
      const target = writtenFile(each);
      if (!target) continue;
      const path = this.pathOf(target, state);
      if (isFile(path))
        this.analysis.record(
          { do: 'write', by: each.type === 'Redirect' ? each.operator : '>', what: 'file', ...path },
          this.placeAt(each.pos),
          state,
          this.who,
        );
    }
  }

  private pathOf(word: Word, state: State): PathFacts {
    const value = expandSingle(word, this.context(state));
    return pathOf({ state } as Call, { value, written: this.written(word) });
  }

  /** What comes in by `<<<`, `<< EOF`, `< FILE` and `< <(…)`, as far as it is known. */
  private inputOf(redirects: readonly Redirection[], state: State): Value | undefined {
    let input: Value | undefined;
    const context = this.context(state);
    for (const each of redirects) {
      if (each.type === 'HereString') input = expandSingle(each.target, context);
      else if (each.type === 'HereDoc') {
        const { parts, text } = each.body;
        input = parts ? concat([known(''), ...parts.map((part) => this.partValue(part, context))]) : known(text);
      } else if (each.operator === '<' && each.target) {
        const [part] = each.target.parts ?? [];
        if (part?.type === 'ProcessSubstitution') input = this.substitute(part, state);
        else {
          const path = expandSingle(each.target, context);
          const facts = pathOf({ state } as Call, { value: path, written: this.written(each.target) });
          if (isFile(facts)) this.analysis.record({ do: 'look', by: '<', ...facts }, this.placeAt(each.pos), state, this.who);
          input = { ...UNKNOWN, from: path.from };
        }
      }
    }
    return input;
  }

  private partValue(part: WordPart, context: ExpansionContext): Value {
    return expandSingle({ type: 'Word', text: part.text, value: part.text, pos: part.pos, end: part.end, parts: [part] }, context);
  }

  /** What a substitution prints. */
  private substitute(part: WordPart, state: State): Value {
    if (part.type !== 'CommandExpansion' && part.type !== 'ProcessSubstitution') return UNKNOWN;
    const { script } = part;
    if (!script || this.substitutions >= MAX_SUBSTITUTIONS) return UNKNOWN;
    const [capture, source, input] = [this.capture, this.source, this.input];
    const own = new Capture();
    this.capture = own;
    this.substitutions++;
    // Backticks with escapes inside have a text, and offsets, of their own.
    if (script.source !== undefined) this.source = { text: script.source, lines: new Lines(''), at: this.placeAt(part.pos), inline: true };
    this.statements(script.commands, state.fork());
    this.substitutions--;
    this.source = source;
    this.capture = capture;
    this.input = input;
    return own.value();
  }

  context(state: State): ExpansionContext {
    return {
      state,
      special: (name) => this.special(name, state),
      substitute: (part) => this.substitute(part, state),
      arithmetic: (part) =>
        part.type === 'ArithmeticExpansion' && part.expression ? evaluateArithmetic(part.expression, this.context(state)) : UNKNOWN,
      home: (name) => this.home(name, state),
    };
  }

  private home(name: string, state: State): Value {
    if (name === '') return state.get('HOME');
    const account = this.analysis.accounts.user(name);
    return account ? known(account.home) : UNKNOWN;
  }

  private special(name: string, state: State): Value | readonly Value[] | undefined {
    switch (name) {
      case '0':
        return this.script;
      case 'BASH_SOURCE':
        return this.scriptPath === undefined ? this.script : this.sourcedFrom();
      case 'FUNCNAME':
        return this.frames.map((frame) => known(frame.name)).reverse();
      case 'UID':
      case 'EUID':
        if (state.variables.has(name)) return undefined;
        return this.who.uid === undefined ? { ...UNKNOWN, from: this.who.from } : known(String(this.who.uid), this.who.from);
      case 'PWD':
        return state.cwd;
      case '-':
        return known('hB');
      case '?':
      case '$':
      case '!':
      case '_':
      case 'RANDOM':
      case 'SECONDS':
      case 'HOSTNAME':
      case 'PPID':
      case 'LINENO':
        return UNKNOWN;
      default:
        return undefined;
    }
  }

  /** The files that functions and sourced scripts come from, the innermost first. */
  private sourcedFrom(): Value[] {
    const { path } = this.source.at;
    return path === this.scriptPath || this.source.inline ? [this.script] : [known(path), this.script];
  }

  fileTest = (path: Value, test: Parameters<typeof fileOutcome>[2], state: State, at: Place): Outcome =>
    fileOutcome({ analysis: this.analysis, state, who: this.who, at }, path, test);
}

function isStandardOutput(redirection: Redirection): boolean {
  if (redirection.type !== 'Redirect') return false;
  if (redirection.operator.startsWith('&')) return true;
  const { descriptor } = redirection;
  return descriptor === undefined || (descriptor.type === 'FileDescriptor' && descriptor.value === 1);
}

/** A command as it is shown where it is a condition. */
export function commandText(words: readonly Argument[]): string {
  return shortened(words.map(({ value, written }) => value.text ?? written).join(' '));
}

export type { CommandNode };
