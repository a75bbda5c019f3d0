import type { YamlDocument } from '../yaml/document';
import { type Entry, type Node, ownEntry } from '../yaml/tree';
import type { Path } from '../yaml/types';
import type { Draft } from './types';

/** A `# batten: ignore[id, …] reason` comment: which transforms (undefined = all) it silences below which path. */
export interface Ignore {
  ids: ReadonlySet<string> | undefined;
  /** Undefined when there is nothing for it to be about. */
  path: Path | undefined;
  reason: string;
  /** Where the comment is, counting from 1. */
  line: number;
  column: number;
}

/** An ignore of a configuration file. */
export interface IgnoreRule {
  transforms: readonly string[];
  /** Undefined = all services. */
  service?: string;
  reason: string;
  /** Where it is written, for warnings about it. */
  place: { file: string; line: number; column: number };
}

const IGNORE = /^#\s*batten:\s*(ignore-file|ignore)(?![\w-])(?:\[([^\]]*)\])?\s*(.*)$/;

/**
 * Reads the ignore comments of a document off its comment tokens: a `#` inside a block scalar is data. On a line of its own a comment
 * counts for the next key, at the end of a line for the key on it, in both cases with all below it; `ignore-file` counts everywhere.
 */
export function readIgnores(document: YamlDocument): Ignore[] {
  const { source } = document;
  return document.comments.flatMap((comment): Ignore[] => {
    const match = IGNORE.exec(comment.text);
    if (!match) return [];
    const [, kind, list, reason = ''] = match;
    const ids =
      list === undefined
        ? undefined
        : new Set(
            list
              .split(',')
              .map((id) => id.trim())
              .filter(Boolean),
          );
    const place = source.position(comment.offset);
    if (kind === 'ignore-file') return [{ ids, path: [], reason, ...place }];
    const line = comment.ownLine ? nextContentLine(source.text, comment.offset) : source.lineStart(comment.offset);
    const path = keyOnLine(document.root, line, source.lineEnd(line), []);
    return [{ ids, path, reason, ...place }];
  });
}

/** The ignore that silences a finding of a transform, if one does. */
export function ignoreFor(ignores: readonly Ignore[], transform: string, { path }: Draft): Ignore | undefined {
  return ignores.find((ignore) => (!ignore.ids || ignore.ids.has(transform)) && ignore.path?.every((part, index) => path[index] === part));
}

/** The rule of a configuration that silences a finding of a transform, if one does. */
export function ruleFor(rules: readonly IgnoreRule[], transform: string, { service, services }: Draft): IgnoreRule | undefined {
  const touched = services ?? [service];
  return rules.find((rule) => rule.transforms.includes(transform) && (rule.service === undefined || touched.includes(rule.service)));
}

/** The ignore comment for a finding, as `i` at the prompt writes it, and the key it goes above. */
export function ignoreComment(transform: string, { path }: Pick<Draft, 'path'>, reason: string, root: Node): { path: Path; text: string } {
  const words = reason.replace(/\s+/g, ' ').trim();
  return { path: lastKey(root, path), text: `# batten: ignore[${transform}]${words ? ` ${words}` : ''}` };
}

/** The deepest key on the way that is there: a missing `services.db.cap_drop` is ignored at `services.db`. */
function lastKey(root: Node, path: Path): Path {
  let node: Node = root;
  let depth = 0;
  for (; depth < path.length; depth++) {
    const part = path[depth]!;
    const entry = node.kind === 'map' && typeof part === 'string' ? ownEntry(node, part) : undefined;
    if (!entry) break;
    node = entry.value;
  }
  return path.slice(0, depth);
}

function nextContentLine(text: string, from: number): number {
  let at = text.indexOf('\n', from) + 1;
  while (at > 0 && /^[ \t]*(?:#|\r?\n|$)/.test(text.slice(at, at + 200).split('\n')[0] ?? '')) at = text.indexOf('\n', at) + 1;
  return at === 0 ? text.length : at;
}

/** The outermost key that starts on the line. */
function keyOnLine(node: Node, start: number, end: number, path: Path): Path | undefined {
  const below = (entry: Entry): Path | undefined => {
    const here = [...path, entry.key.text];
    if (entry.src && entry.src.start >= start && entry.src.start <= end) return here;
    return keyOnLine(entry.value, start, end, here);
  };
  if (node.kind === 'map') return first(node.entries, below);
  if (node.kind === 'seq') {
    return first(node.items, (item, index) =>
      item.src && item.src.start >= start && item.src.start <= end ? [...path, index] : keyOnLine(item.value, start, end, [...path, index]),
    );
  }
  return undefined;
}

function first<T, R>(list: readonly T[], pick: (item: T, index: number) => R | undefined): R | undefined {
  for (let index = 0; index < list.length; index++) {
    const found = pick(list[index]!, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
