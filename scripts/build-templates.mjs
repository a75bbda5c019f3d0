/*
 * Compiles the templates and hints of two folders for the built package: `index.json`, `families/<family>.json` and `hints/<table>.json`, of which
 * a run reads only those it needs. Every one is checked; the first that is not valid ends the build with its file and line.
 *
 * Usage: node scripts/build-templates.mjs [--from templates/images] [--hints templates/hints] [--to dist/templates]
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildSync } from 'esbuild';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const DEFAULT = { from: path.join('templates', 'images'), hints: path.join('templates', 'hints'), to: path.join('dist', 'templates') };

/** Compiles the templates of `from` and the hints of `hints` into `to`. Throws `ConfigError` with file and line; nothing is written then. */
export function buildTemplates({ from, hints, to } = DEFAULT) {
  const { compileTemplates, indexTemplates, compileHints } = loadCompiler();
  const templates = compileTemplates(filesOf(from));
  const tables = compileHints(filesOf(hints));

  const target = path.resolve(root, to);
  const families = path.join(target, 'families');
  mkdirSync(families, { recursive: true });
  mkdirSync(path.join(target, 'hints'), { recursive: true });
  for (const [name, table] of Object.entries(tables)) writeFileSync(path.join(target, 'hints', `${name}.json`), JSON.stringify(table));
  // Files first, then the index that names them: a command that is running never finds a name without its file.
  for (const template of templates) writeFileSync(path.join(families, `${template.family}.json`), JSON.stringify(template));
  writeFileSync(path.join(target, 'index.json'), JSON.stringify(indexTemplates(templates)));
  const current = new Set(templates.map(({ family }) => `${family}.json`));
  for (const name of readdirSync(families)) if (!current.has(name)) rmSync(path.join(families, name));
}

/** The YAML files of a folder, by the names that messages call them. */
function filesOf(from) {
  const folder = path.resolve(root, from);
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return names.map((name) => ({ name: path.relative(root, path.join(folder, name)), text: readFileSync(path.join(folder, name), 'utf8') }));
}

function loadCompiler() {
  const scratch = mkdtempSync(path.join(tmpdir(), 'batten-templates-'));
  try {
    const outfile = path.join(scratch, 'compile.cjs');
    const entryPoints = ['src/images/compilers.ts'];
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
    options: {
      from: { type: 'string', default: DEFAULT.from },
      hints: { type: 'string', default: DEFAULT.hints },
      to: { type: 'string', default: DEFAULT.to },
    },
  });
  buildTemplatesOrExit(values);
}
