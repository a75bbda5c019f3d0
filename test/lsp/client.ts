import { type ChildProcess, spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import {
  type CodeAction,
  type CompletionItem,
  createProtocolConnection,
  type Diagnostic,
  type Hover,
  type InitializeResult,
  type Position,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type Range,
  StreamMessageReader,
  StreamMessageWriter,
  type TextDocumentEdit,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver-protocol/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { MAIN, scrubbedEnv } from '../cli/run';

/** What an editor such as VS Code can do. */
export const FULL_ABILITIES = {
  textDocument: { codeAction: { resolveSupport: { properties: ['edit'] } }, completion: { completionItem: { snippetSupport: true } } },
  workspace: { workspaceEdit: { documentChanges: true, resourceOperations: ['create'], changeAnnotationSupport: {} } },
};

export interface ClientOptions {
  capabilities?: object;
  /** In milliseconds. */
  debounce?: number;
  askReason?: boolean;
  /** Options of the command. */
  args?: readonly string[];
  /** The command, where it is another one. */
  main?: string;
}

/** An editor without a screen: it has documents open, edits them and remembers what it was told of them. */
export class Client {
  readonly documents = new Map<string, TextDocument>();
  /** All that was published, in order. */
  readonly published: PublishDiagnosticsParams[] = [];
  readonly applied: WorkspaceEdit[] = [];
  private readonly last = new Map<string, PublishDiagnosticsParams>();
  private readonly listeners = new Set<() => void>();
  initialized!: InitializeResult;
  stderr = '';
  /** The exit code, once the server has ended. */
  readonly exited: Promise<number | null>;

  private constructor(
    readonly process: ChildProcess,
    readonly connection: ProtocolConnection,
  ) {
    this.exited = new Promise((resolve) => process.on('exit', resolve));
    process.stderr!.on('data', (chunk) => {
      this.stderr += String(chunk);
    });
    connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
      this.published.push(params);
      this.last.set(params.uri, params);
      for (const listener of this.listeners) listener();
    });
    connection.onRequest('workspace/applyEdit', ({ edit }: { edit: WorkspaceEdit }) => {
      this.applied.push(edit);
      return { applied: true };
    });
    connection.onRequest('client/registerCapability', () => null);
    connection.listen();
  }

  static async start(options: ClientOptions = {}): Promise<Client> {
    const process = spawn(globalThis.process.execPath, [options.main ?? MAIN, 'lsp', ...(options.args ?? [])], {
      env: scrubbedEnv(),
      stdio: 'pipe',
    });
    const connection = createProtocolConnection(new StreamMessageReader(process.stdout), new StreamMessageWriter(process.stdin));
    const client = new Client(process, connection);
    const { debounce = 10, askReason } = options;
    client.initialized = await connection.sendRequest('initialize', {
      processId: globalThis.process.pid,
      rootUri: null,
      capabilities: options.capabilities ?? FULL_ABILITIES,
      initializationOptions: { debounce, askReason },
    });
    await connection.sendNotification('initialized', {});
    return client;
  }

  /** Ends the server as an editor does. @returns its exit code */
  async stop(): Promise<number | null> {
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    const code = await this.exited;
    this.connection.dispose();
    return code;
  }

  async open(file: string, text: string, languageId = 'yaml'): Promise<string> {
    const uri = /^\w+:/.test(file) ? file : pathToFileURL(file).href;
    this.documents.set(uri, TextDocument.create(uri, languageId, 1, text));
    await this.connection.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId, version: 1, text } });
    return uri;
  }

  async close(uri: string): Promise<void> {
    this.documents.delete(uri);
    await this.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
  }

  /** Replaces stretches of a document, one after the other; offsets in UTF-16 units. */
  async edit(uri: string, ...changes: { start: number; end: number; text: string }[]): Promise<void> {
    let document = this.documents.get(uri)!;
    const contentChanges = changes.map(({ start, end, text }) => {
      const change = { range: { start: document.positionAt(start), end: document.positionAt(end) }, text };
      document = TextDocument.update(document, [change], document.version + 1);
      return change;
    });
    this.documents.set(uri, document);
    await this.connection.sendNotification('textDocument/didChange', { textDocument: { uri, version: document.version }, contentChanges });
  }

  /** Replaces all of a document. */
  replace(uri: string, text: string): Promise<void> {
    return this.edit(uri, { start: 0, end: this.text(uri).length, text });
  }

  text(uri: string): string {
    return this.documents.get(uri)!.getText();
  }

  /** What was last said of a document as it is now, as soon as it is said. */
  async settled(uri: string, patience = 20_000): Promise<Diagnostic[]> {
    const isNow = (): Diagnostic[] | undefined => {
      const last = this.last.get(uri);
      return last?.version === this.documents.get(uri)!.version ? last.diagnostics : undefined;
    };
    const now = isNow();
    if (now) return now;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`nothing was said of ${uri} in ${patience} ms`)), patience);
      const listener = (): void => {
        const found = isNow();
        if (!found) return;
        this.listeners.delete(listener);
        clearTimeout(timer);
        resolve(found);
      };
      this.listeners.add(listener);
    });
  }

  /** Waits for the next thing that is said of a document. */
  async next(uri: string, work: () => Promise<unknown>): Promise<Diagnostic[]> {
    this.last.delete(uri);
    await work();
    return this.settled(uri);
  }

  actions(uri: string, range?: Range, only?: string[]): Promise<CodeAction[]> {
    const whole = { start: { line: 0, character: 0 }, end: { line: 1_000_000, character: 0 } };
    return this.connection.sendRequest('textDocument/codeAction', {
      textDocument: { uri },
      range: range ?? whole,
      context: { diagnostics: [], ...(only && { only }) },
    });
  }

  resolve(action: CodeAction): Promise<CodeAction> {
    return this.connection.sendRequest('codeAction/resolve', action);
  }

  hover(uri: string, position: Position): Promise<Hover | null> {
    return this.connection.sendRequest('textDocument/hover', { textDocument: { uri }, position });
  }

  complete(uri: string, position: Position): Promise<CompletionItem[]> {
    return this.connection.sendRequest('textDocument/completion', { textDocument: { uri }, position });
  }

  /** What an edit makes of a document that is open; other files are left out. */
  edited(uri: string, edit: WorkspaceEdit | undefined): string {
    const document = this.documents.get(uri)!;
    return TextDocument.applyEdits(document, editsOf(uri, edit));
  }
}

/** The edits of a document in an edit of the workspace. */
export function editsOf(uri: string, { changes, documentChanges = [] }: WorkspaceEdit = {}): TextEdit[] {
  const versioned = documentChanges.filter(
    (change): change is TextDocumentEdit => 'textDocument' in change && change.textDocument.uri === uri,
  );
  return [...(changes?.[uri] ?? []), ...versioned.flatMap(({ edits }) => edits as TextEdit[])];
}

/** Where a word is in a document. */
export function positionOf(document: TextDocument, word: string): Position {
  return document.positionAt(document.getText().indexOf(word));
}
