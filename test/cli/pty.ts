import { stripVTControlCharacters } from 'node:util';
import { spawn } from '@lydell/node-pty';
import { MAIN, scrubbedEnv } from './run';

const ENTER = '\r';
const ESCAPE = '\x1b';
const CTRL_C = '\x03';
const CTRL_D = '\x04';
const CTRL_U = '\x15';
export const KEYS = { ENTER, ESCAPE, CTRL_C, CTRL_D, CTRL_U };

const SIZE = { cols: 110, rows: 50 };

/** batten on a terminal of its own: what a person would see and type. */
export class Terminal {
  /** All output so far, without escape sequences. */
  screen = '';
  raw = '';
  private seen = 0;
  private exit: number | undefined;
  private readonly pty;
  private wake: () => void = () => {};

  constructor(args: readonly string[], cwd: string, env: Record<string, string> = {}, size: { cols: number; rows: number } = SIZE) {
    this.pty = spawn(process.execPath, [MAIN, ...args], {
      cwd,
      ...size,
      env: { ...scrubbedEnv(), TERM: 'xterm-256color', ...env },
    });
    this.pty.onData((data) => {
      this.raw += data;
      this.screen = stripVTControlCharacters(this.raw);
      this.wake();
    });
    this.pty.onExit(({ exitCode, signal }) => {
      this.exit = signal ? 128 + signal : exitCode;
      this.wake();
    });
  }

  /** Waits until the text appears after what was waited for before. */
  async until(text: string | RegExp): Promise<this> {
    await this.waitFor(() => {
      const rest = this.screen.slice(this.seen);
      const match = typeof text === 'string' ? { at: rest.indexOf(text), length: text.length } : matchOf(rest, text);
      if (match.at === -1) return false;
      this.seen += match.at + match.length;
      return true;
    }, `${text}`);
    return this;
  }

  /** Waits for a question (of a transform, if named) and its prompt. */
  async asked(transform = ''): Promise<this> {
    await this.until(new RegExp(String.raw`\[\d+/\d+\] [^\n]*${transform}`));
    return this.prompt();
  }

  async prompt(): Promise<this> {
    await this.until('Apply?');
    await this.until('›');
    return this;
  }

  /** Waits for a plan and its prompt. */
  async planned(): Promise<this> {
    await this.until('Plan?');
    await this.until('›');
    return this;
  }

  /** Gives the terminal another size, as a window that is dragged. */
  resize(cols: number, rows: number): this {
    this.pty.resize(cols, rows);
    return this;
  }

  press(keys: string): this {
    this.pty.write(keys);
    return this;
  }

  /** The exit code, once the process has ended. */
  async ended(): Promise<number> {
    await this.waitFor(() => this.exit !== undefined, 'the end');
    return this.exit!;
  }

  close(): void {
    if (this.exit === undefined) this.pty.kill('SIGKILL');
  }

  private async waitFor(done: () => boolean, what: string): Promise<void> {
    const deadline = Date.now() + 30_000;
    while (!done()) {
      const left = deadline - Date.now();
      if (left <= 0 || (this.exit !== undefined && what !== 'the end' && !done())) {
        throw new Error(`waited in vain for ${what}; after what was seen came:\n${this.screen.slice(this.seen)}`);
      }
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        setTimeout(resolve, Math.min(left, 200));
      });
    }
  }
}

function matchOf(text: string, pattern: RegExp): { at: number; length: number } {
  const match = pattern.exec(text);
  return match ? { at: match.index, length: match[0].length } : { at: -1, length: 0 };
}
