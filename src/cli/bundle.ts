import { lstatSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/** The version of Node that the build ran with. */
declare const BATTEN_NODE: string | undefined;
/** A flag of its V8, or none. */
declare const BATTEN_V8_FLAG: string;

/**
 * Lets V8 wait longer before it optimizes code: most runs are over before that pays, and meanwhile it takes a processor of its own. Flags
 * differ between versions of V8, so this is for the one of the build, where it has such a flag.
 */
export function spareOptimizer(): void {
  if (typeof BATTEN_NODE !== 'string' || process.version !== BATTEN_NODE || !BATTEN_V8_FLAG) return;
  const { setFlagsFromString } = require('node:v8') as typeof import('node:v8');
  setFlagsFromString(BATTEN_V8_FLAG);
}

/** The parsing of arguments: all that help and version need. */
export function loadProgram(): typeof import('./program') {
  return require('./program') as typeof import('./program');
}

/** All that is behind the parsing of arguments. */
export function loadApp(): typeof import('./app') {
  return require('./app') as typeof import('./app');
}

/**
 * Lets Node keep what it compiled for the next run, which it can from 22.1 on, and which it checks against the text itself. The code is run
 * from there, so it lies in the person's own cache, where nobody else may write; without such a place, and in older Node, all is compiled as ever.
 *
 * @see https://nodejs.org/api/module.html#module-compile-cache
 */
export function keepCompiled(env: Readonly<Record<string, string | undefined>>): void {
  const { enableCompileCache } = require('node:module') as { enableCompileCache?(directory: string): unknown };
  if (!enableCompileCache || env.NODE_DISABLE_COMPILE_CACHE || env.NODE_COMPILE_CACHE) return;
  try {
    const { XDG_CACHE_HOME: cache } = env;
    const directory = path.join(cache && path.isAbsolute(cache) ? cache : path.join(homedir(), '.cache'), 'batten', 'compiled');
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (isOwn(directory) && isOwn(path.dirname(directory))) enableCompileCache(directory);
  } catch {
    // It is only a matter of time.
  }
}

/** Whether a directory, which is no link, is this user's, and nobody else may write there. */
function isOwn(directory: string): boolean {
  const stats = lstatSync(directory);
  const { getuid } = process;
  return stats.isDirectory() && (!getuid || (stats.uid === getuid() && (stats.mode & 0o022) === 0));
}
