import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  type Pair,
  parseDocument,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Data, Op, Path } from '../../../src/yaml/types';

/*
 * What an op must do, worked out by the YAML library's own document model and nothing of ours: under YAML 1.2 and 1.1, with merge
 * keys and aliases resolved.
 */

export const VERSIONS = ['1.2', '1.1'] as const;
export type Version = (typeof VERSIONS)[number];

const OPTIONS = { merge: true, logLevel: 'silent', uniqueKeys: false, strict: true } as const;

/** Whether the library reads a text as one document without errors. */
export function readable(text: string): boolean {
  const document = parseDocument(bare(text), { ...OPTIONS, version: '1.2', uniqueKeys: true });
  return document.errors.length === 0;
}

/** Plain data of a text under a version. */
export function dataOf(text: string, version: Version): unknown {
  return parseDocument(bare(text), { ...OPTIONS, version }).toJS();
}

/** Plain data of a text after ops, or undefined when an op does not fit the document: then it must have been refused. */
export function dataAfter(text: string, ops: readonly Op[], version: Version): { data: unknown } | undefined {
  const document = parseDocument(bare(text), { ...OPTIONS, version });
  for (const op of ops) if (!perform(document, op)) return undefined;
  return { data: document.toJS() };
}

function perform(document: Document.Parsed, op: Op): boolean {
  if (op.op === 'comment') return true;
  const parents = op.path.slice(0, -1);
  const last = op.path[op.path.length - 1]!;
  const made = (value: Data): Node => document.createNode(value) as Node;
  const parent = op.op === 'add' || op.op === 'append' ? makeParents(document, parents) : walk(document.contents, parents);
  if (isSeq(parent) && typeof last === 'number') {
    const items = (parent as YAMLSeq).items;
    if (last >= items.length) return false;
    if (op.op === 'replace') items[last] = dressed(made(op.value), items[last]);
    else if (op.op === 'remove') items.splice(last, 1);
    else if (op.op === 'append' && isSeq(items[last])) (items[last] as YAMLSeq).items.push(made(op.value));
    else return false;
    return true;
  }
  if (!isMap(parent) || typeof last === 'number') return false;
  const map = parent as YAMLMap;
  const pair = pairOf(map, last);
  switch (op.op) {
    case 'add':
      if (pair) return false;
      map.items.push(document.createPair(last, op.value) as Pair);
      return true;
    case 'append': {
      const old = pair?.value;
      if (!pair) map.items.push(document.createPair(last, [op.value]) as Pair);
      else if (isSeq(old)) (old as YAMLSeq).items.push(made(op.value));
      else if (isNothing(old)) pair.value = dressed(made([op.value]), old);
      else if (isScalar(old)) pair.value = dressed(made([(old.source ?? old.value) as Data, op.value]), old);
      else return false;
      return true;
    }
    case 'replace':
      if (!pair) return false;
      pair.value = dressed(made(op.value), pair.value);
      return true;
    case 'remove':
      if (!pair) return false;
      map.items.splice(map.items.indexOf(pair), 1);
      return true;
    case 'rename':
      if (!pair || pairOf(map, op.key)) return false;
      pair.key = new Scalar(op.key);
      return true;
  }
}

/** A null, also one behind a tag, which the library takes for an empty string. */
function isNothing(node: unknown): boolean {
  return node === null || (isScalar(node) && (node.value === null || (node.source === '' && node.type === 'PLAIN')));
}

/** An anchor names the place, not the value. */
function dressed(made: Node, old: unknown): Node {
  if (old && typeof old === 'object' && 'anchor' in old && !isAlias(old)) (made as Scalar).anchor = (old as Scalar).anchor;
  return made;
}

function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && (pair.key.source ?? pair.key.value) === key);
}

function walk(root: unknown, path: Path): unknown {
  let node = root;
  for (const part of path) {
    if (isMap(node) && typeof part === 'string') node = pairOf(node as YAMLMap, part)?.value;
    else if (isSeq(node) && typeof part === 'number') node = (node as YAMLSeq).items[part];
    else return undefined;
  }
  return node;
}

function makeParents(document: Document.Parsed, path: Path): unknown {
  let node: unknown = document.contents;
  for (const part of path) {
    if (isMap(node) && typeof part === 'string') {
      const map = node as YAMLMap;
      let pair = pairOf(map, part);
      if (!pair) {
        pair = document.createPair(part, {}) as Pair;
        map.items.push(pair);
      } else if (isNothing(pair.value)) {
        pair.value = dressed(document.createNode({}) as Node, pair.value);
      }
      node = pair.value;
    } else if (isSeq(node) && typeof part === 'number') node = (node as YAMLSeq).items[part];
    else return undefined;
  }
  return node;
}

/** The comments of a text, as the library's lexer sees them. */
export function commentsOf(text: string): string[] {
  const lexemes = [...new Lexer().lex(bare(text))];
  return lexemes.filter((lexeme, index) => lexeme.startsWith('#') && lexemes[index - 1] !== '\u001f').map((comment) => comment.trimEnd());
}

export function bare(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
