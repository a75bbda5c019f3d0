import { readFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';

/** The version of Node that the build ran with: bytecode is of no use to any other. */
declare const BATTEN_NODE: string | undefined;
/** A flag of its V8, or none. */
declare const BATTEN_V8_FLAG: string;

/** What a part of the command exports. */
interface Parts {
  program: typeof import('./program');
  app: typeof import('./app');
}

const loaded: Partial<Parts> = {};

/**
 * Lets V8 wait longer before it optimizes code: most runs are over before that pays, and meanwhile it takes a processor of its own. Flags
 * differ between versions of V8, so this is for the one of the build, where it has such a flag. Bytecode loads only under the flags it was
 * made with: it goes first.
 */
export function spareOptimizer(): void {
  if (!isBuiltFor() || !BATTEN_V8_FLAG) return;
  const { setFlagsFromString } = require('node:v8') as typeof import('node:v8');
  setFlagsFromString(BATTEN_V8_FLAG);
}

/** The parsing of arguments: all that help and version need. */
export function loadProgram(): Parts['program'] {
  loaded.program ??= withBytecode('program') ?? (require('./program') as Parts['program']);
  return loaded.program;
}

/** All that is behind the parsing of arguments. */
export function loadApp(): Parts['app'] {
  loaded.app ??= withBytecode('app') ?? (require('./app') as Parts['app']);
  return loaded.app;
}

/**
 * The build makes a file of each part and leaves the bytecode of a first run beside it, which saves compiling it again. Where V8
 * refuses it, the code is compiled as ever.
 */
function withBytecode<Name extends keyof Parts>(name: Name): Parts[Name] | undefined {
  if (!isBuiltFor()) return undefined;
  const file = path.join(__dirname, `${name}.js`);
  try {
    return evaluate(file, require, readFileSync(`${file}.cache`)).exports as Parts[Name];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Runs a file as Node's own loader would; `script.createCachedData()` gives the bytecode of what has run so far.
 *
 * @param from loads what the file asks for: it has to be of the same directory.
 */
export function evaluate(file: string, from: NodeJS.Require, cachedData?: Buffer): { exports: unknown; script: vm.Script } {
  // The build writes nothing but ASCII, and Latin 1 is read faster than UTF-8.
  const script = new vm.Script(`(function (exports, require, module, __filename, __dirname) { ${readFileSync(file, 'latin1')}\n})`, {
    filename: file,
    cachedData,
  });
  const module = { exports: {} };
  const run = script.runInThisContext() as (...args: unknown[]) => void;
  run(module.exports, from, module, file, path.dirname(file));
  return { exports: module.exports, script };
}

function isBuiltFor(): boolean {
  return typeof BATTEN_NODE === 'string' && process.version === BATTEN_NODE;
}
