import { type CompletionItem, CompletionItemKind, type Diagnostic, InsertTextFormat, type Position } from 'vscode-languageserver-types';
import type { KnownTransform } from './messages';

const LIST = /^#\s{0,9}batten:\s{0,9}ignore(?:-file)?\[/;
const BEGUN = /^#\s?([a-z]{0,6})$/;

/**
 * What can be written in an ignore comment: the ids of transforms, those that are found here first; and the comment itself, where one is begun.
 *
 * @param before the line up to the cursor.
 */
export function completionsFor(
  before: string,
  { line, character }: Position,
  { transforms, found: diagnostics, snippets }: { transforms: readonly KnownTransform[]; found: readonly Diagnostic[]; snippets: boolean },
): CompletionItem[] {
  const hash = before.lastIndexOf('#');
  if (hash === -1 || (hash > 0 && !/\s/.test(before[hash - 1]!))) return [];
  const comment = before.slice(hash);
  const open = LIST.exec(comment)?.[0];
  if (open !== undefined && !comment.includes(']')) {
    const listed = comment
      .slice(open.length)
      .split(',')
      .map((id) => id.trimStart());
    const typed = listed.at(-1)!;
    const found = new Set(diagnostics.map(({ code }) => code));
    const range = { start: { line, character: character - typed.length }, end: { line, character } };
    return transforms
      .filter(({ id }) => !listed.slice(0, -1).some((each) => each.trim() === id))
      .map(({ id, title, summary }) => ({
        label: id,
        kind: CompletionItemKind.EnumMember,
        detail: title,
        documentation: summary,
        sortText: `${found.has(id) ? 0 : 1}${id}`,
        textEdit: { range, newText: id },
      }));
  }
  const typed = BEGUN.exec(comment)?.[1];
  if (typed === undefined || !'batten'.startsWith(typed)) return [];
  const range = { start: { line, character: character - typed.length }, end: { line, character } };
  return [
    {
      label: 'batten: ignore[…]',
      filterText: 'batten: ignore',
      kind: CompletionItemKind.Snippet,
      detail: 'Leave a finding as it is, and say why',
      insertTextFormat: snippets ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
      textEdit: { range, newText: snippets ? 'batten: ignore[$1] $0' : 'batten: ignore[' },
    },
  ];
}
