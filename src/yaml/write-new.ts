import type { YamlDocument } from './document';
import { renderEntry } from './render';
import { detectStyle, type Style } from './style';
import { fromData, type MapNode, mapNode } from './tree';
import type { Data } from './types';

/**
 * The text of a new file, in the style and with the line ending of another: a comment, then the map. Blank lines stand between the keys of
 * the top level, and between maps one level below.
 *
 * @param header lines of the comment, without `#`.
 * @param above text that stays above all of it.
 */
export function newText(root: MapNode, like: YamlDocument, header: readonly string[], above = ''): string {
  const style = detectStyle(like.root, like.source);
  const { eol } = like.source;
  const before = above === '' || above.endsWith('\n') ? above : above + eol;
  const lines = header.map((line) => (line === '' ? '#' : `# ${line}`));
  for (const { key, value } of root.entries) {
    if (lines.length > 0) lines.push('');
    const inner = value.kind === 'map' && !value.tag ? value.entries : [];
    if (inner.length === 0) {
      lines.push(...renderEntry(key, value, 0, style));
      continue;
    }
    inner.forEach((entry, index) => {
      // The key of the section comes with its first entry.
      const rendered = renderEntry(key, { ...mapNode([]), entries: [entry] }, 0, style);
      const apart = index > 0 && entry.value.kind === 'map' && entry.value.entries.length > 0;
      lines.push(...(apart ? [''] : []), ...(index === 0 ? rendered : rendered.slice(1)));
    });
  }
  return before + lines.map((line) => line + eol).join('');
}

/** How a file is written that nobody wrote before. */
const NEW: Style = { step: 2, dashOffset: 2, quote: '"', flowLists: false };

/** A map as a document of its own, in block style. */
export function blockText(data: { readonly [key: string]: Data }): string {
  const root = fromData(data) as MapNode;
  return root.entries
    .flatMap(({ key, value }) => renderEntry(key, value, 0, NEW))
    .map((line) => `${line}\n`)
    .join('');
}
