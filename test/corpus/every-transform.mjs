// Runs the command with every transform there is, as far as each goes: `fix …` becomes `fix --preset strict --only <all> …`. For checks
// that take a command and know nothing of presets: `--bin "node test/corpus/every-transform.mjs"`.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const main = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'dist', 'cli', 'main.js');
const batten = (args, options) => spawnSync(process.execPath, [main, ...args], { maxBuffer: 1 << 30, ...options });
const ids = JSON.parse(batten(['list', '--format', 'json'], { encoding: 'utf8' }).stdout).map(({ id }) => id);
const [command, ...rest] = process.argv.slice(2);
process.exitCode = batten([command, '--preset', 'strict', '--only', ids.join(','), ...rest], { stdio: 'inherit' }).status ?? 2;
