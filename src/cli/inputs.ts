import { dirname, resolve } from 'node:path';
import { type Bounds, Repository } from '../compose/bounds';
import { type DiscoveredFile, discover, shownPath } from '../compose/discover';
import { readInput, readStdin } from '../compose/read';
import { BattenError, unforeseen } from '../errors';
import type { Input, MergedFile, RunOptions } from '../harden/api';
import type { LoadedConfig } from '../harden/config/nearest';
import type { FileResult, Unseen } from '../harden/types';
import type { OpenBaseline } from './baseline';
import type { Host } from './host';
import { isInterrupted } from './messages';

/** One input that was found: read, or the reason why not. */
export interface Opened {
  /** As the person knows it; `-` for standard input. */
  path: string;
  /** Where it is; `-` for standard input. */
  absolute: string;
  input?: Input;
  /** Where it and its overrides may really be: anywhere when the person named them, else in the repository. */
  bounds: Bounds;
  failure?: FileResult;
  /** The configuration it is under. */
  configured?: LoadedConfig;
  /** What the search that found it could not look at. */
  unseen?: Unseen[];
  /** The findings that are known. */
  baseline?: OpenBaseline;
  /** With `--inspect`: what is known of whom the mounts of its services belong to. */
  owned?: RunOptions['owned'];
  /** Which of them a run leaves as they are. */
  known?: RunOptions['known'];
}

/** Finds and reads the inputs. One that fails does not keep the others back; each is there once. */
export async function openInputs(host: Host, paths: readonly string[], files: readonly string[] = []): Promise<Opened[]> {
  const opened = new Map<string, Opened>();
  for (const each of paths.length === 0 ? [[]] : paths.map((path) => [path])) {
    let found: DiscoveredFile[];
    const unseen: Unseen[] = [];
    try {
      found = discover({
        ...{ cwd: host.cwd, env: host.env, paths: each, files },
        onProblem(problem) {
          const path = shownPath(host.cwd, problem.file!);
          problem.file = path;
          opened.set(path, unreadable(host, path, problem));
        },
        onUnseen: (path, message) => unseen.push({ code: 'unreadable', message, file: shownPath(host.cwd, path) }),
      });
    } catch (error) {
      // Without a path there is nothing else to do, and no file to blame.
      if (each.length === 0) throw error;
      const failed = unreadable(host, each[0]!, error);
      opened.set(failed.absolute, failed);
      continue;
    }
    for (const file of found) if (!opened.has(file.absolute)) opened.set(file.absolute, await open(host, file));
    // It is said once, with the first file of the search.
    const first = found[0] && opened.get(found[0].absolute);
    if (first && unseen.length > 0) first.unseen = [...(first.unseen ?? []), ...unseen];
  }
  return [...opened.values()];
}

function unreadable(host: Host, path: string, error: unknown): Opened {
  return { path, absolute: resolve(host.cwd, path), bounds: Repository.of(host.cwd), failure: failedResult(path, error) };
}

async function open(host: Host, { path, absolute, kind, overrides, bounds }: DiscoveredFile): Promise<Opened> {
  try {
    const { text } = kind === 'stdin' ? await readStdin(host.stdin) : readInput(absolute, path, bounds);
    const directory = kind === 'stdin' ? host.cwd : dirname(absolute);
    const input: Input = { path, text, directory };
    // A file that is named alone stands for itself: an override beside it then counts, but is not changed (see the library).
    if (overrides.length > 0) input.overrides = overrides.map((override) => merged(host, override, bounds));
    return { path, absolute, bounds, input };
  } catch (error) {
    return { path, absolute, bounds, failure: failedResult(path, error) };
  }
}

function merged(host: Host, absolute: string, bounds: Bounds): MergedFile {
  const path = shownPath(host.cwd, absolute);
  return { path, absolute, text: readInput(absolute, path, bounds).text };
}

/**
 * The result of a file that could not be read, understood or written. What is thrown and is no `BattenError` is a fault of batten's: it is
 * said of this file, and the others are done.
 *
 * @throws an interruption by the person, which ends the run.
 */
export function failedResult(path: string, thrown: unknown): FileResult {
  if (isInterrupted(thrown)) throw thrown;
  const error = thrown instanceof BattenError ? thrown : unforeseen(thrown, path);
  const { code, message, position, hint } = error;
  return {
    path: error.file === undefined || error.file === '<stdin>' ? path : error.file,
    status: 'error',
    findings: [],
    before: '',
    after: '',
    files: [],
    error: { code, message, ...position, hint },
    ...(code === 'unforeseen' && error.cause instanceof Error && { cause: error.cause }),
    notes: [],
  };
}
