import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CodeAction } from 'vscode-languageserver-protocol';
import { batten as command, project, read, removeProjects, STACK } from '../cli/run';
import { Client, editsOf, positionOf } from './client';

let client: Client;
beforeAll(async () => {
  client = await Client.start();
});
afterAll(async () => {
  expect(await client.stop()).toBe(0);
  expect(client.stderr).toBe('');
  removeProjects();
});

// As an editor does that is done with them.
afterEach(async () => {
  for (const uri of [...client.documents.keys()]) await client.close(uri);
});

/** Has a file of a new project open. */
async function opened(files: Record<string, string>, name = 'compose.yaml'): Promise<{ cwd: string; uri: string }> {
  const cwd = project(files);
  return { cwd, uri: await client.open(path.join(cwd, name), files[name]!) };
}

const codes = (diagnostics: readonly { code?: unknown }[]): unknown[] => diagnostics.map(({ code }) => code);

async function action(uri: string, title: RegExp, only?: string[]): Promise<CodeAction> {
  const found = (await client.actions(uri, undefined, only)).find((each) => title.test(each.title));
  if (!found) throw new Error(`there is no action ${title}`);
  return client.resolve(found);
}

test('says what it is', () => {
  const { serverInfo, capabilities } = client.initialized;
  expect(serverInfo?.name).toBe('batten');
  expect(capabilities).toMatchObject({ positionEncoding: 'utf-16', textDocumentSync: { change: 2 }, hoverProvider: true });
});

test('a person at a terminal is told what it is for', () => {
  const { code, err } = command(['lsp', '--nonsense'], { cwd: __dirname });
  expect(code).toBe(2);
  expect(err).toContain('--nonsense');
});

describe('diagnostics', () => {
  test('are the findings of check, with severity, confidence and place', async () => {
    const { cwd, uri } = await opened({ 'compose.yaml': STACK });
    const diagnostics = await client.settled(uri);
    const { out } = command(['check', '--format', 'json'], { cwd });
    const { findings } = JSON.parse(out).files[0];
    expect(diagnostics.map(({ code, range, data }) => [code, range.start.line + 1, data.severity, data.confidence])).toEqual(
      findings.map((each: { transform: string; range: { start: { line: number } }; severity: string; confidence: string }) => [
        each.transform,
        each.range.start.line,
        each.severity,
        each.confidence,
      ]),
    );
    expect(diagnostics.every(({ source, range }) => source === 'batten' && range.start.line === range.end.line)).toBe(true);
    expect(diagnostics[0]!.message).toMatch(/\n(?:Fix|Needs your decision): .*\nSeverity \w+, confidence \w+$/s);
  });

  test('follow what is typed, and are gone when the file is closed', async () => {
    const { uri } = await opened({ 'compose.yaml': 'services:\n  web:\n    image: nginx\n    privileged: true\n' });
    expect(codes(await client.settled(uri))).toContain('privileged');
    const at = client.text(uri).indexOf('true');
    await client.edit(uri, { start: at, end: at + 4, text: 'false' });
    expect(codes(await client.settled(uri))).not.toContain('privileged');
    await client.close(uri);
    // Answered after what was said before it.
    await client.hover(uri, { line: 0, character: 0 });
    expect(client.published.filter((each) => each.uri === uri).at(-1)).toMatchObject({ diagnostics: [] });
  });

  test('of a file that is broken say where, and come back when it is mended', async () => {
    const { uri } = await opened({ 'compose.yaml': 'services:\n  web:\n    image: "nginx\n' });
    expect(await client.settled(uri)).toMatchObject([{ code: 'yaml-syntax', message: expect.stringContaining('Not checked: ') }]);
    await client.replace(uri, 'services:\n  web:\n    image: "nginx"\n');
    expect(codes(await client.settled(uri))).toContain('cap-drop');
  });

  test('are for Compose files, whatever they are called, and not for other YAML', async () => {
    const text = 'services:\n  web:\n    image: nginx\n';
    const other = await client.open('untitled:Untitled-1', text);
    expect(codes(await client.settled(other))).toContain('cap-drop');
    const cwd = project({});
    expect(codes(await client.settled(await client.open(path.join(cwd, 'stack.yml'), text)))).toContain('cap-drop');
    const kubernetes = 'apiVersion: v1\nkind: Service\nspec:\n  selector: {}\n';
    expect(await client.settled(await client.open(path.join(cwd, 'service.yaml'), kubernetes))).toEqual([]);
  });

  test('count columns as editors do: behind a BOM, CRLF and characters of two units', async () => {
    const text = '\uFEFFservices:\r\n  "🐘db": {image: nginx, privileged: true}\r\n';
    const { uri } = await opened({ 'compose.yaml': text });
    const found = (await client.settled(uri)).find(({ code }) => code === 'privileged')!;
    expect(client.documents.get(uri)!.getText(found.range)).toBe('privileged: true');
  });

  test('show nothing that hides or gives away what is in the file', async () => {
    const { uri } = await opened({
      'compose.yaml': 'services:\n  "a\\e[31m":\n    image: nginx\n    command: --password hunter2hunter2\n',
    });
    const said = (await client.settled(uri)).map(({ message }) => message).join('\n');
    expect(said).toContain('a\\u001b[31m');
    expect(said).not.toContain('hunter2');
    expect(said).not.toContain('\u001b');
  });
});

describe('configuration', () => {
  test('a .batten.yaml counts, and when it is changed in the editor at once', async () => {
    const config = 'preset: recommended\nskip: [cap-drop]\n';
    const { cwd, uri } = await opened({ 'compose.yaml': STACK, '.batten.yaml': config });
    expect(codes(await client.settled(uri))).not.toContain('cap-drop');
    const settings = await client.open(path.join(cwd, '.batten.yaml'), config);
    await client.next(uri, () => client.replace(settings, 'skip: [user]\n'));
    const now = codes(await client.settled(uri));
    expect(now).toContain('cap-drop');
    expect(now).not.toContain('user');
  });

  test('one that is wrong is said of the file, and not left out', async () => {
    const { uri } = await opened({ 'compose.yaml': STACK, '.batten.yaml': 'skip: [no-such-transform]\n' });
    expect(await client.settled(uri)).toMatchObject([
      { code: 'config', message: expect.stringMatching(/\.batten\.yaml.*no-such-transform/s) },
    ]);
  });

  test('what is in the baseline or excluded is not said', async () => {
    const config = 'baseline: known.json\nexclude: [old/]\n';
    const cwd = project({ 'compose.yaml': STACK, '.batten.yaml': config, 'old/compose.yaml': STACK });
    expect(command(['check', '--update-baseline', '--exit-zero'], { cwd }).code).toBe(0);
    expect(await client.settled(await client.open(path.join(cwd, 'compose.yaml'), STACK))).toEqual([]);
    expect(await client.settled(await client.open(path.join(cwd, 'old', 'compose.yaml'), STACK))).toEqual([]);
  });
});

describe('actions', () => {
  test('each finding has one that makes its change, one for all of its transform, and one that ignores it', async () => {
    const { uri } = await opened({ 'compose.yaml': STACK });
    const diagnostics = await client.settled(uri);
    const actions = await client.actions(uri);
    for (const { data } of diagnostics.filter(({ data }) => data?.plan)) {
      const own = actions.filter((each) => each.diagnostics?.[0]?.data.identity === data.identity).map(({ title }) => title);
      expect(own).toEqual([
        expect.stringMatching(/^Apply: /),
        expect.stringContaining(`Apply all of ${data.transform} (`),
        `Ignore ${data.transform} here, with a reason`,
      ]);
    }
    expect(actions.map(({ kind }) => kind)).toContain('source.harden.batten');
  });

  test('are those of the lines that are asked for, and of the kinds', async () => {
    const { uri } = await opened({ 'compose.yaml': 'services:\n  a:\n    image: nginx\n  b:\n    image: redis\n' });
    await client.settled(uri);
    const line = { start: { line: 3, character: 0 }, end: { line: 3, character: 0 } };
    const here = await client.actions(uri, line, ['quickfix']);
    expect(new Set(here.flatMap(({ diagnostics = [] }) => diagnostics.map(({ data }) => data.service)))).toEqual(new Set(['b']));
    expect((await client.actions(uri, line, ['source.fixAll'])).map(({ kind }) => kind)).toEqual(['source.fixAll.batten']);
    expect(await client.actions(uri, line, ['refactor'])).toEqual([]);
  });

  test('Apply makes one change and nothing else', async () => {
    const text = 'services:\n  web:\n    image: nginx\n    privileged: true # why?\n';
    const { uri } = await opened({ 'compose.yaml': text });
    await client.settled(uri);
    const { edit } = await action(uri, /^Apply: .*privileged/);
    expect(edit!.documentChanges).toMatchObject([{ textDocument: { uri, version: 1 } }]);
    expect(client.edited(uri, edit)).not.toContain('privileged: true');
    expect(client.edited(uri, edit)).not.toContain('cap_drop');
  });

  test('Apply all of a transform makes it for every service', async () => {
    const { uri } = await opened({ 'compose.yaml': 'services:\n  a:\n    image: nginx\n  b:\n    image: redis\n' });
    await client.settled(uri);
    const { edit } = await action(uri, /^Apply all of no-new-privileges \(2\)/);
    expect(client.edited(uri, edit).match(/no-new-privileges:true/g)).toHaveLength(2);
    expect(client.edited(uri, edit)).not.toContain('cap_drop');
  });

  test('Ignore writes the comment, after which nothing is found', async () => {
    const { uri } = await opened({ 'compose.yaml': 'services:\n  web:\n    image: nginx\n    privileged: true\n' });
    await client.settled(uri);
    const { edit } = await action(uri, /^Ignore privileged/);
    await client.replace(uri, client.edited(uri, edit));
    expect(client.text(uri)).toContain('    # batten: ignore[privileged] TODO: say why\n    privileged: true\n');
    expect(codes(await client.settled(uri))).not.toContain('privileged');
  });

  test('Harden file is what fix does, to be looked at first', async () => {
    const { cwd, uri } = await opened({ 'compose.yaml': STACK });
    await client.settled(uri);
    const { edit } = await action(uri, /^Harden file/);
    expect(Object.values(edit!.changeAnnotations!)).toMatchObject([{ needsConfirmation: true }]);
    expect(command(['fix', '--yes'], { cwd }).code).toBe(0);
    expect(client.edited(uri, edit)).toBe(read(cwd));
    expect(await client.connection.sendRequest('batten/hardened', { uri })).toEqual([{ uri, text: read(cwd) }]);
  });

  test('a change that needs a file beside it makes that too', async () => {
    const { cwd, uri } = await opened({
      'compose.yaml': 'services:\n  app:\n    build: .\n',
      Dockerfile: 'FROM node:22-alpine\nWORKDIR /app\nCOPY . .\nCMD ["node", "server.js"]\n',
      '.batten.yaml': 'only: [dockerfile-user]\nconfidence: guess\n',
    });
    await client.settled(uri);
    const { edit } = await action(uri, /^Harden file/);
    expect(editsOf(pathToFileURL(path.join(cwd, 'Dockerfile')).href, edit)).toMatchObject([{ newText: 'USER 1000:1000\n' }]);
    expect(editsOf(uri, edit)).toEqual([]);
  });

  test('an edit of a text that was typed on is refused', async () => {
    const { uri } = await opened({ 'compose.yaml': STACK });
    await client.settled(uri);
    const [first] = await client.actions(uri);
    await client.edit(uri, { start: 0, end: 0, text: '# one more line\n' });
    await expect(client.resolve(first!)).rejects.toThrow('the document has changed');
  });
});

describe('an editor that can do little', () => {
  let plain: Client;
  beforeAll(async () => {
    plain = await Client.start({ capabilities: {} });
  });
  afterAll(async () => void (await plain.stop()));

  test('gets actions with their edits', async () => {
    const cwd = project({ 'compose.yaml': STACK });
    const uri = await plain.open(path.join(cwd, 'compose.yaml'), STACK);
    const actions = await plain.actions(uri);
    const harden = actions.find(({ title }) => title.startsWith('Harden'))!;
    command(['fix', '--yes'], { cwd });
    expect(plain.edited(uri, harden.edit)).toBe(read(cwd));
    expect(actions.every(({ edit, disabled }) => edit !== undefined || disabled !== undefined)).toBe(true);
  });
});

test('an editor that asks for the reason has it written', async () => {
  // As VS Code starts it.
  const asking = await Client.start({ askReason: true, args: ['--stdio', `--clientProcessId=${process.pid}`] });
  const cwd = project({ 'compose.yaml': STACK });
  const uri = await asking.open(path.join(cwd, 'compose.yaml'), STACK);
  const ignore = (await asking.actions(uri)).find(({ title }) => title.startsWith('Ignore cap-drop'))!;
  expect(ignore.command).toMatchObject({ command: 'batten.askReason' });
  const [argument] = ignore.command!.arguments!;
  await asking.connection.sendRequest('workspace/executeCommand', {
    command: 'batten.ignore',
    arguments: [{ ...argument, reason: 'the vendor\nsays so' }],
  });
  expect(asking.edited(uri, asking.applied[0])).toContain('# batten: ignore[cap-drop] the vendor says so\n');
  await asking.stop();
});

describe('several files', () => {
  const BASE = 'services:\n  web:\n    image: nginx\n';

  test('an override that nobody saved counts, and has its own findings', async () => {
    const { cwd, uri } = await opened({ 'compose.yaml': BASE, 'compose.override.yaml': 'services: {}\n' });
    await client.settled(uri);
    const override = await client.open(path.join(cwd, 'compose.override.yaml'), 'services: {}\n');
    await client.settled(override);
    await client.next(uri, () => client.replace(override, 'services:\n  web:\n    privileged: true\n    cap_drop: [ALL]\n'));
    expect(codes(await client.settled(override))).toContain('privileged');
    expect(codes(await client.settled(uri))).not.toContain('privileged');
    expect(codes(await client.settled(uri))).not.toContain('cap-drop');
  });

  test('what is extended and included counts as it is typed', async () => {
    const { cwd, uri } = await opened({
      'compose.yaml': 'include: [more.yaml]\nservices:\n  web:\n    extends: {file: base.yaml, service: base}\n    image: nginx\n',
      'base.yaml': 'services:\n  base: {}\n',
      'more.yaml': 'services:\n  db:\n    image: redis\n',
    });
    expect(codes(await client.settled(uri))).toContain('cap-drop');
    const base = await client.open(path.join(cwd, 'base.yaml'), 'services:\n  base: {}\n');
    await client.settled(base);
    await client.next(uri, () => client.replace(base, 'services:\n  base:\n    cap_drop: [ALL]\n'));
    expect(codes(await client.settled(uri))).not.toContain('cap-drop');
  });

  test('one that is broken is left out, and is said of its own', async () => {
    const { cwd, uri } = await opened({ 'compose.yaml': BASE, 'compose.override.yaml': 'services: [\n' });
    expect(codes(await client.settled(uri))).toContain('cap-drop');
    const override = await client.open(path.join(cwd, 'compose.override.yaml'), 'services: [\n');
    expect(codes(await client.settled(override))).toEqual(['yaml-syntax']);
  });
});

describe('completion', () => {
  test('offers the ids in an ignore comment, those that are found first and none twice', async () => {
    const text = 'services:\n  web:\n    # batten: ignore[cap-drop, re\n    image: nginx\n';
    const { uri } = await opened({ 'compose.yaml': text });
    await client.settled(uri);
    const document = client.documents.get(uri)!;
    const { line } = positionOf(document, '# batten');
    const items = await client.complete(uri, { line, character: '    # batten: ignore[cap-drop, re'.length });
    const labels = items.map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(['read-only', 'restart']));
    expect(labels).not.toContain('cap-drop');
    expect(items.find(({ label }) => label === 'read-only')).toMatchObject({
      textEdit: { newText: 'read-only', range: { start: { line, character: 31 }, end: { line, character: 33 } } },
    });
  });

  test('begins the comment, and is silent elsewhere', async () => {
    const { uri } = await opened({ 'compose.yaml': 'services:\n  web: # b\n    image: nginx#b\n' });
    expect((await client.complete(uri, { line: 1, character: 10 })).map(({ label }) => label)).toEqual(['batten: ignore[…]']);
    expect(await client.complete(uri, { line: 2, character: 18 })).toEqual([]);
  });
});

describe('hover', () => {
  const said = async (uri: string, word: string): Promise<string> => {
    const hover = await client.hover(uri, positionOf(client.documents.get(uri)!, word));
    return hover ? (hover.contents as { value: string }).value : '';
  };

  test('says what explain says: of an image, a service, a key', async () => {
    const text = 'services:\n  db:\n    image: postgres:16\n    cap_drop: [ALL]\n    container_name: elephant\n';
    const { uri } = await opened({ 'compose.yaml': text });
    const image = await said(uri, 'postgres:16');
    const { out } = command(['explain', 'postgres:16'], { cwd: __dirname });
    expect(image).toContain('PostgreSQL');
    for (const line of ['Starts as root, then runs as 999:999.', 'gosu steps down from root without setuid bits'])
      expect([image.includes(line), out.includes(line)]).toEqual([true, true]);
    expect(await said(uri, 'db:')).toContain('starts as root, and steps down to another user');
    expect(await said(uri, 'cap_drop')).toContain('Docker gives every container fourteen capabilities');
    expect(await said(uri, 'elephant')).toBe('');
  });

  test('nothing in a name is markup', async () => {
    const { uri } = await opened({ 'compose.yaml': 'services:\n  "<img src=x>[a](command:evil)":\n    image: nginx\n' });
    const text = await said(uri, '"<img');
    expect(text).not.toContain('<img');
    expect(text).not.toContain('[a](command:');
  });
});

describe('a hostile project', () => {
  test('nothing outside of it is read', async () => {
    const outside = project({ 'secret.yaml': 'services:\n  base:\n    image: outside-secret\n    cap_drop: [ALL]\n' });
    const cwd = project({});
    mkdirSync(path.join(cwd, '.git'));
    symlinkSync(path.join(outside, 'secret.yaml'), path.join(cwd, 'link.yaml'));
    symlinkSync('/proc/self/environ', path.join(cwd, '.env'));
    const text = `include: [${path.join(outside, 'secret.yaml')}, link.yaml]\nservices:\n  web:\n    extends: {file: ../${path.basename(outside)}/secret.yaml, service: base}\n    image: nginx\n  db:\n    image: redis\n`;
    writeFileSync(path.join(cwd, 'compose.yaml'), text);
    const uri = await client.open(path.join(cwd, 'compose.yaml'), text);
    const diagnostics = await client.settled(uri);
    expect(JSON.stringify(diagnostics)).not.toContain('outside-secret');
    expect(codes(diagnostics)).toEqual(expect.arrayContaining(['outside', 'cap-drop']));
  });

  test.each([
    ['a list of nothing', '['.repeat(10_000)],
    [
      'aliases of aliases',
      `a: &a [x]\n${Array.from({ length: 60 }, (_, n) => `b${n}: &b${n} [*${n ? `b${n - 1}` : 'a'}, *${n ? `b${n - 1}` : 'a'}]`).join('\n')}\nservices: *b59\n`,
    ],
    ['a merge with itself', 'services:\n  a: &a\n    <<: *a\n'],
    ['services that extend each other', 'services:\n  a: {extends: b}\n  b: {extends: a}\n'],
    ['names of objects', 'services:\n  __proto__: {image: nginx}\n  constructor: {image: nginx, toString: {}}\n'],
    ['characters that are none', 'services:\n  "\uD800":\n    image: \u0000\uFFFE\n'],
    ['carriage returns', 'services:\r  web:\r    image: nginx\r'],
    ['nothing', ''],
  ])('%s is answered', async (_, text) => {
    const { uri } = await opened({ 'compose.yaml': text });
    await client.settled(uri);
    await client.actions(uri);
    await client.hover(uri, { line: 1, character: 3 });
    await client.complete(uri, { line: 0, character: 0 });
  });

  test('requests that make no sense are answered', async () => {
    const nowhere = 'file:///nowhere/compose.yaml';
    expect(await client.actions(nowhere)).toEqual([]);
    expect(await client.hover(nowhere, { line: 1, character: 1 })).toBeNull();
    expect(await client.connection.sendRequest('batten/hardened', { uri: nowhere })).toBeNull();
    for (const uri of ['file://host/share/compose.yaml', 'file:///a%2Fb/compose.yaml', 'git:/a/compose.yaml?x', 'file:///%00/compose.yaml'])
      expect(Array.isArray(await client.settled(await client.open(uri, STACK)))).toBe(true);
    const { uri } = await opened({ 'compose.yaml': STACK });
    expect(await client.hover(uri, { line: 9_999_999, character: 9_999_999 })).toBeNull();
    await expect(client.connection.sendRequest('workspace/executeCommand', { command: 'rm' })).rejects.toThrow('there is no command');
  });
});
