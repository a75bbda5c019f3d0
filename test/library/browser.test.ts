import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { batten } from '../../src';
import { createHash as browserHash } from '../../src/browser/crypto';
import { unifiedDiff } from '../../src/report/diff';
import { browser, CHROMIUM, testWith } from '../report/graph/tools';

const ROOT = path.join(__dirname, '..', '..');
const MODULE = path.join(ROOT, 'dist', 'browser.mjs');
const PAGE = path.join(ROOT, 'dist', 'playground.html');
const EXAMPLE = readFileSync(path.join(ROOT, 'src', 'browser', 'example.yaml'), 'utf8');

test('the module asks for nothing of Node', () => {
  const esbuild = path.join(ROOT, 'node_modules', 'esbuild', 'bin', 'esbuild');
  // For a browser it finds none of Node's modules, and fails where one is asked for.
  const args = ['--bundle', '--platform=browser', '--format=esm', '--log-level=warning', '--outfile=/dev/null'];
  const bundled = (text: string) => spawnSync(esbuild, args, { input: text, cwd: ROOT, encoding: 'utf8' });
  expect(bundled(`import ${JSON.stringify(MODULE)};`)).toMatchObject({ status: 0, stderr: '' });
  expect(bundled("import { readFileSync } from 'node:fs'; readFileSync('x');").status).toBe(1);
});

test('it says what the library says, byte for byte', () => {
  const examples = ['blog', 'media', 'monitoring'].map((name) => readFileSync(path.join(ROOT, 'examples', name, 'compose.yaml'), 'utf8'));
  const script = `
    import { batten } from ${JSON.stringify(pathToFileURL(MODULE).href)};
    const texts = ${JSON.stringify(examples)};
    process.stdout.write(JSON.stringify(texts.map((text) => batten.runProject({ path: 'compose.yaml', text, texts: {} }).map(({ after, findings }) => [after, findings.map(({ identity }) => identity)]))));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  expect(stderr).toBe('');
  const expected = examples.map((text) =>
    batten
      .runProject({ path: 'compose.yaml', text, texts: {} })
      .map(({ after, findings }) => [after, findings.map(({ identity }) => identity)]),
  );
  expect(JSON.parse(stdout)).toEqual(expected);
});

test('its hash is the one of Node', () => {
  for (const text of ['', 'abc', 'ü🐘'.repeat(1000)])
    expect(browserHash('sha256').update(text).digest('hex')).toBe(createHash('sha256').update(text).digest('hex'));
  expect(() => browserHash('md5')).toThrow('md5');
});

describe('the playground', () => {
  const made = mkdtempSync(path.join(tmpdir(), 'batten-page-'));
  afterAll(() => rmSync(made, { recursive: true }));

  /** The page as a browser has it a while after it was opened with a text in its field. */
  function opened(text: string): string {
    const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    const page = readFileSync(PAGE, 'utf8').replace(
      /(<textarea[^>]*>)[\s\S]*?(?=<\/textarea>)/,
      (_, start: string) => `${start}\n${escaped}`,
    );
    writeFileSync(path.join(made, 'page.html'), page);
    return browser(['--virtual-time-budget=10000', '--dump-dom', pathToFileURL(path.join(made, 'page.html')).href]);
  }
  const unescaped = (html: string): string =>
    html
      .replace(/<[^>]*>/g, '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&');

  test('is one file that may open no connection', () => {
    const page = readFileSync(PAGE, 'utf8');
    const [head] = page.split('<script>');
    expect(head).toContain("default-src 'none'");
    expect(head).not.toMatch(/<link|src=|@import|url\(/);
    const [, script] = /<script>([\s\S]*?)<\/script>/.exec(page)!;
    expect(head).toContain(`sha256-${createHash('sha256').update(script!).digest('base64')}`);
  });

  testWith(
    CHROMIUM,
    'shows in a browser the diff that the command line prints',
    () => {
      const dom = opened(EXAMPLE);
      expect(dom).toContain('data-state="shown"');
      const [, shown] = /<pre id="diff">([\s\S]*?)<\/pre>/.exec(dom)!;
      const { after } = batten.run({ path: 'compose.yaml', text: EXAMPLE, texts: {} });
      const diff = unifiedDiff({ path: 'compose.yaml', before: EXAMPLE, after }).text;
      expect(unescaped(shown!)).toBe(diff.split('\n').slice(2).join('\n'));
    },
    120_000,
  );

  testWith(
    CHROMIUM,
    'takes what is pasted for text, and says what is wrong with it',
    () => {
      const dom = opened('services:\n  "<img src=x onerror=document.title=1>":\n    image: "nginx<script>document.title=2</script>"\n');
      expect(dom).toContain('<title>batten: harden a Compose file</title>');
      expect(dom.split('</textarea>')[1]!.split('<script>')[0]).not.toMatch(/<img|<script/);
      expect(opened('services:\n  web: [\n')).toMatch(/<output[^>]*>line \d+, column \d+: /);
    },
    120_000,
  );
});
