// Builds dist/: the command, the library, the compiled templates and the types (`--fast` leaves the types out).
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildTemplatesOrExit } from './build-templates.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const at = (...parts) => path.join(root, ...parts);
const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
const fast = process.argv.includes('--fast');

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  // import() of inquirer, which is ESM only, has to stay one.
  target: 'node20.19',
  external: ['inquirer', '@inquirer/core'],
  define: { BATTEN_VERSION: JSON.stringify(version) },
  // Small to read at start-up, yet with the names a stack trace needs.
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: false,
  legalComments: 'none',
  logLevel: 'warning',
};

// Overwritten in place, so that a command that is running keeps working.
mkdirSync(at('dist', 'cli'), { recursive: true });
/** All but the parsing of arguments is a file of its own, which `--help` and `--version` do not load. */
const appApart = {
  name: 'app-apart',
  setup: ({ onResolve }) => onResolve({ filter: /^\.\/app$/ }, () => ({ path: './app.js', external: true })),
};

await Promise.all([
  build({
    ...common,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'dist/cli/main.js',
    banner: { js: '#!/usr/bin/env node' },
    plugins: [appApart],
  }),
  build({ ...common, entryPoints: ['src/cli/app.ts'], outfile: 'dist/cli/app.js' }),
  build({ ...common, entryPoints: ['src/index.ts'], outfile: 'dist/index.js' }),
]);
chmodSync(at('dist', 'cli', 'main.js'), 0o755);

// Templates are checked now, so that a run only parses the JSON of those it needs.
buildTemplatesOrExit();
// What a build used to write in their place.
rmSync(at('dist', 'templates.json'), { force: true });

if (!fast) {
  rmSync(at('dist', 'types'), { recursive: true, force: true });
  const tsc = at('node_modules', 'typescript', 'bin', 'tsc');
  const options = ['--emitDeclarationOnly', '--declaration', '--outDir', 'dist/types', '-p', 'tsconfig.json'];
  const { status } = spawnSync(process.execPath, [tsc, ...options], { cwd: root, stdio: 'inherit' });
  // The tests are part of the project, but not of the package.
  rmSync(at('dist', 'types', 'test'), { recursive: true, force: true });
  if (status !== 0 || !existsSync(at('dist', 'types', 'src', 'index.d.ts'))) process.exit(status || 1);
}
