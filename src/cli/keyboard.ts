import { PassThrough } from 'node:stream';
import { Interrupted } from './messages';
import type { Press } from './prompt';

/** What came from the keyboard at a question: a key, a paste or several keys at once, or the program was stopped and is back. */
export type Input = { press: Press } | 'several' | 'resumed';

/** The terminal as this needs it. */
export interface Terminal {
  input: NodeJS.ReadStream;
  /** Told when keys are read and when they are no more: a terminal can mark what is pasted meanwhile. */
  state(on: boolean): void;
  newLine(): void;
}

/** Marks around what is pasted. */
const PASTE = { begin: '\x1b[200~', end: '\x1b[201~' };

/** A pause of that length means that nothing is on its way, in milliseconds; and a key that is held down never pauses. */
const QUIET = 12;
const LONGEST_WAIT = 600;

/** One key: a sequence, a control character, a character. Enter behind a letter belongs to it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: keys are control characters
const ONE_KEY = /^(\x1b(?:\[[0-9;?<]*[@-~]|O.)|\x1b?.|\x1b)(?:[\r\n]{1,2})?$/su;

/**
 * Reads single keys from a terminal, and only those pressed while somebody waits for one: what was typed before is thrown away, and so is
 * a paste. Ctrl-Z stops the program as it does elsewhere. The terminal is in raw mode from the first key that is waited for until `close`.
 */
export class Keyboard {
  private waiter: ((input: Input | Interrupted) => void) | undefined;
  private line: PassThrough | undefined;
  private came = false;
  private interrupted = false;
  private pasting = false;
  private open = false;

  constructor(private readonly terminal: Terminal) {}

  /**
   * Waits until nothing more comes of what was typed ahead, and forgets it.
   *
   * @throws Interrupted when that was Ctrl-C
   */
  async quiet(): Promise<void> {
    this.start();
    const end = Date.now() + LONGEST_WAIT;
    do {
      this.came = false;
      await new Promise((resolve) => setTimeout(resolve, QUIET));
      // Where the machine is busy, time is up before what came meanwhile was read: that is done once more between a timer and this.
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.came && Date.now() < end);
    if (this.interrupted) throw new Interrupted();
  }

  /** The next key. @throws Interrupted on Ctrl-C, a signal to end, and when the terminal goes away */
  press(): Promise<Input> {
    this.start();
    return this.unlessGone(
      new Promise<Input>((resolve, reject) => {
        this.waiter = (input) => (input instanceof Interrupted ? reject(input) : resolve(input));
      }),
    ).finally(() => {
      this.waiter = undefined;
    });
  }

  /** Lends the keyboard to what reads a line. A paste is text there, in one line. @throws Interrupted, as `press` */
  async lend<T>(read: (input: PassThrough) => Promise<T>): Promise<T> {
    await this.quiet();
    this.line = new PassThrough();
    try {
      return await this.unlessGone(read(this.line));
    } finally {
      this.line = undefined;
    }
  }

  /** Gives the terminal back as it was. */
  close(): void {
    if (!this.open) return;
    this.open = false;
    const { input } = this.terminal;
    input.off('data', this.take);
    this.raw(false);
    input.pause();
  }

  private start(): void {
    if (this.open) return;
    this.open = true;
    const { input } = this.terminal;
    this.raw(true);
    input.on('data', this.take);
    input.resume();
  }

  private raw(on: boolean): void {
    this.terminal.state(on);
    this.terminal.input.setRawMode?.(on);
  }

  private readonly take = (data: Buffer | string): void => {
    this.came = true;
    const { text, pasted } = this.withoutPaste(String(data));
    if (text.includes('\x1a') && process.platform !== 'win32') {
      this.suspend();
      return;
    }
    if (this.line) {
      this.line.write(`${text}${oneLine(pasted)}`);
    } else if (text.includes('\x03')) {
      this.interrupted = true;
      this.waiter?.(new Interrupted());
    } else if (pasted !== '') {
      this.waiter?.('several');
    } else if (text !== '') {
      const key = ONE_KEY.exec(text)?.[1];
      this.waiter?.(key === undefined ? 'several' : { press: pressOf(key) });
    }
  };

  /** What was typed, and what was pasted between its marks. */
  private withoutPaste(data: string): { text: string; pasted: string } {
    let [text, pasted] = ['', ''];
    let rest = data;
    while (rest !== '') {
      const mark = this.pasting ? PASTE.end : PASTE.begin;
      const at = rest.indexOf(mark);
      const part = at === -1 ? rest : rest.slice(0, at);
      if (this.pasting) pasted += part || ' ';
      else text += part;
      if (at === -1) break;
      this.pasting = !this.pasting;
      rest = rest.slice(at + mark.length);
      if (rest === '' && pasted === '') pasted = ' ';
    }
    return { text, pasted };
  }

  /** Stops as a shell expects it, and goes on when it is told to. Where nobody could tell it to, the system does not stop it either. */
  private suspend(): void {
    this.raw(false);
    this.terminal.newLine();
    let stopped = true;
    const resume = (): void => {
      if (!stopped) return;
      stopped = false;
      process.off('SIGCONT', resume);
      if (!this.open) return;
      this.raw(true);
      this.terminal.input.resume();
      this.waiter?.('resumed');
    };
    process.once('SIGCONT', resume);
    process.kill(0, 'SIGTSTP');
    setTimeout(resume, 100);
  }

  /** Node would wait for ever for a terminal that went away, and end without a word on a signal. */
  private async unlessGone<T>(work: Promise<T>): Promise<T> {
    const { input } = this.terminal;
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    let stop = (): void => undefined;
    const gone = new Promise<never>((_, reject) => {
      const end = (): void => reject(new Interrupted());
      input.once('end', end).once('close', end);
      for (const signal of signals) process.once(signal, end);
      stop = () => {
        input.off('end', end).off('close', end);
        for (const signal of signals) process.off(signal, end);
      };
    });
    try {
      return await Promise.race([work, gone]);
    } finally {
      stop();
    }
  }
}

/** A key as node:readline names it. */
export function pressOf(key: string): Press {
  if (key === '\r' || key === '\n') return { name: 'return', sequence: key };
  if (key.startsWith('\x1b')) return key.length === 1 ? { name: 'escape', sequence: key } : { sequence: key, meta: true };
  const code = key.codePointAt(0)!;
  if (code < 32) return { ctrl: true, name: String.fromCharCode(96 + code), sequence: key };
  return { name: key.toLowerCase(), sequence: key };
}

function oneLine(pasted: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they would be keys
  return pasted.replace(/[\x00-\x1f\x7f]+/g, ' ').trim();
}
