import ts from 'typescript';
import { found, place, sources } from './sources';

/** A regular expression of a source. */
export interface Pattern {
  /** `/…/flags` */
  text: string;
  source: string;
  flags: string;
  /** `file:line`s */
  places: string[];
}

const FOLDERS = ['src', 'transforms', 'scripts', 'templates'];

/** All regular expressions that are written as such, each once. */
export function patterns(): Pattern[] {
  const all = new Map<string, Pattern>();
  for (const each of sources(FOLDERS)) {
    for (const node of found(each.tree, (node) => (ts.isRegularExpressionLiteral(node) ? node : undefined))) {
      const end = node.text.lastIndexOf('/');
      const made = { text: node.text, source: node.text.slice(1, end), flags: node.text.slice(end + 1), places: [] };
      const pattern = all.get(node.text) ?? made;
      all.set(node.text, pattern);
      pattern.places.push(place(each, node));
    }
  }
  return [...all.values()];
}

/** What else makes regular expressions: `RegExp(…)`, as `file: argument`. */
export function made(): string[] {
  return sources(FOLDERS).flatMap((each) =>
    found(each.tree, (node) =>
      (ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === 'RegExp'
        ? `${each.file}: ${node.arguments?.[0]?.getText() ?? ''}`
        : undefined,
    ),
  );
}

/**
 * Whether a pattern is seen to be linear without being taken apart: it has no loop, or it has one of one character and begins at one place. The
 * checker takes seconds for some of these.
 */
export function isPlainlyLinear({ source, flags }: Pick<Pattern, 'source' | 'flags'>): boolean {
  // A letter for each escape and each class; a reference to a group stays.
  const plain = source
    .replace(/\\(?:k<[^>]*>|[1-9])/g, '~')
    .replace(/\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|.)/gs, 'a')
    .replace(/\[[^\]]*\]/g, 'c');
  if (plain.includes('~')) return false;
  const loops = [...plain.matchAll(/(.)(?:[*+]|\{\d+,\})/gs)];
  if (loops.length === 0) return true;
  let depth = 0;
  let alternatives = false;
  for (const char of plain) {
    if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === '|' && depth === 0) alternatives = true;
  }
  const begins = (plain.startsWith('^') && !flags.includes('m') && !alternatives) || flags.includes('y');
  return loops.length === 1 && loops[0]![1] !== ')' && begins && !/\)(?:[*+]|\{\d)/.test(plain);
}
