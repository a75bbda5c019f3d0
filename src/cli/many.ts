import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type MessagePort, Worker } from 'node:worker_threads';
import type { Batten, RunOptions } from '../harden/api';
import type { FileResult } from '../harden/types';
import { say } from '../report/text/screen';
import { type Context, completed, projectResults, runInput, runOf } from './context';
import type { Opened } from './inputs';

/** A worker takes a while to start, so it has to have something to do. */
const FEWEST_EACH = 12;
/** A worker that answers has the next one already. */
const AHEAD = 2;

/** A file of its own in the build; without one, as when the sources are run, there are no workers. */
const PROGRAM = join(__dirname, 'worker.js');

/** A project for a worker: all of it is data. */
interface Task {
  index: number;
  path: string;
  input: NonNullable<Opened['input']>;
  run: Omit<RunOptions, 'proofKey'>;
  key?: Uint8Array;
}

interface Answer {
  index: number;
  results: FileResult[];
}

/**
 * `runInput` over many projects: in worker threads where that pays and all there is to say about a run is data, else one after the other. The
 * results are in the order of the projects, and the same.
 *
 * @param most so many workers at most: undefined = one a core
 */
export async function runMany(
  context: Context,
  batten: Batten,
  opened: readonly Opened[],
  run: RunOptions,
  most = availableParallelism(),
): Promise<FileResult[][]> {
  const count = new Count(context, opened.length);
  const inTurn = (each: Opened): FileResult[] => {
    count.next();
    return runInput(batten, each, run);
  };
  const workers = Math.min(most, Math.floor(opened.length / FEWEST_EACH));
  try {
    if (workers < 2 || !isData(opened, run) || !existsSync(PROGRAM)) return opened.map(inTurn);
    const found = await inWorkers(workers, opened, run, () => count.next());
    return opened.map((each, index) => {
      const results = found.get(index);
      return results ? completed(each, results) : inTurn(each);
    });
  } finally {
    count.end();
  }
}

/** What was seen of images, and what a baseline knows, are objects that answer questions. */
function isData(opened: readonly Opened[], { inspected, proofKey: _, ...rest }: RunOptions): boolean {
  return (
    inspected === undefined && isPlain(rest) && opened.every(({ known, input, configured }) => !known && isPlain([input, configured?.run]))
  );
}

function isPlain(value: unknown): boolean {
  if (typeof value === 'function') return false;
  return typeof value !== 'object' || value === null || Object.values(value).every(isPlain);
}

/** The results of those that workers could do. A worker that ends takes with it what it was about. */
async function inWorkers(
  count: number,
  opened: readonly Opened[],
  run: RunOptions,
  each: () => void,
): Promise<ReadonlyMap<number, FileResult[]>> {
  const found = new Map<number, FileResult[]>();
  const { proofKey, ...rest } = run;
  const key = proofKey?.();
  const tasks = opened.flatMap((project, index): Task[] => {
    const { path, input } = project;
    return input ? [{ index, path, input, run: runOf(project, rest), key }] : [];
  });
  let next = 0;
  const work = (): Promise<void> =>
    new Promise((resolve) => {
      const worker = new Worker(PROGRAM);
      let open = 0;
      const more = (): void => {
        for (; open < AHEAD && next < tasks.length; open++) worker.postMessage(tasks[next++]);
        if (open === 0) void worker.terminate().then(() => resolve());
      };
      worker.on('message', ({ index, results }: Answer) => {
        found.set(index, results);
        open--;
        each();
        more();
      });
      worker.on('error', () => resolve());
      more();
    });
  await Promise.all(Array.from({ length: count }, work));
  return found;
}

/** What a worker does: one project after the other, as they come. */
export function answer(port: MessagePort, batten: Batten): void {
  port.on('message', ({ index, path, input, run, key }: Task) => {
    const results = projectResults(batten, path, input, { ...run, proofKey: () => key });
    port.postMessage({ index, results: results.map(asData) } satisfies Answer);
  });
}

/** A result without what only a prompt asks for, which are functions. */
function asData(result: FileResult): FileResult {
  return {
    ...result,
    findings: result.findings.map((finding) => ({ ...finding, files: undefined, editable: undefined, decide: undefined })),
  };
}

/** After a second: on a terminal, how many are done. */
class Count {
  private readonly begin = Date.now();
  private shown = 0;
  private done = 0;

  constructor(
    private readonly context: Context,
    private readonly total: number,
  ) {}

  next(): void {
    this.done++;
    if (this.context.options.quiet || Date.now() - Math.max(this.begin + 900, this.shown) < 100) return;
    if (!this.context.err.isTTY) return;
    this.shown = Date.now();
    this.context.err.print(say`\r${this.done} of ${this.total} projects\x1b[K`);
  }

  end(): void {
    if (this.shown > 0) this.context.err.print(say`\r\x1b[K`);
  }
}
