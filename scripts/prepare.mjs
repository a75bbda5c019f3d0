// Builds dist/ when batten is installed from its repository. npm installs what the build needs before it runs this, but not when it was
// asked to install globally, as pre-commit asks it: the npm inside is told so too, and puts everything elsewhere. So what is missing is
// installed here first.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

function run(words, env = process.env) {
  const { status } = spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit', env });
  if (status !== 0) process.exit(status || 1);
}

if (!existsSync(path.join(root, 'node_modules', 'esbuild'))) {
  const { npm_execpath: npm, ...env } = process.env;
  if (!npm) throw new Error('what the build needs is not installed: npm ci');
  run([npm, 'ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund'], {
    ...env,
    npm_config_global: 'false',
    npm_config_location: 'project',
  });
}
run([path.join('scripts', 'build.mjs')]);
