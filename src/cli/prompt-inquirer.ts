import type { KeypressEvent } from '@inquirer/core';
import { say } from '../report/text/screen';
import { visible } from '../report/text/visible';
import { Interrupted } from './messages';
import { type Key, type KeyPrompt, type Press, type Prompter, readPress, type TextPrompt } from './prompt';

/** What inquirer throws when the person presses Ctrl-C, and when the process is told to end. */
const EXITS = new Set(['ExitPromptError', 'AbortPromptError']);

/**
 * Asks on the terminal, through inquirer, which puts it into raw mode for one question and back afterwards. Everything is drawn on
 * standard error, as standard output is for results.
 */
export async function inquirerPrompter(): Promise<Prompter> {
  const [{ createPromptModule }, { createPrompt, useEffect, useKeypress, useState }] = await Promise.all([
    import('inquirer'),
    import('@inquirer/core'),
  ]);

  const keyPrompt = createPrompt<Key | 'interrupt', KeyPrompt>((config, done) => {
    const [answer, setAnswer] = useState('');
    useKeypress((event, readline) => {
      readline.clearLine(0);
      const key = readPress(event as KeypressEvent & Press, config);
      if (key === undefined || answer !== '') return;
      setAnswer(key);
      done(key);
    });
    return say`${config.message}${answer}`.text;
  });

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
    return say`${config.message}${text}`.text;
  });

  const ask = createPromptModule({ output: process.stderr });
  ask.registerPrompt('key', keyPrompt as Parameters<typeof ask.registerPrompt>[1]);
  ask.registerPrompt('line', linePrompt as Parameters<typeof ask.registerPrompt>[1]);

  async function answerTo<T>(type: 'key' | 'line', config: KeyPrompt | TextPrompt): Promise<T> {
    const gone = whenGone();
    try {
      const questions = [{ ...config, type, name: 'answer' }] as unknown as Parameters<typeof ask>[0];
      const { answer } = (await Promise.race([ask(questions), gone.promise])) as { answer: T };
      return answer;
    } catch (error) {
      if (error instanceof Error && EXITS.has(error.name)) throw new Interrupted();
      throw error;
    } finally {
      gone.stop();
    }
  }

  return {
    async key(prompt) {
      const key = await answerTo<Key | 'interrupt'>('key', prompt);
      if (key === 'interrupt') throw new Interrupted();
      return key;
    },
    async text(prompt) {
      return (await answerTo<{ text?: string }>('line', prompt)).text;
    },
  };
}

/** Rejects when standard input ends: inquirer would wait for ever, and Node then exit as if all were well. */
function whenGone(): { promise: Promise<never>; stop(): void } {
  let stop = () => {};
  const promise = new Promise<never>((_, reject) => {
    const end = () => reject(new Interrupted());
    process.stdin.once('end', end).once('close', end);
    stop = () => process.stdin.off('end', end).off('close', end);
  });
  return { promise, stop: () => stop() };
}
