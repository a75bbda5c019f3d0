import { Composer, type CST, type Document, type ParsedNode, Parser, type YAMLError } from 'yaml';
import { buildTree } from './build';
import { fail } from './fail';
import { SourceText } from './source';
import type { Node } from './tree';

/** Deeper than any Compose file goes; the composer recurses, so depth is bounded before it runs. */
const MAX_DEPTH = 200;

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
 * @throws InputError `lone-cr`, `yaml-syntax`, `duplicate-key`, `unresolved-alias`, `recursive-alias`, `yaml-bomb`, `too-deep`,
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
  return [...new Parser().parse(source.text)];
}

/** One iterative walk over the tokens: bounds the depth, collects the comments. */
function scan(tokens: CST.Token[], source: SourceText): CommentToken[] {
  const comments: CommentToken[] = [];
  const stack: { token: unknown; depth: number }[] = [];
  for (let i = tokens.length - 1; i >= 0; i--) stack.push({ token: tokens[i], depth: 0 });
  while (stack.length > 0) {
    const { token, depth } = stack.pop()!;
    if (!token || typeof token !== 'object') continue;
    const at = token as Record<string, unknown> & { type?: string; offset?: number; source?: string };
    if (depth > MAX_DEPTH * 2) {
      throw fail(
        source,
        at.offset ?? 0,
        'too-deep',
        `the file nests deeper than ${MAX_DEPTH} levels`,
        'no Compose file needs that: is it one?',
      );
    }
    if (at.type === 'comment') {
      const offset = at.offset as number;
      const before = source.text.slice(source.lineStart(offset), offset);
      comments.push({ text: (at.source as string).trimEnd(), offset, ownLine: before.trim() === '' });
      continue;
    }
    for (const part of ['end', 'value', 'sep', 'key', 'items', 'props', 'start'] as const) {
      const child = at[part];
      if (Array.isArray(child))
        for (let i = child.length - 1; i >= 0; i--) stack.push({ token: child[i], depth: depth + (part === 'items' ? 2 : 0) });
      else if (child && typeof child === 'object') stack.push({ token: child, depth });
    }
  }
  return comments;
}

function compose(tokens: CST.Token[], source: SourceText): Document.Parsed[] {
  // Unique keys are checked while the tree is built: the library's own check takes quadratic time.
  const composer = new Composer({ version: '1.2', keepSourceTokens: true, uniqueKeys: false, logLevel: 'silent' });
  const documents: Document.Parsed[] = [];
  try {
    for (const document of composer.compose(tokens, false, source.text.length)) documents.push(document as Document.Parsed);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw fail(source, 0, 'too-deep', 'the file nests too deep to be read', 'no Compose file needs that: is it one?');
  }
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

function hintFor(error: YAMLError): string | undefined {
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return 'YAML is indented with spaces, never with tabs';
    case 'BAD_INDENT':
    case 'MISSING_CHAR':
    case 'UNEXPECTED_TOKEN':
      return 'look at the indentation and the quotes of this line and the one above';
    case 'RESOURCE_EXHAUSTION':
      return 'no Compose file needs that: is it one?';
    default:
      return undefined;
  }
}
