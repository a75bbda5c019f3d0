import path from 'node:path';
import * as vscode from 'vscode';
import { LanguageClient, type LanguageClientOptions, type ServerOptions, TransportKind } from 'vscode-languageclient/node';

/** The scheme of texts that are shown as they would be. */
const SCHEME = 'batten-hardened';

let client: LanguageClient | undefined;

/** Starts the language server and adds what it has no words for: the preview, and the question for a reason. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const previews = new Previews();
  context.subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, previews),
    vscode.commands.registerCommand('batten.previewHardened', () => preview(previews)),
    vscode.commands.registerCommand('batten.restart', () => client?.restart()),
    vscode.commands.registerCommand('batten.askReason', askReason),
  );
  client = new LanguageClient('batten', 'batten', server(context), clientOptions());
  await client.start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

/** The command that is set, else the one the extension brings along. */
function server(context: vscode.ExtensionContext): ServerOptions {
  const command = vscode.workspace.getConfiguration('batten').get<string>('path')?.trim();
  if (command && path.isAbsolute(command)) return { command, args: ['lsp'], transport: TransportKind.stdio };
  if (command) void vscode.window.showWarningMessage('batten.path has to be an absolute path; the batten of the extension runs instead.');
  const module = context.asAbsolutePath(path.join('server', 'dist', 'cli', 'main.js'));
  return { module, args: ['lsp'], transport: TransportKind.stdio };
}

function clientOptions(): LanguageClientOptions {
  const languages = ['yaml', 'dockercompose'];
  return {
    documentSelector: languages.flatMap((language) => ['file', 'untitled'].map((scheme) => ({ language, scheme }))),
    initializationOptions: { askReason: true, debounce: vscode.workspace.getConfiguration('batten').get<number>('debounce') },
    markdown: { isTrusted: false, supportHtml: false },
  };
}

/** Asks why a finding is to be ignored, and lets the server write the comment. */
async function askReason(argument: { transform: string }): Promise<void> {
  const reason = await vscode.window.showInputBox({
    title: `Ignore ${argument.transform}`,
    prompt: 'Why is this fine here? It is written into the comment.',
    validateInput: (text) => (text.trim() === '' ? 'A reason is for whoever reads the file next' : undefined),
  });
  if (reason === undefined) return;
  await client?.sendRequest('workspace/executeCommand', { command: 'batten.ignore', arguments: [{ ...argument, reason }] });
}

/** Shows the file beside what fix would make of it. */
async function preview(previews: Previews): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (!document || !client) return;
  try {
    const uri = client.code2ProtocolConverter.asUri(document.uri);
    const hardened = await client.sendRequest<{ uri: string; text: string }[] | null>('batten/hardened', { uri });
    const own = hardened?.find((each) => each.uri === uri);
    if (!own || own.text === document.getText()) {
      void vscode.window.showInformationMessage('batten: nothing to harden in this file that is sure enough.');
      return;
    }
    const after = previews.set(document.uri, own.text);
    await vscode.commands.executeCommand('vscode.diff', document.uri, after, `${path.basename(document.uri.path)}, hardened`);
  } catch (error) {
    void vscode.window.showErrorMessage(`batten: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Texts by the document they are of. */
class Previews implements vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;

  set(of: vscode.Uri, text: string): vscode.Uri {
    const uri = of.with({ scheme: SCHEME, query: of.scheme });
    this.texts.set(uri.toString(), text);
    this.changed.fire(uri);
    return uri;
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? '';
  }
}
