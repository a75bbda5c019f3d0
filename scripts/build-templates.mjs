/*
 * Compiles the templates of a folder for the built package: `index.json`, and `families/<family>.json`, of which a run reads only those it
 * needs. Every template is checked; the first that is not valid ends the build with its file and line.
 *
 * Usage: node scripts/build-templates.mjs [--from templates/images] [--to dist/templates]
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildSync } from 'esbuild';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const DEFAULT = { from: path.join('templates', 'images'), to: path.join('dist', 'templates') };

/** Compiles the templates of `from` into `to`. Throws `ConfigError` with file and line; nothing is written then. */
export function buildTemplates({ from, to } = DEFAULT) {
  const { compileTemplates, indexTemplates } = loadCompiler();
  const folder = path.resolve(root, from);
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const shown = (name) => path.relative(root, path.join(folder, name));
  const templates = compileTemplates(names.map((name) => ({ name: shown(name), text: readFileSync(path.join(folder, name), 'utf8') })));

  const target = path.resolve(root, to);
  const families = path.join(target, 'families');
  mkdirSync(families, { recursive: true });
  // Files first, then the index that names them: a command that is running never finds a name without its file.
  for (const template of templates) writeFileSync(path.join(families, `${template.family}.json`), JSON.stringify(template));
  writeFileSync(path.join(target, 'index.json'), JSON.stringify(indexTemplates(templates)));
  const current = new Set(templates.map(({ family }) => `${family}.json`));
  for (const name of readdirSync(families)) if (!current.has(name)) rmSync(path.join(families, name));
}

function loadCompiler() {
  const scratch = mkdtempSync(path.join(tmpdir(), 'batten-templates-'));
  try {
    const outfile = path.join(scratch, 'compile.cjs');
    const entryPoints = ['src/images/compile.ts'];
    buildSync({ absWorkingDir: root, entryPoints, outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
    return createRequire(import.meta.url)(outfile);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** `buildTemplates`, ending the process with `file:line:column: message` when a template is not valid. */
export function buildTemplatesOrExit(options) {
  try {
    buildTemplates(options);
  } catch (error) {
    if (error?.name !== 'ConfigError') throw error;
    console.error(`${error.location}: ${error.message}`);
    process.exit(error.exitCode);
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { from: { type: 'string', default: DEFAULT.from }, to: { type: 'string', default: DEFAULT.to } },
  });
  buildTemplatesOrExit(values);
}
