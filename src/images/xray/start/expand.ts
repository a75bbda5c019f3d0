import type { ParameterExpansionPart, Word, WordPart } from '../../shell-syntax';
import { isPattern, matches, quoted, trimmed } from './pattern';
import type { State } from './state';
import { COMMAND, concat, either, known, mapValue, optionsOf, UNKNOWN, union, type Value } from './value';

/** One word of a command, as it reaches the program. */
export interface Field {
  value: Value;
  /** Unquoted `*`, `?` or `[` are in it. */
  pattern: boolean;
  /** It may be any number of words. */
  many: boolean;
}

/** What the shell knows beside its variables. */
export interface ExpansionContext {
  state: State;
  /** `$0`, `BASH_SOURCE`, `EUID` and the like; undefined for a variable. */
  special(name: string): Value | readonly Value[] | undefined;
  /** What a command prints, its last line feeds taken away. */
  substitute(part: WordPart): Value;
  /** `$(( … ))` */
  arithmetic(part: WordPart): Value;
  /** The home of a user; of this one, when the name is empty. */
  home(name: string): Value;
}

/** The words that a word becomes. */
export function expandWord(word: Word, context: ExpansionContext): Field[] {
  const out = new Fields();
  const parts = word.parts;
  if (!parts) out.add(tilde(word, context), isPattern(word.text) && word.text === word.value);
  else for (const [index, part] of parts.entries()) expandPart(part, context, out, index === 0 ? word : undefined);
  return out.end();
}

/** The one word that a word becomes where the shell splits none: an assignment, a file to write to, what is compared. */
export function expandSingle(word: Word | undefined, context: ExpansionContext): Value {
  if (!word) return known('');
  if (!word.parts) return tilde(word, context);
  return concat(word.parts.map((part, index) => single(part, context, index === 0 ? word : undefined)));
}

/** A word as a pattern: what is quoted in it stands for itself. */
export function expandPattern(word: Word, context: ExpansionContext): Value {
  if (!word.parts) return known(word.text);
  return concat(
    word.parts.map((part) => {
      const value = single(part, context);
      const plain = part.type === 'SingleQuoted' || part.type === 'DoubleQuoted' || part.type === 'AnsiCQuoted';
      return plain ? mapValue(value, quoted) : part.type === 'Literal' || part.type === 'Glob' ? known(part.text) : value;
    }),
  );
}

/** Collects what becomes words: unquoted blanks of variables end one. */
class Fields {
  private readonly done: Field[] = [];
  private parts: Value[] = [];
  private pattern = false;
  private many = false;
  private started = false;

  add(value: Value, pattern = false): void {
    this.parts.push(value);
    this.started = true;
    this.pattern ||= pattern;
  }

  /** Something unquoted: split where it is known. */
  split(value: Value): void {
    if (value.text === undefined) {
      this.add(value);
      this.many = true;
      return;
    }
    const words = value.text.split(/[ \t\n]+/);
    const pattern = isPattern(value.text);
    if (words.length === 1) {
      if (value.text === '' && value.others.length === 0 && !value.open) return;
      this.add(value, pattern);
      // An empty variable is no word, and one that somebody sets may be several.
      if (value.text === '' || value.open) this.many = true;
      return;
    }
    words.forEach((each, index) => {
      if (index > 0) this.next();
      if (each !== '') this.add({ ...known(each, value.from) }, pattern);
    });
    if (value.open || value.others.length > 0) this.many = true;
  }

  next(): void {
    if (this.started) {
      const value = concat(this.parts.length === 0 ? [known('')] : this.parts);
      // What is nothing but an empty variable is not there at all.
      if (!(this.many && value.text === '' && !value.open && value.others.length === 0)) {
        this.done.push({ value, pattern: this.pattern, many: this.many });
      }
    }
    this.parts = [];
    this.pattern = false;
    this.many = false;
    this.started = false;
  }

  end(): Field[] {
    this.next();
    return this.done;
  }
}

function expandPart(part: WordPart, context: ExpansionContext, out: Fields, first: Word | undefined): void {
  switch (part.type) {
    case 'DoubleQuoted':
    case 'LocaleString':
      // `"$@"` with no arguments is no word at all.
      if (part.parts.length === 1 && listOf(part.parts[0]!, context)?.length === 0) return;
      out.add(known(''));
      for (const inner of part.parts) {
        const list = listOf(inner, context);
        if (list === undefined) out.add(single(inner, context));
        else if (list === 'unknown') out.split(UNKNOWN_ARGUMENTS);
        else addList(list, out);
      }
      break;
    case 'SimpleExpansion':
    case 'ParameterExpansion':
    case 'CommandExpansion': {
      const list = listOf(part, context);
      if (list === undefined) out.split(single(part, context));
      else if (list === 'unknown') out.split(UNKNOWN_ARGUMENTS);
      else
        list.forEach((value, index) => {
          if (index > 0) out.next();
          out.split(value);
        });
      break;
    }
    case 'BraceExpansion':
      braces(part.text).forEach((text, index) => {
        if (index > 0) out.next();
        out.add(known(text), isPattern(text));
      });
      break;
    case 'Glob':
    case 'ExtendedGlob':
      out.add(known(part.text), true);
      break;
    default:
      out.add(single(part, context, first));
  }
}

const UNKNOWN_ARGUMENTS: Value = { ...UNKNOWN, from: [COMMAND] };

function addList(list: readonly Value[], out: Fields): void {
  list.forEach((value, index) => {
    if (index > 0) out.next();
    out.add(value);
  });
}

/** `a{b,c}d` without its neighbours: `b` and `c`. Ranges and nested braces stay as they are. */
function braces(text: string): string[] {
  const inside = /^\{([^{}]*)\}$/.exec(text)?.[1];
  return inside === undefined || !inside.includes(',') ? [text] : inside.split(',');
}

/** What is a list of words by itself: `$@`, `${list[@]}`. */
function listOf(part: WordPart, context: ExpansionContext): readonly Value[] | 'unknown' | undefined {
  if (part.type === 'SimpleExpansion') return part.text === '$@' || part.text === '$*' ? (context.state.args ?? 'unknown') : undefined;
  if (part.type !== 'ParameterExpansion' || part.prefix === '#') return undefined;
  const { parameter, index, operation } = part;
  if (parameter === '@' || parameter === '*') {
    const { args } = context.state;
    if (!args) return 'unknown';
    if (operation?.type === 'Slice') return slice(args, operation, context);
    return operation && operation.type !== 'Default' ? args.map((each) => operated(each, part, context)) : args;
  }
  if (index?.value !== '@' && index?.value !== '*') return undefined;
  const special = context.special(parameter);
  const list = special
    ? Array.isArray(special)
      ? (special as readonly Value[])
      : [special as Value]
    : (context.state.list(parameter) ?? []);
  if (operation?.type === 'Slice') return slice(list, operation, context);
  return operation && operation.type !== 'Default' ? list.map((each) => operated(each, part, context)) : list;
}

function slice(
  list: readonly Value[],
  operation: { offset: Word; length: Word | undefined },
  context: ExpansionContext,
): readonly Value[] | 'unknown' {
  const [from, length] = [operation.offset, operation.length].map((word) => (word ? Number(expandSingle(word, context).text) : undefined));
  if (from === undefined || Number.isNaN(from) || (length !== undefined && Number.isNaN(length))) return 'unknown';
  // `${@:1}` is the first argument: `$0` would be the one before.
  const start = Math.max(0, from - 1);
  return list.slice(start, length === undefined ? undefined : start + length);
}

function single(part: WordPart, context: ExpansionContext, first?: Word): Value {
  switch (part.type) {
    case 'Literal':
      return first ? tildeText(part.value, context) : known(part.value);
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return known(part.value);
    case 'DoubleQuoted':
    case 'LocaleString':
      return part.parts.length === 0 ? known('') : concat(part.parts.map((inner) => single(inner, context)));
    case 'SimpleExpansion':
      return parameter(part.text.slice(1), context);
    case 'ParameterExpansion':
      return parameterExpansion(part, context);
    case 'CommandExpansion':
      return context.substitute(part);
    case 'ProcessSubstitution':
      context.substitute(part);
      return known('/dev/fd/63');
    case 'ArithmeticExpansion':
      return context.arithmetic(part);
    case 'Glob':
    case 'ExtendedGlob':
    case 'BraceExpansion':
      return known(part.text);
  }
}

function parameter(name: string, { state, special }: ExpansionContext): Value {
  if (name === '@' || name === '*') return joined(state.args);
  if (name === '#')
    return state.args ? { ...known(String(state.args.length), [COMMAND]), source: { argument: '#' } } : { ...UNKNOWN, from: [COMMAND] };
  if (/^[1-9]\d*$/.test(name)) {
    if (!state.args) return { ...UNKNOWN, from: [COMMAND] };
    return state.args[Number(name) - 1] ?? { ...known('', [COMMAND]), unset: true, source: { argument: Number(name) } };
  }
  const found = special(name);
  if (found) return Array.isArray(found) ? ((found as readonly Value[])[0] ?? known('')) : (found as Value);
  return state.get(name);
}

function joined(list: readonly Value[] | undefined): Value {
  if (!list) return { ...UNKNOWN, from: [COMMAND] };
  return list.length === 0 ? known('', [COMMAND]) : concat(list.flatMap((each, index) => (index === 0 ? [each] : [known(' '), each])));
}

function parameterExpansion(part: ParameterExpansionPart, context: ExpansionContext): Value {
  const { parameter: name, prefix, index } = part;
  if (prefix === '#') return lengthOf(part, context);
  let value: Value;
  if (prefix === '!') {
    const pointed = parameter(name, context);
    value =
      pointed.text !== undefined && /^\w+$/.test(pointed.text) ? parameter(pointed.text, context) : { ...UNKNOWN, from: pointed.from };
    if (pointed.others.length > 0 || pointed.open) value = { ...value, open: true, from: union([...value.from, ...pointed.from]) };
  } else if (index && index.value !== '@' && index.value !== '*') {
    const special = context.special(name);
    const list = special ? (Array.isArray(special) ? (special as readonly Value[]) : [special as Value]) : context.state.list(name);
    const at = Number(index.value);
    value = list ? (Number.isInteger(at) ? (list.at(at) ?? known('')) : UNKNOWN) : parameter(name, context);
  } else value = index ? joined(context.state.list(name) ?? []) : parameter(name, context);
  return operated(value, part, context);
}

function lengthOf({ parameter: name, index }: ParameterExpansionPart, context: ExpansionContext): Value {
  if (name === '' || name === '@' || name === '*') return parameter('#', context);
  if (index) {
    const special = context.special(name);
    const list = special && Array.isArray(special) ? (special as readonly Value[]) : context.state.list(name);
    return known(String(list?.length ?? 0), union((list ?? []).flatMap(({ from }) => from)));
  }
  return mapValue(parameter(name, context), (text) => String(text.length));
}

function operated(value: Value, part: ParameterExpansionPart, context: ExpansionContext): Value {
  const { operation, parameter: name } = part;
  if (!operation) return value;
  switch (operation.type) {
    case 'Default':
      return defaulted(value, name, operation.operator, operation.operand, context);
    case 'Remove': {
      const pattern = expandPattern(operation.operand, context);
      if (pattern.text === undefined) return { ...UNKNOWN, from: union([...value.from, ...pattern.from]) };
      return withoutSource(
        mapValue(value, (text) => trimmed(text, pattern.text!, operation.operator)),
        value,
      );
    }
    case 'Replace': {
      const pattern = expandPattern(operation.pattern, context).text;
      const replacement = expandSingle(operation.replacement, context).text;
      if (pattern === undefined || replacement === undefined) return { ...UNKNOWN, from: value.from };
      return mapValue(value, (text) => replaced(text, pattern, replacement, operation.operator));
    }
    case 'Slice': {
      const offset = Number(expandSingle(operation.offset, context).text);
      const length = operation.length ? Number(expandSingle(operation.length, context).text) : undefined;
      if (Number.isNaN(offset) || Number.isNaN(length ?? 0)) return { ...UNKNOWN, from: value.from };
      return mapValue(value, (text) => text.slice(offset).slice(0, length));
    }
    case 'CaseModification': {
      const upper = operation.operator.startsWith('^');
      const change = (text: string) => (upper ? text.toUpperCase() : text.toLowerCase());
      return mapValue(value, (text) => (operation.operator.length === 2 ? change(text) : change(text.slice(0, 1)) + text.slice(1)));
    }
    default:
      return { ...UNKNOWN, from: value.from };
  }
}

/** A text that was changed is no longer what its variable is; one that was not still says so. */
function withoutSource(changed: Value, before: Value): Value {
  return changed.text === before.text && changed.others.length === 0 && before.others.length === 0
    ? { ...changed, source: undefined }
    : changed;
}

function defaulted(value: Value, name: string, operator: string, operand: Word, context: ExpansionContext): Value {
  const empty = value.text === '' && (operator.startsWith(':') || value.unset === true);
  const may = value.from.length > 0 || value.open || value.others.length > 0;
  switch (operator.replace(':', '')) {
    case '-':
    case '=': {
      const other = expandSingle(operand, context);
      if (!empty) return value.text === undefined || value.others.includes('') ? either(value, other, 'first') : value;
      // Where nothing but the default is empty, the variable itself still says what it is.
      const result = may
        ? {
            ...other,
            open: true,
            from: union([...other.from, ...value.from]),
            ...(other.text === '' && { source: value.source, unset: value.unset, open: other.open }),
          }
        : other;
      if (operator.endsWith('=')) context.state.set(name, result);
      return result;
    }
    case '+': {
      const other = expandSingle(operand, context);
      const from = union([...other.from, ...value.from]);
      if (empty) return may ? { ...known('', from), others: optionsOf(other), source: value.source } : known('');
      if (value.text === undefined) return { ...other, text: undefined, others: [...optionsOf(other), ''], from };
      return { ...other, from };
    }
    default:
      // `${X:?}` ends the script where it is empty: what follows has a value.
      return empty && may ? { ...UNKNOWN, from: value.from, source: value.source } : value;
  }
}

function replaced(text: string, pattern: string, replacement: string, operator: string): string | undefined {
  if (/[@!+?*]\(/.test(pattern) || (isPattern(pattern) && text.length > MAX_MATCHED)) return undefined;
  let out = '';
  let done = false;
  for (let at = 0; at < text.length; ) {
    const length = done ? 0 : longestMatch(text, at, pattern, operator);
    if (length > 0) {
      out += replacement;
      at += length;
      done = operator !== '//';
    } else out += text[at++];
    if (operator === '/#') done = true;
  }
  return out;
}

/** Every part of the text is tried. */
const MAX_MATCHED = 512;

function longestMatch(text: string, at: number, pattern: string, operator: string): number {
  const whole = text.length - at;
  const longest = isPattern(pattern) ? whole : Math.min(whole, pattern.length);
  for (let length = longest; length > 0; length--) {
    if (operator === '/%' && length !== whole) continue;
    if (matches(pattern, text.slice(at, at + length))) return length;
  }
  return 0;
}

function tilde(word: Word, context: ExpansionContext): Value {
  return word.text.startsWith('~') ? tildeText(word.value, context) : known(word.value);
}

function tildeText(text: string, context: ExpansionContext): Value {
  const [, name, rest] = /^~([\w-]*)(\/.*)?$/s.exec(text) ?? [];
  return name === undefined ? known(text) : concat([context.home(name), known(rest ?? '')]);
}
