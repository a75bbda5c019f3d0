import type { YamlDocument } from './document';
import { entryEnd, itemEnd } from './layout';
import type { Entry, Node } from './tree';
import type { Path } from './types';

/** What is at an offset of a document: the deepest key or item there, and whether it is its key that is pointed at. */
export interface PlaceAt {
  path: Path;
  onKey: boolean;
}

/** @param offset into the text without its BOM. */
export function placeAt({ root }: YamlDocument, offset: number): PlaceAt {
  const path: (string | number)[] = [];
  let node: Node | undefined = root;
  let onKey = false;
  while (node) {
    let next: Node | undefined;
    if (node.kind === 'map') {
      const entry: Entry | undefined = node.entries.find(
        ({ src, value }) => src && src.keyStart <= offset && offset <= Math.max(src.keyEnd, entryEnd(src, value)),
      );
      if (!entry) break;
      path.push(entry.key.text);
      onKey = offset <= entry.src!.keyEnd;
      next = onKey ? undefined : entry.value;
    } else if (node.kind === 'seq') {
      const index = node.items.findIndex(({ src, value }) => src && src.start <= offset && offset <= itemEnd(src, value));
      if (index === -1) break;
      path.push(index);
      onKey = false;
      next = node.items[index]!.value;
    }
    node = next;
  }
  return { path, onKey };
}
