import ts from 'typescript';
import { found, place, type Source, sources } from './sources';

/**
 * Nothing reaches a stream but through `src/cli/screen.ts`, which takes texts that are ready for it (`src/report/text`). Types say so; this says
 * that nobody goes round the types.
 */
const ALL = sources();

/** Uses of what `pick` finds outside of the files that may. */
function outside(allowed: readonly string[], pick: (node: ts.Node) => ts.Node | undefined): string[] {
  return ALL.filter(({ file }) => !allowed.includes(file)).flatMap((source) => found(source.tree, pick).map((node) => place(source, node)));
}

/** The name a node reads from something: of `a.name` and `a['name']`, and of `{ name }` in a pattern. */
function nameRead(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) return node.argumentExpression.text;
  if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent)) return (node.propertyName ?? node.name).getText();
  return undefined;
}

const reads =
  (...names: readonly string[]) =>
  (node: ts.Node): ts.Node | undefined =>
    names.includes(nameRead(node) ?? '') ? node : undefined;

/** Calls of one of these, or `new` of it. */
const calls =
  (...names: readonly string[]) =>
  (node: ts.Node): ts.Node | undefined =>
    (ts.isCallExpression(node) || ts.isNewExpression(node)) && names.includes(node.expression.getText()) ? node : undefined;

test('there is something to look at', () => {
  expect(ALL.length).toBeGreaterThan(300);
  expect(outside([], calls('printOn')).length).toBeGreaterThan(1);
});

test('the streams are used where they are made, and to print on', () => {
  // What a child process writes goes by the same names; nothing of it is written on.
  const children = ALL.filter(
    ({ file }) => file.startsWith('src/engine/') || file === 'src/revisions/git.ts' || file === 'src/action/check.ts',
  ).map(({ file }) => file);
  const allowed = [
    'src/cli/host.ts',
    'src/cli/prompt-inquirer.ts',
    'src/cli/context.ts',
    'src/cli/app.ts',
    'src/cli/program.ts',
    'src/action/main.ts',
    'src/action/entry.ts',
  ];
  expect(outside([...allowed, ...children], reads('stdout', 'stderr'))).toEqual([]);
});

test('where they are used, they are handed on and not written to', () => {
  const writes = (node: ts.Node): ts.Node | undefined =>
    ts.isPropertyAccessExpression(node) &&
    node.name.text === 'write' &&
    /(?:^|\.)(?:std\w+|out|err|out?put)$/i.test(node.expression.getText())
      ? node
      : undefined;
  expect(outside(['src/cli/screen.ts'], writes)).toEqual([]);
});

test('there is no console, and no file descriptor of a stream', () => {
  expect(outside([], (node) => (ts.isIdentifier(node) && node.text === 'console' ? node : undefined))).toEqual([]);
  const toStream = (node: ts.Node): ts.Node | undefined =>
    ts.isCallExpression(node) && /(?:write|writev|writeFile|appendFile|createWriteStream)(?:Sync)?$/.test(node.expression.getText())
      ? /^(?:1|2|['"`]\/dev\/(?:stdout|stderr|tty|fd))/.test(node.arguments[0]?.getText() ?? '')
        ? node
        : undefined
      : undefined;
  expect(outside([], toStream)).toEqual([]);
  // The other one writes to a file of the kernel that it has opened.
  expect(outside(['src/cli/output.ts', 'src/engine/trace/tracefs.ts'], calls('writeSync'))).toEqual([]);
  expect(outside([], reads('emitWarning', '_rawDebug', 'reallyExit'))).toEqual([]);
});

test('a text is made by its language', () => {
  const languages = ALL.filter(({ file }) => file.startsWith('src/report/text/')).map(({ file }) => file);
  // Who takes texts apart and puts them together, and languages that are spoken in one place.
  const allowed = ['src/report/colors.ts', 'src/report/layout.ts', 'src/report/github.ts', ...drawings()];
  const rooms = ALL.filter(({ file }) => !/^src\/(?:report|cli)\//.test(file)).map(({ file }) => file);
  expect(outside([...languages, ...allowed, ...rooms], calls('Text', 'language', 'word'))).toEqual([]);
  expect(
    outside([], (node) => (ts.isAsExpression(node) && /\b(?:Text|Shown|Html|Markdown)\b/.test(node.type.getText()) ? node : undefined)),
  ).toEqual([]);
});

function drawings(): string[] {
  return ['dot', 'mermaid', 'nwdiag'].map((name) => `src/report/graph/${name}.ts`);
}

test('bytes are handed on as they are by whom has to: patches, results, completion scripts', () => {
  const users = new Set(outside(['src/report/text/text.ts'], calls('exact')).map((at) => at.replace(/:\d+$/, '')));
  expect([...users].sort()).toEqual([
    // The reports of commands, which have escaped what is in them.
    'src/action/main.ts',
    'src/cli/commands/completion.ts',
    'src/cli/commands/export.ts',
    'src/cli/commands/fix.ts',
    'src/cli/commands/import.ts',
    'src/cli/commands/patch.ts',
    'src/report/diff.ts',
    'src/report/patch.ts',
  ]);
});

test('what is handed to the prompt is ready for the screen', () => {
  const prompt = ALL.find(({ file }) => file === 'src/cli/prompt-inquirer.ts') as Source;
  const returned = found(prompt.tree, (node) =>
    ts.isReturnStatement(node) && node.expression?.getText().includes('config.message') ? node : undefined,
  );
  expect(returned.map((node) => node.expression!.getText())).toEqual(['[say`${config.message}${text}`.text, config.preview?.(text).text]']);
});
