import type { Batten } from '../harden/api';
import { loadApp, spareOptimizer } from './bundle';
import { processOutput } from './output';
import type { Prompter } from './prompt';

/** A stream the command line writes to. */
export interface Output {
  write(text: string | Uint8Array): unknown;
  isTTY?: boolean;
  columns?: number;
  rows?: number;
}

/** All the command line has of the world, so that a test can hand it another one. */
export interface Host {
  /** The current directory, absolute. */
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  stdin: AsyncIterable<Uint8Array | string> & { isTTY?: boolean };
  stdout: Output;
  stderr: Output;
  version: string;
  /** The day it is here, as 2027-01-31, for ignores that end. */
  today(): string;
  /** The library; loaded when a command needs it. */
  batten(): Batten;
  /** Who answers the questions of `fix`; loaded when there are any. */
  prompter(): Promise<Prompter>;
}

/** Baked in by the build. */
declare const BATTEN_VERSION: string | undefined;

/** The process batten runs in. */
export function processHost(): Host {
  let stdout: Output | undefined;
  let stderr: Output | undefined;
  return {
    cwd: process.cwd(),
    env: process.env,
    // Making a stream takes a while, and few runs need all three.
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      stdout ??= processOutput(1, () => process.stdout);
      return stdout;
    },
    get stderr() {
      stderr ??= processOutput(2, () => process.stderr);
      return stderr;
    },
    version: typeof BATTEN_VERSION === 'string' ? BATTEN_VERSION : '0.0.0-dev',
    today: () => localDay(new Date()),
    batten: () => {
      const app = loadApp();
      spareOptimizer();
      return app.loadBatten();
    },
    prompter: () => loadApp().loadPrompter(),
  };
}

/** The streams of the process for a protocol: what is written there is no text. */
export function protocolStreams(): { input: NodeJS.ReadableStream; output: NodeJS.WritableStream } {
  return { input: process.stdin, output: process.stdout };
}

function localDay(date: Date): string {
  const [month, day] = [date.getMonth() + 1, date.getDate()].map((number) => String(number).padStart(2, '0'));
  return `${date.getFullYear()}-${month}-${day}`;
}
