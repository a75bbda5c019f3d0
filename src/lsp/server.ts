import {
  type CodeAction,
  type CodeActionParams,
  type CompletionItem,
  type CompletionParams,
  type Connection,
  createConnection,
  type Diagnostic,
  DidChangeWatchedFilesNotification,
  type ExecuteCommandParams,
  type Hover,
  type HoverParams,
  type InitializeParams,
  type InitializeResult,
  LSPErrorCodes,
  ResponseError,
  TextDocumentSyncKind,
  TextDocuments,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type Abilities, abilitiesOf } from './abilities';
import { ACTION_KINDS, type ActionData, actionsFor, IGNORE_COMMAND, type IgnoreArgument, NO_REASON } from './actions';
import { Analyst, NoAnswer } from './analyst';
import { completionsFor } from './completion';
import { pathOfUri } from './documents';
import type { Checked, Edited, Hardened, KnownTransform, OpenDocument, Wanted } from './messages';
import { workspaceEdit } from './workspace-edit';

/** How long nobody types before a document is checked, in milliseconds. */
const DEBOUNCE = 150;

/** Files that a check may have read beside the documents. */
const WATCHED = ['**/*.{yaml,yml}', '**/.batten.{yaml,yml}', '**/.env', '**/*Dockerfile*', '**/batten.lock.json', '**/*baseline*.json'];

/** A request of batten's own: the files of a document's project as `fix` would leave them. Its parameter is `{ uri }`. */
export const HARDENED_REQUEST = 'batten/hardened';

export interface ServerSetting {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
  version: string;
  /** The script of the analysis. */
  script: string;
  today(): string;
  proofKey?: Uint8Array;
}

/** Speaks the language server protocol on two streams, until the client ends it. */
export function serve(setting: ServerSetting): void {
  new Server(createConnection(setting.input, setting.output), setting).listen();
}

class Server {
  private readonly documents = new TextDocuments(TextDocument);
  private readonly analyst: Analyst;
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly checked = new Map<string, Checked>();
  private readonly waiting = new Map<string, Set<() => void>>();
  private abilities: Abilities = abilitiesOf(undefined);
  private transforms: Promise<readonly KnownTransform[]> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly setting: ServerSetting,
  ) {
    const { script, today, proofKey } = setting;
    const { documents } = this;
    this.analyst = new Analyst({ all: () => documents.all(), read: (uri) => opened(documents.get(uri)) }, { script, today, proofKey });
  }

  listen(): void {
    const { connection, documents } = this;
    connection.onInitialize((params) => this.initialize(params));
    connection.onInitialized(() => this.initialized());
    connection.onShutdown(() => this.analyst.end());
    documents.onDidOpen(({ document }) => this.changed(document.uri));
    documents.onDidChangeContent(({ document }) => this.changed(document.uri));
    documents.onDidClose(({ document }) => this.closed(document.uri));
    connection.onDidChangeWatchedFiles(() => this.scheduleAll());
    connection.onCompletion((params) => this.complete(params));
    connection.onHover((params) => this.hover(params));
    connection.onCodeAction((params) => this.actions(params));
    connection.onCodeActionResolve((action) => this.resolve(action));
    connection.onExecuteCommand((params) => this.execute(params));
    connection.onRequest(
      HARDENED_REQUEST,
      async ({ uri }: { uri: string }) => (await this.asked<Hardened[]>({ kind: 'hardened', uri })) ?? null,
    );
    documents.listen(connection);
    connection.listen();
  }

  private initialize(params: InitializeParams): InitializeResult {
    this.abilities = abilitiesOf(params);
    return {
      serverInfo: { name: 'batten', version: this.setting.version },
      capabilities: {
        positionEncoding: 'utf-16',
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        hoverProvider: true,
        completionProvider: { triggerCharacters: ['#', '[', ','] },
        codeActionProvider: { codeActionKinds: [...ACTION_KINDS], resolveProvider: true },
        executeCommandProvider: { commands: [IGNORE_COMMAND] },
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
    };
  }

  private initialized(): void {
    // The analysis is loaded while the person still looks.
    void this.knownTransforms().catch(() => undefined);
    if (!this.abilities.watchesFiles) return;
    const watchers = WATCHED.map((globPattern) => ({ globPattern }));
    void this.connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
  }

  private changed(uri: string): void {
    this.schedule(uri);
    this.scheduleReaders(uri);
  }

  private closed(uri: string): void {
    clearTimeout(this.timers.get(uri));
    this.timers.delete(uri);
    this.checked.delete(uri);
    this.analyst.outdate(uri);
    this.release(uri);
    void this.connection.sendDiagnostics({ uri, diagnostics: [] });
    this.scheduleReaders(uri);
  }

  /** Checks the documents again that a document is part of. */
  private scheduleReaders(uri: string): void {
    const file = pathOfUri(uri);
    if (file === undefined) return;
    for (const [other, { read }] of this.checked) if (other !== uri && read.includes(file)) this.schedule(other);
  }

  private scheduleAll(): void {
    for (const { uri } of this.documents.all()) this.schedule(uri);
  }

  private schedule(uri: string): void {
    this.analyst.outdate(uri);
    clearTimeout(this.timers.get(uri));
    this.timers.set(
      uri,
      setTimeout(() => void this.check(uri), this.abilities.debounce ?? DEBOUNCE),
    );
  }

  private async check(uri: string): Promise<void> {
    this.timers.delete(uri);
    const document = this.documents.get(uri);
    if (!document) return;
    const { version } = document;
    try {
      const checked = await this.analyst.ask<Checked | undefined>({ kind: 'check', uri });
      if (checked) this.publish(checked);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      // What came in between has its own check.
      if (error.why === 'failed') this.publish({ uri, version, diagnostics: [failure(error.message)], read: [] });
    }
  }

  private publish(checked: Checked): void {
    const { uri, version, diagnostics } = checked;
    const document = this.documents.get(uri);
    // A check that another file asked for may have begun before this one was edited.
    if (document?.version !== version || this.timers.has(uri)) return;
    this.checked.set(uri, checked);
    void this.connection.sendDiagnostics({ uri, version, diagnostics });
    this.release(uri);
  }

  private release(uri: string): void {
    for (const release of this.waiting.get(uri) ?? []) release();
    this.waiting.delete(uri);
  }

  /** What was found in a document as it is now; waits for the check of it. Undefined when it changes meanwhile. */
  private async current({ uri, version }: TextDocument): Promise<readonly Diagnostic[] | undefined> {
    const known = this.checked.get(uri);
    if (known?.version === version && !this.timers.has(uri)) return known.diagnostics;
    await new Promise<void>((resolve) => {
      const waiting = this.waiting.get(uri) ?? new Set();
      this.waiting.set(uri, waiting.add(resolve));
    });
    const now = this.checked.get(uri);
    return now?.version === version ? now.diagnostics : undefined;
  }

  private async complete({ textDocument, position }: CompletionParams): Promise<CompletionItem[]> {
    const document = this.documents.get(textDocument.uri);
    if (!document) return [];
    const before = document.getText({ start: { line: position.line, character: 0 }, end: position });
    if (!before.includes('#')) return [];
    const found = this.checked.get(document.uri)?.diagnostics ?? [];
    return completionsFor(before, position, { transforms: await this.knownTransforms(), found, snippets: this.abilities.snippets });
  }

  private knownTransforms(): Promise<readonly KnownTransform[]> {
    this.transforms ??= this.analyst.ask<readonly KnownTransform[]>({ kind: 'transforms' });
    return this.transforms;
  }

  private async hover({ textDocument: { uri }, position: { line, character } }: HoverParams): Promise<Hover | undefined> {
    if (!this.documents.get(uri)) return undefined;
    try {
      return await this.analyst.ask<Hover | undefined>({ kind: 'hover', uri, line, character });
    } catch (error) {
      if (error instanceof NoAnswer) return undefined;
      throw error;
    }
  }

  private async actions({ textDocument, range, context }: CodeActionParams): Promise<CodeAction[]> {
    const document = this.documents.get(textDocument.uri);
    const diagnostics = document && (await this.current(document));
    if (!diagnostics) return [];
    const { asksReason, resolvesEdits } = this.abilities;
    const actions = actionsFor(document, diagnostics, { range, only: context.only, asksReason });
    if (resolvesEdits) return actions;
    const resolved: CodeAction[] = [];
    for (const action of actions) {
      try {
        resolved.push(await this.resolve(action));
      } catch (error) {
        if (!(error instanceof ResponseError)) throw error;
        resolved.push({ ...action, disabled: { reason: error.message }, data: undefined });
      }
    }
    return resolved;
  }

  private async resolve(action: CodeAction): Promise<CodeAction> {
    const data = action.data as ActionData | undefined;
    if (!data || action.command) return action;
    const edit = await this.edit(data.uri, data.version, data.wanted, data.preview);
    return { ...action, edit };
  }

  private async edit(uri: string, version: number, wanted: Wanted, preview = false): Promise<WorkspaceEdit> {
    const edited = await this.asked<Edited>({ kind: 'edit', uri, version, wanted, secondary: this.abilities.createsFiles });
    if (!edited) throw new ResponseError(LSPErrorCodes.ContentModified, 'the document has changed');
    return workspaceEdit(edited, this.abilities, preview);
  }

  private async execute({ command, arguments: [argument] = [] }: ExecuteCommandParams): Promise<void> {
    if (command !== IGNORE_COMMAND) throw new ResponseError(LSPErrorCodes.RequestFailed, `there is no command ${command}`);
    const { uri, version, transform, identity, reason = NO_REASON } = argument as IgnoreArgument;
    const edit = await this.edit(uri, version, { what: 'ignore', identity, reason });
    await this.connection.workspace.applyEdit({ label: `Ignore ${transform}`, edit });
  }

  private async asked<T>(question: Parameters<Analyst['ask']>[0]): Promise<T | undefined> {
    try {
      return await this.analyst.ask<T | undefined>(question);
    } catch (error) {
      if (error instanceof NoAnswer) throw new ResponseError(LSPErrorCodes.RequestFailed, error.message);
      throw error;
    }
  }
}

function opened(document: TextDocument | undefined): OpenDocument | undefined {
  if (!document) return undefined;
  const { uri, version, languageId } = document;
  return { uri, version, languageId, text: document.getText() };
}

function failure(message: string): Diagnostic {
  const start = { line: 0, character: 0 };
  return { range: { start, end: start }, severity: 1, code: 'unforeseen', source: 'batten', message: `Not checked: ${message}` };
}
