// Builds what runs without Node: dist/browser.mjs, the library as one module, and dist/playground.html, a page with it inside.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const at = (...parts) => path.join(root, ...parts);

/** What stands in for the modules of Node's that the library knows. The others are never called where there is no disk. */
const INSTEAD = { 'node:fs': 'src/browser/fs.ts', 'node:crypto': 'src/browser/crypto.ts' };

/** The compiled templates, as the library looks for them beside itself. */
function templates() {
  const folder = at('dist', 'templates');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  return Object.fromEntries(
    names.sort().map((name) => [`/templates/${name.split(path.sep).join('/')}`, readFileSync(path.join(folder, name), 'utf8')]),
  );
}

const withoutNode = {
  name: 'without-node',
  setup: ({ onResolve, onLoad, resolve }) => {
    onResolve({ filter: /^batten:templates$/ }, () => ({ path: 'templates', namespace: 'batten' }));
    onLoad({ filter: /./, namespace: 'batten' }, () => ({ contents: JSON.stringify(templates()), loader: 'json' }));
    onResolve({ filter: /^node:/ }, async ({ path: name }) => {
      if (INSTEAD[name]) return { path: at(INSTEAD[name]) };
      if (name === 'node:path') return resolve('path-browserify', { kind: 'import-statement', resolveDir: root });
      return { path: name, namespace: 'absent' };
    });
    onLoad({ filter: /./, namespace: 'absent' }, ({ path: name }) => ({
      contents: name === 'node:os' ? "exports.homedir = () => '/home';" : 'module.exports = {};',
    }));
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'browser',
  target: 'es2022',
  define: { __dirname: '"/"' },
  inject: ['src/browser/globals.ts'],
  plugins: [withoutNode],
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
};

/** @returns the files of packages that are in what was built. */
export async function buildBrowser() {
  const library = await build({ ...common, entryPoints: ['src/browser/index.ts'], format: 'esm', outfile: 'dist/browser.mjs' });
  const page = await build({
    ...common,
    entryPoints: ['src/browser/playground.ts'],
    format: 'iife',
    outfile: 'playground.js',
    write: false,
  });
  writeFileSync(at('dist', 'playground.html'), pageOf(page.outputFiles[0].text));
  return [library, page].flatMap(({ metafile }) => Object.keys(metafile.inputs));
}

/** The page with its script and style inside; both are named by their hashes, so that nothing else runs in it. */
function pageOf(script) {
  // In a script of a page, these would end it or begin a comment.
  const inside = script.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
  const style = readFileSync(at('src', 'browser', 'playground.css'), 'utf8');
  const hash = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
  const example = readFileSync(at('src', 'browser', 'example.yaml'), 'utf8')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;');
  const parts = { SCRIPT_HASH: hash(inside), STYLE_HASH: hash(style), STYLE: style, EXAMPLE: example, SCRIPT: inside };
  return readFileSync(at('src', 'browser', 'playground.template'), 'utf8').replace(/%([A-Z_]+)%/g, (_, name) => parts[name]);
}
