// Builds dist/: the command, the library, the compiled templates and the types (`--fast` leaves the types out).
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildBrowser } from './browser.mjs';
import { buildTemplatesOrExit } from './build-templates.mjs';
import { packagesOf } from './notices.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const at = (...parts) => path.join(root, ...parts);
const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
const fast = process.argv.includes('--fast');

/** See `spareOptimizer`. From Node 22 on V8 has no such flag, and a compiler in between that costs less. */
const budget = '--interrupt-budget';
const flags = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
const v8Flag = flags.includes(`  ${budget} (`) ? `${budget}=1000000` : '';

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  // import() of inquirer, which is ESM only, has to stay one.
  target: 'node20.19',
  external: ['inquirer', '@inquirer/core'],
  define: {
    BATTEN_VERSION: JSON.stringify(version),
    BATTEN_NODE: JSON.stringify(process.version),
    BATTEN_V8_FLAG: JSON.stringify(v8Flag),
  },
  // Small to read at start-up, yet with the names a stack trace needs.
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: false,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
};

// Overwritten in place, so that a command that is running keeps working.
mkdirSync(at('dist', 'cli'), { recursive: true });
/** Modules that become files of their own: what a run does not need it does not even compile. */
const apart = (files) => ({
  name: 'apart',
  setup: ({ onResolve }) =>
    onResolve({ filter: /./ }, ({ path: name }) => (files[name] ? { path: files[name], external: true } : undefined)),
});

/** The parts of the command that main.js loads. */
const PARTS = { './program': './program.js', './app': './app.js' };

/** Packages that few runs need. */
const SELDOM = ['diff', 'dockerfile-ast', 'fzstd', 'ignore', 'unbash'];
const vendored = (home) => Object.fromEntries(SELDOM.map((name) => [name, `${home}/vendor/${name}.js`]));

/** Modules of Node's own that take a while to load, with what is used of them: they are loaded at the first call, which few runs come to. */
const LATE = {
  'node:child_process': ['spawn', 'spawnSync'],
  'node:crypto': ['createHash', 'createHmac', 'randomBytes', 'timingSafeEqual'],
};
const late = {
  name: 'late',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^node:/, namespace: 'file' }, ({ path: name }) => (LATE[name] ? { path: name, namespace: 'late' } : undefined));
    onLoad({ filter: /./, namespace: 'late' }, ({ path: name }) => ({
      contents: LATE[name].map((use) => `exports.${use} = (...args) => require('${name}').${use}(...args);`).join('\n'),
    }));
  },
};

// Of an older build: bytecode, which nobody can read, and which ran instead of the text beside it.
for (const name of ['app', 'program']) rmSync(at('dist', 'cli', `${name}.js.cache`), { force: true });

const built = await Promise.all([
  build({
    ...common,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'dist/cli/main.js',
    banner: { js: '#!/usr/bin/env node' },
    plugins: [apart(PARTS)],
  }),
  build({ ...common, entryPoints: ['src/cli/worker.ts'], outfile: 'dist/cli/worker.js', plugins: [apart(PARTS)] }),
  // Help and version need the arguments only.
  build({ ...common, entryPoints: ['src/cli/program.ts'], outfile: 'dist/cli/program.js', plugins: [apart(PARTS), late] }),
  build({
    ...common,
    entryPoints: ['src/cli/app.ts'],
    outfile: 'dist/cli/app.js',
    plugins: [
      late,
      apart({
        './prompt-inquirer': './prompt.js',
        '../image-facts': './image-facts.js',
        './read-images': './read-images.js',
        '../engine': './engine.js',
        '../../convert': './convert.js',
        '../../host': './host.js',
        '../../report/graph': './drawings.js',
        '../report/graph': './drawings.js',
        '../../lsp': './lsp.js',
        ...vendored('..'),
      }),
    ],
  }),
  // What talks to an Engine is loaded by the commands that do.
  build({ ...common, entryPoints: ['src/engine/index.ts'], outfile: 'dist/cli/engine.js', plugins: [apart(vendored('..'))] }),
  // What makes one kind of file of another is for two commands.
  build({ ...common, entryPoints: ['src/convert/index.ts'], outfile: 'dist/cli/convert.js', plugins: [apart(vendored('..'))] }),
  // So is what reads images.
  build({
    ...common,
    entryPoints: ['src/cli/image-facts.ts'],
    outfile: 'dist/cli/image-facts.js',
    plugins: [apart({ './read-images': './read-images.js' })],
  }),
  build({ ...common, entryPoints: ['src/cli/read-images.ts'], outfile: 'dist/cli/read-images.js', plugins: [apart(vendored('..'))] }),
  // What knows Docker hosts is for two commands. The package's own main file loads its parts in a way that cannot be bundled.
  build({
    ...common,
    entryPoints: ['src/host/index.ts'],
    outfile: 'dist/cli/host.js',
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    plugins: [late],
  }),
  // Drawings, with the library that arranges them, are for one command.
  build({ ...common, entryPoints: ['src/report/graph/index.ts'], outfile: 'dist/cli/drawings.js', plugins: [apart(vendored('..'))] }),
  // The language server is for one command, and has a copy of the rest: its analysis runs in a thread of its own.
  build({ ...common, entryPoints: ['src/lsp/index.ts'], outfile: 'dist/cli/lsp.js', plugins: [late, apart(vendored('..'))] }),
  // A file of its own, too: few runs ask.
  build({ ...common, entryPoints: ['src/cli/prompt-inquirer.ts'], outfile: 'dist/cli/prompt.js' }),
  // What the action for GitHub runs.
  build({ ...common, entryPoints: ['src/action/entry.ts'], outfile: 'dist/action/main.js', plugins: [late, apart(vendored('..'))] }),
  build({ ...common, entryPoints: ['src/index.ts'], outfile: 'dist/index.js', plugins: [late, apart(vendored('.'))] }),
  ...SELDOM.map((name) => build({ ...common, entryPoints: [name], outfile: `dist/vendor/${name}.js` })),
]);
chmodSync(at('dist', 'cli', 'main.js'), 0o755);
// Templates are checked now, so that a run only parses the JSON of those it needs.
buildTemplatesOrExit();
// With the templates inside.
const inBrowser = await buildBrowser();
// What the notices are of: see notices.mjs.
const inputs = built.flatMap(({ metafile }) => Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs)));
writeFileSync(at('dist', 'bundled.json'), `${JSON.stringify(packagesOf([...inputs, ...inBrowser]), null, 2)}\n`);

// What a build used to write in their place.
rmSync(at('dist', 'templates.json'), { force: true });

// ESM is a door to the same library: there is one of it, however it is loaded.
const exported = Object.keys(createRequire(import.meta.url)(at('dist', 'index.js'))).sort();
writeFileSync(at('dist', 'index.mjs'), `import library from './index.js';\nexport const { ${exported.join(', ')} } = library;\n`);
writeFileSync(at('dist', 'index.d.mts'), "export * from './types/src/index.js';\n");
writeFileSync(at('dist', 'browser.d.mts'), "export * from './types/src/index.js';\n");

if (!fast) {
  rmSync(at('dist', 'types'), { recursive: true, force: true });
  const tsc = at('node_modules', 'typescript', 'bin', 'tsc');
  // What is wrong with types, `npm run typecheck` says: here they are only written, which takes a third of the time.
  const options = [
    '--emitDeclarationOnly',
    '--declaration',
    '--noCheck',
    '--incremental',
    'false',
    '--outDir',
    'dist/types',
    '-p',
    'tsconfig.json',
  ];
  const { status } = spawnSync(process.execPath, [tsc, ...options], { cwd: root, stdio: 'inherit' });
  // The tests are part of the project, but not of the package.
  for (const name of ['test', 'editors', 'src/browser']) rmSync(at('dist', 'types', name), { recursive: true, force: true });
  // Whoever compiles for a browser has no types of Node's, and a Buffer is an array of bytes to everybody.
  for (const name of readdirSync(at('dist', 'types'), { recursive: true, encoding: 'utf8' }).filter((each) => each.endsWith('.d.ts'))) {
    const file = at('dist', 'types', name);
    const text = readFileSync(file, 'utf8');
    if (/\bBuffer\b/.test(text)) writeFileSync(file, text.replace(/\bBuffer\b(?:<\w+>)?/g, 'Uint8Array'));
  }
  if (status !== 0 || !existsSync(at('dist', 'types', 'src', 'index.d.ts'))) process.exit(status || 1);
}
