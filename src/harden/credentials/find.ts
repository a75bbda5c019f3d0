import { Ahead } from './cursor';
import { type Carry, Inline, nothingRead, type Span } from './inline';
import { says } from './names';
import { isPublicValue, isWord, looksMade } from './values';

export type { Span } from './inline';

export interface FindOptions {
  /** The text is a file, or a part of one: what its lines begin with are names, and `#` begins a comment. Default false: a sentence, a value. */
  file?: boolean;
}

/**
 * The credentials in a text, in order: a Compose file, a Dockerfile, a script, `.env`, a log, a sentence that quotes one. Told by the words of
 * names, by the form of values, and by where they stand. No span leaves its line. Linear in the length of the text.
 */
export function findCredentials(text: string, options: FindOptions = {}): Span[] {
  const found: Span[] = [];
  const lines = new Lines(text, found, options.file ?? false);
  for (let start = 0; start <= text.length; ) {
    const newline = text.indexOf('\n', start);
    const next = newline === -1 ? text.length : newline;
    lines.line(start, next > start && text[next - 1] === '\r' ? next - 1 : next);
    start = next + 1;
  }
  return merged(found);
}

/** The credentials in a value of a certain name, with places in the value. */
export function credentialsOf(name: string, value: string): Span[] {
  const found: Span[] = [];
  const inline = new Inline(new Ahead(value), (span) => found.push(span));
  if (says(name) === 'nothing') {
    if (value.includes('\n')) return findCredentials(value);
    inline.scan(0, value.length);
  } else if (value.includes('-----BEGIN ')) return findCredentials(value);
  else inline.value(name, 0, value.length);
  return merged(found);
}

/** In order, and none over another. */
function merged(found: Span[]): Span[] {
  const result: Span[] = [];
  for (const span of found.filter(({ start, end }) => end > start).sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1);
    if (last && span.start < last.end) last.end = Math.max(last.end, span.end);
    else result.push({ ...span });
  }
  return result;
}

/** What a line begins with: `  - "name": `. */
interface Key {
  name: string;
  /** Where its value begins. */
  value: number;
  /** Of `:`; `=` is that of a list item or a line of `.env`. */
  sign: ':' | '=';
  /** The quote around name and value: `- "NAME=value"`. */
  around?: string;
}

/** Below which indentation what a line began ends, and whether all of what it holds is a credential. */
interface Open {
  indent: number;
  kind: 'block' | 'rest' | 'empty';
  name: string;
}

class Lines {
  private readonly ahead: Ahead;
  private readonly inline: Inline;
  private open: Open | undefined;
  private key: { indent: number } | undefined;
  private carry: Carry = nothingRead();
  private itemIndent = -1;
  /** The key at the top of the file that a line is under. */
  private section = '';

  constructor(
    private readonly text: string,
    private readonly found: Span[],
    private readonly file: boolean,
  ) {
    this.ahead = new Ahead(text);
    this.inline = new Inline(this.ahead, (span) => found.push(span));
  }

  line(start: number, end: number): void {
    const { text } = this;
    let from = start;
    while (from < end && (text[from] === ' ' || text[from] === '\t')) from++;
    if (from === end) return;
    const indent = from - start;
    if (this.inKey(from, end, indent) || this.goesOn(from, end, indent)) return;
    if (this.beginsKey(from, end, indent)) return;
    if (text[from] === '#' && this.file) {
      this.comment(from + 1, end);
      return;
    }
    const code = this.file ? this.endOfCode(from, end) : end;
    if (code < end) this.comment(code, end);
    const isItem = text[from] === '-' && text[from + 1] === ' ';
    if (!isItem || indent !== this.itemIndent) this.carry = this.keptOver(from);
    this.itemIndent = isItem ? indent : -1;
    this.code(from, trimmedEnd(text, from, code), indent);
  }

  /** A command that goes on in the next line of a script keeps what was read. */
  private keptOver(from: number): Carry {
    let before = from - 1;
    while (before > 0 && (this.text[before] === ' ' || this.text[before] === '\n' || this.text[before] === '\r')) before--;
    const { named } = this.carry;
    return this.text[before] === '\\' ? this.carry : { ...nothingRead(), ...(named !== undefined && { named }) };
  }

  private code(from: number, end: number, indent: number): void {
    const key = this.file ? this.keyAt(from, end) : undefined;
    if (!key) {
      this.inline.scan(pastDashes(this.text, from, end), end, this.carry);
      return;
    }
    const at = skipProperties(this.text, key.value, end);
    const valueEnd = key.around !== undefined && this.text[end - 1] === key.around ? end - 1 : end;
    if (indent === 0 && key.sign === ':') this.section = key.name;
    const lower = key.name.toLowerCase();
    const name = this.nameOf(key.name, lower);
    if (lower === 'name' || lower === 'key') {
      const value = unquoted(this.text.slice(at, Math.min(valueEnd, at + 100)));
      this.carry.named = says(value) === 'nothing' ? undefined : value;
    }
    if (says(name) === 'nothing') this.inline.scan(key.sign === ':' ? key.value : from, end, this.carry);
    else this.named(name, at, valueEnd, indent, key);
  }

  /** What a value goes by whose key says nothing: `value:` beside a `name:`, `content:` of a secret. */
  private nameOf(name: string, lower: string): string {
    if (lower === 'value') return this.carry.named ?? name;
    return lower === 'content' && this.section === 'secrets' ? 'secret' : name;
  }

  /** The value of a credential's name, which may go on below. */
  private named(name: string, at: number, end: number, indent: number, { sign, around }: Key): void {
    const { text } = this;
    const first = text[at];
    if (at >= end) {
      if (sign === ':') this.open = { indent, kind: 'empty', name };
      return;
    }
    if (sign === ':' && (first === '|' || first === '>')) {
      this.open = { indent, kind: 'block', name };
      return;
    }
    if (sign === ':' && (first === '*' || first === '{' || first === '[')) {
      this.inline.scan(at, end);
      return;
    }
    if (around === undefined && (first === '"' || first === "'")) {
      const close = closing(text, first, at + 1, end);
      if (close === undefined && sign === ':') this.open = { indent, kind: 'rest', name };
      this.inline.value(name, at + 1, close ?? end);
      if (close !== undefined) this.inline.scan(close + 1, end);
      return;
    }
    if (sign === ':' && !isPublicValue(text.slice(at, end))) this.open = { indent, kind: 'rest', name };
    this.inline.value(name, at, end);
  }

  /** The lines of a private key. */
  private inKey(from: number, end: number, indent: number): boolean {
    if (!this.key) return false;
    const { text } = this;
    const closes = text.indexOf('-----END ', from);
    if (closes !== -1 && closes < end) {
      this.key = undefined;
      if (closes > from) this.found.push({ start: from, end: closes, name: 'key' });
      return true;
    }
    if (indent < this.key.indent) {
      this.key = undefined;
      return false;
    }
    let at = from;
    while (text[at] === '#' || text[at] === ' ') at++;
    this.found.push({ start: at, end, name: 'key' });
    return true;
  }

  private beginsKey(from: number, end: number, indent: number): boolean {
    const { text } = this;
    const begin = this.ahead.next('-----BEGIN ', from);
    if (begin >= end) return false;
    let head = begin + 11;
    while (head < end && head < begin + 60 && text[head] !== '-') head++;
    if (!text.slice(begin, head).includes('PRIVATE KEY')) return false;
    const body = head + 5;
    const closes = this.ahead.next('-----END ', body);
    if (closes < end) this.found.push({ start: body, end: closes, name: 'key' });
    else {
      let last = end;
      while (last > body && (text[last - 1] === '"' || text[last - 1] === "'")) last--;
      if (last > body) this.found.push({ start: body, end: last, name: 'key' });
      // Below a key of YAML it is indented; in quotes it may be anywhere.
      const first = text[from] === '-' && text[from + 1] === '-';
      this.key = { indent: first ? indent : 0 };
    }
    return true;
  }

  /** A line that belongs to a credential above it. */
  private goesOn(from: number, end: number, indent: number): boolean {
    const { text } = this;
    const open = this.open;
    if (!open) return false;
    if (indent <= open.indent || text[from] === '#') {
      if (open.kind === 'block' && indent > open.indent) return this.covered(from, end, open.name);
      this.open = undefined;
      return false;
    }
    if (open.kind === 'empty') {
      const key = this.keyAt(from, end);
      if (key || (text[from] === '-' && text[from + 1] === ' ')) {
        this.open = undefined;
        return false;
      }
      this.open = { ...open, kind: 'rest' };
    }
    return this.covered(from, end, open.name);
  }

  private covered(from: number, end: number, name: string): boolean {
    const quoted = this.text[from] === '"' || this.text[from] === "'" ? 1 : 0;
    this.inline.value(name, from + quoted, quoted && this.text[end - 1] === this.text[from] ? end - 1 : end);
    return true;
  }

  private keyAt(from: number, end: number): Key | undefined {
    const { text } = this;
    let at = pastDashes(text, from, end);
    const isItem = at > from;
    for (const word of ['export ', 'ENV ', 'ARG ', 'LABEL ', 'set ']) if (!isItem && text.startsWith(word, at)) at += word.length;
    const quote = text[at] === '"' || text[at] === "'" ? text[at] : undefined;
    const begin = quote ? at + 1 : at;
    let stop = begin;
    while (stop < end && (isWord(text[stop]) || text[stop] === '-' || text[stop] === '.' || text[stop] === '/')) stop++;
    if (stop === begin) return undefined;
    const name = text.slice(begin, stop);
    const closed = quote !== undefined && text[stop] === quote;
    let next = closed ? stop + 1 : stop;
    while (next < end && text[next] === ' ') next++;
    if (text[next] === ':' && (next + 1 >= end || text[next + 1] === ' ' || text[next + 1] === '\t')) {
      if (quote === undefined || closed) return { name, sign: ':', value: next + 1 };
      return undefined;
    }
    if (text[next] === '=' && text[next + 1] !== '=' && !closed) {
      if (isItem || from === begin || !this.isCommand(next, end)) return this.settingAt(name, next + 1, end, quote);
      return undefined;
    }
    // `ENV NAME value` of a Dockerfile, `requirepass value` of a configuration.
    if (next > stop && next < end && !quote && !isItem && (text.startsWith('ENV ', from) || this.isDirective(next, end)))
      return { name, sign: '=', value: next };
    return undefined;
  }

  private settingAt(name: string, from: number, end: number, around: string | undefined): Key | undefined {
    let value = from;
    while (value < end && this.text[value] === ' ') value++;
    if (around === undefined && this.isCommand(value, end)) return undefined;
    return { name, sign: '=', value, ...(around !== undefined && { around }) };
  }

  /** Whether what follows a first word is the rest of a command: `NAME=value psql -h db`. */
  private isCommand(from: number, end: number): boolean {
    const space = this.ahead.next(' ', from + 1);
    if (space >= end) return false;
    const rest = this.text.slice(space, Math.min(end, space + 200));
    return [' -', '&&', ';', ' | ', '=', ' exec '].some((sign) => rest.includes(sign));
  }

  private isDirective(from: number, end: number): boolean {
    return this.ahead.next(' ', from) >= end && this.text[from] !== '=' && this.text[from] !== ':';
  }

  /** Where the code of a line ends and a comment begins. */
  private endOfCode(from: number, end: number): number {
    const { text } = this;
    let quote: string | undefined;
    for (let at = from; at < end; at++) {
      const char = text[at]!;
      if (quote !== undefined) {
        if (char === '\\' && quote === '"') at++;
        else if (char === quote) quote = undefined;
      } else if ((char === '"' || char === "'") && !isWord(text[at - 1])) quote = char;
      else if (char === '#' && at > from && (text[at - 1] === ' ' || text[at - 1] === '\t')) return at;
    }
    return end;
  }

  /** A comment: settings that were put out of use, and sentences such as "the password was x". */
  private comment(from: number, end: number): void {
    const { text } = this;
    let at = from;
    while (at < end && (text[at] === ' ' || text[at] === '#')) at++;
    const key = this.keyAt(at, end);
    const value = key && says(key.name) !== 'nothing' ? skipProperties(text, key.value, end) : undefined;
    if (key && value !== undefined && this.ahead.next(' ', value) >= end) {
      const quote = text[value] === '"' || text[value] === "'" ? 1 : 0;
      this.inline.value(key.name, value + quote, end - (quote || key.around !== undefined ? 1 : 0));
      return;
    }
    this.inline.scan(at, end);
    this.prose(at, end);
  }

  private prose(from: number, end: number): void {
    const { text } = this;
    /** Words since one that names a credential. */
    let since = Number.POSITIVE_INFINITY;
    let linked = false;
    for (let at = from; at < end; ) {
      while (at < end && (text[at] === ' ' || '"\'`(,'.includes(text[at]!))) at++;
      let stop = at;
      while (stop < end && text[stop] !== ' ') stop++;
      if (stop === at) break;
      let last = stop;
      while (last > at && '"\'`),;:.!?'.includes(text[last - 1]!)) last--;
      const word = text.slice(at, last);
      const lower = word.length < 30 ? word.toLowerCase() : '';
      if (lower !== '' && says(word) !== 'nothing') [since, linked] = [0, text[last] === ':' && last + 1 === stop];
      else if (LINKS.has(lower) || word === '' || word === '=' || word === '->') linked = since < 4;
      else if (since < 5) {
        if ((linked && !COMMON.has(lower)) || looksMade(word)) this.inline.value('password', at, last);
        if (!COMMON.has(lower)) since++;
        linked = false;
      }
      at = stop;
    }
  }
}

const LINKS = new Set('is was are were equals ist war'.split(' '));
/** Words that follow "the password is" and are none. */
const COMMON = new Set(
  `a an the not no set in into for from to by of at on and or with here there this that these it its required needed stored read generated created changed only
  used optional empty now also never always kept taken given written passed made one same different default old new your my our their as
  below above mounted shared random user root admin replaced rotated unset missing wrong correct hashed encrypted`.split(/\s+/),
);

function unquoted(text: string): string {
  const trimmed = text.trim();
  return trimmed[0] === '"' || trimmed[0] === "'" ? trimmed.slice(1, -1) : trimmed;
}

function trimmedEnd(text: string, from: number, to: number): number {
  let end = to;
  while (end > from && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--;
  return end;
}

/** Past what makes a line an item of a list. */
function pastDashes(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && text[at] === '-' && text[at + 1] === ' ') {
    at += 2;
    while (text[at] === ' ') at++;
  }
  return at;
}

/** Past blanks, an anchor and a tag. */
function skipProperties(text: string, from: number, end: number): number {
  let at = from;
  for (;;) {
    while (at < end && (text[at] === ' ' || text[at] === '\t')) at++;
    if ((text[at] !== '&' && text[at] !== '!') || at + 1 >= end || text[at + 1] === ' ') return at;
    const space = text.indexOf(' ', at);
    const next = space === -1 || space > end ? end : space;
    if (next === end) return text[at] === '&' || text[at + 1] === '!' ? end : at;
    at = next;
  }
}

function closing(text: string, quote: string, from: number, end: number): number | undefined {
  for (let at = from; at < end; at++) {
    if (quote === '"' && text[at] === '\\') at++;
    else if (text[at] === quote) {
      if (quote === "'" && text[at + 1] === "'") at++;
      else return at;
    }
  }
  return undefined;
}
