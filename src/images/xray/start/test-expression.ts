import { table } from '../../../table';
import type { Word } from '../../shell-syntax';
import {
  both,
  type Comparison,
  type Condition,
  type FileTest,
  fixed,
  negated,
  type Outcome,
  ofSource,
  oneOf,
  unknownOutcome,
} from './condition';
import { matches } from './pattern';
import { isFixed, optionsOf, union, type Value } from './value';

/** What a test needs to know beside its words. */
export interface TestContext {
  /** A file of the image, as far as it tells; undefined when the path is not known. */
  file(path: Value, test: FileTest): Outcome;
  /** Whether a variable is set, by its name. */
  variable(name: string): Value;
}

/** A word of a test: what it is, and as it was written. */
export interface TestWord {
  value: Value;
  written: string;
  /** For the right side of `==` in double brackets: what is not quoted is a pattern. */
  pattern?: Value;
}

const FILE_TESTS: Readonly<Record<string, FileTest>> = table({
  '-e': 'there',
  '-a': 'there',
  '-f': 'file',
  '-d': 'directory',
  '-h': 'link',
  '-L': 'link',
  '-x': 'executable',
  '-r': 'readable',
  '-w': 'writable',
  '-s': 'filled',
  '-S': 'socket',
  '-O': 'other',
  '-G': 'other',
  '-p': 'other',
  '-b': 'other',
  '-c': 'other',
  '-u': 'other',
  '-g': 'other',
  '-k': 'other',
  '-N': 'other',
});

const BINARY = /^(?:=|==|!=|=~|<|>|-eq|-ne|-lt|-le|-gt|-ge|-nt|-ot|-ef)$/;

/** How a test of one word comes out; undefined when there is no such test. */
export function unary(operator: string, word: TestWord, context: TestContext): Outcome | undefined {
  const { value, written } = word;
  if (operator === '-n') return filled(value, written);
  if (operator === '-z') return negated(filled(value, written));
  if (operator === '-v')
    return value.text === undefined ? unknownOutcome(`-v ${written}`, value.from) : isSet(context.variable(value.text), value.text);
  if (operator === '-t') return fixed(false);
  if (operator === '-o') return unknownOutcome(`-o ${written}`);
  const test = FILE_TESTS[operator];
  return test && context.file(value, test);
}

function isSet(value: Value, name: string): Outcome {
  if (isFixed(value)) return fixed(value.unset !== true);
  return {
    holds: value.text === undefined ? undefined : value.unset !== true,
    fixed: false,
    condition: { if: 'variable', name, is: 'set' },
  };
}

function filled(value: Value, written: string): Outcome {
  const options = optionsOf(value);
  if ((value.from.length === 0 || value.pinned) && !value.open && options.every((each) => (each === '') === (options[0] === '')))
    return fixed(options[0] !== '');
  // A text around a variable is never empty.
  const holds = value.text === undefined ? undefined : value.text !== '';
  return { holds, fixed: false, condition: ofSource(value, 'set') ?? asWritten(`-n ${written}`, value) };
}

/** How a comparison of two words comes out. `negate` for `!=` and `-ne` is a part of it. */
export function binary(left: TestWord, operator: string, right: TestWord): Outcome {
  switch (operator) {
    case '=':
    case '==':
      return equal(left, right);
    case '!=':
      return negated(equal(left, right));
    case '=~':
      return compared(left, right, 'match', (a, b) => regular(a, b));
    case '-eq':
      return compared(left, right, 'equal', (a, b) => numbers(a, b, (x, y) => x === y));
    case '-ne':
      return negated(compared(left, right, 'equal', (a, b) => numbers(a, b, (x, y) => x === y)));
    case '-lt':
    case '<':
      return compared(left, right, 'less', (a, b) => numbers(a, b, (x, y) => x < y));
    case '-ge':
      return negated(compared(left, right, 'less', (a, b) => numbers(a, b, (x, y) => x < y)));
    case '-gt':
    case '>':
      return compared(left, right, 'greater', (a, b) => numbers(a, b, (x, y) => x > y));
    case '-le':
      return negated(compared(left, right, 'greater', (a, b) => numbers(a, b, (x, y) => x > y)));
    default:
      return unknownOutcome(`${left.written} ${operator} ${right.written}`, union([...left.value.from, ...right.value.from]));
  }
}

function equal(left: TestWord, right: TestWord): Outcome {
  const { pattern } = right;
  if (pattern && pattern.text !== undefined && /[*?[\\]/.test(pattern.text)) {
    return compared(left, { ...right, value: pattern }, 'like', (a, b) => matches(b, a));
  }
  return compared(left, right, 'equal', (a, b) => a === b);
}

/** Whether a text is like a pattern: the branches of `case`. */
export function like(left: TestWord, pattern: Value, written: string): Outcome {
  if (pattern.text === '*') return fixed(true);
  return equal(left, { value: pattern, written, pattern });
}

function compared(left: TestWord, right: TestWord, is: Comparison, test: (a: string, b: string) => boolean | undefined): Outcome {
  const [a, b] = [left.value, right.value];
  const answers = new Set(optionsOf(a).flatMap((x) => optionsOf(b).map((y) => test(x, y))));
  const [answer] = answers;
  const certain = [a, b].every((value) => !value.open && (value.from.length === 0 || value.pinned === true));
  if (certain && answers.size === 1 && answer !== undefined) return fixed(answer);
  const holds = a.text === undefined || b.text === undefined ? undefined : test(a.text, b.text);
  const condition =
    (isFixed(b) ? ofSource(a, is, b.text) : undefined) ??
    (isFixed(a) && is === 'equal' ? ofSource(b, is, a.text) : undefined) ??
    asWritten(`${left.written} ${WRITTEN[is]} ${right.written}`, a, b);
  return { holds, fixed: false, condition };
}

const WRITTEN: Readonly<Record<Comparison, string>> = { set: '-n', equal: '=', like: '==', match: '=~', less: '-lt', greater: '-gt' };

function asWritten(text: string, ...values: Value[]): Condition {
  return { if: 'unknown', text, on: union(values.flatMap(({ from }) => from)) };
}

function numbers(a: string, b: string, test: (x: number, y: number) => boolean): boolean | undefined {
  const [x, y] = [a.trim(), b.trim()].map((text) => (/^[+-]?\d{1,15}$/.test(text) ? Number(text) : text === '' ? 0 : Number.NaN));
  return Number.isNaN(x) || Number.isNaN(y) ? undefined : test(x!, y!);
}

/** Regular expressions of scripts are read where they are plain: others could take for ever. */
function regular(text: string, pattern: string): boolean | undefined {
  const plain = /^(\^?)((?:[\w/., :@-]|\\[.$^])*)(\$?)$/.exec(pattern);
  if (plain) {
    const wanted = plain[2]!.replace(/\\/g, '');
    if (/\./.test(plain[2]!.replace(/\\./g, ''))) return undefined;
    if (plain[1] && plain[3]) return text === wanted;
    return plain[1] ? text.startsWith(wanted) : plain[3] ? text.endsWith(wanted) : text.includes(wanted);
  }
  if (/^\^\[0-9\]\+\$$/.test(pattern)) return /^[0-9]+$/.test(text);
  return undefined;
}

/** `[ … ]` and `test …`: POSIX reads it by the number of its words; `-a` and `-o` join. */
export function testCommand(words: readonly TestWord[], context: TestContext): Outcome {
  return new TestParser(words, context).read();
}

class TestParser {
  private at = 0;

  constructor(
    private readonly words: readonly TestWord[],
    private readonly context: TestContext,
  ) {}

  read(): Outcome {
    if (this.words.length === 0) return fixed(false);
    const outcome = this.or(0);
    return outcome && this.at === this.words.length ? outcome : this.unknown();
  }

  private unknown(): Outcome {
    const on = union(this.words.flatMap(({ value }) => value.from));
    return unknownOutcome(`[ ${this.words.map(({ written }) => written).join(' ')} ]`, on);
  }

  private or(depth: number): Outcome | undefined {
    let outcome = this.and(depth);
    while (outcome && this.is('-o')) {
      this.at++;
      const right = this.and(depth);
      outcome = right && oneOf(outcome, right);
    }
    return outcome;
  }

  private and(depth: number): Outcome | undefined {
    let outcome = this.primary(depth);
    while (outcome && this.is('-a')) {
      this.at++;
      const right = this.primary(depth);
      outcome = right && both(outcome, right);
    }
    return outcome;
  }

  private primary(depth: number): Outcome | undefined {
    const { words, at } = this;
    const [first, second, third] = [words[at], words[at + 1], words[at + 2]];
    if (!first || depth > 32) return undefined;
    // An operator in the middle counts first: `[ "$1" = -n ]`.
    if (second && third && BINARY.test(second.written)) {
      this.at += 3;
      return binary(first, second.written, third);
    }
    if (first.written === '!' && second) {
      this.at++;
      const outcome = this.primary(depth + 1);
      return outcome && negated(outcome);
    }
    if (first.written === '(' && second) {
      this.at++;
      const outcome = this.or(depth + 1);
      if (!this.is(')')) return undefined;
      this.at++;
      return outcome;
    }
    if (second && /^-[A-Za-z]$/.test(first.written)) {
      const outcome = unary(first.written, second, this.context);
      if (outcome) {
        this.at += 2;
        return outcome;
      }
    }
    this.at++;
    return filled(first.value, first.written);
  }

  private is(word: string): boolean {
    return this.words[this.at]?.written === word;
  }
}

/** A word of double brackets as a word of a test. */
export type ToTestWord = (word: Word) => TestWord;
