// Loads an extension as VS Code does, against a mock of its API, opens one document in it and prints what came of it as JSON.
// usage: node host.cjs EXTENSION_FOLDER FILE
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const [home, file] = process.argv.slice(2);
const seen = { commands: {}, schemes: [], diagnostics: [], selectors: [], diff: [], errors: [] };

class Disposable {
  constructor(dispose = () => {}) {
    this.dispose = dispose;
  }
}
class EventEmitter {
  constructor() {
    this.listeners = new Set();
    this.event = (listener, self) => {
      const bound = self ? listener.bind(self) : listener;
      this.listeners.add(bound);
      return new Disposable(() => this.listeners.delete(bound));
    };
  }
  fire(value) {
    for (const each of this.listeners) each(value);
  }
  dispose() {}
}
class Uri {
  constructor(scheme, fsPath, query = '') {
    Object.assign(this, { scheme, path: fsPath, fsPath, query, authority: '', fragment: '' });
  }
  static parse(text) {
    return new Uri(text.split(':')[0], decodeURIComponent(new URL(text).pathname));
  }
  static file(fsPath) {
    return new Uri('file', fsPath);
  }
  with({ scheme = this.scheme, query = this.query }) {
    return new Uri(scheme, this.path, query);
  }
  toString() {
    return this.scheme === 'file' ? pathToFileURL(this.path).href : `${this.scheme}:${this.path}?${this.query}`;
  }
}
class Position {
  constructor(line, character) {
    Object.assign(this, { line, character });
  }
}
class Range {
  constructor(start, end, ...rest) {
    Object.assign(this, typeof start === 'number' ? { start: new Position(start, end), end: new Position(...rest) } : { start, end });
  }
}
class Diagnostic {
  constructor(range, message, severity) {
    Object.assign(this, { range, message, severity });
  }
}
class RelativePattern {}
class CancellationTokenSource {
  constructor() {
    this.token = { isCancellationRequested: false, onCancellationRequested: new EventEmitter().event };
  }
  cancel() {
    this.token.isCancellationRequested = true;
  }
  dispose() {}
}
class CodeActionKind {
  constructor(value) {
    this.value = value;
  }
  append(part) {
    return new CodeActionKind(this.value ? `${this.value}.${part}` : part);
  }
}
CodeActionKind.Empty = new CodeActionKind('');
for (const [name, value] of Object.entries({ QuickFix: 'quickfix', Refactor: 'refactor', Source: 'source', SourceFixAll: 'source.fixAll' }))
  CodeActionKind[name] = new CodeActionKind(value);

const text = readFileSync(file, 'utf8');
const document = { uri: Uri.file(file), fileName: file, languageId: 'yaml', version: 1, isClosed: false, isDirty: false, lineCount: text.split('\n').length, getText: () => text };
const never = new EventEmitter().event;
const channel = { name: 'batten', append() {}, appendLine() {}, clear() {}, show() {}, dispose() {}, replace() {}, info() {}, warn() {}, error() {}, debug() {}, trace() {}, logLevel: 0, onDidChangeLogLevel: never };

/** Of what is asked for and not there: a class for a name that begins like one, else a function that makes something to dispose of. */
const anything = (known, name) =>
  new Proxy(known, {
    get(target, key) {
      if (key in target || typeof key === 'symbol' || key === 'then') return target[key];
      if (/^on(?:Did|Will)/.test(key)) return never;
      if (/^[A-Z]/.test(key)) target[key] = anything(class {}, `${name}.${key}`);
      else target[key] = () => new Disposable();
      return target[key];
    },
  });

const collection = () => {
  const of = new Map();
  return {
    set: (uri, diagnostics) => {
      of.set(String(uri), diagnostics);
      seen.diagnostics = [...of.values()].flat().map(({ code, source, message, range }) => ({ code, source, message, line: range.start.line }));
    },
    delete: (uri) => of.delete(String(uri)),
    clear: () => of.clear(),
    get: (uri) => of.get(String(uri)),
    has: (uri) => of.has(String(uri)),
    forEach: (each) => of.forEach((value, key) => each(key, value)),
    dispose() {},
  };
};

const vscode = anything(
  {
    ...{ version: '1.99.0', Disposable, EventEmitter, Uri, Position, Range, Diagnostic, RelativePattern, CodeActionKind, CancellationTokenSource },
    env: anything({ language: 'en', appName: 'mock', uriScheme: 'mock' }, 'env'),
    workspace: anything(
      {
        workspaceFolders: undefined,
        textDocuments: [document],
        notebookDocuments: [],
        isTrusted: true,
        getConfiguration: () => ({ get: (key, fallback) => (key === 'debounce' ? 1 : fallback), has: () => false, inspect: () => undefined }),
        registerTextDocumentContentProvider: (scheme, provider) => {
          seen.schemes.push(scheme);
          vscode.provider = provider;
          return new Disposable();
        },
        createFileSystemWatcher: () => ({ onDidCreate: never, onDidChange: never, onDidDelete: never, dispose() {} }),
      },
      'workspace',
    ),
    window: anything(
      {
        visibleTextEditors: [],
        activeTextEditor: { document },
        tabGroups: { all: [], onDidChangeTabs: never, onDidChangeTabGroups: never },
        createOutputChannel: () => channel,
        showErrorMessage: async (message) => void seen.errors.push(message),
        showInformationMessage: async (message) => void seen.errors.push(message),
        showInputBox: async () => 'because',
      },
      'window',
    ),
    languages: anything({ createDiagnosticCollection: collection, match: () => 10 }, 'languages'),
    commands: anything(
      {
        registerCommand: (name, run) => {
          seen.commands[name] = run;
          return new Disposable();
        },
        executeCommand: async (name, ...args) => {
          if (name === 'vscode.diff') seen.diff = [String(args[0]), vscode.provider.provideTextDocumentContent(args[1]), args[2]];
        },
      },
      'commands',
    ),
  },
  'vscode',
);

const load = Module._load;
Module._load = (name, ...rest) => (name === 'vscode' ? vscode : load(name, ...rest));

const { activate, deactivate } = require(path.join(home, require(path.join(home, 'package.json')).main));
const context = { subscriptions: [], asAbsolutePath: (name) => path.join(home, name), extensionPath: home };

(async () => {
  await activate(context);
  for (let waited = 0; seen.diagnostics.length === 0 && waited < 20_000; waited += 20) await new Promise((resolve) => setTimeout(resolve, 20));
  await seen.commands['batten.previewHardened']();
  await deactivate();
  process.stdout.write(JSON.stringify({ ...seen, commands: Object.keys(seen.commands) }));
  process.exit(0);
})().catch((error) => {
  process.stderr.write(`${error.stack}\n${JSON.stringify(seen.errors)}\n`);
  process.exit(1);
});
