import { createScanner, type Node, type ParseError, parseTree, printParseErrorCode, type SyntaxKind } from 'jsonc-parser';
import { InputError, type Position } from '../errors';
import type { Data, Op, Path } from '../yaml/types';

/** Deeper than any setting of the daemon. Readers of JSON call themselves for each level. */
const MOST_LEVELS = 64;

/** The library's own numbers: an enum that is gone when each file is compiled alone. */
const KIND = {
  openBrace: 1,
  closeBrace: 2,
  openBracket: 3,
  closeBracket: 4,
  comma: 5,
  lineComment: 12,
  blockComment: 13,
  lineBreak: 14,
  space: 15,
  end: 17,
} as const satisfies Record<string, SyntaxKind>;

/** What dockerd refuses in its configuration, though editors of JSON take it. */
export type NotStrict = 'comment' | 'trailing-comma' | 'byte-order-mark';

/**
 * The daemon's configuration as a text that can be edited without being rewritten: comments, trailing commas, tabs, line endings and a BOM stay. What
 * it means is read by Microsoft's jsonc-parser; where a new setting goes is decided here, since that library formats the lines around an edit anew.
 */
export class DaemonJson {
  private readonly bom: string;
  private readonly body: string;
  private readonly tree: Node | undefined;

  private constructor(
    readonly text: string,
    private readonly shown: string,
  ) {
    this.bom = text.startsWith('\ufeff') ? '\ufeff' : '';
    this.body = text.slice(this.bom.length);
    this.tree = this.parse();
  }

  /**
   * @param text the file, BOM included; the empty string or spaces count as no settings at all.
   * @throws InputError `not-json` with its place when it is no JSON with comments, or no object.
   */
  static read(text: string, shown: string): DaemonJson {
    return new DaemonJson(text, shown);
  }

  /** What dockerd would refuse of it, each with its place. */
  get notStrict(): readonly { what: NotStrict; at: Position }[] {
    const found: { what: NotStrict; at: Position }[] = this.bom ? [{ what: 'byte-order-mark', at: { line: 1, column: 1 } }] : [];
    let comma: number | undefined;
    for (const { kind, offset } of tokens(this.body)) {
      if (kind === KIND.lineComment || kind === KIND.blockComment) found.push({ what: 'comment', at: this.position(offset) });
      else if (kind === KIND.closeBrace || kind === KIND.closeBracket) {
        if (comma !== undefined) found.push({ what: 'trailing-comma', at: this.position(comma) });
        comma = undefined;
      } else if (!isTrivia(kind)) comma = kind === KIND.comma ? offset : undefined;
    }
    return found;
  }

  /** The names of the settings, in the order of the file. */
  get names(): readonly string[] {
    return properties(this.tree).map(({ key }) => key);
  }

  /** The value at a path; undefined when there is none. Of a name that stands twice the last one counts, as it does for dockerd. */
  get(path: Path): Data | undefined {
    const node = this.at(path);
    return node && dataOf(node);
  }

  /** Where a setting begins and ends, its name included; undefined when it is not there. */
  range(path: Path): { start: Position; end: Position } | undefined {
    const node = this.at(path);
    if (!node) return undefined;
    const from = node.parent?.type === 'property' ? node.parent : node;
    return { start: this.position(from.offset), end: this.position(node.offset + node.length) };
  }

  /** Whether a name stands twice. */
  twice(name: string): boolean {
    return properties(this.tree).filter(({ key }) => key === name).length > 1;
  }

  /**
   * The text with these settings, in order: `add` makes the objects above what it adds, `replace` puts another value in the place of one. All
   * else is as it was.
   *
   * @throws InputError `not-proven` when the result is not the old data with just these changes.
   */
  edited(ops: readonly Op[]): DaemonJson {
    let current: DaemonJson = this;
    for (const op of ops) {
      const wanted = withOp(current.data(), op);
      const next = new DaemonJson(current.spliced(op), current.shown);
      const kept = current.comments().every((comment, at) => next.comments()[at] === comment);
      if (JSON.stringify(next.data()) !== JSON.stringify(wanted) || !kept) {
        throw new InputError('not-proven', `no edit of it is known that sets ${op.path.join('.')} and nothing else`, {
          file: this.shown,
          hint: 'it is unmodified; write the setting by hand',
        });
      }
      current = next;
    }
    return current;
  }

  private data(): Data {
    return this.tree ? dataOf(this.tree) : {};
  }

  private comments(): string[] {
    return tokens(this.body)
      .filter(({ kind }) => kind === KIND.lineComment || kind === KIND.blockComment)
      .map(({ offset, length }) => this.body.slice(offset, offset + length).trimEnd());
  }

  private at(path: Path): Node | undefined {
    let node = this.tree;
    for (const part of path) {
      if (!node) return undefined;
      node =
        typeof part === 'number'
          ? node.type === 'array'
            ? node.children?.[part]
            : undefined
          : properties(node).findLast(({ key }) => key === part)?.value;
    }
    return node;
  }

  private parse(): Node | undefined {
    let level = 0;
    for (const { kind, offset } of tokens(this.body)) {
      if (kind === KIND.openBrace || kind === KIND.openBracket) level++;
      if (kind === KIND.closeBrace || kind === KIND.closeBracket) level--;
      if (level > MOST_LEVELS) throw this.notJson(`is nested deeper than ${MOST_LEVELS} levels`, offset);
    }
    const errors: ParseError[] = [];
    const tree = parseTree(this.body, errors, { allowTrailingComma: true, allowEmptyContent: true });
    const [first] = errors;
    if (first) throw this.notJson(`is no JSON (${printParseErrorCode(first.error)})`, first.offset);
    if (tree && tree.type !== 'object') throw this.notJson('holds no object', tree.offset);
    return tree;
  }

  private notJson(message: string, offset: number): InputError {
    return new InputError('not-json', message, {
      file: this.shown,
      position: this.position(offset),
      hint: 'dockerd does not start with it either: mend it, then run batten again',
    });
  }

  private position(offset: number): Position {
    const before = this.body.slice(0, offset).split(/\r\n|\r|\n/);
    return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
  }

  private spliced(op: Op): string {
    if (op.op === 'replace') {
      const node = this.at(op.path)!;
      return this.splice(node.offset, node.length, this.written(op.value, this.indentAt(node.offset), isOneLine(this.body, node)));
    }
    if (op.op !== 'add') throw new TypeError(`a daemon's configuration knows no ${op.op}`);
    // The deepest object above it that is there; what is between is made.
    let depth = op.path.length - 1;
    while (depth > 0 && this.at(op.path.slice(0, depth))?.type !== 'object') depth--;
    const object = this.at(op.path.slice(0, depth));
    const value = op.path.slice(depth + 1).reduceRight<Data>((inner, key) => ({ [String(key)]: inner }), op.value);
    return this.inserted(object, String(op.path[depth]), value);
  }

  private inserted(object: Node | undefined, key: string, value: Data): string {
    const { eol, unit, colon } = this.style();
    const name = JSON.stringify(key);
    if (!object) {
      const member = `${unit}${name}${colon}${this.written(value, unit, false)}`;
      // A file that is only comments and spaces keeps them, above.
      const head = this.body.trim() === '' ? '' : `${this.body}${/[\r\n]$/.test(this.body) ? '' : eol}`;
      return `${this.bom}${head}{${eol}${member}${eol}}${eol}`;
    }
    const members = properties(object);
    const last = members.at(-1);
    const close = object.offset + object.length - 1;
    if (!last) {
      const outer = this.indentAt(object.offset);
      const member = `${outer}${unit}${name}${colon}${this.written(value, outer + unit, false)}`;
      const inside = this.body.slice(object.offset + 1, close);
      if (inside.trim() === '') return this.splice(object.offset + 1, inside.length, `${eol}${member}${eol}${outer}`);
      const line = lineStart(this.body, close);
      // Above the brace where it stands on its own line, else in front of it.
      return this.body.slice(line, close).trim() === ''
        ? this.splice(line, 0, `${member}${eol}`)
        : this.splice(close, 0, `${eol}${member}${eol}${outer}`);
    }
    const end = last.value.offset + last.value.length;
    const after = this.afterLast(end, close);
    const comma = after.comma === undefined ? ',' : '';
    const compact = isOneLine(this.body, object);
    if (compact) {
      const gap = after.comma === undefined ? end : after.comma + 1;
      const space = members.length > 1 ? this.gapBefore(last.node) : ' ';
      return this.splice(gap, 0, `${comma}${space}${name}${colon}${this.written(value, '', true)}`);
    }
    const first = members.find(({ node }) => this.body.slice(lineStart(this.body, node.offset), node.offset).trim() === '');
    const indent = first ? this.indentAt(first.node.offset) : `${this.indentAt(object.offset)}${unit}`;
    const member = `${eol}${indent}${name}${colon}${this.written(value, indent, false)}`;
    const brace = this.body.slice(lineStart(this.body, close), close).trim() === '' ? '' : `${eol}${this.indentAt(object.offset)}`;
    // What stands behind the last value in its line is about that value.
    const text = `${this.body.slice(0, end)}${comma}${this.body.slice(end, after.line)}${member}${
      after.atBrace ? brace : ''
    }${this.body.slice(after.line)}`;
    return `${this.bom}${text}`;
  }

  /** Behind the last value of an object: a comma, and where the line of what is said about it ends. */
  private afterLast(end: number, close: number): { comma?: number; line: number; atBrace: boolean } {
    let comma: number | undefined;
    let line = end;
    for (const { kind, offset, length } of tokens(this.body, end)) {
      if (offset >= close) return { comma, line, atBrace: true };
      if (kind === KIND.lineBreak) {
        // A comma on a line of its own belongs to the value above.
        if (comma !== undefined || !this.commaFollows(offset, close)) return { comma, line, atBrace: false };
        continue;
      }
      if (kind === KIND.comma) comma = offset;
      if (kind !== KIND.space) line = offset + length;
    }
    return { comma, line, atBrace: true };
  }

  private commaFollows(from: number, close: number): boolean {
    const next = tokens(this.body, from).find(({ kind }) => !isTrivia(kind));
    return next !== undefined && next.offset < close && next.kind === KIND.comma;
  }

  /** The spaces in front of a member that is not the first one. */
  private gapBefore(node: Node): string {
    const before = this.body.slice(Math.max(0, node.offset - 20), node.offset);
    return before.slice(before.trimEnd().length);
  }

  private splice(offset: number, length: number, text: string): string {
    return `${this.bom}${this.body.slice(0, offset)}${text}${this.body.slice(offset + length)}`;
  }

  private indentAt(offset: number): string {
    return /^[ \t]*/.exec(this.body.slice(lineStart(this.body, offset)))![0];
  }

  private written(value: Data, indent: string, compact: boolean): string {
    const { eol, unit } = this.style();
    if (compact) return spaced(value);
    return JSON.stringify(value, null, unit).split('\n').join(`${eol}${indent}`);
  }

  /** How the file is written: its line ending, one level of indentation, and what stands between a name and its value. */
  private style(): { eol: string; unit: string; colon: string } {
    const eol = /\r\n|\n|\r/.exec(this.body)?.[0] ?? '\n';
    const members = properties(this.tree);
    const indented = members.find(
      ({ node }) => node.offset > 0 && /^[ \t]+$/.test(this.body.slice(lineStart(this.body, node.offset), node.offset)),
    );
    const unit = indented ? this.indentAt(indented.node.offset) : '  ';
    const between = members.map(({ node, value }) => {
      const name = node.children![0]!;
      return this.body.slice(name.offset + name.length, value.offset);
    });
    return { eol, unit, colon: between.find((text) => /^[ \t]{0,4}:[ \t]{0,4}$/.test(text)) ?? ': ' };
  }
}

interface Member {
  key: string;
  /** The whole member, and its value. */
  node: Node;
  value: Node;
}

function properties(node: Node | undefined): Member[] {
  if (node?.type !== 'object') return [];
  return (node.children ?? []).flatMap((child) => {
    const [name, value] = child.children ?? [];
    return name && value ? [{ key: String(name.value), node: child, value }] : [];
  });
}

/** Made of own properties only, whatever a name is. */
function dataOf(node: Node): Data {
  if (node.type === 'array') return (node.children ?? []).map(dataOf);
  if (node.type !== 'object') return node.value as Data;
  return Object.fromEntries(properties(node).map(({ key, value }) => [key, dataOf(value)]));
}

function withOp(data: Data, op: Op): Data {
  if (op.op !== 'add' && op.op !== 'replace') return data;
  const set = (inside: Data | undefined, path: Path): Data => {
    const [key, ...rest] = path;
    if (key === undefined) return op.value;
    if (typeof key === 'number' && Array.isArray(inside)) return inside.map((each, at) => (at === key ? set(each, rest) : each));
    const map = inside !== null && typeof inside === 'object' && !Array.isArray(inside) ? inside : {};
    const old = Object.getOwnPropertyDescriptor(map, String(key))?.value as Data | undefined;
    return Object.fromEntries([
      ...Object.entries(map).filter(([name]) => name !== key || old !== undefined),
      [String(key), set(old, rest)],
    ]);
  };
  return set(data, op.path);
}

interface Token {
  kind: SyntaxKind;
  offset: number;
  length: number;
}

function tokens(text: string, from = 0): Token[] {
  const scanner = createScanner(text, false);
  scanner.setPosition(from);
  const found: Token[] = [];
  for (let kind = scanner.scan(); kind !== KIND.end; kind = scanner.scan())
    found.push({ kind, offset: scanner.getTokenOffset(), length: scanner.getTokenLength() });
  return found;
}

function isTrivia(kind: SyntaxKind): boolean {
  return kind >= KIND.lineComment && kind <= KIND.space;
}

function isOneLine(text: string, { offset, length }: Node): boolean {
  return !/[\r\n]/.test(text.slice(offset, offset + length));
}

function lineStart(text: string, offset: number): number {
  return Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
}

/** JSON on one line, with a space after each colon and comma. */
function spaced(value: Data): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${spaced(inner)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}
