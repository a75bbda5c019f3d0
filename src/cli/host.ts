import type { Batten } from '../harden/api';
import { loadApp } from './load-app';
import type { Prompter } from './prompt';

/** A stream the command line writes to. */
export interface Output {
  write(text: string): unknown;
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
  return {
    cwd: process.cwd(),
    env: process.env,
    // Making the stream takes a while, and only `-` and the prompt need it.
    get stdin() {
      return process.stdin;
    },
    stdout: quietAfterEpipe(process.stdout),
    stderr: quietAfterEpipe(process.stderr),
    version: typeof BATTEN_VERSION === 'string' ? BATTEN_VERSION : '0.0.0-dev',
    today: () => localDay(new Date()),
    batten: () => loadApp().loadBatten(),
    prompter: () => loadApp().loadPrompter(),
  };
}

function localDay(date: Date): string {
  const [month, day] = [date.getMonth() + 1, date.getDate()].map((number) => String(number).padStart(2, '0'));
  return `${date.getFullYear()}-${month}-${day}`;
}

/** `batten list | head -1` closes the pipe early: that is no error, and nobody reads the rest. */
function quietAfterEpipe(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return stream;
}
