import type { AnnotatedTextEdit, CreateFile, TextDocumentEdit, TextEdit, WorkspaceEdit } from 'vscode-languageserver-types';
import type { Abilities } from './abilities';
import type { Edited } from './messages';

const ANNOTATION = 'batten';
const START = { line: 0, character: 0 };

/** A change as an edit that the client can make. @param preview whether the person is to confirm it, where the client can ask. */
export function workspaceEdit({ files, created, count }: Edited, abilities: Abilities, preview = false): WorkspaceEdit {
  if (!abilities.versionedEdits) return { changes: Object.fromEntries(files.map(({ uri, edits }) => [uri, edits])) };
  const confirmed = preview && abilities.confirmsEdits;
  const marked = (edits: TextEdit[]): (TextEdit | AnnotatedTextEdit)[] =>
    confirmed ? edits.map((edit) => ({ ...edit, annotationId: ANNOTATION })) : edits;
  const edited = files.map(
    ({ uri, version, edits }): TextDocumentEdit => ({ textDocument: { uri, version: version ?? null }, edits: marked(edits) }),
  );
  const made = created.flatMap(({ uri, text }): [CreateFile, TextDocumentEdit] => [
    { kind: 'create', uri, options: { ignoreIfExists: true } },
    { textDocument: { uri, version: null }, edits: marked([{ range: { start: START, end: START }, newText: text }]) },
  ]);
  if (!confirmed) return { documentChanges: [...made, ...edited] };
  const label = `Harden: ${count} ${count === 1 ? 'change' : 'changes'}`;
  return {
    documentChanges: [...made, ...edited],
    changeAnnotations: { [ANNOTATION]: { label, needsConfirmation: true, description: 'what batten fix would do' } },
  };
}
