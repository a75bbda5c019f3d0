import { Composer, type CST, type Document, Lexer, type ParsedNode, Parser, type YAMLError } from 'yaml';
import { buildTree } from './build';
import { fail } from './fail';
import { SourceText } from './source';
import type { Node } from './tree';

/** Deeper than any Compose file goes; the composer recurses, so depth is bounded before it runs. */
const MAX_DEPTH = 200;
/** Scalars, marks, spaces and line breaks: some hundred thousand lines. Time grows with them. */
const MOST_LEXEMES = 700_000;

export interface Opened {
  source: SourceText;
  root: Node;
  comments: CommentToken[];
}

/** A comment as written: `text` starts with `#`; `ownLine` when nothing but spaces stands before it. */
export interface CommentToken {
  text: string;
  offset: number;
  ownLine: boolean;
}

/**
 * Parses a text into a tree.
 * @throws InputError `lone-cr`, `yaml-syntax`, `duplicate-key`, `unresolved-alias`, `recursive-alias`, `yaml-bomb`, `too-deep`, `too-long`,
 *   `multi-document`, `empty`: each with line and column.
 */
export function open(raw: string): Opened {
  const source = new SourceText(raw);
  const lone = /\r(?!\n)/.exec(source.text);
  if (lone) {
    throw fail(source, lone.index, 'lone-cr', 'a carriage return stands without a line feed', 'convert the line endings to LF or CRLF');
  }
  const tokens = lex(source);
  const comments = scan(tokens, source);
  const documents = compose(tokens, source);
  return { source, root: buildTree(theOnly(documents, source), source), comments };
}

function lex(source: SourceText): CST.Token[] {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let count = 0;
  let offset = 0;
  for (const lexeme of new Lexer().lex(source.text)) {
    if (++count > MOST_LEXEMES) {
      const message = `the file has more than ${MOST_LEXEMES.toLocaleString('en')} YAML tokens`;
      throw fail(
        source,
        Math.min(offset, source.text.length),
        'too-long',
        message,
        'a Compose file of a thousand services has fewer: is it one?',
      );
    }
    offset += isMark(lexeme) ? 0 : lexeme.length;
    for (const token of parser.next(lexeme)) tokens.push(token);
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

/** Whether the lexer says with it what comes next, and it stands nowhere in the text. */
function isMark(lexeme: string): boolean {
  return lexeme === '\u0002' || lexeme === '\u0018' || lexeme === '\u001f';
}

/** What the parser makes of a token, as far as the walk needs it. */
interface Walked {
  type: string;
  offset: number;
  source?: string;
  start?: Walked[] | Walked;
  key?: Walked | null;
  sep?: Walked[];
  value?: Walked | null;
  end?: Walked[];
  props?: Walked[];
  items?: Walked[];
}

/** One iterative walk over the tokens: bounds the depth, collects the comments. */
function scan(tokens: CST.Token[], source: SourceText): CommentToken[] {
  const comments: CommentToken[] = [];
  const stack = (tokens as unknown as Walked[]).map((token) => ({ token, depth: 0, from: token.offset }));
  // The start of a flow collection is its bracket alone, not a list.
  const collect = (list: readonly Walked[] | Walked | undefined): void => {
    if (Array.isArray(list)) for (const token of list) if (token.type === 'comment') comments.push(commentToken(token, source));
  };
  while (stack.length > 0) {
    const { token, depth, from } = stack.pop()!;
    // The items of a collection have no offset of their own.
    const offset = (token.offset as number | undefined) ?? from;
    if (depth > MAX_DEPTH) {
      throw fail(source, offset, 'too-deep', `the file nests deeper than ${MAX_DEPTH} levels`, 'no Compose file needs that: is it one?');
    }
    if (token.type === 'comment') comments.push(commentToken(token, source));
    collect(token.start);
    collect(token.sep);
    collect(token.end);
    collect(token.props);
    if (token.items) for (const item of token.items) stack.push({ token: item, depth: depth + 1, from: offset });
    if (token.key) stack.push({ token: token.key, depth, from: offset });
    if (token.value) stack.push({ token: token.value, depth, from: offset });
  }
  return comments.sort((a, b) => a.offset - b.offset);
}

function commentToken({ offset, source: text }: Walked, source: SourceText): CommentToken {
  const before = source.text.slice(source.lineStart(offset), offset);
  return { text: text!.trimEnd(), offset, ownLine: before.trim() === '' };
}

function compose(tokens: CST.Token[], source: SourceText): Document.Parsed[] {
  // Unique keys are checked while the tree is built: the library's own check takes quadratic time.
  const composer = new Composer({ version: '1.2', keepSourceTokens: true, uniqueKeys: false, logLevel: 'silent' });
  const documents: Document.Parsed[] = [];
  for (const document of composer.compose(tokens, false, source.text.length)) documents.push(document as Document.Parsed);
  const errors = documents.flatMap((document) => document.errors as YAMLError[]);
  const first = errors.sort((a, b) => a.pos[0] - b.pos[0])[0];
  if (first) throw fail(source, first.pos[0], 'yaml-syntax', sentence(first), hintFor(first));
  return documents;
}

/** The one document that has content. Compose merges several like several files; batten edits one. */
function theOnly(documents: Document.Parsed[], source: SourceText): ParsedNode {
  const filled = documents.filter((document) => document.contents && !isEmpty(document.contents));
  const [first, second] = filled;
  if (!first) throw fail(source, 0, 'empty', 'the file is empty', 'a Compose file has a top-level `services:` map');
  if (second) {
    const at = second.contents!.range[0];
    throw fail(
      source,
      at,
      'multi-document',
      'a second YAML document starts here',
      'Compose merges the documents of a file; put each into a file of its own and pass them with -f',
    );
  }
  return first.contents!;
}

function isEmpty(node: ParsedNode): boolean {
  return 'source' in node && node.source === '' && node.range[0] === node.range[1] && !node.anchor && !node.tag;
}

function sentence(error: YAMLError): string {
  const line = error.message.split('\n')[0]!;
  return `${line[0]!.toLowerCase()}${line.slice(1)}`;
}

function hintFor(error: YAMLError): string {
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return 'YAML is indented with spaces, never with tabs';
    case 'BAD_INDENT':
    case 'MISSING_CHAR':
    case 'UNEXPECTED_TOKEN':
      return 'look at the indentation and the quotes of this line and the one above';
    default:
      return 'no YAML parser reads this: correct the line';
  }
}
