import { ASSIGNMENT, closing, NO_COMMAND, PREFIX } from './shell-words';

/** One simple command of a shell script: what is called, with what, and where its output goes. */
export interface SimpleCommand {
  /** The program and its arguments, quotes resolved; variables and substitutions stay as written. */
  words: readonly string[];
  /** 1-based. */
  line: number;
  /** Whether it replaces the shell. */
  exec: boolean;
  /** The files it is redirected into. */
  writesTo: readonly string[];
}

/**
 * The simple commands of a POSIX or bash script, in the order they are written, those inside `$(…)` included. It looks; it does not
 * understand: branches, loops and functions are taken apart, nothing is evaluated. Never throws.
 */
export function simpleCommands(text: string, firstLine = 1): SimpleCommand[] {
  return new Reader(text, firstLine, 0).read();
}

/** Substitutions within substitutions that are still read, and brackets without an end after which no more are looked for. */
const MAX_DEPTH = 16;
const MAX_UNCLOSED = 8;

class Reader {
  private readonly out: SimpleCommand[] = [];
  private at = 0;
  private word: string | undefined;
  private words: string[] = [];
  private writesTo: string[] = [];
  private start: number;
  /** What the next word is: an argument, a file that is written or read, or the end of a here-document. */
  private next: 'argument' | 'output' | 'input' | 'heredoc' = 'argument';
  private heredocs: string[] = [];
  private parentheses = 0;
  private unclosed = 0;
  private cases = 0;
  private pattern = false;

  constructor(
    private readonly text: string,
    private line: number,
    private readonly depth: number,
  ) {
    this.start = line;
  }

  read(): SimpleCommand[] {
    while (this.at < this.text.length) this.step();
    this.endCommand();
    return this.out;
  }

  private step(): void {
    const { text } = this;
    const char = text[this.at]!;
    if (char === '\n') this.newline();
    else if (char === '\\') this.escape();
    else if (char === "'") this.literal();
    else if (char === '"') this.quoted();
    else if (char === '`' || char === '$') this.expansion();
    else if (/\s/.test(char)) {
      this.endWord();
      this.at++;
    } else if (char === '#' && this.word === undefined) {
      const end = text.indexOf('\n', this.at);
      this.at = end < 0 ? text.length : end;
    } else if (/[;&|()<>]/.test(char)) {
      this.operator(char);
    } else this.append(char, 1);
  }

  private append(text: string, length: number): void {
    if (this.word === undefined && this.words.length === 0) this.start = this.line;
    this.word = (this.word ?? '') + text;
    this.line += newlines(this.text.slice(this.at, this.at + length));
    this.at += length;
  }

  private newline(): void {
    this.endCommand();
    this.line++;
    this.at++;
    for (const delimiter of this.heredocs.splice(0)) this.skipHeredoc(delimiter);
  }

  private skipHeredoc(delimiter: string): void {
    while (this.at < this.text.length) {
      const end = this.text.indexOf('\n', this.at);
      const line = this.text.slice(this.at, end < 0 ? undefined : end);
      this.at = end < 0 ? this.text.length : end + 1;
      this.line++;
      if (line.replace(/^\t+/, '') === delimiter) return;
    }
  }

  private escape(): void {
    if (this.text[this.at + 1] === '\n') {
      this.line++;
      this.at += 2;
    } else this.append(this.text[this.at + 1] ?? '', 2);
  }

  private literal(): void {
    const close = this.text.indexOf("'", this.at + 1);
    const end = close < 0 ? this.text.length : close;
    this.append(this.text.slice(this.at + 1, end), end + 1 - this.at);
  }

  private quoted(): void {
    this.append('', 1);
    while (this.at < this.text.length && this.text[this.at] !== '"') {
      const char = this.text[this.at]!;
      if (char === '\\') this.append(this.text[this.at + 1] === '\n' ? '' : (this.text[this.at + 1] ?? ''), 2);
      else if (char === '$' || char === '`') this.expansion();
      else this.append(char, 1);
    }
    this.at++;
  }

  /** A variable stays as written; a command substitution is read for its own commands too. */
  private expansion(): void {
    const { text, at } = this;
    const close = text[at] === '`' ? text.indexOf('`', at + 1) : text[at + 1] === '(' ? this.closing(at + 1, '(', ')') : -1;
    if (close > at) {
      const arithmetic = text.startsWith('$((', at);
      const inner = text.slice(at + (text[at] === '`' ? 1 : 2), close);
      if (!arithmetic && this.depth < MAX_DEPTH) this.out.push(...new Reader(inner, this.line, this.depth + 1).read());
      this.append(text.slice(at, close + 1), close + 1 - at);
    } else if (text[at + 1] === '{') {
      const end = this.closing(at + 1, '{', '}');
      const length = (end < 0 ? at + 1 : end) + 1 - at;
      this.append(text.slice(at, at + length), length);
    } else this.append(text[at]!, 1);
  }

  private closing(from: number, open: string, close: string): number {
    if (this.unclosed >= MAX_UNCLOSED) return -1;
    const end = closing(this.text, from, open, close);
    if (end < 0) this.unclosed++;
    return end;
  }

  private operator(char: string): void {
    if (this.words[0] === '[[' || this.words.includes('[[')) {
      // Inside [[ … ]] they compare.
      this.endWord();
      if (this.words.includes(']]')) this.endCommand();
      else {
        this.at++;
        return;
      }
    }
    const following = this.text[this.at + 1];
    const double = following === char;
    if (char === '<' || char === '>') this.redirect(char);
    else if (char === '&' && following === '>') {
      this.at++;
      this.redirect('>');
    } else if (this.pattern && (char === '|' || char === '(')) {
      this.endWord();
      this.at++;
    } else if (char === '(') this.open();
    else if (char === ')') this.close();
    else {
      this.endCommand();
      if (char === ';' && double && this.cases > 0) this.pattern = true;
      this.at += double ? 2 : 1;
    }
  }

  private open(): void {
    // `name()` defines a function: its body is read, its name is no command.
    if (/^\(\s*\)/.test(this.text.slice(this.at, this.at + 8))) {
      this.drop();
      this.at = this.text.indexOf(')', this.at) + 1;
      return;
    }
    this.endCommand();
    this.parentheses++;
    this.at++;
  }

  private close(): void {
    if (this.pattern || this.parentheses === 0) {
      this.drop();
      this.pattern = false;
    } else {
      this.endCommand();
      this.parentheses--;
    }
    this.at++;
  }

  private redirect(char: string): void {
    if (this.word !== undefined && /^\d+$/.test(this.word)) this.word = undefined;
    this.endWord();
    const [operator] = /^(<<<|<<-?|<&|<>|<|>>|>\||>&|>)/.exec(this.text.slice(this.at)) ?? [char];
    this.at += operator!.length;
    if (operator!.endsWith('&')) {
      const [to] = /^[\d-]*/.exec(this.text.slice(this.at)) ?? [''];
      this.at += to.length;
      if (to !== '') return;
    }
    this.next = operator === '<<' || operator === '<<-' ? 'heredoc' : operator!.startsWith('>') ? 'output' : 'input';
  }

  private endWord(): void {
    const { word } = this;
    if (word === undefined) return;
    this.word = undefined;
    if (this.next === 'output') this.writesTo.push(word);
    if (this.next === 'heredoc') this.heredocs.push(word);
    if (this.next !== 'argument') {
      this.next = 'argument';
      return;
    }
    if (word === 'esac' && (this.pattern || this.words.length === 0)) {
      this.pattern = false;
      this.cases = Math.max(0, this.cases - 1);
      return;
    }
    this.words.push(word);
    const at = this.words.indexOf('case');
    if (word === 'in' && at >= 0 && this.words.slice(0, at).every((each) => PREFIX.has(each))) {
      this.cases++;
      this.pattern = true;
      this.drop();
    }
  }

  private drop(): void {
    this.word = undefined;
    this.words = [];
    this.writesTo = [];
  }

  private endCommand(): void {
    this.endWord();
    const words = [...this.words];
    const { writesTo } = this;
    const line = this.start;
    this.drop();
    let exec = false;
    while (words.length > 0 && (PREFIX.has(words[0]!) || ASSIGNMENT.test(words[0]!) || words[0] === 'exec')) {
      if (words[0] === 'exec') exec = true;
      words.shift();
    }
    if (words.length === 0 && writesTo.length === 0) return;
    if (NO_COMMAND.has(words[0] ?? '')) return;
    this.out.push({ words, line, exec, writesTo });
  }
}

function newlines(text: string): number {
  return text.split('\n').length - 1;
}
