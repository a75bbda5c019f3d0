// Writes the bytecode of dist/cli/program.js and app.js beside them: they run over a small file, so that the functions a run needs are compiled.
// usage: node scripts/bytecode.mjs SCRATCH     SCRATCH: a folder with src/cli/bundle.ts, bundled; what the runs write goes there
import { cpSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const fileOf = (name) => path.join(root, 'dist', 'cli', `${name}.js`);
const scratch = path.resolve(process.argv[2]);
const { evaluate } = createRequire(import.meta.url)(path.join(scratch, 'bundle.cjs'));

const load = createRequire(fileOf('app'));
const app = evaluate(fileOf('app'), load);
const program = evaluate(fileOf('program'), (name) => (name === './app.js' ? app.exports : load(name)));

cpSync(path.join(root, 'examples', 'blog', 'compose.yaml'), path.join(scratch, 'compose.yaml'));
const silent = { write: () => true };
const host = { cwd: scratch, env: { XDG_STATE_HOME: scratch }, stdin: {}, stdout: silent, stderr: silent, version: '' };
host.batten = () => app.exports.loadBatten();
for (const words of ['--version', '--help', 'check --exit-zero', 'fix --yes']) {
  const code = await program.exports.runCli(words.split(' '), host);
  if (code !== 0) throw new Error(`the first run of batten ${words} exited ${code}`);
}
for (const [name, { script }] of Object.entries({ app, program })) writeFileSync(`${fileOf(name)}.cache`, script.createCachedData());
