// Builds dist/: the command, the library, the compiled templates and the types (`--fast` leaves the types out).
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

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

rmSync(at('dist'), { recursive: true, force: true });
mkdirSync(at('dist', 'cli'), { recursive: true });
await Promise.all([
  build({ ...common, entryPoints: ['src/cli/main.ts'], outfile: 'dist/cli/main.js', banner: { js: '#!/usr/bin/env node' } }),
  build({ ...common, entryPoints: ['src/index.ts'], outfile: 'dist/index.js' }),
  build({ ...common, entryPoints: ['src/images/load.ts'], outfile: 'dist/load.tmp.cjs' }),
]);
chmodSync(at('dist', 'cli', 'main.js'), 0o755);

// Templates are read and checked now, so that a start only parses JSON.
const { compileTemplates } = createRequire(import.meta.url)(at('dist', 'load.tmp.cjs'));
const folder = at('templates', 'images');
const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const templates = compileTemplates(names.map((name) => ({ name, text: readFileSync(path.join(folder, name), 'utf8') })));
writeFileSync(at('dist', 'templates.json'), JSON.stringify(templates));
rmSync(at('dist', 'load.tmp.cjs'));

if (!fast) {
  const tsc = at('node_modules', 'typescript', 'bin', 'tsc');
  const options = ['--emitDeclarationOnly', '--declaration', '--outDir', 'dist/types', '-p', 'tsconfig.json'];
  const { status } = spawnSync(process.execPath, [tsc, ...options], { cwd: root, stdio: 'inherit' });
  // The tests are part of the project, but not of the package.
  rmSync(at('dist', 'types', 'test'), { recursive: true, force: true });
  if (status !== 0 || !existsSync(at('dist', 'types', 'src', 'index.d.ts'))) process.exit(status || 1);
}
