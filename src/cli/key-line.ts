import type { Colors } from '../report/colors';
import { hang, widthOf } from '../report/layout';
import { type Shown, say } from '../report/text/screen';
import type { Key } from './prompt';

/** A key with what it does: in a word, and in a sentence. */
export interface KeyChoice {
  key: Key;
  word: string;
  help: string;
}

/** The widest a line of keys gets. */
const WIDEST = 60;

interface Look {
  colors: Colors;
  width: number;
  /** The sign behind the question. */
  ask?: string;
}

/**
 * The line that asks, with as many keys as there is room for, the first ones first; `?` is always there. The one that Enter stands for is
 * marked.
 */
export function keyLine(title: string, choices: readonly KeyChoice[], fallback: Key, { colors, width, ask = '›' }: Look): Shown {
  const room = Math.min(WIDEST, width) - 3;
  const shownKey = ({ key, word: text }: KeyChoice): Shown =>
    key === fallback ? say`${colors.bold(`[${key}]`)} ${text}` : say`${colors.bold(key)} ${colors.dim(text)}`;
  const last = choices.filter(({ key }) => key === '?').map(shownKey);
  let shown: Shown = say`${colors.cyan(title)}`;
  const after = last.map((each) => widthOf(each) + 2).reduce((sum, each) => sum + each, 0);
  for (const choice of choices) {
    if (choice.key === '?') continue;
    const longer = say`${shown}  ${shownKey(choice)}`;
    if (widthOf(longer) + after > room && choice.key !== fallback) continue;
    shown = longer;
  }
  for (const each of last) shown = say`${shown}  ${each}`;
  return say`${shown} ${colors.cyan(ask)} `;
}

/** What every key does, one below the other. */
export function choiceHelp(choices: readonly KeyChoice[], fallback: Key, { colors, width }: Pick<Look, 'colors' | 'width'>): Shown {
  const lines = choices.flatMap(({ key, help }) => hang(say`  ${colors.bold(key)}  `, key === fallback ? `${help} (Enter)` : help, width));
  return say`${say.join(lines, '\n')}\n`;
}
