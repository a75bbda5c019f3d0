import type { InitializeParams } from 'vscode-languageserver-protocol';

/** What the client can do, as far as the server minds. */
export interface Abilities {
  /** It asks for the edit of an action when that is chosen. */
  resolvesEdits: boolean;
  /** It takes edits with the version of the document they are for. */
  versionedEdits: boolean;
  /** An edit may make files. */
  createsFiles: boolean;
  /** It lets the person look at an edit before it is made. */
  confirmsEdits: boolean;
  /** It tells of files that change on the disk. */
  watchesFiles: boolean;
  snippets: boolean;
  /** It asks the person for the reason of an ignore. */
  asksReason: boolean;
  /** How long to wait while somebody types, in milliseconds. */
  debounce?: number;
}

/** @param params undefined = a client that can do nothing. */
export function abilitiesOf(params: InitializeParams | undefined): Abilities {
  const { textDocument, workspace } = params?.capabilities ?? {};
  const { documentChanges, resourceOperations, changeAnnotationSupport } = workspace?.workspaceEdit ?? {};
  const { askReason, debounce } = (params?.initializationOptions ?? {}) as { askReason?: unknown; debounce?: unknown };
  return {
    resolvesEdits: textDocument?.codeAction?.resolveSupport?.properties.includes('edit') === true,
    versionedEdits: documentChanges === true,
    createsFiles: documentChanges === true && resourceOperations?.includes('create') === true,
    confirmsEdits: documentChanges === true && changeAnnotationSupport !== undefined,
    watchesFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    snippets: textDocument?.completion?.completionItem?.snippetSupport === true,
    asksReason: askReason === true,
    ...(typeof debounce === 'number' && debounce >= 0 && debounce <= 10_000 && { debounce }),
  };
}
