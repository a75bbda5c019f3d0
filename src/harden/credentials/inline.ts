import type { Ahead } from './cursor';
import { says, speaksOfCredentials, wordsOf } from './names';
import { operandWith, type Program, programOf } from './programs';
import { isPublicValue, isToken, isWord, looksMade, startsHash } from './values';

/** A credential in a text: from `start` to `end`, and the name it goes by, if it has one. */
export interface Span {
  start: number;
  end: number;
  name: string;
}

/** What was read of a command, which may go on in the next item of a list. */
export interface Carry {
  program?: Program;
  /** The short options so far. */
  flags: string;
  operands: number;
  /** The option whose value comes next, and what parts a user from the password in it. */
  pending?: { name: string; between?: string };
  /** The credential that a `name:` names, whose `value:` comes. */
  named?: string;
}

export const nothingRead = (): Carry => ({ flags: '', operands: 0 });

/** Names in the query of a URL that are too common elsewhere. */
const QUERY = new Set('key sig signature code auth p pwd x-amz-signature x-amz-credential x-goog-signature sessionid sid'.split(' '));

const HEADER_SCHEMES = new Set('bearer basic token digest apikey'.split(' '));

const OPENING = ' \t"\'`,[]()\\=';
/** Values within values are looked into so far, and taken as a whole beyond. */
const DEEPEST = 8;

const BLANK = new Set([' ', '\t', '\r', '\n']);
const QUOTES = new Set(['"', "'", '`']);

/**
 * Finds credentials in a stretch of one line: after their names, in URLs, by their form, where programs take them. One pass from left to
 * right, in which nothing is read twice.
 */
export class Inline {
  private to = 0;
  private depth = 0;
  private carry = nothingRead();
  /** Where the last word that was looked at ends. */
  private known = { from: 0, end: -1 };
  private nested = 0;

  constructor(
    private readonly ahead: Ahead,
    private readonly add: (span: Span) => void,
  ) {}

  scan(from: number, to: number, carry: Carry = nothingRead()): void {
    const before = [this.to, this.depth, this.carry] as const;
    [this.to, this.depth, this.carry] = [to, 0, carry];
    this.known = { from: 0, end: -1 };
    let at = from;
    if (carry.pending !== undefined) at = this.taken(carry.pending, from);
    while (at < to) at = Math.max(at + 1, this.step(at, from));
    [this.to, this.depth, this.carry] = before;
    this.known = { from: 0, end: -1 };
  }

  /** A value of a credential's name. What it refers to, a URL or the user before a password, is no credential. */
  value(name: string, from: number, to: number): void {
    if (to <= from) return;
    this.nested++;
    if (this.nested > DEEPEST) this.add({ start: from, end: to, name });
    else this.inValue(name, from, to);
    this.nested--;
  }

  private inValue(name: string, from: number, to: number): void {
    const { text } = this.ahead;
    const said = says(name);
    const value = text.slice(from, to);
    if (isPublicValue(value) || (said === 'switch' && value.length <= 5) || (said === 'count' && isNumber(value))) return;
    const space = value.indexOf(' ');
    if (text.startsWith('${', from) && this.ahead.closing(from) === to - 1) this.fallback(name, from, to);
    else if (isAddress(value)) {
      this.scan(from, to);
      if (wordsOf(name).includes('webhook')) this.lastSegment(from, to);
    } else if (said === 'user') this.users(name, from, to);
    else if (space > 0 && HEADER_SCHEMES.has(value.slice(0, space).toLowerCase())) this.value('token', from + space + 1, to);
    else this.add({ start: from, end: to, name });
  }

  /** The default of a variable: `${NAME:-word}`. */
  private fallback(name: string, from: number, to: number): void {
    const { text } = this.ahead;
    let at = from + 2;
    while (isWord(text[at])) at++;
    if (text[at] === ':') at++;
    if (text[at] === '-' || text[at] === '+') this.value(name, at + 1, to - 1);
  }

  /** `user:password`, one or several between commas; a hash or a made word alone. */
  private users(name: string, from: number, to: number): void {
    const { text } = this.ahead;
    for (let start = from; start < to; ) {
      const end = Math.min(to, this.ahead.next(',', start));
      let parted = start;
      while (parted < end && text[parted] !== ':' && text[parted] !== '/') {
        if (text[parted] === '$' && text[parted + 1] === '{') parted = this.ahead.closing(parted) ?? parted;
        parted++;
      }
      if (parted < end && parted > start) this.value('password', parted + 1, end);
      else if (looksMade(text.slice(start, end)) && end > start) this.add({ start, end, name });
      start = end + 1;
    }
  }

  private step(at: number, from: number): number {
    const { text } = this.ahead;
    const char = text[at]!;
    if (isWord(char)) return this.run(at, from);
    if (char === '$') {
      if (startsHash(text, at)) return this.added(at, this.wordEnd(at), 'hash');
      return text[at + 1] === '$' ? at + 2 : at + 1;
    }
    if (char === '{') {
      if (text.startsWith('{SHA', at) || text.startsWith('{SSHA', at) || text.startsWith('{CRYPT', at))
        return this.added(at, this.wordEnd(at), 'hash');
      if (text[at - 1] !== '$') this.depth++;
    } else if (char === '}') this.depth = Math.max(0, this.depth - 1);
    else if (char === '/' && text[at + 1] === '/' && (at === from || text[at - 1] === ':' || OPENING.includes(text[at - 1]!)))
      return this.authority(at + 2);
    else if (char === ';' || char === '|') this.carry.program = undefined;
    else if (char === '<') return this.element(at);
    return at + 1;
  }

  private added(start: number, end: number, name: string): number {
    if (end > start && !isPublicValue(this.ahead.text.slice(start, end))) this.add({ start, end, name });
    return end;
  }

  /** `user:password@` of a URL. A password that was not encoded may hold what ends this part. */
  private authority(from: number): number {
    const { text } = this.ahead;
    const end = Math.min(this.wordEnd(from), this.ahead.next(',', from));
    let slash = from;
    for (; slash < end && text[slash] !== '/' && text[slash] !== '?' && text[slash] !== '#'; slash++) {
      if (text[slash] === '$' && text[slash + 1] === '{') slash = this.ahead.closing(slash) ?? slash;
    }
    const colon = this.ahead.next(':', from);
    let host = text.slice(from, slash).lastIndexOf('@') + from;
    if (host < from) {
      const named = slash - from < 100 ? text.slice(from, slash) : '';
      if (HOOKS.some((each) => named === each || named.endsWith(`.${each}`))) return this.lastSegment(slash, end);
      const next = this.ahead.next('@', from);
      // `http://host:80/a@b` has a port and no password.
      if (next >= end || colon >= slash || isNumber(text.slice(colon + 1, slash))) return from;
      host = next;
    }
    if (colon < host) this.value('password', colon + 1, host);
    else if (isKeyOfUser(text.slice(from, host))) this.added(from, host, 'token');
    return host + 1;
  }

  /** What comes last in the path of an address. */
  private lastSegment(from: number, to: number): number {
    const path = this.ahead.text.slice(from, to);
    const last = path.lastIndexOf('/') + 1;
    const end = path.includes('?') ? path.indexOf('?') : path.length;
    if (last > 0 && looksMade(path.slice(last, end))) this.add({ start: from + last, end: from + Math.max(last, end), name: 'webhook' });
    return to;
  }

  /** `<password>x</password>`. */
  private element(at: number): number {
    const close = this.ahead.next('>', at);
    if (close >= this.to || close - at > 100 || says(this.ahead.text.slice(at + 1, close)) === 'nothing') return at + 1;
    const end = Math.min(this.to, this.ahead.next('<', close));
    this.value('password', close + 1, end);
    return end;
  }

  /** A run of letters, digits, `_`, `.` and `-`. */
  private run(at: number, from: number): number {
    const { text } = this.ahead;
    let end = at;
    while (end < this.to && (isWord(text[end]) || text[end] === '-' || text[end] === '.')) end++;
    const word = text.slice(at, end);
    let dashes = 0;
    while (at - dashes > from && text[at - dashes - 1] === '-') dashes++;
    const free = at - dashes === from || OPENING.includes(text[at - dashes - 1]!) || (dashes === 0 && text[at - 1] === '/');
    if (isToken(word)) return this.added(at, this.made(end), 'token');
    if (isBot(word) && text[end] === ':' && isWord(text[end + 1])) return this.botToken(end + 1);
    if (dashes > 0 && free) {
      const next = this.option(word, at, end);
      if (next !== undefined) return next;
    }
    return this.setting(word, at, end, from) ?? this.word(word, at, end, free && dashes === 0);
  }

  /** `--name value`, `-p value`, `-pvalue`. */
  private option(word: string, at: number, end: number): number | undefined {
    const { text } = this.ahead;
    const { program } = this.carry;
    const letter = word[0]!;
    const said = says(word);
    const isLong = text[at - 2] === '-';
    if (text[end] === '=' || (text[end] === ':' && isLong)) return undefined;
    if ((said === 'credential' || said === 'user') && (isLong || program?.attached !== letter)) return this.taken({ name: word }, end);
    this.carry.flags += word.length <= 3 ? word : '';
    if (!program) return undefined;
    const user = { name: 'password', between: program.between ?? ':' };
    if (program.users?.includes(word)) return this.taken(user, end);
    if (program.users?.includes(letter) && word.length > 1 && !isLong) return this.taken(user, at + 1);
    if (!isLong && program.attached === letter) {
      const start = QUOTES.has(text[at + 1] ?? '') ? at + 2 : at + 1;
      const stop = this.wordEnd(start);
      if (stop > start) this.value('password', start, stop);
      return stop;
    }
    if (!isLong && program.options?.includes(letter)) {
      if (word.length > 1) {
        this.value('password', at + 1, this.wordEnd(at + 1));
        return this.wordEnd(at + 1);
      }
      return this.taken({ name: 'password' }, end);
    }
    return undefined;
  }

  /** The next word is the value of an option; when there is none, what comes next is. */
  private taken(option: NonNullable<Carry['pending']>, from: number): number {
    const { name, between } = option;
    this.carry.pending = undefined;
    const [start, end] = this.nextWord(from);
    if (start >= this.to) this.carry.pending = option;
    else if (between !== undefined) {
      const parted = this.ahead.text.slice(start, end).indexOf(between);
      if (parted !== -1) this.value(name, start + parted + 1, end);
    } else if (this.ahead.text[start] !== '-' || !isWord(this.ahead.text[start + 1])) this.value(name, start, end);
    else return from;
    return end;
  }

  private nextWord(from: number): [start: number, end: number] {
    const { text } = this.ahead;
    let start = from;
    while (start < this.to && (BLANK.has(text[start]!) || '"\'`,[]\\'.includes(text[start]!))) start++;
    const quote = text[start - 1];
    return [start, quote !== undefined && QUOTES.has(quote) && start > from ? this.quoteEnd(quote, start) : this.wordEnd(start)];
  }

  /** `name=value`, `name: value`, `"name": "value"`, `name = value`. */
  private setting(word: string, at: number, end: number, from: number): number | undefined {
    const { text } = this.ahead;
    if (text[at - 1] === '{' && text[at - 2] === '$') return this.variable(at, end);
    let next = end;
    if (text[next] === '\\') next++;
    const quoted = QUOTES.has(text[next] ?? '') && (text[at - 1] === text[next] || text[end] === '\\');
    if (quoted) next++;
    else next = end;
    while (BLANK.has(text[next] ?? '')) next++;
    const sign = text[next];
    if (next >= this.to || (sign !== '=' && sign !== ':')) return undefined;
    next++;
    if (sign === '=' && text[next] === '>') next++;
    const direct = next;
    while (next < this.to && BLANK.has(text[next]!)) next++;
    const lower = word.toLowerCase();
    const loose = next === direct && !quoted;
    if (sign === ':' && loose && next < this.to && !QUOTES.has(text[next]!)) {
      const plain = ['password', 'passwd', 'pwd', 'passphrase', 'pass'].includes(lower);
      if (!plain || text[next] === '/') return this.userAt(at, end);
    }
    const before = text[at - 1];
    const query = before === '?' || before === '&';
    let said = says(word);
    const credential = said !== 'nothing' || (query && QUERY.has(lower));
    const name = lower === 'value' && this.carry.named !== undefined ? this.carry.named : word;
    if (name !== word) said = says(name);
    const [start, stop] = this.valueOf(next, { sign, query, semicolon: this.isAfterSemicolon(at, from), header: isHeader(lower) });
    if (lower === 'name' || lower === 'key') this.carry.named = namedBy(text.slice(start, stop));
    if (!credential && name === word) return undefined;
    if (query && said === 'nothing') this.added(start, stop, word);
    else this.value(name, start, stop);
    return stop;
  }

  /** `${NAME:-word}`: what its name says of a default; what is in any other is looked at like the rest. */
  private variable(at: number, end: number): number | undefined {
    const { text } = this.ahead;
    const close = this.ahead.closing(at - 2);
    // A `-` belongs to the run of a name, and begins a default here.
    const dash = text.slice(at, end).indexOf('-');
    const name = text.slice(at, dash === -1 ? end : at + dash);
    if (close === undefined || close > this.to || says(name) === 'nothing') return undefined;
    this.fallback(name, at - 2, close + 1);
    return close;
  }

  private isAfterSemicolon(at: number, from: number): boolean {
    let before = at - 1;
    while (before >= from && (this.ahead.text[before] === ' ' || isWord(this.ahead.text[before])) && at - before < 20) before--;
    return this.ahead.text[before] === ';';
  }

  private valueOf(from: number, how: { sign: string; query: boolean; semicolon: boolean; header: boolean }): [start: number, end: number] {
    const { text } = this.ahead;
    if (text[from] === '\\' && QUOTES.has(text[from + 1] ?? '')) {
      const close = this.ahead.next(`\\${text[from + 1]!}`, from + 2);
      return [from + 2, Math.min(this.to, close)];
    }
    const quote = text[from];
    if (quote !== undefined && QUOTES.has(quote)) return [from + 1, this.quoteEnd(quote, from + 1)];
    const limit = Math.min(this.to, this.ahead.next('"', from), this.ahead.next("'", from));
    if (how.semicolon || how.header) return [from, Math.min(limit, how.semicolon ? this.ahead.next(';', from) : limit)];
    if (how.sign === ':' && this.depth > 0) {
      const end = Math.min(limit, this.ahead.next(',', from), this.endOfFlow(from));
      return [from, trimmed(text, from, end)];
    }
    return [from, this.bareEnd(from, how.query)];
  }

  private endOfFlow(from: number): number {
    const { text } = this.ahead;
    if (text[from] !== '$' || text[from + 1] !== '{') return this.ahead.next('}', from);
    return (this.ahead.closing(from) ?? from) + 1;
  }

  /** `user:password@host` without a scheme. */
  private userAt(at: number, end: number): number | undefined {
    const { text } = this.ahead;
    const host = this.ahead.next('@', end);
    const stops = [' ', '"', "'", '/', ',', '\n'].map((stop) => this.ahead.next(stop, end));
    if (host >= this.to || host === end + 1 || stops.some((stop) => stop < host)) return undefined;
    if (!isWord(text[host + 1]) || text.startsWith('sha256:', host + 1) || text.startsWith('sha512:', host + 1)) return undefined;
    if (text.slice(at, end) === 'mailto' || text.slice(at, end) === 'npm') return undefined;
    this.value('password', end + 1, host);
    return host;
  }

  /** A word that is no name with a value. */
  private word(word: string, at: number, end: number, free: boolean): number {
    const { text } = this.ahead;
    const lower = word.length <= 20 ? word.toLowerCase() : '';
    if (text[end] === ' ' || text[end] === '"' || text[end] === "'" || text[end] === ',') {
      if (lower === 'bearer') return this.after(end, (value) => value.length >= 6);
      if (lower === 'basic') return this.after(end, (value) => value.length >= 8 && isEncodedPair(value));
      if (
        lower === 'by' &&
        text
          .slice(Math.max(0, at - 11), at)
          .toLowerCase()
          .trim() === 'identified'
      )
        return this.after(end, () => true);
      if (lower === 'password' && text[end + 1] === "'") return this.after(end, () => true);
    }
    if (lower === 'thin' && text[end] === ':') return this.oracle(end + 1);
    if (lower === 'echo' || lower === 'printf') return this.echoed(end);
    if (!free) return end;
    const program = text[end] === ':' || text[end] === '=' || text[end] === '@' ? undefined : programOf(word);
    if (program) Object.assign(this.carry, { program, flags: '', operands: 0 });
    else if (this.carry.program && operandWith(this.carry.program, this.carry.flags) === ++this.carry.operands)
      return this.added(at, this.wordEnd(at), 'password');
    return end;
  }

  private after(from: number, isOne: (value: string) => boolean): number {
    const [start, end] = this.nextWord(from);
    if (isOne(this.ahead.text.slice(start, end))) this.value('token', start, end);
    return start;
  }

  /** `jdbc:oracle:thin:user/password@host`. */
  private oracle(from: number): number {
    const slash = this.ahead.next('/', from);
    const host = this.ahead.next('@', from);
    if (slash < host && host < this.wordEnd(from)) this.value('password', slash + 1, host);
    return from;
  }

  /** `echo x > /etc/secret`, `echo x | passwd --stdin`. */
  private echoed(from: number): number {
    const { text } = this.ahead;
    const [file, pipe] = [this.ahead.next('>', from), this.ahead.next('|', from)];
    const to = Math.min(file, pipe, this.to);
    if (to === this.to || Math.min(this.ahead.next(';', from), this.ahead.next('&', from)) < to) return from;
    const [start, end] = this.nextWord(to + (text[to + 1] === '>' ? 2 : 1));
    const target =
      to === pipe
        ? text.slice(start, Math.min(this.to, start + 80))
        : text.slice(start, end).slice(text.slice(start, end).lastIndexOf('/') + 1);
    if (!speaksOfCredentials(target) && !/^(?:chpasswd|\.?pgpass|\.?htpasswd)/.test(target)) return from;
    let [inner, outer] = [from, to];
    while (inner < outer && (BLANK.has(text[inner]!) || QUOTES.has(text[inner]!))) inner++;
    if (text[inner] === '-') inner = this.nextWord(this.wordEnd(inner))[0];
    while (outer > inner && (BLANK.has(text[outer - 1]!) || QUOTES.has(text[outer - 1]!))) outer--;
    if (outer > inner) this.value('password', inner, outer);
    return Math.max(outer, from);
  }

  private botToken(from: number): number {
    const { text } = this.ahead;
    let end = from;
    while (end < this.to && (isWord(text[end]) || text[end] === '-')) end++;
    return end - from >= 30 ? this.added(from, end, 'token') : from;
  }

  /** The end of what is written in base64 or the like. */
  private made(from: number): number {
    const { text } = this.ahead;
    let end = from;
    while (end < this.to && (isWord(text[end]) || '+/=-.'.includes(text[end]!))) end++;
    return end;
  }

  private quoteEnd(quote: string, from: number): number {
    let end = this.ahead.next(quote, from);
    const { text } = this.ahead;
    while (end < this.to) {
      if (quote === "'" && text[end + 1] === "'") end = this.ahead.next(quote, end + 2);
      else if (quote === '"' && text[end - 1] === '\\') end = this.ahead.next(quote, end + 1);
      else break;
    }
    return Math.min(end, this.to);
  }

  private wordEnd(from: number): number {
    const { text } = this.ahead;
    if (this.known.from <= from && from <= this.known.end) return this.known.end;
    let end = from;
    for (; end < this.to; end++) {
      const char = text[end]!;
      if (char === '$' && text[end + 1] === '{') {
        const close = this.ahead.closing(end);
        if (close !== undefined && close < this.to) end = close;
      } else if (BLANK.has(char) || QUOTES.has(char)) break;
      else if (char === '\\' && (QUOTES.has(text[end + 1] ?? '') || text[end + 1] === 'n')) break;
      else if (char === ',' && (BLANK.has(text[end + 1] ?? ' ') || QUOTES.has(text[end + 1]!))) break;
      else if (')]}'.includes(char) && (end + 1 >= this.to || BLANK.has(text[end + 1]!) || ',"\'`)]}'.includes(text[end + 1]!))) break;
    }
    this.known = { from, end };
    return end;
  }

  private bareEnd(from: number, query: boolean): number {
    const { text } = this.ahead;
    const last = this.wordEnd(from);
    for (let end = from; end < last; end++) {
      const char = text[end]!;
      if (char === '$' && text[end + 1] === '{') end = this.ahead.closing(end) ?? end;
      else if (char === ';' || char === '<' || (char === '&' && (query || text[end + 1] === '&')) || (char === '#' && query)) return end;
      else if (char === ',' && beginsSetting(text, end + 1, last)) return end;
    }
    return last;
  }
}

function beginsSetting(text: string, from: number, to: number): boolean {
  let at = from;
  while (at < to && at < from + 40 && (isWord(text[at]) || text[at] === '-' || text[at] === '.')) at++;
  return at > from && text[at] === '=';
}

function namedBy(value: string): string | undefined {
  return value.length < 100 && says(value) !== 'nothing' ? value : undefined;
}

function isHeader(lower: string): boolean {
  return lower === 'authorization' || lower === 'proxy-authorization' || lower === 'cookie' || lower === 'set-cookie';
}

/** Whether who logs in is a key: `https://0123abc@o1.ingest.sentry.io/1`. */
function isKeyOfUser(user: string): boolean {
  return !user.includes('$') && ((user.length >= 8 && /\d/.test(user) && !/[:/]/.test(user)) || user.length >= 24);
}

function isBot(word: string): boolean {
  return word.length >= 8 && word.length <= 14 && (isNumber(word) || (word.startsWith('bot') && isNumber(word.slice(3))));
}

function isEncodedPair(value: string): boolean {
  return Buffer.from(value.slice(0, 400), 'base64').toString('latin1').includes(':');
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text);
}

/** Whether a value is a URL, whose credentials are only a part of it. */
function isAddress(value: string): boolean {
  const scheme = value.slice(0, 40).indexOf('://');
  return (scheme > 0 && /^[a-z][\w+.:-]*$/i.test(value.slice(0, scheme))) || value.startsWith('jdbc:');
}

/** Hosts whose addresses are credentials themselves: who knows one may use it. */
const HOOKS = [
  'hooks.slack.com',
  'discord.com',
  'discordapp.com',
  'hc-ping.com',
  'api.telegram.org',
  'webhook.office.com',
  'hooks.zapier.com',
];

function trimmed(text: string, from: number, to: number): number {
  let end = to;
  while (end > from && BLANK.has(text[end - 1]!)) end--;
  return end;
}
