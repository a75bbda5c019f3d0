// Runs scripts against the sources, without a build before.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

/** What `modules` of src/ (paths without extension) export, bundled where templates/images is found from, but not in dist. */
export function loadSources(...modules) {
  const cache = path.join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const directory = mkdtempSync(path.join(cache, 'batten-sources-'));
  try {
    const entry = path.join(directory, 'entry.ts');
    const bundle = path.join(directory, 'bundle.cjs');
    writeFileSync(entry, modules.map((name) => `export * from ${JSON.stringify(path.join(root, 'src', name))};`).join('\n'));
    buildSync({ entryPoints: [entry], bundle: true, platform: 'node', format: 'cjs', outfile: bundle, logLevel: 'error' });
    const exported = createRequire(import.meta.url)(bundle);
    // Templates are read when they are first asked for: now, while the folder is there.
    exported.loadTemplates?.();
    return exported;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
