import { type Applied, applyOp } from './apply';
import { CannotWrite } from './cannot-write';
import { cloneTree } from './clone';
import { entryEnd, itemEnd } from './layout';
import { lower, splice } from './lower';
import { type CommentToken, open } from './open';
import { disprove } from './prove';
import type { SourceText } from './source';
import { detectStyle, type Style } from './style';
import { type Node, ownEntry, resolve } from './tree';
import type { Edit, Op, Path, Range, Refusal } from './types';

/** A YAML document that can be edited without being rewritten. */
export class YamlDocument {
  private style: Style | undefined;
  private changed = false;

  private constructor(
    readonly source: SourceText,
    readonly root: Node,
    readonly comments: readonly CommentToken[],
  ) {}

  /** Reads a text. @throws InputError with line and column; see `open` for the codes */
  static open(raw: string): YamlDocument {
    const { source, root, comments } = open(raw);
    return new YamlDocument(source, root, comments);
  }

  /** A copy that can be changed on its own. */
  fork(): YamlDocument {
    const copy = new YamlDocument(this.source, cloneTree(this.root), this.comments);
    copy.style = this.style;
    copy.changed = this.changed;
    return copy;
  }

  /** Changes the tree; the text follows when it is asked for. A refused op changes nothing. */
  apply(op: Op): Applied | { refusal: Refusal } {
    // The style is that of what was read, so it is taken before anything is new.
    this.style ??= detectStyle(this.root, this.source);
    const done = applyOp(this.root, this.source, op);
    if (!('refusal' in done)) this.changed = true;
    return done;
  }

  /** The edits that bring the text to the state of the tree. @throws CannotWrite */
  edits(): Edit[] {
    if (!this.changed) return [];
    return lower(this.root, this.source, this.comments, this.style!);
  }

  /** The text in the state of the tree, BOM included. @throws CannotWrite */
  toText(): string {
    const edits = this.edits();
    if (edits.length === 0) return this.source.raw;
    return this.source.finish(splice(this.source.padded, edits));
  }

  /** Writes the text and proves it: the document it parses to, or why it is not to be believed. */
  prove(): { document: YamlDocument } | { reason: string } {
    try {
      const document = YamlDocument.open(this.toText());
      const reason = disprove(this, document);
      return reason === undefined ? { document } : { reason };
    } catch (error) {
      if (error instanceof CannotWrite) return { reason: error.message };
      return { reason: `the result does not parse: ${error instanceof Error ? error.message : String(error)}` };
    }
  }

  /** The source range of the deepest part of `path` that was read; aliases are not followed into. */
  rangeOf(path: Path): Range {
    let range: Range = { start: 0, end: 0 };
    let node: Node = this.root;
    for (const part of path) {
      if (typeof part === 'number') {
        const item = node.kind === 'seq' ? node.items[part] : undefined;
        if (!item?.src) break;
        range = { start: item.src.start, end: itemEnd(item.src, item.value) };
        node = item.value;
      } else {
        const entry = node.kind === 'map' ? ownEntry(node, part) : undefined;
        if (!entry?.src) break;
        range = { start: entry.src.keyStart, end: entryEnd(entry.src, entry.value) };
        node = entry.value;
      }
    }
    return range;
  }

  /** The node at a path, aliases followed; merge keys are not. */
  at(path: Path): Node | undefined {
    let node: Node | undefined = this.root;
    for (const part of path) {
      const here: Node | undefined = node && resolve(node);
      if (here?.kind === 'seq' && typeof part === 'number') node = here.items[part]?.value;
      else if (here?.kind === 'map' && typeof part === 'string') node = ownEntry(here, part)?.value;
      else return undefined;
    }
    return node;
  }
}
