import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import vm from 'node:vm';

type App = typeof import('./app');

/**
 * Loads all that is behind the parsing of arguments. The build leaves the bytecode of a first run beside app.js, which saves compiling
 * it again; V8 refuses it when it is of another version of Node, and then the code is compiled as ever.
 */
export function loadApp(): App {
  loaded ??= withBytecode(path.join(__dirname, 'app.js')) ?? (require('./app') as App);
  return loaded;
}
let loaded: App | undefined;

function withBytecode(file: string): App | undefined {
  try {
    return evaluate(file, readFileSync(`${file}.cache`)).app;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Runs app.js as Node's own loader would; `script.createCachedData()` gives the bytecode of what has run so far. */
export function evaluate(file: string, cachedData?: Buffer): { app: App; script: vm.Script } {
  const script = new vm.Script(`(function (exports, require, module, __filename, __dirname) { ${readFileSync(file, 'utf8')}\n})`, {
    filename: file,
    cachedData,
  });
  const module = { exports: {} };
  const run = script.runInThisContext() as (...args: unknown[]) => void;
  run(module.exports, createRequire(file), module, file, path.dirname(file));
  return { app: module.exports as App, script };
}
