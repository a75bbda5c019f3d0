import { endsOpen } from './layout';
import { showPath } from './path';
import { deepest, editable, inherits, locate, notInherited, OVERRIDE, type Place, placed, tagged, unshared } from './place';
import { aliased, inherited, Refused, refuse } from './refused';
import type { SourceText } from './source';
import { appendRange, insertionRange, removalRange, slotRange } from './touches';
import { fromData, isMergeKey, isNull, keyComes, keyGoes, keyNode, mapNode, type Node, ownEntry, taggedNode, toData } from './tree';
import type { Data, MergeTag, Near, Op, Path, Range, Refusal } from './types';

/** What an op did: the data before and after, and the source text it touches (the line an insertion follows). */
export interface Applied {
  before?: Data;
  after?: Data;
  touches: Range;
  /** Takes the op back. Of several ops the last one is taken back first. */
  undo(): void;
}

/** Changes the tree as an op says, or says why not; a refused op changes nothing. */
export function applyOp(root: Node, source: SourceText, op: Op): Applied | { refusal: Refusal } {
  try {
    return new Application(root, source).apply(op);
  } catch (error) {
    if (error instanceof Refused) return { refusal: error.refusal };
    throw error;
  }
}

/** One op. Every method checks first and changes last. */
class Application {
  constructor(
    private readonly root: Node,
    private readonly source: SourceText,
  ) {}

  apply(op: Op): Applied {
    if (op.path.length === 0) throw refuse('conflict', 'the document as a whole is not changed');
    switch (op.op) {
      case 'add':
        return this.add(op.path, op.value, op.near ?? [], op.tag);
      case 'append':
        return this.append(op.path, op.value);
      case 'replace':
        return this.put(locate(this.root, op.path), op.value, op.path);
      case 'remove':
        return this.remove(op.path);
      case 'rename':
        return this.rename(op.path, op.key);
      case 'comment':
        return this.comment(op.path, op.text);
    }
  }

  private add(path: Path, value: Data, near: readonly Near[], tag?: MergeTag): Applied {
    const { map, rest, holder } = deepest(this.root, path);
    const [key, ...inner] = rest;
    if (key === undefined) throw refuse('conflict', `${showPath(path)} is already there`);
    const wrapped = inner.reduceRight<Node>((below, part) => mapNode([[part, below]]), taggedNode(value, tag));
    const placeOf = (sibling: string): number => {
      const entry = ownEntry(map, sibling);
      return entry && !isMergeKey(entry) ? map.entries.indexOf(entry) + 1 : 0;
    };
    const places = inner.length === 0 ? near.map((each) => Math.max(...[each].flat().map(placeOf))) : [];
    const after = places.find((place) => place > 0) ?? map.entries.length;
    // Nothing may follow a block scalar that the end of the text cuts short: it would gain a line break.
    const index = after > 0 && endsOpen(map.entries[after - 1]!.value, this.source) ? after - 1 : after;
    const entry = { key: keyNode(key), value: wrapped };
    const empty = holder?.value;
    if (holder) holder.value = map;
    map.entries.splice(index, 0, entry);
    keyComes(map, entry);
    const undo = (): void => {
      map.entries.splice(map.entries.indexOf(entry), 1);
      keyGoes(map, entry);
      if (holder) holder.value = empty!;
    };
    return { after: value, touches: insertionRange(this.source, this.root, path.slice(0, path.length - rest.length), map, index), undo };
  }

  private append(path: Path, value: Data): Applied {
    const { map, rest } = deepest(this.root, path);
    const key = path[path.length - 1] as string;
    if (rest.length > 0) {
      // Appending to an inherited list would leave the item alone in a local one.
      if (inherits(map, key)) throw inherited(path);
      return { ...this.add(path, [value], []), after: value };
    }
    const entry = ownEntry(map, key)!;
    editable(entry, path, true);
    const { value: list } = entry;
    if (list.kind === 'alias') throw aliased(path, list.name);
    if (list.kind === 'map') throw refuse('conflict', `${showPath(path)} is a map, not a list`);
    if (list.kind !== 'seq') {
      const items = isNull(list) ? [value] : [list.data ?? list.text, value];
      return { ...this.put({ parent: map, entry }, items, path), after: value };
    }
    placed(list, path);
    const touches = appendRange(this.source, list, entry);
    const item = { value: fromData(value) };
    list.items.push(item);
    return { after: value, touches, undo: () => void list.items.splice(list.items.indexOf(item), 1) };
  }

  private put(place: Place, value: Data, path: Path): Applied {
    const slot = place.entry ?? place.item;
    const old = slot.value;
    unshared(this.root, old, path);
    const made = fromData(value);
    // A tag such as !!str says what the old value is. !override says how lists and maps merge and stays; on a scalar it would make a string of it.
    if (old.tag !== undefined && (old.tag !== OVERRIDE || made.kind === 'scalar')) throw tagged(path, old.tag);
    const touches = slotRange(slot);
    if (made.kind === 'scalar' && old.kind === 'scalar' && (old.style === 'single' || old.style === 'double')) made.style = old.style;
    if (old.anchor !== undefined) made.anchor = old.anchor;
    if (old.tag !== undefined) made.tag = old.tag;
    slot.value = made;
    const undo = (): void => {
      slot.value = old;
    };
    return { before: toData(old), after: value, touches, undo };
  }

  private remove(path: Path): Applied {
    const { parent, entry, item } = locate(this.root, path);
    const slot = entry ?? item;
    unshared(this.root, slot.value, path);
    if (entry) notInherited(parent, entry.key.text, path);
    if (parent === this.root && (entry ? parent.entries : parent.items).length === 1) {
      throw refuse('conflict', `${showPath(path)} is all that the document holds`);
    }
    const touches = removalRange(this.source, slot, parent);
    const putBack = entry ? takeOut(parent.entries, entry) : takeOut(parent.items, item);
    if (entry) keyGoes(parent, entry);
    const undo = (): void => {
      putBack();
      if (entry) keyComes(parent, entry);
    };
    return { before: toData(slot.value), touches, undo };
  }

  private rename(path: Path, key: string): Applied {
    const { parent, entry } = locate(this.root, path);
    if (!entry) throw refuse('conflict', `${showPath(path)} is not a key`);
    if (ownEntry(parent, key)) throw refuse('conflict', `${showPath([...path.slice(0, -1), key])} is already there`);
    if (entry.key.anchor !== undefined) throw aliased(path, entry.key.anchor);
    notInherited(parent, entry.key.text, path);
    const old = entry.key;
    const name = (node: typeof old): void => {
      keyGoes(parent, entry);
      entry.key = node;
      keyComes(parent, entry);
    };
    name({ ...keyNode(key), style: old.style });
    const undo = (): void => name(old);
    return { before: old.text, after: key, touches: slotRange(entry), undo };
  }

  private comment(path: Path, text: string): Applied {
    const { parent, entry } = locate(this.root, path);
    if (!/^#[^\r\n]*$/.test(text)) throw refuse('conflict', 'a comment is one line that starts with #');
    if (!entry?.src || parent.flow || this.source.text.slice(this.source.lineStart(entry.src.start), entry.src.start).trim() !== '') {
      throw refuse('conflict', `no comment can be written above ${showPath(path)}`);
    }
    const { comments } = entry;
    entry.comments = [...(comments ?? []), text.trimEnd()];
    const undo = (): void => {
      entry.comments = comments;
    };
    return { touches: { start: entry.src.start, end: entry.src.start }, undo };
  }
}

/** Takes a part out of its collection, and returns how it comes back. */
function takeOut<T>(parts: T[], part: T): () => void {
  const index = parts.indexOf(part);
  parts.splice(index, 1);
  return () => void parts.splice(index, 0, part);
}
