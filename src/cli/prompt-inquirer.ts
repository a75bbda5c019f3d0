import type { PassThrough } from 'node:stream';
import { type Shown, say } from '../report/text/screen';
import { visible } from '../report/text/visible';
import { Keyboard } from './keyboard';
import { Interrupted } from './messages';
import { type Key, type KeyPrompt, type Prompter, readPress, type TextPrompt } from './prompt';
import { printOn } from './screen';

/** What inquirer throws when the person presses Ctrl-C, and when the process is told to end. */
const EXITS = new Set(['ExitPromptError', 'AbortPromptError']);

/**
 * Asks on the terminal: single keys directly, lines of text through inquirer, or plainly where a terminal knows no sequences. Everything
 * is drawn on standard error, as standard output is for results.
 */
export async function inquirerPrompter(): Promise<Prompter> {
  const dumb = process.env.TERM === 'dumb';
  const paste = { begin: say`\x1b[?2004h`, end: say`\x1b[?2004l` };
  const keyboard = new Keyboard({
    input: process.stdin,
    state: (on) => !dumb && draw(on ? paste.begin : paste.end),
    newLine: () => draw(say`\n`),
  });
  return prompterOn(keyboard, draw, dumb ? plainLine : await inquirerLine());
}

/**
 * Asks with the keys of a keyboard.
 *
 * @param line how a line of text is read; default as a terminal without sequences does it.
 */
export function prompterOn(keyboard: Keyboard, draw: Draw, line: ReadLine = plainLine): Prompter {
  return {
    async key(prompt) {
      await keyboard.quiet();
      return pressed(prompt, keyboard, draw);
    },
    text: (prompt) => keyboard.lend((input) => line(prompt, input, draw)),
    close: () => keyboard.close(),
  };
}

function draw(text: Shown): void {
  printOn(process.stderr, text);
}

async function pressed(prompt: KeyPrompt, keyboard: Keyboard, draw: Draw): Promise<Key> {
  draw(prompt.message);
  for (;;) {
    const input = await keyboard.press();
    const key = typeof input === 'string' ? undefined : readPress(input.press, prompt);
    if (key === 'interrupt') {
      draw(say`\n`);
      throw new Interrupted();
    }
    if (key !== undefined) {
      draw(say`${key}\n`);
      return key;
    }
    if (input === 'resumed') prompt.again?.();
    else
      draw(
        say`\n  ${input === 'several' ? 'A paste or several keys at once answer nothing.' : 'That key has no meaning here: ? shows all.'}\n`,
      );
    draw(prompt.message);
  }
}

type Draw = (text: Shown) => void;

type ReadLine = (prompt: TextPrompt, input: PassThrough, draw: Draw) => Promise<string | undefined>;

async function inquirerLine(): Promise<ReadLine> {
  const [{ createPromptModule }, { createPrompt, useEffect, useKeypress, useState }] = await Promise.all([
    import('inquirer'),
    import('@inquirer/core'),
  ]);
  // inquirer's own input takes an emptied line for its default, but an empty value is one a person may want.
  const linePrompt = createPrompt<{ text?: string }, TextPrompt>((config, done) => {
    // A control character would be taken for a key that was pressed.
    const initial = visible(config.initial);
    const [text, setText] = useState(initial);
    const [ended, setEnded] = useState(false);
    useEffect((readline) => readline.write(initial), []);
    useKeypress((event, readline) => {
      if (ended) return;
      if (event.name === 'return' || event.name === 'enter') {
        setEnded(true);
        done({ text });
      } else if (event.name === 'escape') {
        setEnded(true);
        done({});
      } else {
        setText(readline.line);
      }
    });
    return [say`${config.message}${text}`.text, config.preview?.(text).text];
  });
  return async (prompt, input) => {
    const ask = createPromptModule({ input: input as unknown as NodeJS.ReadStream, output: process.stderr });
    ask.registerPrompt('line', linePrompt as Parameters<typeof ask.registerPrompt>[1]);
    try {
      const questions = [{ ...prompt, type: 'line', name: 'answer' }] as unknown as Parameters<typeof ask>[0];
      const { answer } = (await ask(questions)) as unknown as { answer: { text?: string } };
      return answer.text;
    } catch (error) {
      if (error instanceof Error && EXITS.has(error.name)) throw new Interrupted();
      throw error;
    }
  };
}

/** What a key that is no character sends. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const SEQUENCE = /\x1b(?:\[[0-9;?]*[@-~]|O.)?/g;

/** A line as every terminal gives it: nothing is drawn over, and what was there is shown in front. */
const plainLine: ReadLine = async ({ message, initial, preview }, input, draw) => {
  draw(say`${message}\n  now: ${initial}\n  An empty line keeps it. New: `);
  const typed = await new Promise<string | undefined>((resolve, reject) => {
    let text = '';
    input.on('data', (data) => {
      // An arrow and the like is no text, and there is nowhere to go in what was written.
      if (String(data) === '\x1b') resolve(undefined);
      for (const character of String(data).replace(SEQUENCE, '')) {
        if (character === '\x03') reject(new Interrupted());
        else if (character === '\r' || character === '\n') resolve(text);
        else if (character === '\x7f' || character === '\b') text = text.slice(0, -1);
        else {
          text += character;
          draw(say`${character}`);
        }
      }
    });
  });
  if (typed === undefined) {
    draw(say`\n`);
    return undefined;
  }
  const value = typed === '' ? initial : typed;
  draw(say`\n${preview?.(value) ?? ''}\n`);
  return value;
};
