// Writes the bytecode of dist/cli/app.js beside it: app.js runs once over a small file, so that the functions a run needs are compiled.
// usage: node scripts/bytecode.mjs LOADER     LOADER: src/cli/load-app.ts, bundled
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const file = path.join(root, 'dist', 'cli', 'app.js');
const { evaluate } = createRequire(import.meta.url)(path.resolve(process.argv[2]));
const { app, script } = evaluate(file);
const silent = { write: () => true };
const host = { cwd: root, env: {}, stdout: silent, stderr: silent, version: '', batten: () => app.loadBatten() };
const code = await app.runCommand('check', host, { exitZero: true, color: 'never' }, [path.join('examples', 'blog', 'compose.yaml')]);
if (code !== 0) throw new Error(`the first run exited ${code}`);
writeFileSync(`${file}.cache`, script.createCachedData());
