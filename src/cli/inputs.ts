import { dirname, resolve } from 'node:path';
import { type DiscoveredFile, discover, shownPath } from '../compose/discover';
import { readInput, readStdin } from '../compose/read';
import { BattenError } from '../errors';
import type { Input, MergedFile, RunOptions } from '../harden/api';
import type { FileResult } from '../harden/types';
import type { OpenBaseline } from './baseline';
import type { LoadedConfig } from './config';
import type { Host } from './host';

/** One input that was found: read, or the reason why not. */
export interface Opened {
  /** As the person knows it; `-` for standard input. */
  path: string;
  /** Where it is; `-` for standard input. */
  absolute: string;
  input?: Input;
  failure?: FileResult;
  /** The configuration it is under. */
  configured?: LoadedConfig;
  /** The findings that are known. */
  baseline?: OpenBaseline;
  /** Which of them a run leaves as they are. */
  known?: RunOptions['known'];
}

/** Finds and reads the inputs. One that fails does not keep the others back; each is there once. */
export async function openInputs(host: Host, paths: readonly string[], files: readonly string[] = []): Promise<Opened[]> {
  const opened = new Map<string, Opened>();
  for (const each of paths.length === 0 ? [[]] : paths.map((path) => [path])) {
    let found: DiscoveredFile[];
    try {
      found = discover({ cwd: host.cwd, env: host.env, paths: each, files });
    } catch (error) {
      // Without a path there is nothing else to do, and no file to blame.
      if (each.length === 0) throw error;
      const path = each[0]!;
      const absolute = resolve(host.cwd, path);
      opened.set(absolute, { path, absolute, failure: failedResult(path, error) });
      continue;
    }
    for (const file of found) if (!opened.has(file.absolute)) opened.set(file.absolute, await open(host, file));
  }
  return [...opened.values()];
}

async function open(host: Host, { path, absolute, kind, overrides }: DiscoveredFile): Promise<Opened> {
  try {
    const { text } = kind === 'stdin' ? await readStdin(host.stdin) : readInput(absolute, path);
    const directory = kind === 'stdin' ? host.cwd : dirname(absolute);
    const input: Input = { path, text, directory };
    // A file that is named alone stands for itself: an override beside it then counts, but is not changed (see the library).
    if (overrides.length > 0) input.overrides = overrides.map((override) => merged(host, override));
    return { path, absolute, input };
  } catch (error) {
    return { path, absolute, failure: failedResult(path, error) };
  }
}

function merged(host: Host, absolute: string): MergedFile {
  const path = shownPath(host.cwd, absolute);
  return { path, absolute, text: readInput(absolute, path).text };
}

/**
 * The result of a file that could not be read, understood or written.
 *
 * @throws what is not a `BattenError`: that is a bug, not the file's fault.
 */
export function failedResult(path: string, error: unknown): FileResult {
  if (!(error instanceof BattenError)) throw error;
  const { code, message, position, hint } = error;
  return {
    path: error.file === undefined || error.file === '<stdin>' ? path : error.file,
    status: 'error',
    findings: [],
    before: '',
    after: '',
    files: [],
    error: { code, message, ...position, hint },
    notes: [],
  };
}
