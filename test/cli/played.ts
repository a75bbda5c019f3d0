import { batten } from '../../src';
import type { Key, KeyPrompt, Prompter, TextPrompt } from '../../src/cli/prompt';
import { review } from '../../src/cli/review';
import type { RunOptions } from '../../src/harden/api';
import { createColors } from '../../src/report/colors';
import { signsFor } from '../../src/report/signs';
import { say } from '../../src/report/text/screen';

/** Presses keys, and answers with the fallback when it has no more. */
export class Keys implements Prompter {
  readonly asked: KeyPrompt[] = [];

  constructor(
    private readonly script: (Key | { text: string | undefined })[],
    private readonly then: (prompt: KeyPrompt) => Key = ({ fallback }) => fallback,
  ) {}

  async key(prompt: KeyPrompt): Promise<Key> {
    this.asked.push(prompt);
    if (this.asked.length > 500) throw new Error('it never ends');
    const next = this.script.shift();
    if (typeof next === 'object') throw new Error(`a text was to be asked for: ${prompt.message.text}`);
    const key = next ?? this.then(prompt);
    expect(prompt.keys).toContain(key);
    return key;
  }

  async text(_: TextPrompt): Promise<string | undefined> {
    const next = this.script.shift();
    if (typeof next !== 'object') throw new Error('a key was to be asked for');
    return next.text;
  }
}

export const isPlan = ({ text }: { text: string }): boolean => text.startsWith('Plan?');

export interface Played {
  screen: string;
  asked: KeyPrompt[];
  texts: string[];
}

export async function play(prompter: Keys, texts: readonly string[], options: RunOptions = {}, columns = 80): Promise<Played> {
  const files = texts.map((text, index) => {
    const path = texts.length === 1 ? 'compose.yaml' : `${index}.yaml`;
    return { path, plan: batten.plan({ path, text }, { ...options, apply: true }) };
  });
  let screen = '';
  await review(
    files,
    prompter,
    {
      colors: createColors(false),
      width: columns,
      signs: signsFor({ LANG: 'C.UTF-8' }),
      size: () => ({ columns, lines: 40 }),
      print: ({ text }) => {
        screen += text;
      },
      titleOf: (id) => `TITLE of ${id}`,
      explain: () => say`EXPLANATION\n`,
    },
    options.confidence,
  );
  return { screen, asked: prompter.asked, texts: files.map(({ plan }) => plan.finish()[0]!.after) };
}
