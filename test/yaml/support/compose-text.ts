import type { Tape } from './tape';

/** Writes a Compose-like document in a style, and with accidents, that the tape chooses. */
export function composeText(tape: Tape): string {
  return new Writer(tape).write();
}

const WORDS = [
  'db',
  'nginx:1.27',
  '0644',
  '22:22',
  'yes',
  '1_000',
  '2024-01-02',
  '${TAG:-a b}',
  '$$HOME',
  '日本 😀',
  'a#b',
  '-x',
  '~',
  '0o17',
  '=',
  '1e3',
];

class Writer {
  private readonly lines: string[] = [];
  private readonly step: number;
  private readonly dash: number;
  private comments = 0;
  private anchors: { common?: 'map'; caps?: 'list'; word?: 'scalar' } = {};

  constructor(private readonly tape: Tape) {
    this.step = tape.pick([2, 4, 2, 1, 3, 6, 8]);
    this.dash = tape.pick([this.step, 0, this.step]);
  }

  write(): string {
    const { tape } = this;
    this.trivia(0);
    if (tape.once(12)) this.line(0, '%YAML 1.2');
    if (this.lines.some((line) => line.startsWith('%')) || tape.once(6)) this.line(0, '---');
    if (tape.once(3)) this.line(0, "version: '3.8'");
    if (tape.once(2)) this.extensions();
    this.line(0, 'services:');
    const names = ['web', 'db', 'cache'].slice(0, 1 + tape.below(3));
    for (const name of names) this.service(name);
    if (tape.once(3)) this.line(0, tape.pick(['volumes: {}', 'volumes:', 'networks: { front: , back: {internal: true} }', 'secrets: []']));
    this.trivia(0);
    if (tape.once(10)) this.line(0, '...');
    return this.finish();
  }

  private finish(): string {
    const { tape } = this;
    const eols = tape.pick([['\n'], ['\n'], ['\r\n'], ['\n', '\n', '\r\n']]);
    const text = this.lines.map((line, index) => line + (eols.length === 1 ? eols[0] : eols[(index * 7) % eols.length])).join('');
    const ended = tape.once(4) ? text.replace(/\r?\n$/, '') : text;
    return tape.once(8) ? `\uFEFF${ended}` : ended;
  }

  private extensions() {
    const { tape } = this;
    this.line(0, tape.pick(['x-common: &common', 'x-common: &common # shared', 'x-common:   &common']));
    this.line(this.step, 'restart: always');
    if (tape.once(2)) this.list(this.step, 'cap_add', ['NET_ADMIN', 'CHOWN']);
    this.anchors.common = 'map';
    if (tape.once(2)) {
      this.line(0, tape.pick(['x-caps: &caps [ALL]', 'x-caps: &caps\n'.trimEnd()]));
      if (!this.lines[this.lines.length - 1]!.includes('[')) this.line(this.dash, '- ALL');
      this.anchors.caps = 'list';
    }
    if (tape.once(3)) {
      this.line(0, 'x-word: &word "a b"');
      this.anchors.word = 'scalar';
    }
  }

  private service(name: string) {
    const { tape, step } = this;
    const column = step * 2;
    if (tape.once(14)) {
      this.line(
        step,
        tape.pick([`${name}: { image: a, ports: ["80:80"] }`, `${name}: {}`, `${name}:`, `${name}: !reset null`, `${name}: {image: b,}`]),
      );
      return;
    }
    this.line(step, `${tape.once(8) ? `"${name}"` : name}:${tape.pick(['', '', ' ', '\t', tape.once(4) ? ` &${name}` : ''])}`);
    const keys = [...KEYS];
    const count = 1 + tape.below(7);
    for (let i = 0; i < count; i++) {
      const [key] = keys.splice(tape.below(keys.length), 1);
      this.key(column, key!);
    }
  }

  private key(column: number, key: (typeof KEYS)[number]) {
    const { tape } = this;
    switch (key) {
      case 'image':
        return this.scalar(column, 'image');
      case 'user':
        return this.scalar(column, 'user');
      case 'command':
        return this.command(column);
      case 'ports':
        return this.longList(column, 'ports', ['target: 80', 'published: "8080"', 'mode: host']);
      case 'volumes':
        return this.longList(column, 'volumes', ['type: bind', 'source: ./a', 'target: /b']);
      case 'environment':
        return tape.once(2)
          ? this.map(column, 'environment', ['A', 'B', 'C'])
          : this.list(column, 'environment', ['A=1', '"B=2 # no comment"', 'C']);
      case 'cap_add':
        return this.list(column, 'cap_add', ['CHOWN', "'SETUID'", 'NET_RAW']);
      case 'deploy':
        this.line(column, 'deploy:');
        return this.map(column + this.step, 'resources', ['cpus', 'memory']);
      case 'merge':
        if (!this.anchors.common) return this.scalar(column, 'restart');
        return this.line(column, tape.pick(['<<: *common', '<<: [*common]', '<< : *common']));
      case 'cap_drop':
        if (!this.anchors.caps) return this.list(column, 'cap_drop', ['ALL']);
        return this.line(column, 'cap_drop: *caps');
      case 'hostname':
        if (!this.anchors.word) return this.line(column, 'hostname:\tx');
        return this.line(column, 'hostname: *word');
      case 'odd':
        return this.odd(column);
    }
  }

  private odd(column: number) {
    switch (this.tape.below(7)) {
      case 0:
        return this.line(column, 'tty:');
      case 1:
        this.line(column, '? stdin_open');
        return this.line(column, ': true');
      case 2:
        return this.line(column, 'expose: !override ["80"]');
      case 3:
        return this.line(column, 'dns: !reset []');
      case 4:
        this.line(column, 'tmpfs: !override');
        return this.line(column + this.dash, '- /tmp');
      case 5:
        return this.line(column, 'mode: !!str 12');
      default:
        this.line(column, 'matrix:');
        this.line(column + this.dash, '- - a');
        return this.line(column + this.dash + 2, '- b');
    }
  }

  private command(column: number) {
    const { tape } = this;
    const header = tape.pick(['', '|', '>', '|+', '|-', '>-', '|2', 'multi', 'flow']);
    if (header === '') return this.scalar(column, 'command');
    if (header === 'flow') return this.list(column, 'command', ['a', "'b c'", '"--x"']);
    if (header === 'multi') {
      this.raw(column, 'command: one');
      this.raw(column + this.step, 'two');
      return this.line(column + this.step, 'three');
    }
    const inner = header === '|2' ? 2 : this.step;
    this.raw(column, `command: ${header}${tape.once(4) ? ` # h${this.comments++}` : ''}`);
    for (let i = 0; i <= tape.below(3); i++) this.raw(column + inner, tape.pick(['run 😀', '# not a comment', 'x: 1', '- y']));
    for (let i = 0; i < tape.below(3); i++) this.raw(0, '');
    this.trivia(column);
  }

  private scalar(column: number, key: string) {
    const { tape } = this;
    const word = tape.pick(WORDS);
    const written = tape.pick([word, word, `'${word}'`, `"${word}"`, '']);
    const colon = tape.pick([': ', ': ', ':  ', ':\t', ' : ']);
    this.line(column, `${key}${colon}${written}`.trimEnd());
  }

  private list(column: number, key: string, items: readonly string[]) {
    const { tape } = this;
    const some = items.slice(0, 1 + tape.below(items.length));
    switch (tape.below(8)) {
      case 4:
        return this.line(column, `${key}: [${some.join(', ')}${tape.pick(['', ',', ' '])}]`);
      case 5: {
        this.raw(column, `${key}: [${this.remark()}`);
        for (const [index, item] of some.entries()) {
          this.raw(column + this.step, `${item}${index < some.length - 1 || tape.once(2) ? ',' : ''}${this.remark()}`);
        }
        return this.line(column, tape.once(3) ? ' ]' : ']');
      }
      case 6:
        return this.line(column, `${key}: []`);
      case 7:
        return this.line(column, `${key}:`);
      default:
        this.line(column, `${key}:`);
        for (const item of some) this.line(column + this.dash, `-${tape.pick([' ', ' ', '   ', '\t'])}${item}`);
    }
  }

  private map(column: number, key: string, keys: readonly string[]) {
    const { tape } = this;
    const some = keys.slice(0, 1 + tape.below(keys.length));
    switch (tape.below(7)) {
      case 4:
        return this.line(
          column,
          `${key}: {${some.map((name) => `${name}: ${tape.pick(['1', '"2"', ''])}`).join(', ')}${tape.pick(['', ',', ' '])}}`,
        );
      case 5:
        this.raw(column, `${key}: {${this.remark()}`);
        for (const name of some) this.raw(column + this.step, `"${name}": 1,${this.remark()}`);
        return this.line(column, '}');
      case 6:
        return this.line(column, `${key}: {}`);
      default:
        this.line(column, `${key}:`);
        for (const name of some) this.scalar(column + this.step, name);
    }
  }

  private longList(column: number, key: string, pairs: readonly string[]) {
    const { tape } = this;
    if (tape.once(3)) return this.list(column, key, ['"80:80"', '22:22', '"a:/b:ro"']);
    this.line(column, `${key}:`);
    const at = column + this.dash;
    for (let i = 0; i <= tape.below(2); i++) {
      if (tape.once(4)) this.line(at, `- { ${pairs.slice(0, 2).join(', ')} }`);
      else {
        const gap = tape.pick([1, 1, 3]);
        const own = tape.once(6);
        if (own) this.line(at, '-');
        pairs.slice(0, 1 + tape.below(pairs.length)).forEach((pair, index) => {
          if (index === 0 && !own) this.line(at, `-${' '.repeat(gap)}${pair}`);
          else this.line(at + 1 + gap, pair);
        });
      }
    }
  }

  private line(column: number, text: string) {
    this.raw(column, text + this.remark());
    this.trivia(column);
  }

  private raw(column: number, text: string) {
    this.lines.push(text === '' ? '' : ' '.repeat(column) + text);
  }

  private remark(): string {
    return this.tape.once(7) ? `${this.tape.pick([' ', '  ', '\t'])}# r${this.comments++} 'q` : '';
  }

  private trivia(column: number) {
    const { tape } = this;
    while (tape.once(5)) {
      if (tape.once(2)) this.lines.push(tape.pick(['', '', '  ']));
      else this.raw(Math.max(0, column + tape.pick([0, 0, this.step, -this.step, 1])), `# c${this.comments++} - "é😀"`);
    }
  }
}

const KEYS = [
  'image',
  'ports',
  'command',
  'environment',
  'volumes',
  'cap_add',
  'user',
  'deploy',
  'merge',
  'cap_drop',
  'hostname',
  'odd',
] as const;
